"""What a partner may ask, how a plugin reads it, and how a file is answered."""

import datetime as dt
import enum
import functools
import hashlib
import hmac
import pathlib
import pkgutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from viesion_core.dossiers.model import SaisieIdentite

LIBELLE_CODE = {
    "SCHEMA_INVALIDE": "Fichier illisible ou colonnes inattendues",
    "EMETTEUR_INCONNU": "Émetteur ou flux inconnu",
    "EMPREINTE": "Empreinte ou nombre de lignes différents de l'annonce",
    "DEJA_TRAITE": "Fichier déjà traité",
    "SEQUENCE_MANQUANTE": "Un fichier précédent manque",
    "CLOTURES_EXCESSIVES": "Trop de clôtures dans un seul fichier",
    "INDIVIDU_INCONNU": "Personne inconnue de VieSion",
    "DOUBLON": "Personne peut-être déjà suivie",
    "NIR_INVALIDE": "NIR invalide",
    "CHAMP_OBLIGATOIRE": "Champ obligatoire absent",
    "CODE_INCONNU": "Code inconnu",
    "ORGANISME_INCONNU": "Organisme inconnu de VieSion",
    "REFERENT_CLOTURE": "Référent inconnu ou parti",
    "OFFRE_FERMEE": "Offre de service fermée",
    "CHEVAUCHEMENT": "Déjà prise en charge autrement",
    "DATES_INCOHERENTES": "Date impossible ou incohérente",
    "VALEUR_INVALIDE": "Valeur refusée",
    "PERSONNE_REPETEE": "Personne répétée dans le fichier",
}
"""Why a file or a line is refused, in French."""
COMPRIMES = (".zip", ".gz", ".bz2", ".xz", ".7z")
SECRETES = frozenset({"nir"})
"""Columns that are never shown nor sent back: left empty in a correction, they keep what came."""
SEUIL_CLOTURES = 0.2
MINIMUM_CLOTURES = 50
"""A file that closes more people than this share (and this number) waits for a person: it is refused whole."""


class Action(enum.StrEnum):
    """What a line asks: create, modify, close."""

    CREER = "C"
    MODIFIER = "M"
    FERMER = "F"


class EtatRejet(enum.StrEnum):
    """Where a refused line stands."""

    A_TRAITER = "A_TRAITER"
    REGLE = "REGLE"
    ABANDONNE = "ABANDONNE"


