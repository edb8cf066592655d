"""A file that is no CSV of the contract (the XML of the CAF): read whole into lines, or refused whole.

What it becomes is a file of the contract in a corner of the folder, which is taken like any other: same checks, same
batches, same answers. A stop in the middle finds the corner again, under the digest of the file.
"""

import csv
import datetime as dt
import hashlib
import pathlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.echanges.lecture import VERSION_SCHEMA
from viesion_core.echanges.model import Controle, FichierRefuse, Flux
from viesion_core.echanges.queries import rang_du_contenu

PATIENCE = dt.timedelta(minutes=10)
"""How long a file without its end may still be growing; after that it was cut."""
_COIN = "transcrits"
_FIN = 4_096
_COMPRESSES = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


def a_transcrire(
    entrees: pathlib.Path, flux: Sequence[Flux], maintenant: dt.datetime, patience: dt.timedelta
) -> list[tuple[pathlib.Path, Flux]]:
    """Return the files of « in » that a flow transcribes, the oldest first; one that is still growing waits."""
    trouves = [
        (chemin, connu)
        for chemin in entrees.iterdir()
        for connu in flux
        if connu.prend(chemin.name) and chemin.is_file() and not chemin.is_symlink()
    ]
    finis = [(c, f) for c, f in trouves if _entier(c, f.fin) or _age(c, maintenant) >= patience]
    return sorted(finis, key=lambda trouve: (trouve[0].stat().st_mtime, trouve[0].name))


def coin_de(dossier: pathlib.Path, chemin: pathlib.Path) -> pathlib.Path:
    """Return the corner of a file, under its digest."""
    return dossier / _COIN / _empreinte(chemin)


def transcrire(chemin: pathlib.Path, flux: Flux, coin: pathlib.Path) -> tuple[pathlib.Path, int, str]:
    """Write the lines of a file into its corner; return where, how many and the digest. FichierRefuse names a fault.

    Memory is flat whatever the size: each line is written as it is read.
    """
    cible = coin / chemin.name
    if cible.is_file():  # whole: a stop came after
        return cible, _compter(cible), _empreinte(cible)
    provisoire = cible.with_name(f"{chemin.name}.part")
    coin.mkdir(parents=True, exist_ok=True, mode=0o700)
    with chemin.open("rb") as source, provisoire.open("w", encoding="utf-8", newline="") as sortie:
        debut = source.read(8)
        source.seek(0)
        for marque, nom in _COMPRESSES.items():
            if debut.startswith(marque):
                raise FichierRefuse("SCHEMA_INVALIDE", f"Le fichier est compressé ({nom}) : déposez-le décompressé.")
        nombre = ecrire_lignes(sortie, flux.colonnes, flux.transcrire(source))
    provisoire.replace(cible)
    return cible, nombre, _empreinte(cible)


def ecrire_lignes(sortie: TextIO, colonnes: Sequence[str], lignes: Iterable[Mapping[str, str]]) -> int:
    """Write lines as the CSV of the contract; return how many there were."""
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    nombre = 0
    for ligne in lignes:
        ecrivain.writerow([ligne.get(colonne, "") for colonne in colonnes])
        nombre += 1
    return nombre


async def annoncer(ctx: Contexte, cible: pathlib.Path, flux: Flux, nombre: int, empreinte: str) -> None:
    """Write the `.ctl` of a transcribed file: the rank of the same content when it was received, else the next one."""
    controle = Controle(
        emetteur=flux.emetteur,
        flux=flux.code,
        version_schema=VERSION_SCHEMA,
        seq=await rang_du_contenu(flux.emetteur, flux.code, empreinte),
        nature="STOCK",
        nb_lignes=nombre,
        sha256=empreinte,
        date_generation=ctx.maintenant,
    )
    cible.with_suffix(".ctl").write_bytes(msgspec.json.encode(controle))


def oublier(coin: pathlib.Path) -> None:
    """Delete a corner: its file is answered."""
    shutil.rmtree(coin, ignore_errors=True)


def oublier_coins(dossier: pathlib.Path, avant: dt.datetime) -> int:
    """Delete the corners that a stop left before that instant: a file that still waits is transcribed again."""
    restes = [c for c in (dossier / _COIN).glob("*") if c.is_dir() and c.stat().st_mtime < avant.timestamp()]
    for coin in restes:
        oublier(coin)
    return len(restes)


def _empreinte(chemin: pathlib.Path) -> str:
    with chemin.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _compter(cible: pathlib.Path) -> int:
    with cible.open(encoding="utf-8", newline="") as source:
        return sum(1 for _ in csv.reader(source, delimiter=";")) - 1


def _entier(chemin: pathlib.Path, fin: bytes) -> bool:
    with chemin.open("rb") as source:
        source.seek(max(0, chemin.stat().st_size - _FIN))
        return source.read().rstrip().endswith(fin)


def _age(chemin: pathlib.Path, maintenant: dt.datetime) -> dt.timedelta:
    return maintenant - dt.datetime.fromtimestamp(chemin.stat().st_mtime, dt.UTC)
