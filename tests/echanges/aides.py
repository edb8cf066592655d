"""Makers of Solis files: obviously synthetic people."""

import base64
import csv
import hashlib
import io
import json
import pathlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_solis.alloc import COLONNES

SECRET = "s" * 48
CLE = base64.urlsafe_b64encode(b"cle des essais, de 32 octets oui").decode()


def une_ligne(rang: int = 1, **valeurs: str) -> dict[str, str]:
    """Return a line that opens the dossier of « ESSAI<rang> Camille »."""
    return {
        **dict.fromkeys(COLONNES, ""),
        "id_message": str(uuid.uuid5(uuid.NAMESPACE_OID, f"message-{rang}")),
        "version": "1",
        "horodatage": "2026-11-20T08:00:00+01:00",
        "action": "C",
        "id_individu": f"IND{rang:06d}",
        "matricule": f"{rang:07d}",
        "fonorg": "CAF",
        "role": "DEM",
        "civilite": "MME",
        "nom_naissance": f"Essai{_lettres(rang)}",
        "prenom": "Camille",
        "date_naissance": f"{1960 + rang % 40}-{1 + rang % 12:02d}-{1 + rang % 28:02d}",
        "adresse": "1 rue de l'Essai",
        "code_insee": "34172",
        "code_postal": "34000",
        "date_demande": "2026-09-01",
        "date_ouverture": "2026-10-01",
        "etat_dossier": "2",
        "soumis_dd": "1",
        **valeurs,
    }


def _lettres(rang: int) -> str:
    return "".join("abcdefghij"[int(c)] for c in str(rang))


def contenu(lignes: Sequence[Mapping[str, str]], colonnes: Sequence[str] = COLONNES) -> bytes:
    """Return the CSV of some lines."""
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    ecrivain.writerows([ligne[c] for c in colonnes] for ligne in lignes)
    return sortie.getvalue().encode()


def deposer(
    dossier: pathlib.Path, octets: bytes, *, seq: int = 1, nombre: int | None = None, **ctl: Any
) -> pathlib.Path:
    """Lay a file and its `.ctl` in « in »; `ctl` overrides what the control file says."""
    entrees = dossier / "in"
    entrees.mkdir(parents=True, exist_ok=True)
    chemin = entrees / f"SOLIS_VIESION_ALLOC_DELTA_20261120T080000_{seq}.csv"
    chemin.write_bytes(octets)
    controle = {
        "emetteur": "SOLIS",
        "flux": "ALLOC",
        "version_schema": 1,
        "seq": seq,
        "nature": "DELTA",
        "nb_lignes": octets.count(b"\n") - 1 if nombre is None else nombre,
        "sha256": hashlib.sha256(octets).hexdigest(),
        "date_generation": "2026-11-20T08:00:00+01:00",
        **ctl,
    }
    chemin.with_suffix(".ctl").write_text(json.dumps(controle))
    return chemin
