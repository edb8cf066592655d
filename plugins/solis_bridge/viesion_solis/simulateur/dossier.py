"""The folder seen from Solis: files laid in « in », answers read in « ack », files taken from « out » and answered."""

import csv
import datetime as dt
import hashlib
import io
import json
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any


def deposer(
    dossier: pathlib.Path,
    flux: str,
    seq: int,
    lignes: Sequence[dict[str, str]],
    colonnes: Sequence[str],
    instant: dt.datetime,
    *,
    coupe: bool = False,
) -> str:
    """Lay a delta and its `.ctl`; return its name. `coupe`: half of the file is missing."""
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    ecrivain.writerows([ligne[c] for c in colonnes] for ligne in lignes)
    octets = sortie.getvalue().encode()
    nom = f"SOLIS_VIESION_{flux}_DELTA_{instant:%Y%m%dT%H%M%S}_{seq}"
    controle = {
        "emetteur": "SOLIS",
        "flux": flux,
        "version_schema": 1,
        "seq": seq,
        "nature": "DELTA",
        "nb_lignes": len(lignes),
        "sha256": hashlib.sha256(octets).hexdigest(),
        "date_generation": instant.isoformat(),
    }
    poser(dossier / "in" / f"{nom}.csv", octets[: len(octets) // 2] if coupe else octets)
    poser(dossier / "in" / f"{nom}.ctl", json.dumps(controle).encode())
    return nom


def attend(dossier: pathlib.Path, flux: str, seq: int) -> bool:
    """Whether the file of that rank is still in « in »."""
    return bool(list((dossier / "in").glob(f"SOLIS_VIESION_{flux}_*_{seq}.csv")))


def lire_accuses(dossier: pathlib.Path, flux: str) -> Iterator[dict[str, Any]]:
    """Yield the answers to the files of a flow, each with its refused lines, and take them from the folder."""
    for chemin in sorted((dossier / "ack").glob(f"SOLIS_VIESION_{flux}_*.json")):
        accuse: dict[str, Any] = json.loads(chemin.read_text(encoding="utf-8"))
        chemin.unlink()
        yield {**accuse, "nom": chemin.stem, "rejets": _lire_rejets(dossier / "rejets" / f"{chemin.stem}.rejets.csv")}


def _lire_rejets(chemin: pathlib.Path) -> list[dict[str, Any]]:
    if not chemin.is_file():
        return []
    with chemin.open(encoding="utf-8", newline="") as fichier:
        lignes = [
            {nom.removeprefix("rejet_"): valeur for nom, valeur in ligne.items() if nom.startswith("rejet_")}
            for ligne in csv.DictReader(fichier, delimiter=";")
        ]
    return [{**ligne, "ligne": int(ligne["ligne"])} for ligne in lignes]


def a_prendre(dossier: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    """Return the flow and the `.ctl` of the files that VieSion laid in « out », in the order of their ranks."""
    trouves = sorted((dossier / "out").glob("VIESION_SOLIS_*.ctl"), key=lambda c: int(c.stem.rsplit("_", 1)[1]))
    return [(ctl.stem.split("_")[2], ctl) for ctl in trouves]


def lire_sortie(ctl: pathlib.Path) -> list[dict[str, str]]:
    """Return the lines of a file of VieSion; ValueError when it is not what its `.ctl` says."""
    octets = ctl.with_suffix(".csv").read_bytes()
    controle = json.loads(ctl.read_text(encoding="utf-8"))
    lignes = list(csv.DictReader(io.StringIO(octets.decode(), newline=""), delimiter=";"))
    if hashlib.sha256(octets).hexdigest() != controle["sha256"] or len(lignes) != controle["nb_lignes"]:
        msg = f"{ctl.stem} n'est pas ce que dit son .ctl"
        raise ValueError(msg)
    return lignes


def repondre(dossier: pathlib.Path, ctl: pathlib.Path, messages: Sequence[dict[str, Any]]) -> None:
    """Lay the answer to a file of VieSion, and take the file from the folder."""
    poser(dossier / "ack" / f"{ctl.stem}.json", json.dumps({"fichier": ctl.stem, "messages": messages}).encode())
    ctl.with_suffix(".csv").unlink()
    ctl.unlink()


def poser(chemin: pathlib.Path, octets: bytes) -> None:
    """Write a file in one go: absent, or whole."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    provisoire = chemin.with_name(f"{chemin.name}.part")
    with os.fdopen(os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sortie:
        sortie.write(octets)
    provisoire.replace(chemin)
