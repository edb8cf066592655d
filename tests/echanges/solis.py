"""A small Solis for the tests: it takes the files of « out », once each version of a key, and answers in « ack »."""

import csv
import hashlib
import json
import pathlib
from typing import Any


class FauxSolis:
    """What Solis keeps: the versions taken for each contract, and the files already answered."""

    def __init__(self, dossier: pathlib.Path, *, refuser: str = "", cle: str = "uuid_contrat") -> None:
        self.dossier = dossier
        self.refuser = refuser
        self.cle = cle
        self.effets: dict[str, list[int]] = {}
        self.lignes: list[dict[str, str]] = []
        self.doublons = 0
        self.fichiers: dict[tuple[str, int], str] = {}

    def prendre(self, *, laisser: bool = False) -> int:
        """Take what is whole in « out » and answer it; return how many files."""
        pris = 0
        for ctl in sorted((self.dossier / "out").glob("*.ctl"), key=lambda c: int(c.stem.rsplit("_", 1)[1])):
            controle, octets = json.loads(ctl.read_text()), ctl.with_suffix(".csv").read_bytes()
            empreinte = hashlib.sha256(octets).hexdigest()
            assert empreinte == controle["sha256"], "a file was seen before it was whole"
            rang = (controle["flux"], controle["seq"])
            assert self.fichiers.setdefault(rang, empreinte) == empreinte, "two files have one rank"
            lignes = list(csv.DictReader(octets.decode().splitlines(), delimiter=";"))
            assert len(lignes) == controle["nb_lignes"]
            self._repondre(ctl.stem, [self._ligne(ligne) for ligne in lignes])
            if not laisser:
                ctl.with_suffix(".csv").unlink()
                ctl.unlink()
            pris += 1
        return pris

    def _ligne(self, ligne: dict[str, str]) -> dict[str, Any]:
        reponse = {"id_message": ligne["id_message"], "version": int(ligne["version"]), "accepte": not self.refuser}
        if self.refuser:
            return {**reponse, "code": self.refuser, "motif": "Refusé par l'essai"}
        versions = self.effets.setdefault(ligne[self.cle], [])
        if versions and int(ligne["version"]) <= versions[-1]:
            self.doublons += 1
        else:
            versions.append(int(ligne["version"]))
            self.lignes.append(ligne)
        return {**reponse, "id_externe": f"SOL-{ligne[self.cle]}"[:40]}

    def _repondre(self, nom: str, messages: list[dict[str, Any]]) -> None:
        chemin = self.dossier / "ack" / f"{nom}.json"
        chemin.parent.mkdir(exist_ok=True)
        provisoire = chemin.with_suffix(".part")
        provisoire.write_text(json.dumps({"fichier": nom, "messages": messages}))
        provisoire.replace(chemin)


def vide(_: object) -> dict[str, str]:
    """A wording that gives nothing."""
    return {}
