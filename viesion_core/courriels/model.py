"""What a mail carries beside its text."""

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation: an iCalendar object and its method (REQUEST, CANCEL), under the name of its attachment."""

    nom: str
    methode: str
    contenu: str


class FichierJoint(msgspec.Struct, frozen=True, kw_only=True):
    """A file attached: its name, its media type (« image/png »), its bytes (UTF-8 for a text)."""

    nom: str
    type_mime: str
    contenu: bytes
