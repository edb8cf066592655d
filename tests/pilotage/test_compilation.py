"""From counts to rows: options, classes, months, summaries, what depends on a hidden row."""

from collections.abc import Mapping

import msgspec

from tests.bilans.aides import essai
from viesion_core.bilans.model import Questionnaire
from viesion_core.pilotage.compilation import compiler
from viesion_core.pilotage.model import Comptes, QuestionCompilee, conditions_entieres

LISTES: Mapping[str, Mapping[str, str]] = {"ORGANISME": {f"o{rang}": f"Association {rang}" for rang in range(20)}}


def _questions(
    comptes: Comptes,
    *,
    sensible: bool = False,
    avant: Comptes | None = None,
    questionnaire: Questionnaire | None = None,
) -> dict[str, QuestionCompilee]:
    sections = compiler(questionnaire or essai(sensible=sensible), comptes, LISTES, avant)
    return {question.code: question for section in sections for question in section.questions}


def _cases(question: QuestionCompilee) -> list[tuple[str, int | None]]:
    return [(case.libelle, case.effectif) for case in question.cases]


def test_options_keep_the_order_of_the_form_and_their_shares() -> None:
    effectifs = {
        "RENONCE": {"true": 6, "false": 2},
        "RAISONS": {'["COUT","DELAI"]': 3, '["COUT"]': 2, '["ANCIENNE"]': 1},
        "COUT": {"": 4},
        "ORGANISME": {f'"o{rang}"': rang + 1 for rang in range(18)},
    }
    q = _questions(Comptes(retenus=10, posees={"RAISONS": 6, "COUT": 5}, effectifs=effectifs))
    assert _cases(q["RENONCE"]) == [("Oui", 6), ("Non", 2)]
    assert q["RENONCE"].cases[0].part == 75.0
    assert q["RENONCE"].taux == 80.0
    assert _cases(q["RAISONS"]) == [("Coût", 5), ("Délai", 3), ("Éloignement", 0), ("Aucune", 0), ("ANCIENNE", 1)]
    assert q["RAISONS"].posees == 6
    assert (q["COUT"].repondues, q["COUT"].cases) == (4, ())
    assert _cases(q["ORGANISME"])[0] == ("Association 17", 18)
    assert _cases(q["ORGANISME"])[-1] == ("Autres réponses", 1 + 2 + 3)


def test_numbers_give_their_classes_and_their_summary() -> None:
    effectifs = {"NOMBRE": {"1": 1, "2": 2, "4": 1}, "HEURES": {"7.5": 1, "150": 1, "35": 2}}
    q = _questions(Comptes(retenus=5, effectifs=effectifs))
    assert _cases(q["NOMBRE"]) == [("1", 1), ("2", 2), ("3", 0), ("4", 1)]
    resume = q["NOMBRE"].distribution
    assert resume is not None
    assert [valeur for _, valeur in resume.lignes()] == [1, 1.75, 2, 2.5, 4, 2.25]
    heures = _cases(q["HEURES"])
    assert heures[0] == ("de 0,0 à moins de 20,0\u00a0h", 1)
    assert (len(heures), sum(n or 0 for _, n in heures)) == (8, 4)


def test_dates_are_counted_by_month_then_by_year_when_they_spread() -> None:
    q = _questions(Comptes(retenus=4, effectifs={"DATE": {'"2025-12-30"': 1, '"2026-02-01"': 2}}))
    assert _cases(q["DATE"]) == [("décembre 2025", 1), ("janvier 2026", 0), ("février 2026", 2)]
    assert [court for _, _, court in q["DATE"].colonnes] == ["12/25", "01/26", "02/26"]
    q = _questions(Comptes(retenus=4, effectifs={"DATE": {'"2020-12-30"': 1, '"2026-02-01"': 2}}))
    assert _cases(q["DATE"])[0] == ("2020", 1)
    assert len(q["DATE"].cases) == 7


def test_two_periods_are_cut_into_the_same_rows() -> None:
    avant = Comptes(retenus=4, effectifs={"NOMBRE": {"5": 4}})
    q = _questions(Comptes(retenus=2, effectifs={"NOMBRE": {"2": 2}}), avant=avant)["NOMBRE"]
    assert q.avant is not None
    assert [case.code for case in q.cases] == [case.code for case in q.avant.cases]
    passee = q.case_avant("C5")
    assert passee is not None
    assert (passee.effectif, passee.part) == (4, 100.0)


def test_small_cells_of_health_data_are_hidden_the_others_rounded() -> None:
    effectifs = {
        "SUITE": {'"DROIT_COMMUN"': 31, '"AUCUNE_SUITE"': 3},
        "NOMBRE": {"2": 13, "3": 12},
        "DATE": {'"2026-01-05"': 2},
        "RAISONS": {'["COUT"]': 11, '["DELAI","COUT"]': 9, '["ELOIGNEMENT"]': 2},
        "RENONCE": {"true": 22, "false": 12},
    }
    q = _questions(Comptes(retenus=34, posees={"RAISONS": 22, "COUT": 20}, effectifs=effectifs), sensible=True)
    assert _cases(q["SUITE"]) == [("Droit commun", None), ("Aucune suite", None)]
    assert _cases(q["NOMBRE"]) == [("2", 15), ("3", 10)]
    assert q["NOMBRE"].distribution is not None
    assert q["NOMBRE"].distribution.minimum is None
    assert q["NOMBRE"].distribution.maximum is None
    assert q["DATE"].masquee
    assert q["DATE"].cases == ()
    assert _cases(q["RAISONS"]) == [("Coût", None), ("Délai", 10), ("Éloignement", None), ("Aucune", 0)]
    assert (q["RENONCE"].posees, q["RENONCE"].repondues) == (35, 35)


def test_what_depends_on_a_hidden_answer_is_hidden() -> None:
    """The count of the bilans that ask the raisons is the count of « Oui », hidden because « Non » is."""
    effectifs = {"RENONCE": {"true": 12, "false": 2}, "RAISONS": {'["COUT"]': 12}}
    q = _questions(Comptes(retenus=20, posees={"RAISONS": 12}, effectifs=effectifs), sensible=True)
    assert _cases(q["RENONCE"]) == [("Oui", None), ("Non", None)]
    assert q["RAISONS"].masquee


def test_a_health_question_of_another_questionnaire_is_protected_alone() -> None:
    questionnaire = essai()
    sections = tuple(
        msgspec.structs.replace(
            section,
            questions=tuple(
                msgspec.structs.replace(q, sensible=True) if q.code == "SUITE" else q for q in section.questions
            ),
        )
        for section in questionnaire.sections
    )
    effectifs = {"SUITE": {'"DROIT_COMMUN"': 3}, "RENONCE": {"true": 3}}
    mixte = msgspec.structs.replace(questionnaire, sections=sections)
    q = _questions(Comptes(retenus=9, effectifs=effectifs), questionnaire=mixte)
    assert q["SUITE"].masquee
    assert _cases(q["RENONCE"]) == [("Oui", 3), ("Non", 0)]


def test_the_conditions_of_a_question_hold_those_it_depends_on() -> None:
    entieres = conditions_entieres(essai())
    assert [c.question for c in entieres["COUT"]] == ["RENONCE", "RAISONS"]
