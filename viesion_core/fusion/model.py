"""What a Word template, its check and a document are: values only."""

import datetime as dt
import re
import uuid

import msgspec

from viesion_core.contexte import Contexte

COEUR, EXTENSION, ADMINISTRATION = "COEUR", "EXTENSION", "ADMINISTRATION"
LIBELLE_ORIGINE = {
    COEUR: "Livré avec VieSion",
    EXTENSION: "Livré avec l'offre",
    ADMINISTRATION: "Déposé par l'administration",
}
FUSION, DEPOT = "FUSION", "DEPOT"
LIBELLE_NATURE = {FUSION: "Fusion", DEPOT: "Dépôt"}
TYPE_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TAILLE_MODELE = 5 * 2**20
TAILLE_DEPOT = 15 * 2**20
_SUFFIXE_MODELE = re.compile(r"[\s-]*mod[eéè]l[eé][\s-]+(de[\s-]+)?fusion[\s-]*$", re.IGNORECASE)
INTERDITS_NOM = '/\\:*?"<>|'


class ChampFusion(msgspec.Struct, frozen=True):
    """A field that a template may use: `beneficiaire.nom`, what it holds in French, an example.

    A field of a list carries brackets: `mos.partenaires[].nom`.
    """

    nom: str
    libelle: str
    exemple: str = ""


class GroupeChamps(msgspec.Struct, frozen=True):
    """Fields that go together, as the page « Champs de fusion » lists them; `aide`: when they are filled."""

    titre: str
    champs: tuple[ChampFusion, ...]
    aide: str = ""


class ModeleFusion(msgspec.Struct, frozen=True, kw_only=True):
    """A Word template shipped by a plugin: its bytes, and the questionnaire that it prints ("" for none).

    `champs`: the fields that the plugin's own `completer_fusion` adds to those of the core.
    """

    code: str
    libelle: str
    contenu: bytes
    questionnaire: str = ""
    offre: str = ""
    champs: tuple[ChampFusion, ...] = ()


class Defaut(msgspec.Struct, frozen=True):
    """A mistake of a template: what is wrong and what to do, in French; `extrait`: the text where it stands."""

    message: str
    extrait: str = ""


class Controle(msgspec.Struct, frozen=True, kw_only=True):
    """The check report of a template: its mistakes, and the fields that it uses."""

    defauts: tuple[Defaut, ...] = ()
    champs: tuple[str, ...] = ()

    @property
    def accepte(self) -> bool:
        """Whether the template may be used."""
        return not self.defauts

    @property
    def groupes(self) -> frozenset[str]:
        """The first words of its fields: what has to be read of a dossier, and nothing more."""
        return frozenset(champ.split(".")[0].removesuffix("[]") for champ in self.champs)


