"""What a questionnaire is: sections, questions, options, conditions; values only.

A questionnaire is data, not code: a plugin ships it as one TOML file (`bilans.lecture`). Its version is kept with
each bilan, so that a new version never changes old answers.
"""

import enum
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec


class TypeQuestion(enum.StrEnum):
    """How a question is answered, and what is stored: an ISO date, a number, a text, a boolean, code(s)."""

    DATE = "DATE"
    NOMBRE = "NOMBRE"
    TEXTE = "TEXTE"
    OUI_NON = "OUI_NON"
    CHOIX = "CHOIX"
    CHOIX_MULTIPLE = "CHOIX_MULTIPLE"


class Option(msgspec.Struct, frozen=True):
    """A possible answer: its stable code (what is stored) and its French label."""

    code: str
    libelle: str


class Condition(msgspec.Struct, frozen=True):
    """A question is asked only when another one has one of these answers (codes; "oui"/"non" for OUI_NON)."""

    question: str
    valeurs: tuple[str, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `liste` names a reference list (ORGANISME, COMMUNE, MOTIF_FIN…) instead of `options`.

    `requise`: must be answered before the bilan is closed. `minimum` and `maximum` bound a NOMBRE, in `unite`.
    """

    code: str
    texte: str
    type: TypeQuestion
    options: tuple[Option, ...] = ()
    liste: str = ""
    aide: str = ""
    unite: str = ""
    minimum: float | None = None
    maximum: float | None = None
    sensible: bool = False
    requise: bool = False
    si: Condition | None = None


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a questionnaire: « A. Cadre de l'orientation »."""

    code: str
    titre: str
    questions: tuple[Question, ...]


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a questionnaire of an offre. `sensible`: its answers are health data as a whole."""

    code: str
    version: int
    libelle: str
    offre: str = ""
    sensible: bool = False
    sections: tuple[Section, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Yield the questions in the order of the form."""
        for section in self.sections:
            yield from section.questions

    def par_code(self) -> Mapping[str, Question]:
        """Return the questions by code."""
        return {question.code: question for question in self.questions()}


class BilanVu(msgspec.Struct, frozen=True, kw_only=True):
    """A bilan and its answers, as a plugin sees it: `reponses` maps a question code to its stored value."""

    id: str
    questionnaire: str
    version_questionnaire: int
    offre: str
    etape: str
    date_bilan: str
    clos: bool
    reponses: Mapping[str, Any] = {}
