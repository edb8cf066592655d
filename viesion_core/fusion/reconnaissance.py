"""Saying what a file really is from its bytes, never from its name. Runs only in the confined process."""

import re
import zipfile

from viesion_core.fusion.model import ACCEPTES, TYPES
from viesion_core.fusion.paquet import FichierRefuse, ouvrir

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = re.compile(r"vbaproject|vbadata|activex|/basic/|^basic/|/scripts/|^scripts/", re.IGNORECASE)
_MACROS_OLE = tuple(mot.encode("utf-16-le") for mot in ("_VBA_PROJECT", "Macros", "VBA"))
_ODF = "application/vnd.oasis.opendocument."
_REFUS = f"Ce type de fichier n'est pas accepté. Fichiers acceptés : {ACCEPTES}."
_MACRO = "Ce fichier contient des macros : enregistrez-le sans macro, ou en PDF."
_ABIME = "Ce fichier est abîmé ou incomplet."


def reconnaitre(contenu: bytes) -> str:
    """Return the media type of a file among those that may be kept (`model.TYPES`); FichierRefuse otherwise."""
    if not contenu:
        raise FichierRefuse("Ce fichier est vide.")
    mime = _image(contenu) or _pdf(contenu) or _bureautique_ancienne(contenu) or _archive(contenu)
    if mime is None:
        raise FichierRefuse(_REFUS)
    return mime


def _image(contenu: bytes) -> str | None:
    if contenu.startswith(b"\x89PNG\r\n\x1a\n"):
        return _complet(contenu[12:16] == b"IHDR" and b"IEND" in contenu[-64:], "image/png")
    if contenu.startswith(b"\xff\xd8\xff"):
        return _complet(b"\xff\xd9" in contenu[-65536:], "image/jpeg")
    if contenu[:4] == b"RIFF" and contenu[8:12] == b"WEBP":
        return _complet(len(contenu) >= int.from_bytes(contenu[4:8], "little"), "image/webp")
    if contenu[:4] in (b"II*\x00", b"MM\x00*"):
        return "image/tiff"
    if contenu[4:8] == b"ftyp" and contenu[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "image/heic"
    return None


def _pdf(contenu: bytes) -> str | None:
    if not contenu.startswith(b"%PDF-"):
        return None
    return _complet(b"%%EOF" in contenu[-2048:], "application/pdf")


def _bureautique_ancienne(contenu: bytes) -> str | None:
    """Recognise a file of Office 97-2003 by the name of its main stream."""
    if not contenu.startswith(_OLE):
        return None
    if any(mot in contenu for mot in _MACROS_OLE):
        raise FichierRefuse(_MACRO)
    flux = {
        "WordDocument": "application/msword",
        "Workbook": "application/vnd.ms-excel",
        "PowerPoint Document": "application/vnd.ms-powerpoint",
    }
    return next((mime for nom, mime in flux.items() if nom.encode("utf-16-le") in contenu), None)


def _archive(contenu: bytes) -> str | None:
    """Recognise an Office or OpenDocument file by the type that its archive declares."""
    if not contenu.startswith(b"PK\x03\x04"):
        return None
    with ouvrir(contenu) as archive:
        noms = [e.filename for e in archive.infolist()]
        if any(_MACROS.search(nom) for nom in noms):
            raise FichierRefuse(_MACRO)
        try:
            if "[Content_Types].xml" in noms:
                return _ooxml(archive.read("[Content_Types].xml"))
            if noms[:1] == ["mimetype"]:
                declare = archive.read("mimetype").decode("ascii", "replace").strip()
                return declare if declare.startswith(_ODF) and declare in TYPES else None
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as erreur:
            raise FichierRefuse(_ABIME) from erreur
    return None


def _ooxml(types: bytes) -> str | None:
    if b"macroenabled" in types.lower():
        raise FichierRefuse(_MACRO)
    return next((mime for mime in TYPES if f'"{mime}.main+xml"'.encode() in types), None)


def _complet(condition: bool, mime: str) -> str:
    if not condition:
        raise FichierRefuse(_ABIME)
    return mime
