"""Opening a Word file that nobody has vouched for: what is refused, before and after its XML is read.

Runs only in the confined process of `ouvrier.py`. Nothing is ever extracted to a disk.
"""

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from viesion_core.fusion.model import TYPE_DOCX

ENTREES_MAXIMUM = 300
TAILLE_DEPLIEE = 40 * 2**20
TAILLE_XML = 8 * 2**20
RATIO_MAXIMUM = 100
RATIO_A_PARTIR_DE = 64 * 1024
CONTENUS = "[Content_Types].xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PRINCIPAL = f"{TYPE_DOCX}.main+xml"
_TYPES_REFUSES = ("macroenabled", "vbaproject", "vbadata", "activex", "oleobject", "ms-office.control")
_NOMS_REFUSES = re.compile(r"(^|/)(vba\w*\.|activex|embeddings/|customui)", re.IGNORECASE)
_LIENS_PERMIS = ("http://", "https://", "mailto:")
_CHAMPS_PERMIS = frozenset(
    {
        *("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE"),
        *("TITLE", "AUTHOR", "SUBJECT", "FILENAME", "NUMWORDS", "NUMCHARS", "TOC", "PAGEREF", "REF", "SEQ"),
        *("STYLEREF", "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "IF", "="),
    }
)
_DTD = re.compile(rb"<!(doctype|entity)", re.IGNORECASE)
_ENCODAGE = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*['\"]([\w.:-]+)", re.IGNORECASE)
_PAS_ZIP = (
    "Ce fichier n'est pas un document Word .docx. Un ancien .doc, un document protégé par mot de passe ou un autre "
    "type de fichier : dans Word, enregistrez-le au format « Document Word (*.docx) », sans mot de passe."
)


class FichierRefuse(Exception):
    """The file is not opened; the message says in French why and what to do."""


def ouvrir(contenu: bytes) -> zipfile.ZipFile:
    """Return the archive once its directory is sound: entries, names, declared sizes, ratio; nothing is unpacked."""
    if not contenu.startswith(b"PK\x03\x04"):
        raise FichierRefuse(_PAS_ZIP)
    try:
        archive = zipfile.ZipFile(io.BytesIO(contenu))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, UnicodeError) as erreur:
        raise FichierRefuse("Ce fichier est abîmé ou incomplet : il ne peut pas être ouvert.") from erreur
    entrees = archive.infolist()
    if len(entrees) > ENTREES_MAXIMUM:
        raise FichierRefuse(f"Ce fichier contient {len(entrees)} éléments : {ENTREES_MAXIMUM} au plus.")
    noms: set[str] = set()
    for entree in entrees:
        _verifier_entree(entree, noms)
    if sum(e.file_size for e in entrees) > TAILLE_DEPLIEE:
        raise FichierRefuse(f"Déplié, ce fichier dépasse {TAILLE_DEPLIEE // 2**20} Mo : allégez ses images.")
    return archive


def _verifier_entree(entree: zipfile.ZipInfo, noms: set[str]) -> None:
    nom = entree.orig_filename
    segments = nom.rstrip("/").split("/")
    if nom.startswith("/") or "\\" in nom or ":" in nom or not nom.isprintable() or {"..", ".", ""} & set(segments):
        raise FichierRefuse("Un élément de ce fichier porte un nom qui n'est pas permis.")
    if nom.casefold() in noms:
        raise FichierRefuse("Deux éléments de ce fichier portent le même nom.")
    noms.add(nom.casefold())
    if entree.flag_bits & 0x1:
        raise FichierRefuse("Ce fichier est chiffré : enregistrez-le sans mot de passe.")
    if entree.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FichierRefuse("Ce fichier est compressé d'une façon que Word n'emploie pas.")
    if entree.file_size > RATIO_A_PARTIR_DE and entree.file_size > RATIO_MAXIMUM * max(entree.compress_size, 1):
        raise FichierRefuse("Ce fichier se déplie bien au-delà de sa taille : il n'est pas ouvert.")


def verifier_docx(contenu: bytes) -> dict[str, bytes]:
    """Return the XML parts of a Word document that holds neither code, nor link outwards, nor entity."""
    with ouvrir(contenu) as archive:
        parties = {e.filename: _lire(archive, e) for e in _xml(archive)}
        noms = {e.filename for e in archive.infolist()}
    if any(_NOMS_REFUSES.search(nom) for nom in noms):
        raise FichierRefuse("Ce document contient une macro ou un objet incorporé : retirez-le.")
    if sum(map(len, parties.values())) > TAILLE_XML:
        raise FichierRefuse("Le texte de ce document est trop volumineux pour un modèle.")
    arbres = {nom: analyser(nom, partie) for nom, partie in parties.items()}
    _verifier_types(arbres.get(CONTENUS))
    for nom, racine in arbres.items():
        if nom.endswith(".rels"):
            _verifier_liens(racine)
        elif nom.startswith("word/"):
            _verifier_champs_word(racine)
    return parties


def _xml(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for entree in archive.infolist():
        if entree.filename.lower().endswith((".xml", ".rels", ".vml")):
            if entree.file_size > TAILLE_XML:
                raise FichierRefuse("Le texte de ce document est trop volumineux pour un modèle.")
            yield entree


def _lire(archive: zipfile.ZipFile, entree: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entree)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as erreur:
        raise FichierRefuse("Ce fichier est abîmé ou incomplet : il ne peut pas être ouvert.") from erreur
    except zipfile.zlib.error as erreur:  # type: ignore[attr-defined]  # zipfile re-exports zlib without saying so
        raise FichierRefuse("Ce fichier est abîmé ou incomplet : il ne peut pas être ouvert.") from erreur


def analyser(nom: str, partie: bytes) -> etree._Element:
    """Return the tree of an XML part; anything but plain UTF-8 XML without DTD is refused."""
    declare = _ENCODAGE.match(partie.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in partie or (declare and declare[1].lower() not in (b"utf-8", b"us-ascii")):
        raise FichierRefuse("Ce document n'est pas écrit en UTF-8 : réenregistrez-le avec Word.")
    if _DTD.search(partie):
        raise FichierRefuse("Ce document déclare des entités (DOCTYPE) : Word n'en écrit pas, il est refusé.")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(partie, analyseur)
    except etree.XMLSyntaxError as erreur:
        raise FichierRefuse(f"Une partie de ce document est mal formée ({nom}) : réenregistrez-le.") from erreur


def _verifier_types(racine: etree._Element | None) -> None:
    if racine is None:
        raise FichierRefuse(_PAS_ZIP)
    types = [str(e.get("ContentType", "")) for e in racine.iter(etree.Element)]
    if any(refuse in type_.lower() for type_ in types for refuse in _TYPES_REFUSES):
        raise FichierRefuse("Ce document contient une macro ou un objet incorporé : retirez-le.")
    if _PRINCIPAL not in types:
        raise FichierRefuse(_PAS_ZIP)


def _verifier_liens(racine: etree._Element) -> None:
    for lien in racine.iter(etree.Element):
        cible, nature = str(lien.get("Target", "")), str(lien.get("Type", ""))
        if lien.get("TargetMode", "").lower() == "external":
            if not (nature.endswith("/hyperlink") and cible.lower().startswith(_LIENS_PERMIS)):
                genre = nature.rpartition("/")[2] or "lien"
                raise FichierRefuse(
                    f"Ce document va chercher quelque chose ailleurs ({genre}) : seuls les liens vers une adresse web "
                    "ou de courriel sont permis. Incorporez les images, détachez le modèle joint."
                )
        elif ":" in cible or "\\" in cible or cible.count("..") > 3:
            raise FichierRefuse("Un lien interne de ce document mène hors du document.")


def _verifier_champs_word(racine: etree._Element) -> None:
    """Refuse what runs or fetches when the document is opened: DDE, INCLUDETEXT, merged sources, foreign chunks."""
    for element in racine.iter(f"{_W}altChunk", f"{_W}object", f"{_W}control", f"{_W}subDoc"):
        raise FichierRefuse(f"Ce document incorpore un autre contenu ({etree.QName(element).localname}) : retirez-le.")
    for instruction in _instructions(racine):
        mots = instruction.replace("=", "= ").split()
        if mots and mots[0].upper() not in _CHAMPS_PERMIS:
            raise FichierRefuse(
                f"Le champ Word « {mots[0][:30]} » n'est pas permis dans un modèle. Pour une donnée du dossier, "
                "écrivez {{ … }} dans le texte."
            )


def _instructions(racine: etree._Element) -> Iterator[str]:
    """Yield the code of each Word field, however Word has cut it into pieces; inner fields come on their own."""
    pile: list[list[str]] = []
    for element in racine.iter(f"{_W}fldSimple", f"{_W}fldChar", f"{_W}instrText", f"{_W}delInstrText"):
        if element.tag == f"{_W}fldSimple":
            yield str(element.get(f"{_W}instr", ""))
        elif element.tag != f"{_W}fldChar":
            if not pile:
                yield str(element.text or "")
            else:
                pile[-1].append(str(element.text or ""))
        elif element.get(f"{_W}fldCharType") == "begin":
            pile.append([])
        elif element.get(f"{_W}fldCharType") == "end" and pile:
            yield "".join(pile.pop())
    yield from ("".join(morceaux) for morceaux in pile)
