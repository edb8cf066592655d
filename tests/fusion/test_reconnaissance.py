"""What may be deposited is decided by the bytes, never by the name."""

import io
import zipfile

import pytest

from tests.fusion.aides import refaire, word
from tests.fusion.corpus import fichiers
from viesion_core.fusion.atelier import ModeleInutilisable, reconnaitre
from viesion_core.fusion.model import TYPES

_OOXML = "application/vnd.openxmlformats-officedocument"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _zip(parties: dict[str, bytes]) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        for nom, contenu in parties.items():
            archive.writestr(nom, contenu)
    return sortie.getvalue()


def _ooxml(mime: str) -> bytes:
    return _zip({"[Content_Types].xml": f'<Types><Override ContentType="{mime}.main+xml"/></Types>'.encode()})


def _ole(flux: str) -> bytes:
    return _OLE + b"\x00" * 100 + flux.encode("utf-16-le") + b"\x00" * 100


ACCEPTES = {
    "application/pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"IEND\xaeB`\x82",
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 50 + b"\xff\xd9",
    "image/webp": b"RIFF\x0c\x00\x00\x00WEBPVP8 " + b"\x00" * 20,
    "image/tiff": b"II*\x00" + b"\x00" * 20,
    "image/heic": b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20,
    f"{_OOXML}.wordprocessingml.document": word("Bonjour"),
    f"{_OOXML}.spreadsheetml.sheet": _ooxml(f"{_OOXML}.spreadsheetml.sheet"),
    f"{_OOXML}.presentationml.presentation": _ooxml(f"{_OOXML}.presentationml.presentation"),
    "application/vnd.oasis.opendocument.text": _zip({"mimetype": b"application/vnd.oasis.opendocument.text"}),
    "application/vnd.oasis.opendocument.spreadsheet": _zip(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    ),
    "application/vnd.oasis.opendocument.presentation": _zip(
        {"mimetype": b"application/vnd.oasis.opendocument.presentation"}
    ),
    "application/msword": _ole("WordDocument"),
    "application/vnd.ms-excel": _ole("Workbook"),
    "application/vnd.ms-powerpoint": _ole("PowerPoint Document"),
}
REFUSES = {
    "empty": (b"", "vide"),
    "html": (b"<html><script>alert(1)</script></html>", "n'est pas accepté"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "n'est pas accepté"),
    "text": (b"Bonjour", "n'est pas accepté"),
    "windows-program": (b"MZ\x90\x00" + b"\x00" * 200, "n'est pas accepté"),
    "linux-program": (b"\x7fELF" + b"\x00" * 200, "n'est pas accepté"),
    "script": (b"#!/bin/sh\nid\n", "n'est pas accepté"),
    "rtf": (b"{\\rtf1 \\objupdate}", "n'est pas accepté"),
    "plain-zip": (_zip({"a.exe": b"MZ"}), "n'est pas accepté"),
    "truncated-pdf": (b"%PDF-1.7\n1 0 obj", "abîmé"),
    "truncated-png": (b"\x89PNG\r\n\x1a\n\x00\x00", "abîmé"),
    "truncated-jpeg": (b"\xff\xd8\xff\xe0\x00", "abîmé"),
    "truncated-docx": (word("x")[:5000], "abîmé"),
    "html-called-pdf": (b"<html>%PDF-1.7 %%EOF", "n'est pas accepté"),
    "docx-with-macro": (refaire(word("x"), ajouter={"word/vbaProject.bin": b"x"}), "macros"),
    "xlsx-macro-enabled": (
        _zip({"[Content_Types].xml": b'"application/vnd.ms-excel.sheet.macroEnabled.main+xml"'}),
        "macros",
    ),
    "odt-with-scripts": (
        _zip({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/Standard/a.xml": b"x"}),
        "macros",
    ),
    "doc-with-macro": (_ole("WordDocument") + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    "odf-of-another-kind": (_zip({"mimetype": b"application/vnd.oasis.opendocument.formula"}), "n'est pas accepté"),
    "ole-of-another-kind": (_ole("MsiDatabase"), "n'est pas accepté"),
}


@pytest.mark.parametrize("mime", sorted(ACCEPTES))
async def test_office_files_images_and_pdf_are_known_by_their_bytes(mime: str) -> None:
    assert await reconnaitre(ACCEPTES[mime]) == mime


def test_every_kind_is_tried() -> None:
    assert set(ACCEPTES) == set(TYPES)


@pytest.mark.parametrize("nom", sorted(REFUSES))
async def test_anything_else_is_refused_with_its_reason(nom: str) -> None:
    contenu, raison = REFUSES[nom]
    with pytest.raises(ModeleInutilisable) as refus:
        await reconnaitre(contenu)
    assert raison in refus.value.message


async def test_the_bombs_of_the_corpus_are_refused_as_deposits_too() -> None:
    bombes = {"zip-bomb", "ratio", "many-entries", "overlapping-entries", "path-traversal", "encrypted-entry"}
    for nom, contenu in fichiers():
        if nom in bombes:
            with pytest.raises(ModeleInutilisable):
                await reconnaitre(contenu)
