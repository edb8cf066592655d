"""Counts equal the length of their lists, always: every rule, every role, both engines; the state is never behind."""

import datetime as dt
import pathlib
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.alertes.mondes import peupler, vider_monde
from viesion_core.alertes.etat import comparer_etats, etats_en_bloc, reconstruire_etats, verifier_etats
from viesion_core.alertes.model import RegleAlerte
from viesion_core.alertes.queries import compter, expliquer, lignes_alerte
from viesion_core.alertes.queries_objets import lignes_objets
from viesion_core.alertes.regles import regles_coeur
from viesion_core.contexte import Contexte
from viesion_core.db import compter_requetes, executer, lire, lire_valeur, transaction
from viesion_core.extensions import Registre
from viesion_core.settings import Settings
from viesion_core.testing import Monde
from viesion_core.worker import Worker

REGLES = regles_coeur({"MOS": 3})


async def _liste(ctx: Contexte, regle: RegleAlerte, **options: Any) -> list[Any]:
    numeros: list[Any] = []
    page = 1
    while True:
        if regle.objet is not None:
            objets, total = await lignes_objets(ctx, regle, None, page=page, par_page=3)
            lignes: list[Any] = [objet.id for objet in objets]
        else:
            personnes, total = await lignes_alerte(ctx, regle, None, page=page, par_page=3, **options)
            lignes = [ligne.numero for ligne in personnes]
        numeros += lignes
        if not lignes:
            assert len(numeros) == total
            return numeros
        page += 1


async def _perimetre(ctx: Contexte) -> list[int]:
    """The people whom a role may see, told apart from the code of the perimeter."""
    if ctx.departement:
        lignes = await lire("SELECT numero FROM beneficiaire")
    else:
        lignes = await lire(
            "SELECT beneficiaire AS numero FROM rattachement WHERE organisme = {} AND (fin IS NULL OR fin >= {})",
            ctx.organisme,
            ctx.aujourdhui,
        )
    return [ligne["numero"] for ligne in lignes] if ctx.role != "administrateur" else []


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(graine=st.integers(min_value=0, max_value=2**32))
async def test_counts_are_the_lengths_of_their_lists(monde: Monde, graine: int) -> None:
    await vider_monde()
    await peupler(monde, graine)
    for ctx in (monde.referent, monde.directeur, monde.autre_referent, monde.pilote, monde.administrateur):
        visibles = await _perimetre(ctx)
        comptes = await compter(ctx, REGLES, {})
        for regle in REGLES:
            numeros = await _liste(ctx, regle)
            assert comptes[regle.code] == len(numeros) == len(set(numeros)), (regle.code, ctx.role)
            if regle.objet is not None:
                assert numeros == [] or ctx.departement
                continue
            trouves = [e.numero for e in await expliquer(ctx, regle, None, visibles) if e.concernee]
            assert sorted(numeros) == sorted(trouves), (regle.code, ctx.role)
    siens = await compter(monde.referent, REGLES, {}, portefeuille=True)
    for regle in REGLES:
        assert siens[regle.code] == len(await _liste(monde.referent, regle, portefeuille=True)), regle.code
    assert await comparer_etats() == []


async def test_the_random_worlds_meet_most_rules(monde: Monde) -> None:
    await peupler(monde, 34, nombre=250)
    comptes = await compter(monde.pilote, REGLES, {})
    vides = {code for code, nombre in comptes.items() if not nombre}
    assert vides <= JAMAIS
    assert all(comptes[code] != 250 for code in comptes), comptes


JAMAIS = {"A12", "A17", "A27"}
"""The base refuses what A12 and A17 look for; nobody of the worlds has a closed account."""


async def test_one_statement_counts_every_rule(monde: Monde) -> None:
    await peupler(monde, 5)
    with compter_requetes() as compte:
        await compter(monde.referent, REGLES, {})
    assert compte.nombre == 1


async def test_a_rule_that_the_base_refuses_is_named_and_the_others_answer(monde: Monde) -> None:
    await peupler(monde, 5)
    mauvaise = RegleAlerte(code="MAL", titre="", description="", rubrique="", criteres=(REGLES[0].criteres[0],))
    attendus = await compter(monde.referent, REGLES, {})
    comptes = await compter(monde.referent, [REGLES[1], _cassee(mauvaise), REGLES[4]], {})
    assert comptes == {"A02": attendus["A02"], "MAL": None, "A05": attendus["A05"]}


def _cassee(regle: RegleAlerte) -> RegleAlerte:
    critere = msgspec.structs.replace(regle.criteres[0], sql="s.inconnue = 1")
    return msgspec.structs.replace(regle, criteres=(critere,))


async def test_nobody_is_explained_outside_the_perimeter(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    (siennes,) = await expliquer(monde.referent, REGLES[4], None, [numero])
    assert siennes.concernee
    assert await expliquer(monde.autre_referent, REGLES[4], None, [numero]) == []


async def test_a_state_that_drifted_is_seen_and_mended(monde: Monde) -> None:
    await peupler(monde, 8)
    assert await reconstruire_etats() == 0
    async with transaction():
        await executer("UPDATE etat_dossier SET contrat_fin = '2020-01-01', reponses = 99 WHERE beneficiaire = 3")
        await executer("DELETE FROM etat_dossier WHERE beneficiaire = 4")
    assert await comparer_etats() == [3, 4]
    assert await verifier_etats() == 2
    assert await comparer_etats() == []
    assert await lire_valeur("SELECT count(*) AS n FROM etat_dossier") == 14


async def test_a_takeover_makes_the_states_at_its_end(monde: Monde) -> None:
    async with etats_en_bloc():
        await peupler(monde, 8)
        assert len(await comparer_etats()) > 5
    assert await comparer_etats() == []
    async with transaction():
        await executer("DELETE FROM contrat WHERE fin > {}", dt.date(2026, 11, 24))
        await executer("DELETE FROM entretien WHERE beneficiaire < 9")
        await executer("UPDATE affectation SET beneficiaire = 1 WHERE beneficiaire = 2")
    assert await comparer_etats() == []


async def test_the_worker_mends_once_a_night(monde: Monde, tmp_path: pathlib.Path) -> None:
    await peupler(monde, 8)
    ouvrier = Worker(Settings(donnees=tmp_path), Registre.composer([]))
    nuit = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)
    faits = []
    for instant in (nuit - dt.timedelta(hours=1), nuit, nuit + dt.timedelta(seconds=1), nuit + dt.timedelta(days=1)):
        async with transaction():
            await executer("UPDATE etat_dossier SET reponses = 99 WHERE beneficiaire = 3")
        faits.append(await ouvrier.tour(instant))
    assert faits == [0, 1, 0, 1]
