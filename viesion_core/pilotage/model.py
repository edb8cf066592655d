"""What a compilation is made of: the filters, what the base counts, what the page shows; values only."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

import msgspec

from viesion_core.bilans.model import Condition, Questionnaire, TypeQuestion

OUVERTE, CLOSE = "ouverte", "close"
"""What may be asked of the étape of a bilan."""


class Filtres(msgspec.Struct, frozen=True, kw_only=True):
    """What is compiled: the bilans dated in a period (both days included), of an organism, a territoire, an étape.

    `secteur` is that of the commune of the person; `etape`: OUVERTE, CLOSE or "" for both.
    """

    debut: dt.date
    fin: dt.date
    organisme: uuid.UUID | None = None
    secteur: str = ""
    etape: str = ""

    @property
    def jours(self) -> int:
        """How long the period is, in days."""
        return (self.fin - self.debut).days + 1


class QuestionnaireCompte(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire of the base and what was done with it in a period, its versions together."""

    code: str
    libelle: str
    offre: str
    sensible: bool
    bilans: int = 0
    personnes: int = 0
    clos: int = 0
    reponses: int = 0
    questions: int = 0

    @property
    def part_close(self) -> float | None:
        """The share of the bilans that are closed, in per cent."""
        return 100 * self.clos / self.bilans if self.bilans else None

    @property
    def part_remplie(self) -> float | None:
        """The share of the questions that have an answer, in per cent."""
        return 100 * self.reponses / self.questions if self.questions else None


class Comptes(msgspec.Struct, frozen=True, kw_only=True):
    """What the base counts in one version of a questionnaire.

    `retenus`: the bilans compiled (for health data the latest of each person: a person counts once). `posees`: how
    many of them ask a question, only those under a condition; `effectifs`: question, then JSON text of the answer (""
    for a free text, which is never read), then how many.
    """

    bilans: int = 0
    personnes: int = 0
    clos: int = 0
    retenus: int = 0
    posees: Mapping[str, int] = {}
    effectifs: Mapping[str, Mapping[str, int]] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table: a possible answer, a class of numbers, a month. `effectif` None: hidden (a small cell)."""

    code: str
    libelle: str
    effectif: int | None
    part: float | None = None

    @property
    def court(self) -> str:
        """A short label: « 06/26 » for a month, where a class begins."""
        if len(self.code) == 7 and self.code[4] == "-":
            return f"{self.code[5:]}/{self.code[2:4]}"
        return self.libelle.removeprefix("de ").partition(" à ")[0]

    @property
    def masquee(self) -> bool:
        """Whether it is hidden."""
        return self.effectif is None


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of numbers; None where it would tell about one person."""

    minimum: float | None
    q1: float | None
    mediane: float | None
    q3: float | None
    maximum: float | None
    moyenne: float | None

    def lignes(self) -> list[tuple[str, float | None]]:
        """Return each measure with its French name."""
        return [
            ("Minimum", self.minimum),
            ("Premier quartile", self.q1),
            ("Médiane", self.mediane),
            ("Troisième quartile", self.q3),
            ("Maximum", self.maximum),
            ("Moyenne", self.moyenne),
        ]


class QuestionCompilee(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to a question. `posees`, `repondues` None and no case: too few to be shown (`masquee`).

    `protegee`: health data, its counts are rounded and its small cells hidden. `avant`: the same in the period that it
    is compared with.
    """

    code: str
    texte: str
    type: TypeQuestion
    unite: str = ""
    posees: int | None
    repondues: int | None
    cases: tuple[Case, ...] = ()
    distribution: Distribution | None = None
    protegee: bool = False
    avant: "QuestionCompilee | None" = None

    @property
    def masquee(self) -> bool:
        """Whether nothing of it may be shown."""
        return self.repondues is None

    @property
    def taux(self) -> float | None:
        """The response rate, in per cent of the bilans that ask the question."""
        if not self.posees or self.repondues is None:
            return None
        return min(100.0, 100 * self.repondues / self.posees)

    @property
    def colonnes(self) -> list[tuple[str, int | None, str]]:
        """The rows as a chart of columns takes them: label, how many, the short label under the column."""
        return [(case.libelle, case.effectif, case.court) for case in self.cases]

    def case_avant(self, code: str) -> Case | None:
        """Return the same row in the period before."""
        return next((case for case in self.avant.cases if case.code == code), None) if self.avant else None


class SectionCompilee(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the questionnaire and its compiled questions."""

    code: str
    titre: str
    questions: tuple[QuestionCompilee, ...]


def conditions_entieres(questionnaire: Questionnaire) -> Mapping[str, tuple[Condition, ...]]:
    """Return the conditions of each conditional question, those of the questions that it depends on included."""
    entieres: dict[str, tuple[Condition, ...]] = {}
    for question in questionnaire.questions():
        if question.si:
            toutes: dict[Condition, None] = {}
            for condition in question.si:
                toutes |= dict.fromkeys((*entieres.get(condition.question, ()), condition))
            entieres[question.code] = tuple(toutes)
    return entieres


def avec_sante(questionnaire: Questionnaire) -> bool:
    """Whether some answers are health data: then a person counts once."""
    return questionnaire.sensible or any(question.sensible for question in questionnaire.questions())


def textes_libres(questionnaire: Questionnaire) -> Iterable[str]:
    """Return the codes of the questions answered in free words: counted, never read."""
    return [q.code for q in questionnaire.questions() if q.type is TypeQuestion.TEXTE]
