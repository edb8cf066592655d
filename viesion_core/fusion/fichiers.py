"""The files of the documents on the disk: under a name of their own, outside anything served, written whole or not."""

import hashlib
import os
import pathlib
import uuid

from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurMetier, Introuvable

ALTERE = "Ce fichier n'est plus celui qui a été déposé : il n'est pas remis. Signalez-le à l'assistance."


def empreinte(contenu: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(contenu).hexdigest()


def ecrire(dossier: pathlib.Path, contenu: bytes) -> str:
    """Write a file under a new name and return its path inside `dossier`; it is on the disk when this returns."""
    nom = uuid.uuid4().hex
    relatif = f"{nom[:2]}/{nom}"
    chemin = dossier / relatif
    chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    provisoire = chemin.with_suffix(".part")
    descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descripteur, "wb") as flux:
        flux.write(contenu)
        flux.flush()
        os.fsync(flux.fileno())
    provisoire.replace(chemin)
    return relatif


def lire(dossier: pathlib.Path, relatif: str, attendue: str) -> bytes:
    """Return the bytes of a file; ErreurMetier when they are gone or no longer those of the hash `attendue`."""
    try:
        contenu = _chemin(dossier, relatif).read_bytes()
    except FileNotFoundError as erreur:
        raise ErreurMetier("Ce fichier manque sur le serveur. Signalez-le à l'assistance.") from erreur
    if empreinte(contenu) != attendue:
        raise ErreurMetier(ALTERE)
    return contenu


def effacer(dossier: pathlib.Path, relatif: str) -> None:
    """Delete a file, if it is there."""
    _chemin(dossier, relatif).unlink(missing_ok=True)


def orphelins(dossier: pathlib.Path, connus: set[str], ctx: Contexte, delai: float) -> list[str]:
    """Return the files that no document names, untouched for `delai` seconds: what a deletion has left behind."""
    limite = ctx.maintenant.timestamp() - delai
    if not dossier.exists():
        return []
    trouves = (chemin for chemin in dossier.glob("??/*") if chemin.is_file())
    return sorted(
        relatif
        for chemin in trouves
        if (relatif := chemin.relative_to(dossier).as_posix()) not in connus and chemin.stat().st_mtime < limite
    )


def _chemin(dossier: pathlib.Path, relatif: str) -> pathlib.Path:
    """Return the path of a file; the names come from the base, and still never lead out of the folder."""
    chemin = (dossier / relatif).resolve()
    if not chemin.is_relative_to(dossier.resolve()):
        raise Introuvable
    return chemin