class VersionModele(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a Word template, without its bytes. `edition` counts the versions of a code from 1."""

    id: uuid.UUID
    code: str
    edition: int
    libelle: str
    offre: str
    questionnaire: str
    origine: str
    empreinte: str
    taille: int
    champs: tuple[str, ...]
    depose_le: dt.datetime
    depose_par: str
    actif: bool
    version: int
    editions: int = 1

    @property
    def origine_libelle(self) -> str:
        """« Livré avec l'offre », « Déposé par l'administration »."""
        return LIBELLE_ORIGINE[self.origine]

    @property
    def groupes(self) -> frozenset[str]:
        """The groups of fields that it uses."""
        return Controle(champs=self.champs).groupes


class DocumentResume(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a dossier as the list shows it; `modele_edition` is the version of its template."""

    id: uuid.UUID
    beneficiaire: int
    organisme: uuid.UUID
    organisme_nom: str
    nom: str
    nature: str
    type_mime: str
    taille: int
    empreinte: str
    fichier: str
    sensible: bool
    bilan: uuid.UUID | None
    modele_libelle: str | None
    modele_edition: int | None
    auteur_nom: str
    created_at: dt.datetime
    version: int

    @property
    def type_libelle(self) -> str:
        """« Word », « PDF », « Image JPEG »."""
        return TYPES[self.type_mime].libelle if self.type_mime in TYPES else "Fichier"

    @property
    def nom_fichier(self) -> str:
        """The name under which it is downloaded, with the extension of what it really is."""
        extension = TYPES[self.type_mime].extension if self.type_mime in TYPES else "bin"
        return f"{self.nom}.{extension}"

    def supprimable(self, ctx: Contexte) -> bool:
        """Whether the user may delete it: what an organism has put in a dossier is its own."""
        return ctx.utilisateur is None or ctx.organisme == self.organisme


class TypeFichier(msgspec.Struct, frozen=True):
    """A kind of file that may be kept: its media type, its extension, its French name."""

    mime: str
    extension: str
    libelle: str


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
TYPES = {
    type_.mime: type_
    for type_ in (
        TypeFichier("application/pdf", "pdf", "PDF"),
        TypeFichier("image/jpeg", "jpg", "Image JPEG"),
        TypeFichier("image/png", "png", "Image PNG"),
        TypeFichier("image/webp", "webp", "Image WebP"),
        TypeFichier("image/heic", "heic", "Photo HEIC"),
        TypeFichier("image/tiff", "tiff", "Image TIFF"),
        TypeFichier(TYPE_DOCX, "docx", "Word"),
        TypeFichier(f"{_OOXML}.spreadsheetml.sheet", "xlsx", "Excel"),
        TypeFichier(f"{_OOXML}.presentationml.presentation", "pptx", "PowerPoint"),
        TypeFichier(f"{_ODF}.text", "odt", "Texte OpenDocument"),
        TypeFichier(f"{_ODF}.spreadsheet", "ods", "Classeur OpenDocument"),
        TypeFichier(f"{_ODF}.presentation", "odp", "Présentation OpenDocument"),
        TypeFichier("application/msword", "doc", "Word 97-2003"),
        TypeFichier("application/vnd.ms-excel", "xls", "Excel 97-2003"),
        TypeFichier("application/vnd.ms-powerpoint", "ppt", "PowerPoint 97-2003"),
    )
}


def _types(*extensions: str) -> tuple[str, ...]:
    return tuple(mime for mime, type_ in TYPES.items() if type_.extension in extensions)


FAMILLES = {
    "pdf": ("PDF", _types("pdf")),
    "image": ("Images", _types("jpg", "png", "webp", "heic", "tiff")),
    "texte": ("Textes (Word, OpenDocument)", _types("docx", "doc", "odt")),
    "tableur": ("Classeurs", _types("xlsx", "xls", "ods")),
    "diaporama": ("Présentations", _types("pptx", "ppt", "odp")),
}
"""The kinds of files that the list can be reduced to: their French names, their media types."""
TRIS = {"date": "d.created_at", "nom": "lower(d.nom)", "taille": "d.taille"}
"""What the list can be sorted by, and its column."""
ACCEPTES = "PDF, images (JPEG, PNG, WebP, HEIC, TIFF), Word, Excel, PowerPoint, OpenDocument"


def nom_propre(texte: str) -> str:
    """Return a label safe in a list and as a file name: one line, no path, at most 120 characters; "" if none."""
    lettres = (" " if c in INTERDITS_NOM or not c.isprintable() else c for c in texte)
    return " ".join("".join(lettres).split()).strip(". ")[:120].rstrip()


def titre_document(libelle_modele: str) -> str:
    """Return the name of what a template makes: « fiche bilan MOS modéle fusion » makes a « Fiche bilan MOS »."""
    titre = _SUFFIXE_MODELE.sub("", nom_propre(libelle_modele)) or "Document"
    return titre[0].upper() + titre[1:]


def nom_depot(nom_client: str) -> str:
    """Return the label that a client's file name proposes: without its folder and its extension."""
    base = nom_client.replace("\\", "/").rpartition("/")[2]
    racine, point, extension = base.rpartition(".")
    return nom_propre(racine if point and len(extension) <= 5 else base)
