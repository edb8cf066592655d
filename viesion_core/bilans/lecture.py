"""Reading a questionnaire from its TOML file, with every mistake in French and at its line."""

import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from viesion_core.bilans.model import Condition, Option, Question, Questionnaire, Section, TypeQuestion
from viesion_core.erreurs import ErreurMetier
from viesion_core.nomenclatures.model import cle

LISTES = ("ORGANISME", "COMMUNE", "MOTIF_FIN")
"""The reference lists that a question may name instead of its own options."""


class Defaut(msgspec.Struct, frozen=True):
    """A mistake of the file: its line (1 when it concerns the whole), and what to do in French."""

    ligne: int
    message: str


class QuestionnaireInvalide(ErreurMetier):
    """The file does not describe a questionnaire; `defauts` says where and why."""

    def __init__(self, defauts: list[Defaut]) -> None:
        super().__init__("Questionnaire invalide : " + " ; ".join(f"ligne {d.ligne}, {d.message}" for d in defauts))
        self.defauts = defauts


class _QuestionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    texte: str
    type: TypeQuestion
    options: list[str | dict[str, str]] = []
    liste: str = ""
    aide: str = ""
    unite: str = ""
    minimum: float | None = None
    maximum: float | None = None
    sensible: bool | None = None
    requise: bool = False
    si: dict[str, str | bool | list[str]] = {}


class _SectionLue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    titre: str
    questions: list[_QuestionLue]


class _QuestionnaireLu(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    version: int
    libelle: str
    sensible: bool = False
    sections: list[_SectionLue]


def lire_questionnaire(texte: str) -> Questionnaire:
    """Return the questionnaire of a TOML text; QuestionnaireInvalide names every mistake with its line.

    Options are labels (their codes are derived: « 6 à 12 mois » is stored as 6_A_12_MOIS) or tables with a code and a
    libelle. A condition is written `si = { MOS_11 = true }` or `si = { MOS_32 = ["PSME_FLASH"] }`.
    """
    try:
        lu = msgspec.convert(tomllib.loads(texte), _QuestionnaireLu)
    except tomllib.TOMLDecodeError as erreur:
        raise QuestionnaireInvalide([Defaut(_ligne_toml(str(erreur)), f"le TOML est illisible : {erreur}")]) from erreur
    except msgspec.ValidationError as erreur:
        raise QuestionnaireInvalide([Defaut(1, f"le questionnaire est mal formé : {erreur}")]) from erreur
    questionnaire = Questionnaire(
        code=lu.code,
        version=lu.version,
        libelle=lu.libelle,
        sensible=lu.sensible,
        sections=tuple(_section(section, lu.sensible) for section in lu.sections),
    )
    defauts = list(_defauts(questionnaire, texte))
    if defauts:
        raise QuestionnaireInvalide(defauts)
    return questionnaire


def code_option(libelle: str) -> str:
    """Return the stored code of an option from its label: « Accepté, programmé » gives ACCEPTE_PROGRAMME."""
    return cle(libelle).replace(" ", "_")[:40]


def _section(lue: _SectionLue, sensible: bool) -> Section:
    return Section(code=lue.code, titre=lue.titre, questions=tuple(_question(q, sensible) for q in lue.questions))


def _question(lue: _QuestionLue, sensible: bool) -> Question:
    condition = next((Condition(question, _valeurs(valeurs)) for question, valeurs in lue.si.items()), None)
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
        sensible=sensible if lue.sensible is None else lue.sensible,
        requise=lue.requise,
        si=condition,
    )


def _option(lue: str | Mapping[str, str]) -> Option:
    if isinstance(lue, str):
        return Option(code_option(lue), lue)
    return Option(lue.get("code", ""), lue.get("libelle", ""))


def _valeurs(valeurs: str | bool | list[str]) -> tuple[str, ...]:
    if isinstance(valeurs, bool):
        return ("oui" if valeurs else "non",)
    return (valeurs,) if isinstance(valeurs, str) else tuple(valeurs)


def _defauts(questionnaire: Questionnaire, texte: str) -> Iterator[Defaut]:
    """Yield what a well-formed file may still have wrong: codes used twice, options, conditions."""
    if questionnaire.version < 1:
        yield Defaut(1, "la version est un nombre à partir de 1.")
    vues: dict[str, Question] = {}
    for question in questionnaire.questions():
        ligne = _ligne(texte, question.code)
        if question.code in vues:
            yield Defaut(ligne, f"le code {question.code} sert deux fois.")
        yield from (Defaut(ligne, message) for message in _defauts_question(question, vues))
        vues[question.code] = question
    if not vues:
        yield Defaut(1, "le questionnaire n'a aucune question.")


def _defauts_question(question: Question, vues: Mapping[str, Question]) -> Iterator[str]:
    choix = question.type in (TypeQuestion.CHOIX, TypeQuestion.CHOIX_MULTIPLE)
    if choix and not question.options and not question.liste:
        yield f"{question.code} est un choix : donnez ses options, ou une liste."
    if not choix and (question.options or question.liste):
        yield f"{question.code} n'est pas un choix : elle n'a ni options ni liste."
    if question.liste and question.liste not in LISTES:
        yield f"{question.code} : la liste {question.liste} n'existe pas ({', '.join(LISTES)})."
    codes = [option.code for option in question.options]
    if len(codes) != len(set(codes)) or "" in codes:
        yield f"{question.code} : deux options ont le même code, ou une n'en a pas."
    if question.si is None:
        return
    autre = vues.get(question.si.question)
    if autre is None:
        yield f"{question.code} dépend de {question.si.question}, qui n'existe pas avant elle."
        return
    permises = {"oui", "non"} if autre.type is TypeQuestion.OUI_NON else {option.code for option in autre.options}
    for valeur in question.si.valeurs:
        if valeur not in permises and not autre.liste:
            yield f"{question.code} dépend de {autre.code} = {valeur}, qui n'est pas une de ses réponses."


def _ligne(texte: str, code: str) -> int:
    """Return the line where a question's code is written."""
    for rang, ligne in enumerate(texte.splitlines(), start=1):
        if ligne.split("=")[0].strip() == "code" and f'"{code}"' in ligne:
            return rang
    return 1


def _ligne_toml(message: str) -> int:
    """Return the line that the TOML reader names: « (at line 3, column 5) »."""
    _, _, suite = message.partition("at line ")
    chiffres = suite.partition(",")[0]
    return int(chiffres) if chiffres.isdigit() else 1
