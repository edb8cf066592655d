"""From what the base counts to what the page shows: rows, shares, summaries; small cells of health data hidden."""

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.bilans.model import Question, Questionnaire, TypeQuestion
from viesion_core.bilans.regles import Listes, options_de
from viesion_core.formats import MOIS, nombre
from viesion_core.pilotage.model import (
    Case,
    Comptes,
    Distribution,
    QuestionCompilee,
    SectionCompilee,
    conditions_entieres,
)
from viesion_core.pilotage.secret import SEUIL, arrondir, cases_masquees, choix_masques, petit

AU_PLUS = 15
"""Rows of a question that names a reference list (organisms, communes): the most frequent, then « Autres »."""
_CLASSES = 10
_MOIS_AU_PLUS = 36
_QUARTILES = 20
"""People under which quartiles of health data are hidden: five in each quarter."""
Rangee = tuple[str, str, int]


def compiler(
    questionnaire: Questionnaire, comptes: Comptes, listes: Listes, avant: Comptes | None = None
) -> tuple[SectionCompilee, ...]:
    """Return the compiled sections; `avant`: the counts of the period to compare with, cut into the same rows."""
    atelier = _Compilation(questionnaire, listes)
    return tuple(
        SectionCompilee(
            code=section.code,
            titre=section.titre,
            questions=tuple(atelier.question(question, comptes, avant) for question in section.questions),
        )
        for section in questionnaire.sections
    )


class _Compilation:
    """One compilation: remembers which rows were hidden, for the questions that depend on them."""

    def __init__(self, questionnaire: Questionnaire, listes: Listes) -> None:
        self._questionnaire = questionnaire
        self._listes = listes
        self._conditions = conditions_entieres(questionnaire)
        self._types = questionnaire.par_code()
        self._masques: dict[tuple[bool, str], frozenset[str]] = {}

    def question(self, question: Question, comptes: Comptes, avant: Comptes | None) -> QuestionCompilee:
        """Compile a question, and the same in the period before."""
        reponses = [c.effectifs.get(question.code, {}) for c in (comptes, avant) if c is not None]
        cles = list(dict.fromkeys(cle for effectifs in reponses for cle in effectifs))
        precedente = self._une(question, avant, cles, passe=True) if avant is not None else None
        return self._une(question, comptes, cles, avant=precedente)

    def _une(
        self,
        question: Question,
        comptes: Comptes,
        cles: Sequence[str],
        *,
        passe: bool = False,
        avant: QuestionCompilee | None = None,
    ) -> QuestionCompilee:
        effectifs = comptes.effectifs.get(question.code, {})
        posees, repondues = comptes.posees.get(question.code, comptes.retenus), sum(effectifs.values())
        rangees = _rangees(question, effectifs, cles, self._listes)
        protegee = self._questionnaire.sensible or question.sensible
        resume = _resumer(effectifs) if question.type is TypeQuestion.NOMBRE and repondues else None
        vue = QuestionCompilee(
            code=question.code,
            texte=question.texte,
            type=question.type,
            unite=question.unite,
            posees=None,
            repondues=None,
            protegee=protegee,
            avant=avant,
        )
        if not protegee:
            cases = tuple(Case(code=c, libelle=t, effectif=n, part=_part(n, repondues)) for c, t, n in rangees)
            return msgspec.structs.replace(vue, posees=posees, repondues=repondues, cases=cases, distribution=resume)
        if petit(repondues) or petit(posees) or self._trahit(question, passe):
            self._masques[passe, question.code] = frozenset(code for code, _, _ in rangees)
            return vue
        masques = _masques(question, [n for _, _, n in rangees], repondues)
        self._masques[passe, question.code] = frozenset(rangees[rang][0] for rang in masques)
        total = arrondir(repondues)
        return msgspec.structs.replace(
            vue,
            posees=arrondir(posees),
            repondues=total,
            cases=tuple(
                Case(code=c, libelle=t, effectif=None)
                if rang in masques
                else Case(code=c, libelle=t, effectif=arrondir(n), part=_part(arrondir(n), total))
                for rang, (c, t, n) in enumerate(rangees)
            ),
            distribution=_proteger(resume, repondues),
        )

    def _trahit(self, question: Question, passe: bool) -> bool:
        """Whether the count of the question would give away a hidden row of a question that it depends on."""
        return any(
            valeur in self._masques.get((passe, condition.question), frozenset())
            for condition in self._conditions.get(question.code, ())
            for valeur in condition.valeurs
        )


def _masques(question: Question, effectifs: Sequence[int], repondues: int) -> frozenset[int]:
    if question.type is TypeQuestion.CHOIX_MULTIPLE:
        return choix_masques(effectifs, repondues)
    return cases_masquees(effectifs)


def _part(effectif: int, total: int) -> float | None:
    return min(100.0, 100 * effectif / total) if total else None


def _rangees(question: Question, effectifs: Mapping[str, int], cles: Sequence[str], listes: Listes) -> list[Rangee]:
    """Return the rows of a question: code, French label, how many. `cles`: the answers of both periods."""
    match question.type:
        case TypeQuestion.OUI_NON:
            return [("oui", "Oui", effectifs.get("true", 0)), ("non", "Non", effectifs.get("false", 0))]
        case TypeQuestion.CHOIX | TypeQuestion.CHOIX_MULTIPLE:
            return _options(question, effectifs, cles, listes)
        case TypeQuestion.NOMBRE:
            return _classes(effectifs, [float(cle) for cle in cles], question.unite)
        case TypeQuestion.DATE:
            return _mois(effectifs)
        case _:
            return []


