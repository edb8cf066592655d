"""What moved between two answers: the pairs the base counts, on both engines, and what is shown of them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.bilans.aides import INSTALLEES, garder, repondre
from tests.entretiens.aides import ouvrir_etape
from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.actions_cloture import clore_bilan
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.bilans.model import BilanVu, Questionnaire
from viesion_core.bilans.queries import bilans
from viesion_core.contexte import Contexte
from viesion_core.offres.model import Constat
from viesion_core.pilotage.evolution import compiler_evolutions
from viesion_core.pilotage.model import Comptes, Filtres
from viesion_core.pilotage.model_evolution import ComptesEvolution, EvolutionCompilee, Moyennes, Sens
from viesion_core.pilotage.queries import comptes, versions
from viesion_core.pilotage.queries_evolution import comptes_evolutions
from viesion_core.testing import Monde

JOUR = dt.date(2026, 11, 24)
FILTRES = Filtres(debut=dt.date(2026, 1, 1), fin=JOUR)
TOML = """
code = "EVOLUE"
version = 1
libelle = "MOS - Évolue"

[[sections]]
code = "A"
titre = "A. Tout"

[[sections.questions]]
code = "AVANT"
texte = "Bien-être à l'entrée"
type = "NOMBRE"

[[sections.questions]]
code = "SUIVI"
texte = "Un suivi ?"
type = "OUI_NON"

[[sections.questions]]
code = "APRES"
texte = "Bien-être à la sortie"
type = "NOMBRE"
si = { SUIVI = true }

[[sections.questions]]
code = "ETAT"
texte = "Autonomie"
type = "CHOIX"
options = ["Autonome", "Partielle", "Faible", "Ne sait pas"]

[[evolutions]]
libelle = "Bien-être"
entree = "AVANT"
sortie = "APRES"
mieux = "hausse"

[[evolutions]]
question = "ETAT"
ordre = ["Faible", "Partielle", "Autonome"]

