"""What a questionnaire and a bilan are: sections, questions, conditions, answers; values only.

A questionnaire is data, not code: a plugin ships it as one TOML file (`bilans.lecture`). Its version is kept with
each bilan, so that a new version never changes old answers. The rules on answers are in `bilans.regles`.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from viesion_core.contexte import Contexte, Role
from viesion_core.parcours.model import du_au

_ESPACE = uuid.UUID("0b1a4c4e-8a1f-4b53-9d0e-b11a40000037")


class TypeQuestion(enum.StrEnum):
    """How a question is answered, and what is stored: an ISO date, a number, a text, a boolean, code(s)."""

    DATE = "DATE"
    NOMBRE = "NOMBRE"
    TEXTE = "TEXTE"
    OUI_NON = "OUI_NON"
    CHOIX = "CHOIX"
    CHOIX_MULTIPLE = "CHOIX_MULTIPLE"


class Option(msgspec.Struct, frozen=True):
    """A possible answer: its stable code (what is stored) and its French label.

    `exclusive`: in a multiple choice it stands alone, like « Aucun ».
    """

    code: str
    libelle: str
    exclusive: bool = False


class Condition(msgspec.Struct, frozen=True):
    """A question is asked only when an earlier one is and has one of these answers ("oui"/"non" for OUI_NON)."""

    question: str
    valeurs: tuple[str, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `liste` names a reference list (ORGANISME, COMMUNE, MOTIF_FIN…) instead of `options`.

    `requise`: must be answered before the bilan is closed, if it is asked. `minimum`, `maximum` and `decimales` (0:
    whole) bound a NOMBRE, in `unite`. `passee`: a DATE that cannot be to come. `si`: every condition must hold.
    `transmise`: part of the conclusion that the département reads, if the person agrees (`Questionnaire.accord`).
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
    decimales: int = 0
    passee: bool = False
    sensible: bool = False
    requise: bool = False
    transmise: bool = False
    si: tuple[Condition, ...] = ()


class Evolution(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared between the beginning and the end of an accompaniment, for the compilation.

    `entree` and `sortie` are two questions of one bilan; the same code in both: one question, in the first and the
    last closed bilan of an étape. `mieux` says what is better: "hausse" or "baisse" of a NOMBRE, "oui" or "non" of an
    OUI_NON; for a CHOIX `ordre` gives the codes of its options from the worst to the best (one left out, like « Ne
    sait pas », is neither better nor worse).
    """

    libelle: str
    entree: str
    sortie: str
    mieux: str = ""
    ordre: tuple[str, ...] = ()

    @property
    def successive(self) -> bool:
        """Whether two bilans of an étape are compared, rather than two questions of one bilan."""
        return self.entree == self.sortie


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a questionnaire: « A. Cadre de l'orientation »."""

    code: str
    titre: str
    questions: tuple[Question, ...]


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a questionnaire of an offre. `sensible`: its answers are health data as a whole.

    `accord`: the code of the question that says that the person agrees to the transmission of the conclusion, an
    OUI_NON answered by oui or a TEXTE that holds only what they accept; "": nothing is ever transmitted.
    `evolutions`: what the compilation compares; they change no answer, so they may be corrected at any time.
    """

    code: str
    version: int
    libelle: str
    offre: str = ""
    sensible: bool = False
    accord: str = ""
    sections: tuple[Section, ...] = ()
    evolutions: tuple[Evolution, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Yield the questions in the order of the form."""
        for section in self.sections:
            yield from section.questions

    def par_code(self) -> Mapping[str, Question]:
        """Return the questions by code."""
        return {question.code: question for question in self.questions()}


class BilanVu(msgspec.Struct, frozen=True, kw_only=True):
    """A bilan and its answers, as a plugin sees it: `reponses` maps a question code to its stored value.

    Only the questions that are asked are in it: an answer that a condition hides is left out.
    """

    id: str
    questionnaire: str
    version_questionnaire: int
    offre: str
    etape: str
    date_bilan: str
    clos: bool
    reponses: Mapping[str, Any] = {}


