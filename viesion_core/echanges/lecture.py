"""A file read twice without ever being whole in memory: once to check all of it, once to carry it out."""

import csv
import hashlib
import io
import pathlib
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from viesion_core.echanges.model import MINIMUM_CLOTURES, Action, Controle, FichierRefuse, Flux

LONGUEUR_CHAMP = 4_000
MOTIFS = ("rejet_fichier", "rejet_ligne", "rejet_code", "rejet_colonne", "rejet_message")
"""The columns that the file of refused lines adds to those of the flow; ignored when it comes back corrected."""
_INERTE = re.compile(r"'(?=[=+\-@\t\r])")
VERSION_SCHEMA = 1


class _Lignes(io.RawIOBase):
    """The bytes of a file on their way to the reader, digested; a NUL or a byte order mark stops them."""

    def __init__(self, chemin: pathlib.Path) -> None:
        self._source = chemin.open("rb")
        self.empreinte = hashlib.sha256()
        self._debut = True

    def readable(self) -> bool:
        """The reader asks."""
        return True

    def readinto(self, tampon: object) -> int:
        """Give the next bytes."""
        vue = memoryview(tampon)  # type: ignore[arg-type]  # RawIOBase types it as a buffer of another name
        octets = self._source.read(len(vue))
        if self._debut and octets.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04")):
            raise FichierRefuse("SCHEMA_INVALIDE", "Le fichier n'est pas un texte UTF-8 sans marque d'ordre.")
        if b"\x00" in octets:
            raise FichierRefuse("SCHEMA_INVALIDE", "Le fichier contient un caractère nul.")
        self._debut = self._debut and not octets
        self.empreinte.update(octets)
        vue[: len(octets)] = octets
        return len(octets)

    def close(self) -> None:
        """Let the file go."""
        self._source.close()
        super().close()


def lire_controle(chemin: pathlib.Path) -> Controle:
    """Return the `.ctl` of a file; FichierRefuse when it is absent or not what it must be."""
    ctl = chemin.with_suffix(".ctl")
    try:
        controle = msgspec.json.decode(ctl.read_bytes()[:65_536], type=Controle)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as erreur:
        raise FichierRefuse("SCHEMA_INVALIDE", "Le fichier de contrôle (.ctl) est absent ou illisible.") from erreur
    if controle.version_schema != VERSION_SCHEMA:
        raise FichierRefuse("SCHEMA_INVALIDE", f"La version de schéma attendue est {VERSION_SCHEMA}.")
    if (
        controle.nature not in ("STOCK", "DELTA")
        or not 0 < controle.seq < 2**31
        or controle.date_generation.tzinfo is None
    ):
        raise FichierRefuse("SCHEMA_INVALIDE", "Le fichier de contrôle (.ctl) annonce une nature ou un rang inconnus.")
    return controle


def verifier(chemin: pathlib.Path, controle: Controle, flux: Flux) -> None:
    """Check the whole file against its `.ctl` before anything is carried out; FichierRefuse says what is wrong."""
    nombre = clotures = 0
    source = _Lignes(chemin)
    try:
        action, fermer = flux.colonnes.index(flux.action), str(Action.FERMER)
        for rangee in _rangees(source, flux.colonnes):
            nombre += 1
            clotures += rangee[action] == fermer
        empreinte = source.empreinte.hexdigest()
    finally:
        source.close()
    if empreinte != controle.sha256.lower():
        raise FichierRefuse("EMPREINTE", "Le contenu n'a pas l'empreinte annoncée : le fichier a été changé ou coupé.")
    if nombre != controle.nb_lignes:
        raise FichierRefuse("EMPREINTE", f"Le fichier compte {nombre} lignes, {controle.nb_lignes} sont annoncées.")
    if clotures > MINIMUM_CLOTURES and clotures > flux.seuil_clotures * nombre:
        raise FichierRefuse("CLOTURES_EXCESSIVES", f"{clotures} clôtures sur {nombre} lignes : rien n'a été fait.")


def lignes(chemin: pathlib.Path, flux: Flux, apres: int) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the lines after the first `apres`, with their rank from 1 (the header is not one)."""
    source = _Lignes(chemin)
    try:
        for rang, rangee in enumerate(_rangees(source, flux.colonnes), 1):
            if rang > apres:
                yield rang, dict(zip(flux.colonnes, rangee, strict=True))
    finally:
        source.close()


def est_correction(chemin: pathlib.Path, flux: Flux) -> bool:
    """Tell whether a file has the columns of the file of refused lines: it comes back corrected."""
    with chemin.open("rb") as source:
        entete = source.readline(1 << 16).decode("utf-8", "replace")
    return next(csv.reader([entete], delimiter=";"), []) == [*flux.colonnes, *MOTIFS]


def _rangees(source: _Lignes, colonnes: Sequence[str]) -> Iterator[list[str]]:
    texte = io.TextIOWrapper(io.BufferedReader(source, 1 << 16), encoding="utf-8", errors="strict", newline="")
    lecteur = csv.reader(texte, delimiter=";", strict=True)
    try:
        entete = tuple(next(lecteur, []))
        nombre, corrigee = len(entete), entete == (*colonnes, *MOTIFS)
        if entete != tuple(colonnes) and not corrigee:
            raise FichierRefuse("SCHEMA_INVALIDE", "Les colonnes ne sont pas celles du flux, dans leur ordre.")
        for rangee in lecteur:
            if len(rangee) != nombre:
                message = f"Ligne {lecteur.line_num} : {len(rangee)} colonnes au lieu de {nombre}."
                raise FichierRefuse("SCHEMA_INVALIDE", message)
            if max(map(len, rangee)) > LONGUEUR_CHAMP:
                raise FichierRefuse("SCHEMA_INVALIDE", f"Ligne {lecteur.line_num} : une case est démesurée.")
            yield (
                [_INERTE.sub("", case, count=1) if case.startswith("'") else case for case in rangee[: len(colonnes)]]
                if corrigee
                else rangee
            )
    except UnicodeDecodeError as erreur:
        raise FichierRefuse("SCHEMA_INVALIDE", "Le fichier n'est pas en UTF-8.") from erreur
    except csv.Error as erreur:
        raise FichierRefuse("SCHEMA_INVALIDE", f"Ligne {lecteur.line_num} : le CSV est mal formé.") from erreur
