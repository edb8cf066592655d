"""What a well-formed questionnaire may still have wrong, in French, and the lines of its TOML file."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from viesion_core.bilans.model import Condition, Evolution, Question, Questionnaire, TypeQuestion
from viesion_core.nomenclatures.model import nomenclatures

LISTES = ("ORGANISME", "COMMUNE", *sorted(nom for nom in nomenclatures() if nom != "CARACTERISTIQUE"))
"""The reference lists that a question may name instead of its own options."""
EVOLUTIONS = 20
"""How many evolutions a questionnaire may declare."""
_MIEUX = {TypeQuestion.NOMBRE: ("hausse", "baisse"), TypeQuestion.OUI_NON: ("oui", "non")}
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{0,39}")
_ENTETE = re.compile(r"\s*\[\[\s*(?:(evolutions)|sections\s*(\.\s*questions\s*)?)\s*\]\]")
_TYPES = {
    "int": "un nombre entier",
    "float": "un nombre",
    "str": "un texte entre guillemets",
    "bool": "true ou false",
    "array": "une liste entre crochets",
    "object": "une table",
}
_CHOIX = (TypeQuestion.CHOIX, TypeQuestion.CHOIX_MULTIPLE)


class Defaut(msgspec.Struct, frozen=True):
    """A mistake of the file: its line (1 when it concerns the whole), and what to do in French."""

    ligne: int
    message: str


class Plan:
    """Where each section and question begins in the file, to name the line of a mistake."""

    def __init__(self, texte: str) -> None:
        self._lignes = texte.splitlines()
        self._sections: list[list[int]] = []
        self._evolutions: list[int] = []
        for rang, ligne in enumerate(self._lignes):
            entete = _ENTETE.match(ligne)
            if entete and entete[1]:
                self._evolutions.append(rang)
            elif entete and entete[2] is None:
                self._sections.append([rang])
            elif entete and self._sections:
                self._sections[-1].append(rang)

    def ligne(self, section: int = -1, question: int = -1, champ: str = "") -> int:
        """Return the line, from 1, of a field of a question (by rank), of a section, or of the head of the file."""
        debut = -1
        if 0 <= section < len(self._sections) and question + 1 < len(self._sections[section]):
            debut = self._sections[section][question + 1]
        return self._dans(debut, champ)

    def ligne_evolution(self, rang: int, champ: str = "") -> int:
        """Return the line, from 1, of a field of an evolution (by rank)."""
        return self._dans(self._evolutions[rang] if 0 <= rang < len(self._evolutions) else -1, champ)

    def _dans(self, debut: int, champ: str) -> int:
        """Return the line of a field of the table that begins after `debut`, else that of its header."""
        for rang in range(debut + 1, len(self._lignes)):
            if _ENTETE.match(self._lignes[rang]):
                break
            if champ and self._lignes[rang].partition("=")[0].strip() == champ:
                return rang + 1
        return max(debut, 0) + 1


def en_francais(message: str) -> tuple[str, str]:
    """Return the field and the French sentence of a mistake of form, from what the converter says."""
    raison, _, chemin = message.partition(" - at `$")
    champ = re.split(r"[.\[]", chemin.rstrip("`").lstrip("."))[0]
    cites = re.findall(r"`([^`]*)`", raison)
    if raison.startswith("Object missing"):
        return champ, f"il manque « {cites[0]} »."
    if raison.startswith("Object contains unknown"):
        return cites[0], f"« {cites[0]} » n'est pas connu ici."
    if raison.startswith("Invalid enum"):
        return champ, f"« {champ} » est l'un de : {', '.join(TypeQuestion)}."
    attendus = [_TYPES[nom] for nom in re.split(r"\s*\|\s*", cites[0] if cites else "") if nom in _TYPES]
    return champ, f"« {champ} » est {' ou '.join(attendus) or 'mal écrit'}."


def relire(questionnaire: Questionnaire, plan: Plan) -> list[Defaut]:
    """Return every mistake of a well-formed questionnaire: codes, options, bounds, conditions, what is compared."""
    defauts = [Defaut(plan.ligne(champ=champ), message) for champ, message in _tete(questionnaire)]
    vues: dict[str, Question] = {}
    sections: set[str] = set()
    for rang, section in enumerate(questionnaire.sections):
        if section.code in sections or not section.code or not section.titre:
            defauts.append(Defaut(plan.ligne(rang, champ="code"), "une section a un code à elle et un titre."))
        sections.add(section.code)
        for place, question in enumerate(section.questions):
            trouves = [*_codes(question, vues), *_options(question), *_bornes(question), *_conditions(question, vues)]
            defauts += [
                Defaut(plan.ligne(rang, place, champ), f"{question.code} : {message}") for champ, message in trouves
            ]
            vues[question.code] = question
    defauts += [Defaut(plan.ligne(champ="accord"), message) for message in _accord(questionnaire, vues)]
    defauts += [
        Defaut(plan.ligne_evolution(rang, champ), f"évolution {rang + 1} : {message}")
        for rang, evolution in enumerate(questionnaire.evolutions)
        for champ, message in _evolution(evolution, vues)
    ]
    couples = [(evolution.entree, evolution.sortie) for evolution in questionnaire.evolutions]
    if len(couples) != len(set(couples)):
        defauts.append(Defaut(plan.ligne_evolution(0), "deux évolutions comparent la même chose."))
    if len(couples) > EVOLUTIONS:
        defauts.append(Defaut(plan.ligne_evolution(EVOLUTIONS), f"{EVOLUTIONS} évolutions au plus."))
    if not vues:
        defauts.append(Defaut(1, "le questionnaire n'a aucune question."))
    return defauts


def _tete(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(questionnaire.code):
        yield "code", "le code s'écrit en majuscules, chiffres et « _ », 40 caractères au plus."
    if questionnaire.version < 1:
        yield "version", "la version est un nombre à partir de 1."
    if not 1 <= len(questionnaire.libelle) <= 160:
        yield "libelle", "le libellé compte de 1 à 160 caractères."


def _accord(questionnaire: Questionnaire, vues: Mapping[str, Question]) -> Iterator[str]:
    """Say why the conclusion could not be transmitted as the file says: never without the person's agreement."""
    transmises = any(question.transmise for question in vues.values())
    autre = vues.get(questionnaire.accord)
    if transmises and not questionnaire.accord:
        yield "des questions sont transmises : « accord » nomme la question où la personne y consent."
    if not questionnaire.accord:
        return
    if not transmises:
        yield "« accord » ne sert que si des questions sont transmises."
    if not questionnaire.sensible:
        yield "« accord » ne sert qu'à un questionnaire de santé (sensible = true)."
    if autre is None:
        yield f"l'accord est donné à {questionnaire.accord}, qui n'existe pas."
    elif autre.type not in (TypeQuestion.OUI_NON, TypeQuestion.TEXTE):
        yield f"l'accord est donné à {autre.code}, qui n'est ni un oui ou non ni un texte."


