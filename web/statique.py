"""The static files: read once, fingerprinted as a whole, compressed, served as immutable.

One fingerprint for the whole folder keeps relative addresses inside CSS and ES modules right: a page names
`/static/<empreinte>/js/app.js`, which imports `./toasts.js` beside it. A changed file changes every address.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from viesion_core.garde.regles import regles_json

DOSSIER = Path(__file__).parent / "static"
COMPRESSIBLES = {".css", ".js", ".svg", ".txt", ".json"}
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class Fichier(msgspec.Struct, frozen=True):
    """One static file in memory: its bytes, the same compressed when worth it, its media type."""

    contenu: bytes
    comprime: bytes | None
    type: str


class Statique(msgspec.Struct, frozen=True):
    """All static files by relative path, and the fingerprint of the whole."""

    fichiers: Mapping[str, Fichier]
    empreinte: str


def lire(dossier: Path, engendres: Mapping[str, bytes] | None = None) -> Statique:
    """Read every file under `dossier`; hidden files are left out. `engendres` are served beside them, by their name."""
    contenus = dict(engendres or {})
    for chemin in dossier.rglob("*"):
        nom = chemin.relative_to(dossier).as_posix()
        if not chemin.is_dir() and not any(partie.startswith(".") for partie in nom.split("/")):
            contenus[nom] = chemin.read_bytes()
    somme = hashlib.sha256()
    fichiers = {}
    for nom, contenu in sorted(contenus.items()):
        somme.update(nom.encode() + b"\0" + contenu)
        suffixe = Path(nom).suffix
        fichiers[nom] = Fichier(
            contenu,
            gzip.compress(contenu, mtime=0) if suffixe in COMPRESSIBLES else None,
            TYPES.get(suffixe) or mimetypes.guess_type(nom)[0] or "application/octet-stream",
        )
    return Statique(fichiers, somme.hexdigest()[:12])


@lru_cache(maxsize=1)
def statique() -> Statique:
    """Return the static files of VieSion, read at the first use."""
    return lire(DOSSIER, {"garde/regles.json": regles_json()})


def url_statique(nom: str) -> str:
    """Return the cacheable address of a static file: « css/viesion.css » → « /static/1a2b…/css/viesion.css ».

    Raise KeyError for a file that is not there, so that a misspelt name shows in the first test.
    """
    tout = statique()
    if nom not in tout.fichiers:
        raise KeyError(nom)
    return f"/static/{tout.empreinte}/{nom}"


def paquet(nom: str) -> str | None:
    """Return the address of a third-party asset, None when `python -m web.paquets` could not bring it."""
    return url_statique(f"paquets/{nom}") if f"paquets/{nom}" in statique().fichiers else None
