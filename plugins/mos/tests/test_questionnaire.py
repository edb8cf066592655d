"""« MOS - Bilan »: the 37 questions of the domain reference, their conditions, bounds and help."""

from viesion_core.api import Condition, TypeQuestion
from viesion_mos.bilan import questionnaire

QUESTIONS = questionnaire().par_code()


def test_it_has_37_questions_in_six_sections_all_health_data() -> None:
    assert [section.code for section in questionnaire().sections] == list("ABCDEF")
    assert list(QUESTIONS) == [f"MOS_{rang:02}" for rang in range(1, 38)]
    assert questionnaire().sensible
    assert all(question.sensible for question in QUESTIONS.values())


def test_a_question_is_asked_when_it_makes_sense() -> None:
    assert {code: q.si for code, q in QUESTIONS.items() if q.si} == {
        "MOS_12": (Condition("MOS_11", ("oui",)),),
        "MOS_33": (Condition("MOS_32", ("PSME_FLASH", "PSME_ACCOMPAGNEMENT", "REORIENTATION_DE_PARCOURS")),),
        "MOS_34": (
            Condition(
                "MOS_32",
                (
                    "PSME_FLASH",
                    "PSME_ACCOMPAGNEMENT",
                    "SOINS_DE_DROIT_COMMUN",
                    "MDPH_AAH",
                    "REORIENTATION_DE_PARCOURS",
                ),
            ),
        ),
    }


def test_none_goes_with_no_other() -> None:
    for question in QUESTIONS.values():
        seules = [option.libelle for option in question.options if option.exclusive]
        attendues = [option.libelle for option in question.options if option.libelle in ("Aucun", "Aucune")]
        assert seules == (attendues if question.type is TypeQuestion.CHOIX_MULTIPLE else [])


def test_what_is_required_can_be_said_of_somebody_who_never_came() -> None:
    assert [code for code, q in QUESTIONS.items() if q.requise] == ["MOS_01", "MOS_02", "MOS_05", "MOS_32", "MOS_37"]


def test_a_danger_has_its_telephone_numbers_beside_it() -> None:
    assert "3114" in QUESTIONS["MOS_19"].aide
    assert "119" in QUESTIONS["MOS_26"].aide