def _evolution(evolution: Evolution, vues: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    """Say why the two answers could not be compared: unknown, of two kinds, without a better and a worse."""
    if not 1 <= len(evolution.libelle) <= 160:
        yield "libelle", "le libellé compte de 1 à 160 caractères."
    inconnues = [code for code in dict.fromkeys((evolution.entree, evolution.sortie)) if code not in vues]
    for code in inconnues:
        yield "question" if evolution.successive else "sortie", f"elle compare {code}, qui n'existe pas."
    if inconnues:
        return
    entree, sortie = vues[evolution.entree], vues[evolution.sortie]
    if entree.type is not sortie.type:
        yield "sortie", f"{entree.code} et {sortie.code} ne sont pas du même type."
    elif entree.type in _MIEUX:
        attendus = _MIEUX[entree.type]
        if evolution.mieux not in attendus or evolution.ordre:
            mots = " ou ".join(f'"{mot}"' for mot in attendus)
            yield "mieux", f"dites ce qui est mieux : mieux = {mots}, sans ordre."
    elif entree.type is not TypeQuestion.CHOIX or entree.liste or sortie.liste:
        yield "sortie", f"{entree.code} ne se compare pas : un NOMBRE, un OUI_NON, ou un CHOIX qui a ses options."
    else:
        yield from (("ordre", message) for message in _ordre(evolution, entree, sortie))


def _ordre(evolution: Evolution, entree: Question, sortie: Question) -> Iterator[str]:
    if evolution.mieux or len(evolution.ordre) < 2 or len(evolution.ordre) != len(set(evolution.ordre)):
        yield "dites l'ordre des réponses, de la moins bonne à la meilleure, chacune une fois, sans mieux."
    for question in dict.fromkeys((entree, sortie)):
        codes = {option.code for option in question.options}
        for code in evolution.ordre:
            if code not in codes:
                yield f"{code} n'est pas une réponse de {question.code}."


def _codes(question: Question, vues: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(question.code):
        yield "code", "le code s'écrit en majuscules, chiffres et « _ », 40 caractères au plus."
    if question.code in vues:
        yield "code", "ce code sert deux fois."
    if not question.texte.strip():
        yield "texte", "le texte de la question est vide."


def _options(question: Question) -> Iterator[tuple[str, str]]:
    if question.type in _CHOIX and not question.options and not question.liste:
        yield "type", "un choix a ses options, ou une liste."
    if question.type in _CHOIX and question.options and question.liste:
        yield "liste", "un choix a ses options ou une liste, non les deux."
    if question.type not in _CHOIX and (question.options or question.liste):
        yield "type", "ce n'est pas un choix : ni options ni liste."
    if question.liste and question.liste not in LISTES:
        yield "liste", f"la liste {question.liste} n'existe pas ({', '.join(LISTES)})."
    codes = [option.code for option in question.options]
    if len(codes) != len(set(codes)) or not all(_CODE.fullmatch(code) for code in codes):
        yield "options", "deux options ont le même code, ou une n'en a pas."
    if question.type is not TypeQuestion.CHOIX_MULTIPLE and any(option.exclusive for option in question.options):
        yield "options", "seul un choix multiple a une option exclusive."


def _bornes(question: Question) -> Iterator[tuple[str, str]]:
    bornes = (question.minimum, question.maximum)
    if question.type is not TypeQuestion.NOMBRE and (bornes != (None, None) or question.unite or question.decimales):
        yield "type", "seul un NOMBRE a un minimum, un maximum, une unité ou des décimales."
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield "minimum", "le minimum dépasse le maximum."
    if not 0 <= question.decimales <= 6:
        yield "decimales", "de 0 à 6 décimales."
    if question.type is not TypeQuestion.DATE and question.passee:
        yield "passee", "seule une DATE est passée."


def _conditions(question: Question, vues: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    for condition in question.si:
        autre = vues.get(condition.question)
        if autre is None:
            yield "si", f"elle dépend de {condition.question}, qui n'existe pas avant elle."
        else:
            yield from (("si", message) for message in _valeurs(condition, autre))


def _valeurs(condition: Condition, autre: Question) -> Iterator[str]:
    if autre.type not in (*_CHOIX, TypeQuestion.OUI_NON):
        yield f"elle dépend de {autre.code}, qui n'est ni un choix ni un oui ou non."
        return
    permises = {"oui", "non"} if autre.type is TypeQuestion.OUI_NON else {option.code for option in autre.options}
    for valeur in condition.valeurs:
        if valeur not in permises and not autre.liste:
            yield f"elle dépend de {autre.code} = {valeur}, qui n'est pas une de ses réponses."
    if not condition.valeurs:
        yield f"elle dépend de {autre.code} sans dire de quelle réponse."
