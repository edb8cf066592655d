"""Writing and reading the archive: a .tar.gz whose every member is hashed."""

import hashlib
import io
import os
import pathlib
import tarfile
from collections.abc import Callable, Iterable
from typing import IO

import msgspec

from viesion_core.erreurs import ErreurMetier
from viesion_core.sauvegarde.model import FORMAT, MANIFESTE, Manifeste, nom_admis

Avancer = Callable[[int], None]
_BLOC = 1 << 20


def ecrire_archive(
    cible: pathlib.Path,
    membres: Iterable[tuple[str, pathlib.Path]],
    manifeste: Callable[[dict[str, str]], Manifeste],
    avancer: Avancer,
) -> int:
    """Write the members, then the manifest of their hashes; return the size. The file appears only when it is whole."""
    partiel = cible.with_name(cible.name + ".partiel")
    empreintes: dict[str, str] = {}
    descripteur = os.open(partiel, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            with tarfile.open(fileobj=sortie, mode="w:gz", compresslevel=5) as archive:
                for nom, chemin in membres:
                    empreintes[nom] = _ajouter(archive, nom, chemin, avancer)
                _ajouter_octets(archive, MANIFESTE, msgspec.json.encode(manifeste(empreintes)))
            sortie.flush()
            os.fsync(sortie.fileno())
        partiel.replace(cible)
    except BaseException:
        partiel.unlink(missing_ok=True)
        raise
    return cible.stat().st_size


def lire_archive(source: pathlib.Path, dossier: pathlib.Path, avancer: Avancer) -> Manifeste:
    """Unpack an archive into a folder and check every member; ErreurMetier says what is wrong with it."""
    empreintes: dict[str, str] = {}
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for membre in archive:
                if not membre.isfile() or not nom_admis(membre.name):
                    raise ErreurMetier(f"Cette archive contient « {membre.name} », qui n'est pas d'une sauvegarde.")
                flux = archive.extractfile(membre)
                if flux is not None:
                    empreintes[membre.name] = _copier(flux, dossier / membre.name, avancer)
    except (tarfile.TarError, OSError, EOFError) as erreur:
        raise ErreurMetier(f"Cette archive est illisible ou incomplète : {erreur}") from erreur
    if MANIFESTE not in empreintes:
        raise ErreurMetier("Cette archive est incomplète : son manifeste manque.")
    try:
        manifeste = msgspec.json.decode((dossier / MANIFESTE).read_bytes(), type=Manifeste)
    except msgspec.MsgspecError as erreur:
        raise ErreurMetier("Le manifeste de cette archive est illisible.") from erreur
    if manifeste.format != FORMAT:
        raise ErreurMetier(f"Cette archive est au format {manifeste.format} ; cette version lit le format {FORMAT}.")
    del empreintes[MANIFESTE]
    if empreintes != manifeste.fichiers:
        changes = sorted(set(empreintes.items()) ^ set(manifeste.fichiers.items()))
        raise ErreurMetier(f"Cette archive est altérée : « {changes[0][0]} » ne correspond pas à son empreinte.")
    return manifeste


class _Lecteur:
    """A file that is hashed as the archive reads it."""

    def __init__(self, flux: IO[bytes], avancer: Avancer) -> None:
        self._flux = flux
        self._avancer = avancer
        self.condense = hashlib.sha256()

    def read(self, taille: int = -1) -> bytes:
        """Read, hash, tell."""
        bloc = self._flux.read(taille)
        self.condense.update(bloc)
        self._avancer(len(bloc))
        return bloc


def _ajouter(archive: tarfile.TarFile, nom: str, chemin: pathlib.Path, avancer: Avancer) -> str:
    with chemin.open("rb") as flux:
        fiche = archive.gettarinfo(arcname=nom, fileobj=flux)
        fiche.uid = fiche.gid = 0
        fiche.uname = fiche.gname = ""
        fiche.mode = 0o600
        lecteur = _Lecteur(flux, avancer)
        archive.addfile(fiche, lecteur)
    return lecteur.condense.hexdigest()


def _ajouter_octets(archive: tarfile.TarFile, nom: str, octets: bytes) -> None:
    fiche = tarfile.TarInfo(nom)
    fiche.size = len(octets)
    fiche.mode = 0o600
    archive.addfile(fiche, io.BytesIO(octets))


def _copier(flux: IO[bytes], cible: pathlib.Path, avancer: Avancer) -> str:
    cible.parent.mkdir(parents=True, exist_ok=True)
    condense = hashlib.sha256()
    with cible.open("wb") as sortie:
        while bloc := flux.read(_BLOC):
            condense.update(bloc)
            sortie.write(bloc)
            avancer(len(bloc))
    return condense.hexdigest()
