"""Reading a questionnaire from its TOML file, with every mistake in French and at its line (`bilans.relecture`)."""

import tomllib
from typing import Any, TypeVar

import msgspec

from viesion_core.bilans.model import Condition, Evolution, Option, Question, Questionnaire, Section, TypeQuestion
from viesion_core.bilans.relecture import Defaut, Plan, en_francais, relire
from viesion_core.erreurs import ErreurMetier
from viesion_core.nomenclatures.model import cle

T = TypeVar("T")


class QuestionnaireInvalide(ErreurMetier):
    """The file does not describe a questionnaire; `defauts` says where and why."""

    def __init__(self, defauts: list[Defaut]) -> None:
        super().__init__("Questionnaire invalide : " + " ; ".join(f"ligne {d.ligne}, {d.message}" for d in defauts))
        self.defauts = defauts


class _OptionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str = ""
    libelle: str
    exclusive: bool = False


class _QuestionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    texte: str
    type: TypeQuestion
    options: list[str | _OptionLue] = []
    liste: str = ""
    aide: str = ""
    unite: str = ""
    minimum: float | None = None
    maximum: float | None = None
    decimales: int = 0
    passee: bool = False
    sensible: bool | None = None
    requise: bool = False
    transmise: bool = False
    si: dict[str, str | bool | list[str]] = {}


class _SectionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    titre: str
    questions: list[Any]


class _EvolutionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    libelle: str = ""
    question: str = ""
    entree: str = ""
    sortie: str = ""
    mieux: str = ""
    ordre: list[str] = []


