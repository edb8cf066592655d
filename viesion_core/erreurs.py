"""The errors a person can meet. Messages are French and say what happened and what to do."""

from collections.abc import Mapping
from typing import Any


class ErreurMetier(Exception):
    """A rule of the field refuses the act; `message` is shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ErreurSaisie(ErreurMetier):
    """The form must be corrected: `erreurs` maps a field's name to its French message."""

    def __init__(self, erreurs: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or "La saisie est à corriger.")
        self.erreurs = dict(erreurs)


class Introuvable(ErreurMetier):
    """Unknown, or outside the perimeter: both answer alike (404, same body)."""

    def __init__(self, message: str = "Cette page n'existe pas ou n'est pas accessible.") -> None:
        super().__init__(message)


class Interdit(ErreurMetier):
    """The role does not allow the act (403)."""

    def __init__(self, message: str = "Votre rôle ne permet pas cette action.") -> None:
        super().__init__(message)


class ConflitVersion(ErreurMetier):
    """Somebody saved since the page was opened (409): both values are shown, nothing is overwritten.

    `actuelle` is the row as it is saved now, at `version`; `nom_table` and `cle` name it, "" when it has no history.
    """

    def __init__(
        self, actuelle: Mapping[str, Any], version: int, message: str = "", *, nom_table: str = "", cle: str = ""
    ) -> None:
        super().__init__(message or "Une autre personne a modifié ces informations depuis l'ouverture de la page.")
        self.actuelle = dict(actuelle)
        self.version = version
        self.nom_table = nom_table
        self.cle = cle
