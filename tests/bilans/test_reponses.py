"""Each answer is saved alone over the version that was known: nothing overwritten unseen, everything in the history."""

import asyncio
import datetime as dt
import os
import statistics
import time
import uuid
from typing import Any

import msgspec
import pytest

from tests.bilans.aides import INSTALLEES, essai, garder, repondre, un_bilan
from viesion_core.actes import annuler_acte
from viesion_core.bilans.actions_reponses import ConflitReponse, enregistrer_reponses
from viesion_core.bilans.model import Question, Questionnaire, SaisieReponse, Section, TypeQuestion
from viesion_core.bilans.queries import bilan, historique_reponse, reponses
from viesion_core.contexte import Contexte
from viesion_core.db import compter_requetes, executer, lire, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import MAINTENANT, Monde


async def test_an_answer_is_saved_with_its_author_and_counted(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    fait = await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    reponse = fait.reponses["NOMBRE"]
    assert (reponse.valeur, reponse.version, reponse.auteur) == (3, 1, monde.referent.utilisateur)
    assert (fait.avancement.reponses, fait.avancement.total, fait.avancement.sections["A"]) == (1, 9, (1, 3))
    fait = await repondre(monde.referent, numero, identifiant, "NOMBRE", 4, 1)
    assert fait.reponses["NOMBRE"].version == 2
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 1


async def test_a_conflict_gives_both_values_and_overwrites_nothing(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    with pytest.raises(ConflitReponse) as conflit:
        await repondre(monde.collegue, numero, identifiant, "NOMBRE", 7)
    autre = conflit.value.reponse
    assert autre is not None
    assert (autre.valeur, autre.version, autre.auteur_nom) == (3, 1, monde.referent.nom)
    assert [r.valeur for r in await reponses(identifiant)] == [3]
    await repondre(monde.collegue, numero, identifiant, "NOMBRE", 7, conflit.value.version)
    assert [(r.valeur, r.version) for r in await reponses(identifiant)] == [(7, 2)]


async def test_the_same_value_is_no_conflict_and_leaves_no_act(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "RAISONS", ["COUT", "DELAI"])
    actes = await lire_valeur("SELECT count(*) FROM acte")
    fait = await repondre(monde.collegue, numero, identifiant, "RAISONS", ["DELAI", "COUT"])
    assert (fait.acte, fait.reponses["RAISONS"].version) == (None, 1)
    assert await lire_valeur("SELECT count(*) FROM acte") == actes


async def test_false_and_zero_are_answers(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 0)
    fait = await repondre(monde.referent, numero, identifiant, "RENONCE", False)
    assert fait.avancement.reponses == 2
    assert {r.question: r.valeur for r in await reponses(identifiant)} == {"NOMBRE": 0, "RENONCE": False}


async def test_null_empties_and_an_older_page_sees_it(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    fait = await repondre(monde.collegue, numero, identifiant, "NOMBRE", None, 1)
    assert "NOMBRE" not in fait.reponses
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 0
    with pytest.raises(ConflitReponse) as conflit:
        await repondre(monde.referent, numero, identifiant, "NOMBRE", 5, 1)
    assert (conflit.value.reponse, conflit.value.version) == (None, 0)
    fait = await repondre(monde.collegue, numero, identifiant, "NOMBRE", 8)
    assert fait.reponses["NOMBRE"].version == 2
    with pytest.raises(ConflitReponse):
        await repondre(monde.referent, numero, identifiant, "NOMBRE", 5, 1)


async def test_a_condition_shows_and_hides_without_losing_the_answer(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    fait = await repondre(monde.referent, numero, identifiant, "RENONCE", True)
    assert "RAISONS" in fait.avancement.visibles
    await repondre(monde.referent, numero, identifiant, "RAISONS", ["COUT"])
    fait = await repondre(monde.referent, numero, identifiant, "RENONCE", False, 1)
    assert ("RAISONS" in fait.avancement.visibles, fait.avancement.reponses) == (False, 1)
    fait = await repondre(monde.referent, numero, identifiant, "RENONCE", True, 2)
    assert fait.reponses["RAISONS"].valeur == ["COUT"]
    assert fait.avancement.reponses == 2


@pytest.mark.parametrize(("question", "valeur"), [("NOMBRE", "beaucoup"), ("SUITE", "AUTRE"), ("DATE", "hier")])
async def test_a_refused_value_is_not_stored(monde: Monde, question: str, valeur: Any) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    with pytest.raises(ErreurSaisie) as refus:
        await repondre(monde.referent, numero, identifiant, question, valeur)
    assert question in refus.value.erreurs
    assert await reponses(identifiant) == []


async def test_an_organism_that_closed_keeps_its_place(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    with pytest.raises(ErreurSaisie):
        await repondre(monde.referent, numero, identifiant, "ORGANISME", str(uuid.uuid4()))
    choisi = str(monde.autre_organisme)
    await repondre(monde.referent, numero, identifiant, "ORGANISME", choisi)
    async with transaction():
        await executer(
            "UPDATE organisme SET ferme_le = {} WHERE id = {}", monde.referent.aujourdhui, monde.autre_organisme
        )
    await repondre(monde.referent, numero, identifiant, "ORGANISME", choisi, 1)
    await repondre(monde.referent, numero, identifiant, "ORGANISME", None, 1)
    with pytest.raises(ErreurSaisie):
        await repondre(monde.referent, numero, identifiant, "ORGANISME", choisi)


async def test_unknown_questions_bilans_and_foreign_dossiers_are_not_found(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    autre, _ = await monde.dossier(nom="Ailleurs")
    for ctx, dossier, cible, question in (
        (monde.referent, numero, identifiant, "INCONNUE"),
        (monde.referent, numero, uuid.uuid4(), "NOMBRE"),
        (monde.referent, autre, identifiant, "NOMBRE"),
        (monde.autre_referent, numero, identifiant, "NOMBRE"),
    ):
        with pytest.raises(Introuvable):
            await repondre(ctx, dossier, cible, question, 3)


async def test_another_organism_that_shares_the_dossier_reads_only(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    async with transaction():
        await executer(
            """INSERT INTO rattachement (id, beneficiaire, organisme, nature, motif, debut, version)
            VALUES ({}, {}, {}, 'REPRISE', '', {}, 1)""",
            uuid.uuid4(),
            numero,
            monde.autre_organisme,
            monde.referent.aujourdhui,
        )
    with pytest.raises(Interdit, match="Association Exemple"):
        await repondre(monde.autre_referent, numero, identifiant, "NOMBRE", 3)


async def test_the_history_of_an_answer_goes_on_after_it_was_emptied(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    gestes = ((monde.referent, 3, 0), (monde.collegue, 4, 1), (monde.collegue, None, 2), (monde.referent, 5, 0))
    for minute, (ctx, valeur, version) in enumerate(gestes):
        plus_tard = msgspec.structs.replace(ctx, maintenant=MAINTENANT + dt.timedelta(minutes=minute))
        await repondre(plus_tard, numero, identifiant, "NOMBRE", valeur, version)
    passe = [(c.auteur, c.avant, c.apres) for c in reversed(await historique_reponse(identifiant, "NOMBRE"))]
    assert passe == [
        (monde.referent.nom, None, 3),
        (monde.collegue.nom, 3, 4),
        (monde.collegue.nom, 4, None),
        (monde.referent.nom, None, 5),
    ]
    actes = await lire("SELECT libelle FROM acte WHERE nature = 'bilan.repondre'")
    assert {a["libelle"] for a in actes} == {"MOS - Essai du 24/11/2026 : question 2"}


async def test_an_answer_is_undone_and_the_counts_follow(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    premier = await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    second = await repondre(monde.referent, numero, identifiant, "NOMBRE", 4, 1)
    assert premier.acte is not None
    assert second.acte is not None
    with pytest.raises(ErreurMetier, match="Annulez d'abord"):
        await annuler_acte(monde.referent, premier.acte)
    await annuler_acte(monde.referent, second.acte)
    assert [(r.valeur, r.version) for r in await reponses(identifiant)] == [(3, 3)]
    vider = await repondre(monde.referent, numero, identifiant, "NOMBRE", None, 3)
    assert vider.acte is not None
    await annuler_acte(monde.referent, vider.acte)
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 1


async def test_a_whole_form_is_one_act_and_its_refusals_do_not_lose_the_rest(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.collegue, numero, identifiant, "SUITE", "DROIT_COMMUN")
    fait = await enregistrer_reponses(
        monde.referent,
        numero,
        identifiant,
        {
            "DATE": SaisieReponse("2026-11-20"),
            "NOMBRE": SaisieReponse(999),
            "RENONCE": SaisieReponse(True),
            "SUITE": SaisieReponse("AUCUNE_SUITE"),
            "COUT": SaisieReponse(None),
        },
        installees=INSTALLEES,
    )
    assert set(fait.refus) == {"NOMBRE", "SUITE"}
    assert isinstance(fait.refus["SUITE"], ConflitReponse)
    assert {q: r.valeur for q, r in fait.reponses.items()} == {
        "DATE": "2026-11-20",
        "RENONCE": True,
        "SUITE": "DROIT_COMMUN",
    }
    assert fait.acte is not None
    await annuler_acte(monde.referent, fait.acte)
    assert [r.question for r in await reponses(identifiant)] == ["SUITE"]


def _textes() -> Questionnaire:
    """Return a questionnaire of ten free texts."""
    questions = tuple(Question(code=f"T_{n}", texte=f"Texte {n}", type=TypeQuestion.TEXTE) for n in range(10))
    return essai(code="TEXTES", sections=(Section(code="A", titre="A. Textes", questions=questions),))


async def _client(ctx: Contexte, numero: int, identifiant: uuid.UUID, rang: int, envois: int) -> tuple[int, int]:
    """Answer as a page does: over the version it knows, and on a conflict keep one's own over the newer version."""
    question, connue, acceptes, conflits = f"T_{rang % 10}", 0, 0, 0
    for tour in range(envois):
        while True:
            try:
                fait = await repondre(ctx, numero, identifiant, question, f"client {rang} tour {tour}", connue)
            except ConflitReponse as conflit:
                connue = conflit.version
                conflits += 1
                continue
            connue = fait.reponses[question].version
            acceptes += 1
            break
    return acceptes, conflits


async def test_fifty_clients_lose_nothing(monde: Monde) -> None:
    envois = int(os.environ.get("VIESION_TEST_ENVOIS", "4"))
    await garder(_textes())
    numero, identifiant = await un_bilan(monde, code="TEXTES")
    resultats = await asyncio.gather(*(_client(monde.referent, numero, identifiant, r, envois) for r in range(50)))
    acceptes, conflits = (sum(valeurs) for valeurs in zip(*resultats, strict=True))
    assert acceptes == 50 * envois
    assert conflits > 0
    passe = await lire("SELECT version, apres FROM revision WHERE nom_table = 'reponse' ORDER BY version")
    assert len({ligne["apres"]["valeur"] for ligne in passe}) == 50 * envois
    for question in range(10):
        versions = [li["version"] for li in passe if li["apres"]["question"] == f"T_{question}"]
        assert versions == list(range(1, 5 * envois + 1))
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 10


async def test_fifty_clients_on_all_the_questions_at_once(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    valeurs = {"DATE": "2026-11-20", "NOMBRE": 3, "HEURES": 2.5, "RENONCE": False, "SUITE": "DROIT_COMMUN"}
    envois = [(q, v) for q, v in valeurs.items() for _ in range(10)]
    resultats = await asyncio.gather(
        *(repondre(monde.referent, numero, identifiant, q, v) for q, v in envois), return_exceptions=True
    )
    assert [r for r in resultats if isinstance(r, BaseException)] == []  # the same value is no conflict
    assert {r.question: (r.valeur, r.version) for r in await reponses(identifiant)} == {
        q: (v, 1) for q, v in valeurs.items()
    }
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 5


async def test_an_answer_takes_few_queries(monde: Monde) -> None:
    await garder(essai())
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 1)
    durees = []
    for tour in range(1, 41):
        debut = time.perf_counter()
        with compter_requetes() as compte:
            await repondre(monde.referent, numero, identifiant, "NOMBRE", tour + 1, tour)
        durees.append(time.perf_counter() - debut)
        assert compte.nombre <= 11, compte.requetes
    assert statistics.median(durees) < 0.05
