"""The files of partners once answered: kept encrypted, because they hold the NIR of people as it came."""

import functools
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from viesion_core.erreurs import ErreurMetier

SUFFIXE = ".chiffre"
MORCEAU = 1 << 20
"""Bytes encrypted at once: memory stays flat whatever the size of the file."""


@functools.lru_cache(maxsize=8)
def coffre(cles: str) -> MultiFernet:
    """Return what encrypts with the first key and decrypts with any (`VIESION_CLE_ECHANGES`: keys parted by commas)."""
    return MultiFernet([Fernet(cle.strip()) for cle in cles.split(",")])


def chiffrer(ligne: Mapping[str, str], cles: str) -> str:
    """Return a refused line as the base keeps it until it is decided."""
    return coffre(cles).encrypt(msgspec.json.encode(dict(ligne))).decode()


def dechiffrer(texte: str, cles: str) -> dict[str, str]:
    """Return a refused line; ErreurMetier when the key is another."""
    try:
        return msgspec.json.decode(coffre(cles).decrypt(texte.encode()), type=dict[str, str])
    except InvalidToken as erreur:
        raise ErreurMetier("Cette ligne n'est pas lisible : la clé des échanges est une autre.") from erreur


def sceller(chemin: pathlib.Path, ou: pathlib.Path, cles: str) -> pathlib.Path:
    """Encrypt a file into the folder `ou`, then delete it; return the encrypted file.

    The encrypted file is whole and on the disk before the other goes: a stop in between leaves both, and the next
    turn does it again.
    """
    ou.mkdir(parents=True, exist_ok=True)
    cible = ou / f"{chemin.name}{SUFFIXE}"
    provisoire = cible.with_suffix(".part")
    descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    serrure = coffre(cles)
    with chemin.open("rb") as source, os.fdopen(descripteur, "wb") as sortie:
        for rang, (morceau, dernier) in enumerate(_morceaux(source)):
            sortie.write(serrure.encrypt(_etiquette(rang, dernier) + morceau) + b"\n")
        sortie.flush()
        os.fsync(sortie.fileno())
    provisoire.replace(cible)
    chemin.unlink()
    return cible


def desceller(chemin: pathlib.Path, cles: str) -> Iterator[bytes]:
    """Yield the content of an encrypted file; ErreurMetier when the key is another, or the file was changed or cut."""
    serrure = coffre(cles)
    dernier = False
    with chemin.open("rb") as source:
        for rang, jeton in enumerate(source):
            try:
                clair = serrure.decrypt(jeton.rstrip(b"\n"))
            except InvalidToken as erreur:
                raise _illisible() from erreur
            attendue = _etiquette(rang, True), _etiquette(rang, False)
            if dernier or not clair.startswith(attendue):
                raise _illisible()
            dernier = clair.startswith(attendue[0])
            yield clair[len(attendue[0]) :]
    if not dernier:
        raise _illisible()


def sceller_restes(dossier: pathlib.Path, cles: str) -> int:
    """Encrypt what an earlier version put away in clear in « archive » and « rejets »; return how many files."""
    restes = [c for nom in ("archive", "rejets") for c in sorted((dossier / nom).glob("*.csv"))]
    restes = [c for c in restes if not c.name.endswith(".rejets.csv") and c.is_file() and not c.is_symlink()]
    for chemin in restes:
        sceller(chemin, chemin.parent, cles)
    return len(restes)


def _morceaux(source: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield the pieces of a file, each with whether it is the last; an empty file is one empty piece."""
    morceau = source.read(MORCEAU)
    while suivant := source.read(MORCEAU):
        yield morceau, False
        morceau = suivant
    yield morceau, True


def _etiquette(rang: int, dernier: bool) -> bytes:
    """Return what binds a piece to its place: pieces that are moved, taken out or cut off are found."""
    return rang.to_bytes(8, "big") + (b"\x01" if dernier else b"\x00")


def _illisible() -> ErreurMetier:
    return ErreurMetier("Ce fichier n'est pas lisible : la clé est une autre, ou il a été changé ou coupé.")