class _QuestionnaireLu(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    version: int
    libelle: str
    sensible: bool = False
    accord: str = ""
    sections: list[Any]
    evolutions: list[Any] = []


def lire_questionnaire(texte: str) -> Questionnaire:
    """Return the questionnaire of a TOML text; QuestionnaireInvalide names every mistake with its line.

    Options are labels (their codes are derived: « 6 à 12 mois » is stored as 6_A_12_MOIS) or tables with a libelle and,
    if wished, a code and `exclusive = true` (« Aucun » goes with no other). A condition is written
    `si = { MOS_11 = true }` or `si = { MOS_32 = ["PSME_FLASH"] }`; with several keys all must hold. `transmise = true`
    marks what the département reads of a health bilan once the question named by `accord` says that the person agrees.
    `[[evolutions]]` names what the compilation compares: `entree` and `sortie`, two questions of a bilan, or
    `question`, the same in the first and the last closed bilan of an étape; with `mieux` or, for a choice, `ordre`.
    """
    try:
        brut = tomllib.loads(texte)
    except tomllib.TOMLDecodeError as erreur:
        defaut = Defaut(_ligne_toml(str(erreur)), f"le TOML est illisible : {erreur}")
        raise QuestionnaireInvalide([defaut]) from erreur
    lecteur = _Lecteur(Plan(texte))
    questionnaire = lecteur.questionnaire(brut)
    defauts = lecteur.defauts or (relire(questionnaire, lecteur.plan) if questionnaire else [])
    if questionnaire is None or defauts:
        raise QuestionnaireInvalide(sorted(defauts, key=lambda d: d.ligne))
    return questionnaire


def code_option(libelle: str) -> str:
    """Return the stored code of an option from its label: « Accepté, programmé » gives ACCEPTE_PROGRAMME."""
    return cle(libelle).replace(" ", "_")[:40]


class _Lecteur:
    """Reads part by part, so that one mistake does not hide the others."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.defauts: list[Defaut] = []

    def questionnaire(self, brut: dict[str, Any]) -> Questionnaire | None:
        lu = self._convertir(brut, _QuestionnaireLu)
        if lu is None:
            return None
        sections = (self._section(section, rang, lu.sensible) for rang, section in enumerate(lu.sections))
        return Questionnaire(
            code=lu.code,
            version=lu.version,
            libelle=lu.libelle,
            sensible=lu.sensible,
            accord=lu.accord,
            sections=(lues := tuple(section for section in sections if section is not None)),
            evolutions=self._evolutions(lu.evolutions, lues),
        )

    def _evolutions(self, brutes: list[Any], sections: tuple[Section, ...]) -> tuple[Evolution, ...]:
        questions = {question.code: question for section in sections for question in section.questions}
        lues = (self._convertir(brute, _EvolutionLue, evolution=rang) for rang, brute in enumerate(brutes))
        return tuple(
            _evolution(lue, questions.get(lue.question or lue.entree))
            for rang, lue in enumerate(lues)
            if lue is not None and self._seule(lue, rang)
        )

    def _seule(self, lue: _EvolutionLue, rang: int) -> bool:
        """Whether an evolution names one question or two, not both; a mistake otherwise."""
        if bool(lue.question) != bool(lue.entree or lue.sortie) and bool(lue.entree) == bool(lue.sortie):
            return True
        message = "une évolution nomme « question », ou « entree » et « sortie »."
        self.defauts.append(Defaut(self.plan.ligne_evolution(rang), message))
        return False

    def _section(self, brut: Any, rang: int, sensible: bool) -> Section | None:
        lue = self._convertir(brut, _SectionLue, rang)
        if lue is None:
            return None
        lues = (self._convertir(question, _QuestionLue, rang, place) for place, question in enumerate(lue.questions))
        return Section(
            code=lue.code, titre=lue.titre, questions=tuple(_question(lu, sensible) for lu in lues if lu is not None)
        )

    def _convertir(
        self, brut: Any, structure: type[T], section: int = -1, question: int = -1, evolution: int = -1
    ) -> T | None:
        try:
            return msgspec.convert(brut, structure)
        except msgspec.ValidationError as erreur:
            champ, message = en_francais(str(erreur))
            ligne = (
                self.plan.ligne_evolution(evolution, champ)
                if evolution >= 0
                else self.plan.ligne(section, question, champ)
            )
            self.defauts.append(Defaut(ligne, message))
            return None


def _question(lue: _QuestionLue, sensible: bool) -> Question:
    return Question(
        code=lue.code,
        texte=lue.texte,
        type=lue.type,
        options=tuple(_option(option) for option in lue.options),
        liste=lue.liste,
        aide=lue.aide,
        unite=lue.unite,
        minimum=lue.minimum,
        maximum=lue.maximum,
        decimales=lue.decimales,
        passee=lue.passee,
        sensible=sensible if lue.sensible is None else lue.sensible,
        requise=lue.requise,
        transmise=lue.transmise,
        si=tuple(Condition(question, _valeurs(valeurs)) for question, valeurs in lue.si.items()),
    )


def _evolution(lue: _EvolutionLue, entree: Question | None) -> Evolution:
    codes = {option.libelle: option.code for option in entree.options} if entree else {}
    return Evolution(
        libelle=lue.libelle or (entree.texte if entree else lue.question or lue.entree),
        entree=lue.question or lue.entree,
        sortie=lue.question or lue.sortie,
        mieux=lue.mieux,
        ordre=tuple(codes.get(libelle) or code_option(libelle) for libelle in lue.ordre),
    )


def _option(lue: str | _OptionLue) -> Option:
    if isinstance(lue, str):
        return Option(code_option(lue), lue)
    return Option(lue.code or code_option(lue.libelle), lue.libelle, lue.exclusive)


def _valeurs(valeurs: str | bool | list[str]) -> tuple[str, ...]:
    if isinstance(valeurs, bool):
        return ("oui" if valeurs else "non",)
    return (valeurs,) if isinstance(valeurs, str) else tuple(valeurs)


def _ligne_toml(message: str) -> int:
    """Return the line that the TOML reader names: « (at line 3, column 5) »."""
    _, _, suite = message.partition("at line ")
    chiffres = suite.partition(",")[0]
    return int(chiffres) if chiffres.isdigit() else 1
