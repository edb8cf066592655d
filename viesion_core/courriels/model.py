"""What a mail carries beside its text."""

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation: an iCalendar object and its method (REQUEST, CANCEL), under the name of its attachment."""

    nom: str
    methode: str
    contenu: str