class BilanResume(msgspec.Struct, frozen=True, kw_only=True):
    """A bilan as lists and its page show it.

    `nombre_questions` counts the whole questionnaire and `nombre_reponses` the answers to the questions that are
    asked (deck: « Nombre de questions 37, Nombre de réponses 32 »). `offre_ouverte`: the offre is enabled today for
    the organism of the bilan; `derniere_version`: the latest version of its questionnaire.
    """

    id: uuid.UUID
    beneficiaire: int
    etape: uuid.UUID
    etape_debut: dt.date
    etape_fin: dt.date | None
    organisme: uuid.UUID
    organisme_nom: str
    questionnaire: uuid.UUID
    code: str
    version_questionnaire: int
    libelle: str
    offre: str
    sensible: bool
    charge_le: dt.datetime
    date_bilan: dt.date
    nombre_questions: int
    nombre_reponses: int
    clos_le: dt.date | None
    created_at: dt.datetime
    version: int
    offre_ouverte: bool = False
    derniere_version: int = 0

    @property
    def nom(self) -> str:
        """« MOS - Bilan du 17/12/2021 »."""
        return f"{self.libelle} du {self.date_bilan:%d/%m/%Y}"

    @property
    def nom_etape(self) -> str:
        """« CONTEX'ART - C PARTI - du 15/02/2022 au 31/07/2022 »."""
        return f"{self.organisme_nom} - {self.offre} - {du_au(self.etape_debut, self.etape_fin)}"

    @property
    def clos(self) -> bool:
        """Whether it was closed: its answers no longer change."""
        return self.clos_le is not None


class ReponseVue(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its stored value, who gave it and when. `auteur` None: proposed from the dossier (prefilled)."""

    id: uuid.UUID
    question: str
    valeur: Any
    auteur: uuid.UUID | None
    auteur_nom: str
    at: dt.datetime
    version: int


class SaisieReponse(msgspec.Struct, frozen=True):
    """An answer given: its value (None empties it) and the version of the answer that was known (0: none)."""

    valeur: Any
    version: int = 0


class Avancement(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bilan is: `visibles` are the questions asked, `sections` their (answers, questions) by section."""

    total: int
    reponses: int
    visibles: tuple[str, ...]
    sections: Mapping[str, tuple[int, int]]
    suivante: str = ""

    @property
    def restantes(self) -> int:
        """How many questions asked have no answer yet."""
        return len(self.visibles) - self.reponses

    @property
    def sans_objet(self) -> int:
        """How many questions the conditions leave out."""
        return self.total - len(self.visibles)


class Constat(Protocol):
    """What a control has to say about a bilan: a message, whether it blocks, the code of its question ("" for all)."""

    @property
    def message(self) -> str:
        """What to say, in French."""

    @property
    def bloque(self) -> bool:
        """Whether the closing is refused."""

    @property
    def champ(self) -> str:
        """The code of the question concerned, "" for the whole bilan."""


class RequiseManquante(msgspec.Struct, frozen=True):
    """A required question without answer: blocks the closing."""

    message: str
    champ: str
    bloque: bool = True


def cle_reponse(bilan: uuid.UUID, question: str) -> uuid.UUID:
    """Return the key of an answer: always the same, so that its history goes on after it was emptied."""
    return uuid.uuid5(_ESPACE, f"{bilan}/{question}")


class ConclusionVue(msgspec.Struct, frozen=True, kw_only=True):
    """What the département reads of a health bilan: the transmitted questions, each with its answer in words.

    `reponses` is empty when nothing is transmitted, without saying whether the bilan is open or the person refused;
    `reservees` counts the questions that stay hidden.
    """

    reponses: tuple[tuple[str, str], ...]
    reservees: int


def conclusion_ouverte(ctx: Contexte, fiche: BilanResume, questionnaire: Questionnaire) -> bool:
    """Whether the user opens the page of the agreed conclusion: the département, for a bilan it may not read."""
    return ctx.role is Role.PILOTE and not lisible(ctx, fiche.sensible) and bool(questionnaire.accord)


def lisible(ctx: Contexte, sensible: bool) -> bool:
    """Whether the user may read a bilan or a question; the system itself (no user) may."""
    return not sensible or ctx.sensible or ctx.utilisateur is None