[[evolutions]]
question = "SUIVI"
mieux = "oui"
"""


def evolue(*, sensible: bool = False) -> Questionnaire:
    lu = msgspec.structs.replace(lire_questionnaire(TOML), offre="MOS", sensible=sensible)
    sections = tuple(
        msgspec.structs.replace(
            section, questions=tuple(msgspec.structs.replace(q, sensible=sensible) for q in section.questions)
        )
        for section in lu.sections
    )
    return msgspec.structs.replace(lu, sections=sections)


async def une_etape(monde: Monde, *bilans: tuple[dict[str, Any], bool], ctx: Contexte | None = None) -> int:
    """Give a new person an étape with these bilans, 30 days apart, the last one today; each is closed or not."""
    auteur = ctx or monde.referent
    numero, dispositif = await monde.dossier(auteur)
    etape = await ouvrir_etape(monde, numero, dispositif, organisme=auteur.organisme)
    for rang, (valeurs, clos) in enumerate(bilans):
        _, bilan = await creer_bilan(
            auteur,
            numero,
            etape_choisie=etape,
            code="EVOLUE",
            date_bilan=JOUR - dt.timedelta(days=30 * (len(bilans) - 1 - rang)),
            installees=INSTALLEES,
        )
        for question, valeur in valeurs.items():
            await repondre(auteur, numero, bilan, question, valeur)
        if clos:
            await clore_bilan(auteur, numero, bilan, version=1, installees=INSTALLEES, controler=_rien, confirme=True)
    return numero


async def _rien(vu: BilanVu) -> Sequence[Constat]:
    return []


async def _compiler(ctx: Contexte, filtres: Filtres = FILTRES) -> list[EvolutionCompilee]:
    version = (await versions("EVOLUE"))[0]
    lues = await comptes_evolutions(ctx, version, filtres)
    return list(compiler_evolutions(version.questionnaire, lues, await comptes(ctx, version, filtres)))


def _parts(evolution: EvolutionCompilee) -> dict[Sens, int | None]:
    return {part.sens: part.effectif for part in evolution.parts}


async def test_two_questions_of_a_bilan_are_compared(monde: Monde) -> None:
    await garder(evolue())
    for avant, apres in ((3, 7), (5, 5), (6.0, 2), (2, 4)):
        await une_etape(monde, ({"AVANT": avant, "SUIVI": True, "APRES": apres}, False))
    await une_etape(monde, ({"AVANT": 4}, False))
    bien_etre, autonomie, _ = await _compiler(monde.directeur)
    assert (bien_etre.comparees, bien_etre.noms) == (4, ("À l'entrée", "À la sortie"))
    assert _parts(bien_etre) == {Sens.MIEUX: 2, Sens.STABLE: 1, Sens.MOINS: 1}
    assert bien_etre.parts[0].part == 50.0
    assert bien_etre.moyennes is not None
    assert (bien_etre.moyennes.entree, bien_etre.moyennes.sortie, bien_etre.moyennes.ecart) == (4.0, 4.5, 0.5)
    assert (autonomie.comparees, autonomie.parts, autonomie.lignes) == (0, (), ())


async def test_an_answer_that_a_condition_hides_is_not_compared(monde: Monde) -> None:
    await garder(evolue())
    await une_etape(monde, ({"AVANT": 3, "SUIVI": True, "APRES": 7}, False))
    numero = await une_etape(monde, ({"AVANT": 3, "SUIVI": True, "APRES": 9}, False))
    assert (await _compiler(monde.pilote))[0].comparees == 2
    identifiant = (await bilans(monde.referent, numero))[0].id
    await repondre(monde.referent, numero, identifiant, "SUIVI", False, 1)
    assert (await _compiler(monde.pilote))[0].comparees == 1


async def test_the_first_and_the_last_closed_bilan_of_an_etape_are_compared(monde: Monde) -> None:
    await garder(evolue())
    await une_etape(
        monde, ({"ETAT": "FAIBLE"}, True), ({"ETAT": "PARTIELLE"}, True), ({"ETAT": "AUTONOME", "SUIVI": True}, True)
    )
    await une_etape(monde, ({"ETAT": "AUTONOME"}, True), ({"ETAT": "PARTIELLE"}, True), ({"ETAT": "FAIBLE"}, False))
    await une_etape(monde, ({"ETAT": "FAIBLE"}, True), ({"ETAT": "NE_SAIT_PAS"}, True))
    await une_etape(monde, ({"ETAT": "FAIBLE"}, True), ({"ETAT": "AUTONOME"}, False))
    await une_etape(monde, ({"ETAT": "FAIBLE"}, True))
    _, autonomie, suivi = await _compiler(monde.pilote)
    assert (autonomie.comparees, autonomie.noms) == (3, ("Premier bilan", "Dernier bilan"))
    assert _parts(autonomie) == {Sens.MIEUX: 1, Sens.STABLE: 0, Sens.MOINS: 1, Sens.AUTRE: 1}
    assert autonomie.colonnes == ("Autonome", "Partielle", "Faible", "Ne sait pas")
    passages = {ligne.libelle: [passage.effectif for passage in ligne.passages] for ligne in autonomie.lignes}
    assert passages["Faible"] == [1, 0, 0, 1]
    assert passages["Autonome"] == [0, 1, 0, 0]
    assert suivi.comparees == 0
    avant_le_dernier = msgspec.structs.replace(FILTRES, fin=JOUR - dt.timedelta(days=20))
    assert _parts((await _compiler(monde.pilote, avant_le_dernier))[1]) == {
        Sens.MIEUX: 1,
        Sens.STABLE: 0,
        Sens.MOINS: 1,
    }, "as it stood then: the last bilan dated in the period"
    le_dernier_jour = msgspec.structs.replace(FILTRES, debut=JOUR)
    assert (await _compiler(monde.pilote, le_dernier_jour))[1].comparees == 2, "the first bilan may be older"


async def test_another_organism_is_not_compared(monde: Monde) -> None:
    await garder(evolue())
    await une_etape(monde, ({"AVANT": 3, "SUIVI": True, "APRES": 7}, False), ctx=monde.autre_referent)
    assert (await _compiler(monde.directeur))[0].comparees == 0
    assert (await _compiler(monde.pilote))[0].comparees == 1


async def test_for_health_data_a_person_counts_once_and_a_few_are_hidden(monde: Monde) -> None:
    await garder(evolue(sensible=True))
    await une_etape(
        monde,
        ({"AVANT": 1, "SUIVI": True, "APRES": 2, "ETAT": "FAIBLE"}, True),
        ({"AVANT": 3, "SUIVI": True, "APRES": 1, "ETAT": "AUTONOME"}, True),
    )
    version = (await versions("EVOLUE"))[0]
    bien_etre, autonomie, _ = await comptes_evolutions(monde.directeur, version, FILTRES)
    assert (bien_etre.passages, bien_etre.entree, bien_etre.sortie) == ({("", "-1"): 1}, 3, 1)
    assert autonomie.passages == {('"FAIBLE"', '"AUTONOME"'): 1}
    assert [e.masquee for e in await _compiler(monde.directeur)] == [True, True, True]


def _montrer(lues: list[ComptesEvolution], effectifs: dict[str, dict[str, int]]) -> tuple[EvolutionCompilee, ...]:
    return compiler_evolutions(evolue(sensible=True), lues, Comptes(retenus=99, effectifs=effectifs))


def test_the_counts_of_health_data_are_rounded_and_a_hidden_one_takes_another_with_it() -> None:
    nombres = ComptesEvolution(passages={("", "1"): 22, ("", "0"): 11, ("", "-1"): 2}, entree=140, sortie=175)
    vue = _montrer([nombres, ComptesEvolution(), ComptesEvolution()], {"AVANT": {"4": 35}, "APRES": {"5": 35}})[0]
    assert _parts(vue) == {Sens.MIEUX: 20, Sens.STABLE: None, Sens.MOINS: None}
    assert (vue.comparees, vue.moyennes) == (35, Moyennes(4.0, 5.0))


@pytest.mark.parametrize("question", ["AVANT", "APRES"])
def test_a_mean_is_hidden_when_that_of_all_the_answers_would_give_a_few_away(question: str) -> None:
    nombres = ComptesEvolution(passages={("", "1"): 20}, entree=80, sortie=100)
    effectifs = {"AVANT": {"4": 20}, "APRES": {"5": 20}} | {question: {"4": 22}}
    assert _montrer([nombres, ComptesEvolution(), ComptesEvolution()], effectifs)[0].moyennes is None


def test_no_transition_is_found_from_those_that_are_shown() -> None:
    passages = {
        ('"FAIBLE"', '"AUTONOME"'): 12,
        ('"FAIBLE"', '"PARTIELLE"'): 3,
        ('"FAIBLE"', '"FAIBLE"'): 20,
        ('"PARTIELLE"', '"PARTIELLE"'): 15,
        ('"AUTONOME"', '"AUTONOME"'): 14,
    }
    vue = _montrer([ComptesEvolution(), ComptesEvolution(passages=passages), ComptesEvolution()], {})[1]
    lues = {ligne.libelle: [p.effectif for p in ligne.passages] for ligne in vue.lignes}
    assert lues["Faible"] == [None, None, 20, 0], "three are hidden, and the twelve that the fifteen better would tell"
    assert lues["Partielle"] == [0, None, 0, 0], "fifteen in a column whose total is nearly known"
    assert _parts(vue) == {Sens.MIEUX: 15, Sens.STABLE: 50, Sens.MOINS: 0}