class LigneRefusee(Exception):
    """A line cannot become a command: the code, the column and a French message without any personal value."""

    def __init__(self, code: str, champ: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.champ = champ
        self.message = message


class FichierRefuse(Exception):
    """A whole file cannot be taken: nothing of it was carried out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Commande(msgspec.Struct, frozen=True, kw_only=True):
    """One line understood: what to do with the dossier of a person.

    `nir` (13 characters, checked by the plugin) is kept as a keyed digest and encrypted. `version` orders the messages
    about `id_individu`: an older or equal one is ignored. An empty field of `identite` leaves what VieSion knows.

    A sender that does not know Solis's identifier leaves `id_individu` empty and gives `cle` (20 characters at most)
    to order its own messages. `facultative`: about somebody unknown, ignored rather than refused, and a closure only
    counts for the demand that it names. `en_capitales`: a name or address that only differs by capitals or accents
    is left. `complete`: of somebody known, only what VieSion does not know is filled in. `suite`: what else the line
    says, carried out after the dossier by the room of the flow (`actions_rejets.SUITES`); its `entree` is the
    day of the entry of a new dossier.
    """

    id_message: uuid.UUID
    version: int
    action: Action
    id_individu: str
    identite: SaisieIdentite
    nir: str = ""
    cle: str = ""
    facultative: bool = False
    en_capitales: bool = False
    complete: bool = False
    suite: Mapping[str, str] = {}

    @property
    def sujet(self) -> str:
        """Return the key under which the versions of what is said about the person are ordered."""
        return self.cle or self.id_individu


class Flux(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that a plugin understands: its header, and the pure function from a line to a command.

    `lecteur` names the function (« paquet.module:fonction »), which raises LigneRefusee; `cle` names the
    column of the business key, `action` that of the action. `libelles` says each column in French; `champs` gives
    the column of a field of the identity that has another name.

    A flow whose files are no CSV of the contract names those it takes (`fichiers`: « *.xml ») and the pure function
    that yields their lines as they are read (`transcripteur`), the last closing with `fin` (the end of a whole file);
    it raises FichierRefuse. `seuil_clotures`: the share of closures from which a file waits for a person.
    `ordonne`: a later message about a person takes the place of the former; otherwise each line stands for itself.
    """

    emetteur: str
    code: str
    libelle: str
    colonnes: tuple[str, ...]
    cle: str
    action: str
    lecteur: str
    libelles: Mapping[str, str] = {}
    champs: Mapping[str, str] = {}
    fichiers: str = ""
    transcripteur: str = ""
    fin: bytes = b""
    ordonne: bool = True
    seuil_clotures: float = SEUIL_CLOTURES

    def colonne(self, champ: str) -> str:
        """Return the column of a field of the identity, or of a column; "" for neither."""
        nom = self.champs.get(champ, champ)
        return nom if nom in self.colonnes else ""

    def lire(self, ligne: Mapping[str, str]) -> Commande:
        """Return the command of a line, as the plugin reads it."""
        return _lecteur(self.lecteur)(ligne)

    def transcrire(self, source: BinaryIO) -> Iterator[Mapping[str, str]]:
        """Yield the lines of a file that is no CSV of the contract."""
        return _transcripteur(self.transcripteur)(source)

    def prend(self, nom: str) -> bool:
        """Tell whether a file of that name is one to transcribe; compressed, it will be refused by name."""
        chemin = pathlib.PurePath(nom.lower())
        formes = (chemin, chemin.with_suffix("")) if chemin.suffix in COMPRIMES else (chemin,)
        return bool(self.fichiers) and any(forme.match(self.fichiers) for forme in formes)

    def verifier(self) -> None:
        """Raise ValueError unless the functions can be found."""
        for nom in filter(None, (self.lecteur, self.transcripteur)):
            try:
                pkgutil.resolve_name(nom)
            except (ImportError, AttributeError) as erreur:
                msg = f"{nom} est introuvable"
                raise ValueError(msg) from erreur


def trouver_flux(flux: Iterable[Flux], emetteur: str, code: str) -> Flux:
    """Return the flow of a sender; FichierRefuse (EMETTEUR_INCONNU) when no plugin reads it."""
    connu = next((f for f in flux if (f.emetteur, f.code) == (emetteur, code)), None)
    if connu is None:
        raise FichierRefuse("EMETTEUR_INCONNU", "Aucun greffon ne connaît cet émetteur ou ce flux.")
    return connu


@functools.cache
def _lecteur(nom: str) -> Callable[[Mapping[str, str]], Commande]:
    lecteur: Callable[[Mapping[str, str]], Commande] = pkgutil.resolve_name(nom)
    return lecteur


@functools.cache
def _transcripteur(nom: str) -> Callable[[BinaryIO], Iterator[Mapping[str, str]]]:
    transcripteur: Callable[[BinaryIO], Iterator[Mapping[str, str]]] = pkgutil.resolve_name(nom)
    return transcripteur


class Controle(msgspec.Struct, frozen=True, kw_only=True):
    """The `.ctl` beside a file (JSON): who sends it, its rank, what it must contain."""

    emetteur: str
    flux: str
    version_schema: int
    seq: int
    nature: str
    nb_lignes: int
    sha256: str
    date_generation: dt.datetime


class FichierVu(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was answered; the counts balance once it is done."""

    id: uuid.UUID
    emetteur: str
    flux: str
    seq: int
    nature: str
    nom: str
    sha256: str
    etat: str
    recu_le: dt.datetime
    fini_le: dt.datetime | None
    recues: int
    creees: int
    modifiees: int
    ignorees: int
    rejetees: int
    curseur: int

    @property
    def equilibre(self) -> bool:
        """Whether received = created + modified + ignored + rejected."""
        return self.recues == self.creees + self.modifiees + self.ignorees + self.rejetees


class RejetVu(msgspec.Struct, frozen=True, kw_only=True):
    """A refused line as the screen shows it; `candidat` is the dossier that may be the same person."""

    id: uuid.UUID
    fichier_nom: str
    ligne: int
    flux: str
    cle: str
    code: str
    champ: str
    message: str
    rejouable: bool
    corrigeable: bool
    candidat: int | None
    candidat_nom: str
    personne: str
    etat: str
    motif: str
    decide_par: str
    version: int
    recu_le: dt.datetime

    @property
    def code_libelle(self) -> str:
        """« Personne peut-être déjà suivie »."""
        return LIBELLE_CODE.get(self.code, self.code)


class LigneRejetee(msgspec.Struct, frozen=True, kw_only=True):
    """A refused line to be corrected: its values by column, the column at fault, the hidden ones that are kept."""

    id: uuid.UUID
    ligne: int
    code: str
    colonne: str
    message: str
    version: int
    libelles: Mapping[str, str]
    valeurs: Mapping[str, str]
    gardees: tuple[str, ...]

    @property
    def code_libelle(self) -> str:
        """« Code inconnu »."""
        return LIBELLE_CODE.get(self.code, self.code)


def empreinte_nir(secret: str, nir: str) -> str:
    """Return the keyed digest under which a NIR is recognised; "" for none. The NIR is never in clear in the base."""
    return hmac.new(secret.encode(), b"nir:" + nir.encode(), hashlib.sha256).hexdigest() if nir else ""


def accuse(fichier: FichierVu) -> dict[str, Any]:
    """Return the acknowledgement of a file that was taken."""
    return {
        "emetteur": fichier.emetteur,
        "flux": fichier.flux,
        "seq": fichier.seq,
        "fichier": fichier.nom,
        "etat": fichier.etat,
        "recues": fichier.recues,
        "creees": fichier.creees,
        "modifiees": fichier.modifiees,
        "ignorees": fichier.ignorees,
        "rejetees": fichier.rejetees,
    }