def _options(question: Question, effectifs: Mapping[str, int], cles: Sequence[str], listes: Listes) -> list[Rangee]:
    libelles = dict(options_de(question, listes))
    comptes = dict.fromkeys(libelles, 0)
    for texte in cles:
        valeur: Any = json.loads(texte)
        for code in valeur if isinstance(valeur, list) else [valeur]:
            comptes[code] = comptes.get(code, 0) + effectifs.get(texte, 0)
    rangees = [(code, libelles.get(code, code), n) for code, n in comptes.items()]
    if not question.liste:
        return rangees
    frequentes = sorted((r for r in rangees if r[2]), key=lambda r: -r[2])
    autres = sum(n for _, _, n in frequentes[AU_PLUS:])
    return frequentes[:AU_PLUS] + ([("AUTRES_REPONSES", "Autres réponses", autres)] if autres else [])


def _classes(effectifs: Mapping[str, int], valeurs: Sequence[float], unite: str) -> list[Rangee]:
    """Return the classes of a histogram: one per whole number when they are few, else of a round width."""
    if not valeurs:
        return []
    bas, haut = min(valeurs), max(valeurs)
    entiers = all(valeur.is_integer() for valeur in valeurs)
    pas = 1.0 if entiers and haut - bas <= _CLASSES + 1 else _pas((haut - bas) / _CLASSES, entiers)
    premier = math.floor(bas / pas)
    comptes = dict.fromkeys(range(premier, math.floor(haut / pas) + 1), 0)
    for texte, n in effectifs.items():
        comptes[math.floor(float(texte) / pas)] += n
    suffixe = f"\u00a0{unite}" if unite else ""
    return [(f"C{rang}", _nom_classe(rang * pas, pas, entiers) + suffixe, n) for rang, n in comptes.items()]


def _pas(minimum: float, entiers: bool) -> float:
    if not minimum:
        return 1.0
    puissance = 10.0 ** math.floor(math.log10(minimum))
    pas = next(k * puissance for k in (1, 2, 5, 10) if k * puissance >= minimum)
    return max(pas, 1.0) if entiers else pas


def _nom_classe(bas: float, pas: float, entiers: bool) -> str:
    if entiers and pas == 1:
        return nombre(int(bas))
    if entiers:
        return f"{nombre(int(bas))} à {nombre(int(bas + pas) - 1)}"
    return f"de {nombre(round(bas, 6))} à moins de {nombre(round(bas + pas, 6))}"


def _mois(effectifs: Mapping[str, int]) -> list[Rangee]:
    """Return the months from the first to the last, or the years when they are many."""
    comptes: dict[tuple[int, int], int] = {}
    for texte, n in effectifs.items():
        jour = dt.date.fromisoformat(json.loads(texte))
        comptes[jour.year, jour.month] = comptes.get((jour.year, jour.month), 0) + n
    if not comptes:
        return []
    (a0, m0), (a1, m1) = min(comptes), max(comptes)
    etendue = (a1 - a0) * 12 + m1 - m0
    if etendue < _MOIS_AU_PLUS:
        suite = [((m0 - 1 + k) // 12 + a0, (m0 - 1 + k) % 12 + 1) for k in range(etendue + 1)]
        return [(f"{a}-{m:02d}", f"{MOIS[m - 1]} {a}", comptes.get((a, m), 0)) for a, m in suite]
    return [(str(a), str(a), sum(n for (annee, _), n in comptes.items() if annee == a)) for a in range(a0, a1 + 1)]


def _resumer(effectifs: Mapping[str, int]) -> Distribution:
    valeurs = sorted((float(texte), n) for texte, n in effectifs.items())
    total = sum(n for _, n in valeurs)

    def au_rang(rang: int) -> float:
        vus = 0
        for valeur, n in valeurs:
            vus += n
            if rang < vus:
                return valeur
        return valeurs[-1][0]

    def quantile(part: float) -> float:
        place = (total - 1) * part
        bas = math.floor(place)
        dessous, dessus = au_rang(bas), au_rang(min(bas + 1, total - 1))
        return round(dessous + (dessus - dessous) * (place - bas), 2)

    return Distribution(
        minimum=valeurs[0][0],
        q1=quantile(0.25),
        mediane=quantile(0.5),
        q3=quantile(0.75),
        maximum=valeurs[-1][0],
        moyenne=round(sum(valeur * n for valeur, n in valeurs) / total, 2),
    )


def _proteger(resume: Distribution | None, repondues: int) -> Distribution | None:
    """Return the summary of health data: no extremes (they are somebody's), quartiles when each holds five people."""
    if resume is None or repondues < SEUIL:
        return None
    quartiles = repondues >= _QUARTILES
    return Distribution(
        minimum=None,
        q1=resume.q1 if quartiles else None,
        mediane=resume.mediane,
        q3=resume.q3 if quartiles else None,
        maximum=None,
        moyenne=None if resume.moyenne is None else round(resume.moyenne, 1),
    )
