"""From the pairs of answers that the base counts to what the page shows: better, stable, worse, who went where."""

import json
from collections.abc import Mapping, Sequence

import msgspec

from viesion_core.bilans.model import Evolution, Question, Questionnaire, TypeQuestion
from viesion_core.pilotage.model import Comptes
from viesion_core.pilotage.model_evolution import (
    ComptesEvolution,
    EvolutionCompilee,
    LignePassages,
    Moyennes,
    PartEvolution,
    Passage,
    Sens,
)
from viesion_core.pilotage.secret import SEUIL, arrondir, passages_masques, petit

Passages = Mapping[tuple[str, str], int]
"""From the code of the first answer and of the second, how many."""


def compiler_evolutions(
    questionnaire: Questionnaire,
    lues: Sequence[ComptesEvolution],
    comptes: Comptes,
    avant: tuple[Sequence[ComptesEvolution], Comptes] | None = None,
) -> tuple[EvolutionCompilee, ...]:
    """Return each evolution that the questionnaire declares, in its order.

    `lues`: what the base counts for each; `comptes`: the answers of the same bilans, for what could be found by
    subtraction. `avant`: both in the period to compare with.
    """
    compilees = []
    for rang, evolution in enumerate(questionnaire.evolutions):
        compilee = _compiler(questionnaire, evolution, lues[rang], comptes)
        if avant is not None:
            precedente = _compiler(questionnaire, evolution, avant[0][rang], avant[1])
            compilee = msgspec.structs.replace(compilee, avant=precedente)
        compilees.append(compilee)
    return tuple(compilees)


def _compiler(
    questionnaire: Questionnaire, evolution: Evolution, lue: ComptesEvolution, comptes: Comptes
) -> EvolutionCompilee:
    questions = questionnaire.par_code()
    entree, sortie = questions[evolution.entree], questions[evolution.sortie]
    protegee = questionnaire.sensible or entree.sensible or sortie.sensible
    vue = EvolutionCompilee(
        code=entree.code if evolution.successive else f"{entree.code} → {sortie.code}",
        libelle=evolution.libelle,
        type=sortie.type,
        unite=sortie.unite,
        successive=evolution.successive,
        protegee=protegee,
        comparees=None if protegee and petit(lue.total) else lue.total,
    )
    if vue.masquee or not lue.total:
        return vue
    passages = {(_code(a), _code(b)): n for (a, b), n in lue.passages.items()}
    sens = {passage: _sens(evolution, sortie.type, passage) for passage in passages}
    parties, cellules = passages_masques(passages, sens) if protegee else (frozenset[Sens](), frozenset())
    arrondi = arrondir if protegee else int
    comparees = arrondi(lue.total)
    vue = msgspec.structs.replace(
        vue,
        comparees=comparees,
        parts=_parts(passages, sens, parties, comparees, protegee=protegee),
        moyennes=_moyennes(lue, comptes, (entree, sortie), protegee=protegee),
    )
    if sortie.type is TypeQuestion.NOMBRE:
        return vue
    lignes, colonnes = _libelles(entree, [a for a, _ in passages]), _libelles(sortie, [b for _, b in passages])

    def cellule(a: str, b: str) -> Passage:
        n = None if (a, b) in cellules else arrondi(passages.get((a, b), 0))
        return Passage(sens=_sens(evolution, sortie.type, (a, b)), effectif=n)

    return msgspec.structs.replace(
        vue,
        colonnes=tuple(colonnes.values()),
        lignes=tuple(LignePassages(nom, tuple(cellule(a, b) for b in colonnes)) for a, nom in lignes.items()),
    )


def _code(texte: str) -> str:
    """Return the code of an answer from its JSON text: « oui » of a boolean; the sign of a number as it is."""
    valeur = json.loads(texte) if texte else ""
    return {True: "oui", False: "non"}[valeur] if isinstance(valeur, bool) else str(valeur)


def _sens(evolution: Evolution, genre: TypeQuestion, passage: tuple[str, str]) -> Sens:
    a, b = passage
    if genre is TypeQuestion.NOMBRE:
        ecart = int(b) * (-1 if evolution.mieux == "baisse" else 1)
    elif genre is TypeQuestion.OUI_NON:
        ecart = (b == evolution.mieux) - (a == evolution.mieux)
    elif a in evolution.ordre and b in evolution.ordre:
        ecart = evolution.ordre.index(b) - evolution.ordre.index(a)
    else:
        return Sens.AUTRE
    return Sens.STABLE if ecart == 0 else Sens.MIEUX if ecart > 0 else Sens.MOINS


def _parts(
    passages: Passages,
    sens: Mapping[tuple[str, str], Sens],
    masquees: frozenset[Sens],
    comparees: int,
    *,
    protegee: bool,
) -> tuple[PartEvolution, ...]:
    """Return the three parts, and that of the answers out of the order when there are."""
    parts = []
    for part in Sens:
        n = sum(effectif for passage, effectif in passages.items() if sens[passage] is part)
        if part in masquees:
            parts.append(PartEvolution(sens=part, effectif=None))
        elif n or part is not Sens.AUTRE:
            montre = arrondir(n) if protegee else n
            parts.append(
                PartEvolution(
                    sens=part, effectif=montre, part=min(100.0, 100 * montre / comparees) if comparees else None
                )
            )
    return tuple(parts)


def _moyennes(
    lue: ComptesEvolution, comptes: Comptes, questions: tuple[Question, Question], *, protegee: bool
) -> Moyennes | None:
    """Return the means of numbers; for health data none of a few, nor where the mean of all would give a few away."""
    if questions[1].type is not TypeQuestion.NOMBRE:
        return None
    total = lue.total
    restes = [sum(comptes.effectifs.get(q.code, {}).values()) - total for q in questions]
    if protegee and (total < SEUIL or any(0 < abs(reste) < SEUIL for reste in restes)):
        return None
    decimales = 1 if protegee else 2
    return Moyennes(round(lue.entree / total, decimales), round(lue.sortie / total, decimales))


def _libelles(question: Question, presents: Sequence[str]) -> dict[str, str]:
    """Return the possible answers of a question with their French labels, those of nowadays first."""
    if question.type is TypeQuestion.OUI_NON:
        return {"oui": "Oui", "non": "Non"}
    connues = {option.code: option.libelle for option in question.options}
    return connues | {code: code for code in presents if code not in connues}
