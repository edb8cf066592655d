"""The screenshot of an anomaly: told by its bytes, whole, and freed of what a camera writes beside the picture.

Only the chunks that draw the picture are kept: no place, no device, no author, nothing after the end of the image.
"""

import zlib

import msgspec

from viesion_core.erreurs import ErreurSaisie

TAILLE_MAXIMALE = 4 * 2**20
"""Bytes of a screenshot at most: a mail of more than 5 MB is often refused."""
ACCEPTEES = "image PNG ou JPEG"
_PNG = b"\x89PNG\r\n\x1a\n"
_MORCEAUX_PNG = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"})
_SOI, _EOI, _SOS, _APP0, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xFE
_ABIMEE = "Cette image est abîmée ou incomplète."


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted screenshot: its media type, its name in the mail, the bytes of the picture alone."""

    type_mime: str
    nom: str
    contenu: bytes


def lire_capture(contenu: bytes) -> Capture:
    """Return the screenshot of a file; ErreurSaisie (`capture`) when it is no whole PNG or JPEG, or too large."""
    if len(contenu) > TAILLE_MAXIMALE:
        raise ErreurSaisie({"capture": f"Cette image est trop lourde : {TAILLE_MAXIMALE // 2**20} Mo au plus."})
    if contenu.startswith(_PNG):
        return Capture(type_mime="image/png", nom="capture.png", contenu=_png(contenu))
    if contenu.startswith(b"\xff\xd8\xff"):
        return Capture(type_mime="image/jpeg", nom="capture.jpg", contenu=_jpeg(contenu))
    raise ErreurSaisie({"capture": f"Ce fichier n'est pas une {ACCEPTEES}."})


def _png(contenu: bytes) -> bytes:
    """Keep the chunks that draw the picture; each one has its length and its checksum."""
    garde, place, premier = bytearray(_PNG), len(_PNG), True
    while True:
        longueur, genre = int.from_bytes(contenu[place : place + 4]), contenu[place + 4 : place + 8]
        fin = place + 12 + longueur
        somme = int.from_bytes(contenu[fin - 4 : fin])
        if fin > len(contenu) or premier != (genre == b"IHDR") or zlib.crc32(contenu[place + 4 : fin - 4]) != somme:
            raise ErreurSaisie({"capture": _ABIMEE})
        if genre in _MORCEAUX_PNG:
            garde += contenu[place:fin]
        if genre == b"IEND":
            return bytes(garde)
        place, premier = fin, False


def _jpeg(contenu: bytes) -> bytes:
    """Keep the segments that draw the picture (JFIF and Adobe's colours among the application ones)."""
    garde, place = bytearray(contenu[:2]), 2
    while True:
        debut = place
        if len(contenu) < place + 4 or contenu[place] != 0xFF:
            raise ErreurSaisie({"capture": _ABIMEE})
        marque = contenu[place + 1]
        fin = place + 2 + int.from_bytes(contenu[place + 2 : place + 4])
        if marque in (_SOI, _EOI) or fin > len(contenu):
            raise ErreurSaisie({"capture": _ABIMEE})
        if marque == _SOS:
            bout = contenu.rfind(b"\xff\xd9", fin)
            if bout < 0:
                raise ErreurSaisie({"capture": _ABIMEE})
            return bytes(garde + contenu[debut : bout + 2])
        application = _APP0 <= marque < _APP0 + 16
        if marque != _COM and (not application or marque in (_APP0, _APP14)):
            garde += contenu[debut:fin]
        place = fin
