"""Bring the third-party assets of the screens into `web/static/paquets/` (git-ignored): `python -m web.paquets`.

htmx comes from the wheel of django-htmx (requirements/paquets.txt, installed with --no-deps: no Node needed).
The typeface comes from npm when npm is there; otherwise the typeface of the system serves. Neither is ever
committed, and no registry address is written here: the ordinary clients know theirs.
"""

import importlib.metadata
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PAQUETS = Path(__file__).parent / "static" / "paquets"
HTMX = "django_htmx/static/django_htmx/htmx-2.min.js"
POLICE = "@fontsource-variable/atkinson-hyperlegible-next@5.3.0"
FICHIERS_POLICE = {
    "package/files/atkinson-hyperlegible-next-latin-wght-normal.woff2": "atkinson-normal.woff2",
    "package/files/atkinson-hyperlegible-next-latin-wght-italic.woff2": "atkinson-italique.woff2",
    "package/LICENSE": "atkinson-licence.txt",
}


class PaquetManquant(Exception):
    """An asset could not be brought; the message says what to do."""


def installer_htmx(dossier: Path) -> Path:
    """Copy htmx from the installed wheel of django-htmx; raise PaquetManquant when it is not installed."""
    try:
        source = importlib.metadata.distribution("django-htmx").locate_file(HTMX)
    except importlib.metadata.PackageNotFoundError:
        raise PaquetManquant(
            "htmx manque : pip install --no-deps --require-hashes -r requirements/paquets.txt"
        ) from None
    return Path(shutil.copyfile(str(source), dossier / "htmx.min.js"))


def installer_police(dossier: Path) -> list[Path]:
    """Fetch the typeface's package with npm and keep its Latin files and licence.

    Raise PaquetManquant when npm is absent or fails: the screens then use the typeface of the system.
    """
    if all((dossier / nom).exists() for nom in FICHIERS_POLICE.values()):
        return [dossier / nom for nom in FICHIERS_POLICE.values()]
    npm = shutil.which("npm")
    if npm is None:
        raise PaquetManquant("npm est absent : la police du système sert à la place d'Atkinson Hyperlegible.")
    with tempfile.TemporaryDirectory() as travail:
        commande = [npm, "pack", "--silent", "--ignore-scripts", POLICE]
        try:
            subprocess.run(commande, cwd=travail, check=True, capture_output=True, timeout=120)  # noqa: S603 - constant arguments
        except (subprocess.SubprocessError, OSError) as erreur:
            raise PaquetManquant(f"npm n'a pas pu apporter la police, celle du système sert : {erreur}") from None
        return next(_extraire(archive, dossier) for archive in Path(travail).glob("*.tgz"))


def _extraire(archive: Path, dossier: Path) -> list[Path]:
    """Write the files we want of an npm archive, and no other, under our own names."""
    poses = []
    with tarfile.open(archive) as paquet:
        for nom, cible in FICHIERS_POLICE.items():
            flux = paquet.extractfile(nom)
            if flux is None:
                raise PaquetManquant(f"Le paquet de la police ne contient pas {nom}.")
            (dossier / cible).write_bytes(flux.read())
            poses.append(dossier / cible)
    return poses


def main() -> int:
    """Install both assets; fail only when htmx is missing."""
    PAQUETS.mkdir(parents=True, exist_ok=True)
    try:
        installer_htmx(PAQUETS)
    except PaquetManquant as manque:
        print(manque, file=sys.stderr)
        return 1
    try:
        installer_police(PAQUETS)
    except PaquetManquant as manque:
        print(manque, file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
