"""What an answer must be, which questions are asked, how an answer reads."""

import datetime as dt
from typing import Any

import pytest

from tests.bilans.aides import essai
from viesion_core.bilans.regles import avancement, manquantes, normaliser, options_de, texte_reponse, visibles
from viesion_core.erreurs import ErreurSaisie

AUJOURDHUI = dt.date(2026, 11, 24)
LISTES = {"ORGANISME": {"o-1": "Association Exemple"}}
QUESTIONS = essai().par_code()


def valeur(code: str, brute: Any) -> Any:
    question = QUESTIONS[code]
    return normaliser(question, brute, options_de(question, LISTES), AUJOURDHUI)


@pytest.mark.parametrize(
    ("code", "brute", "stockee"),
    [
        ("DATE", "2026-11-24", "2026-11-24"),
        ("NOMBRE", 3.0, 3),
        ("NOMBRE", 0, 0),
        ("HEURES", 12.5, 12.5),
        ("COUT", "  Trop cher\r\npour moi \x00", "Trop cher\npour moi"),
        ("COUT", "   ", None),
        ("RENONCE", False, False),
        ("SUITE", "AUCUNE_SUITE", "AUCUNE_SUITE"),
        ("RAISONS", ["DELAI", "COUT", "DELAI"], ["COUT", "DELAI"]),
        ("RAISONS", [], None),
        ("RAISONS", ["AUCUNE"], ["AUCUNE"]),
        ("ORGANISME", "o-1", "o-1"),
        ("DATE", "", None),
        ("NOMBRE", None, None),
    ],
)
def test_a_value_is_stored_in_one_form(code: str, brute: Any, stockee: Any) -> None:
    trouvee = valeur(code, brute)
    assert trouvee == stockee
    assert type(trouvee) is type(stockee)


@pytest.mark.parametrize(
    ("code", "brute", "message"),
    [
        ("DATE", "31/02/2026", "Cette date n'existe pas : écrivez-la jj/mm/aaaa."),
        ("DATE", "2026-02-31", "Cette date n'existe pas : écrivez-la jj/mm/aaaa."),
        ("DATE", 20260231, "Cette date n'existe pas : écrivez-la jj/mm/aaaa."),
        ("DATE", "1026-02-01", "L'année est à vérifier."),
        ("DATE", "2026-11-25", "Cette date est à venir : elle se saisit une fois passée."),
        ("NOMBRE", 201, "Saisissez un nombre entre 0 et 200."),
        ("NOMBRE", -1, "Saisissez un nombre entre 0 et 200."),
        ("NOMBRE", 2.5, "Saisissez un nombre entier."),
        ("NOMBRE", True, "Saisissez un nombre."),
        ("NOMBRE", "3", "Saisissez un nombre."),
        ("NOMBRE", 10**400, "Saisissez un nombre entre 0 et 200."),
        ("NOMBRE", float("nan"), "Saisissez un nombre entre 0 et 200."),
        ("HEURES", 1.25, "1 décimale au plus."),
        ("HEURES", -2, "Saisissez un nombre d'au moins 0."),
        ("COUT", 12, "Saisissez un texte."),
        ("COUT", "x" * 10_001, "10001 caractères : 10000 au plus."),
        ("RENONCE", "oui", "Répondez par oui ou par non."),
        ("RENONCE", 1, "Répondez par oui ou par non."),
        ("SUITE", "AUTRE", "Choisissez un élément de la liste."),
        ("SUITE", ["AUCUNE_SUITE"], "Choisissez un élément de la liste."),
        ("RAISONS", "COUT", "Choisissez des éléments de la liste."),
        ("RAISONS", ["COUT", "AUTRE"], "Choisissez des éléments de la liste."),
        ("RAISONS", [["COUT"]], "Choisissez des éléments de la liste."),
        ("RAISONS", ["COUT", "AUCUNE"], "« Aucune » ne va pas avec une autre réponse."),
        ("ORGANISME", "o-2", "Choisissez un élément de la liste."),
    ],
)
def test_a_wrong_value_is_refused_in_french(code: str, brute: Any, message: str) -> None:
    with pytest.raises(ErreurSaisie) as refus:
        valeur(code, brute)
    assert refus.value.erreurs == {code: message}


def test_a_condition_opens_a_chain_of_questions() -> None:
    questionnaire = essai()
    assert {"RAISONS", "COUT"}.isdisjoint(visibles(questionnaire, {}))
    assert "RAISONS" in visibles(questionnaire, {"RENONCE": True})
    assert "COUT" in visibles(questionnaire, {"RENONCE": True, "RAISONS": ["DELAI", "COUT"]})
    cachees = visibles(questionnaire, {"RENONCE": False, "RAISONS": ["COUT"], "COUT": "Dents"})
    assert {"RAISONS", "COUT"}.isdisjoint(cachees)


def test_only_the_questions_asked_count() -> None:
    questionnaire = essai()
    etat = avancement(questionnaire, {"DATE": "2026-11-24", "RENONCE": False, "RAISONS": ["COUT"], "COUT": "Dents"})
    assert (etat.total, len(etat.visibles), etat.reponses, etat.restantes, etat.sans_objet) == (9, 7, 2, 5, 2)
    assert etat.sections == {"A": (1, 3), "B": (1, 4)}
    assert etat.suivante == "NOMBRE"


def test_a_required_question_is_missing_only_if_it_is_asked() -> None:
    questionnaire = essai()
    assert [m.champ for m in manquantes(questionnaire, {})] == ["DATE"]
    assert [m.champ for m in manquantes(questionnaire, {"DATE": "2026-11-24", "RENONCE": True})] == ["RAISONS"]
    assert manquantes(questionnaire, {"DATE": "2026-11-24", "RENONCE": False}) == []


@pytest.mark.parametrize(
    ("code", "stockee", "texte"),
    [
        ("DATE", "2021-12-17", "17/12/2021"),
        ("NOMBRE", 1200, "1\u202f200"),
        ("HEURES", 12.5, "12,5\u00a0h"),
        ("RENONCE", False, "Non"),
        ("RAISONS", ["COUT", "DELAI"], "Coût, Délai"),
        ("RAISONS", ["COUT", "ANCIEN"], "Coût, ANCIEN"),
        ("SUITE", "AUCUNE_SUITE", "Aucune suite"),
        ("ORGANISME", "o-1", "Association Exemple"),
        ("COUT", "Dents", "Dents"),
        ("COUT", None, ""),
    ],
)
def test_an_answer_reads_in_french(code: str, stockee: Any, texte: str) -> None:
    assert texte_reponse(QUESTIONS[code], stockee, LISTES) == texte
