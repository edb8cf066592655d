"""One référent de parcours at a time: the former ends the day before, in the same act."""

import datetime as dt
import uuid

import pytest

from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.parcours.actions_referents import affecter_referent, supprimer_affectation, terminer_affectation
from viesion_core.parcours.model import SaisieAffectation
from viesion_core.parcours.queries import affectations
from viesion_core.testing import Monde

J = dt.date


def saisie(ctx: Contexte, entree: uuid.UUID, nature: str = "PARCOURS", **autres: object) -> SaisieAffectation:
    valeurs = {"referent": ctx.utilisateur, "nature": nature, "dispositif": entree, "debut": J(2026, 2, 1), **autres}
    return SaisieAffectation(**valeurs)


async def test_the_former_referent_de_parcours_ends_the_day_before(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.referent, entree))
    a = await affecter_referent(monde.referent, numero, saisie(monde.collegue, entree, debut=J(2026, 6, 1)))
    actuel, ancien = await affectations(monde.referent, numero)
    assert (actuel.referent_nom, actuel.fin) == ("ESSAI Morgan", None)
    assert (ancien.referent_nom, ancien.fin) == ("ESSAI Alix", J(2026, 5, 31))
    assert "ESSAI Alix termine la veille" in a.libelle
    await annuler_acte(monde.referent, a.id)
    assert [(lien.referent_nom, lien.fin) for lien in await affectations(monde.referent, numero)] == [
        ("ESSAI Alix", None)
    ]


async def test_one_who_began_later_stands_in_the_way(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.referent, entree, debut=J(2026, 6, 1)))
    with pytest.raises(ErreurSaisie) as refus:
        await affecter_referent(monde.referent, numero, saisie(monde.collegue, entree, debut=J(2026, 6, 1)))
    assert "ESSAI Alix" in refus.value.erreurs["debut"]
    await affecter_referent(
        monde.referent, numero, saisie(monde.collegue, entree, debut=J(2026, 2, 1), fin=J(2026, 5, 31))
    )
    assert len(await affectations(monde.referent, numero)) == 2


async def test_several_referents_detape_live_side_by_side(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.referent, entree, "ETAPE"))
    await affecter_referent(monde.referent, numero, saisie(monde.collegue, entree, "ETAPE"))
    assert {lien.fin for lien in await affectations(monde.referent, numero)} == {None}
    with pytest.raises(ErreurSaisie) as refus:
        await affecter_referent(monde.referent, numero, saisie(monde.collegue, entree, "ETAPE"))
    assert "déjà" in refus.value.erreurs["referent"]


@pytest.mark.parametrize(
    ("autres", "champ"),
    [
        ({"nature": "AUTRE"}, "nature"),
        ({"fin": J(2026, 1, 31)}, "fin"),
        ({"debut": J(2026, 1, 4)}, "debut"),
        ({"dispositif": uuid.uuid4()}, "dispositif"),
        ({"etape": uuid.uuid4()}, "etape"),
        ({"nature": "ETAPE", "etape": uuid.uuid4()}, "etape"),
        ({"referent": uuid.uuid4()}, "referent"),
    ],
)
async def test_fields_are_checked(monde: Monde, autres: dict[str, object], champ: str) -> None:
    numero, entree = await monde.dossier()
    with pytest.raises(ErreurSaisie) as refus:
        await affecter_referent(monde.referent, numero, saisie(monde.referent, entree, **autres))
    assert champ in refus.value.erreurs


async def test_a_closed_account_and_an_administrator_are_not_referents(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    with pytest.raises(ErreurSaisie):
        await affecter_referent(monde.referent, numero, saisie(monde.administrateur, entree))
    async with transaction():
        await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, monde.collegue.utilisateur)
    with pytest.raises(ErreurSaisie) as refus:
        await affecter_referent(monde.referent, numero, saisie(monde.collegue, entree))
    assert "fermé" in refus.value.erreurs["referent"]


async def test_a_referent_of_another_organism_gets_the_dossier(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.autre_referent, numero)
    a = await affecter_referent(monde.referent, numero, saisie(monde.autre_referent, entree))
    await exiger_dossier(monde.autre_referent, numero)
    nature = await lire_valeur(
        "SELECT nature FROM rattachement WHERE organisme = {} AND beneficiaire = {}", monde.autre_organisme, numero
    )
    assert nature == "REFERENT"
    await annuler_acte(monde.referent, a.id)
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.autre_referent, numero)


async def test_an_ended_rattachement_opens_again(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.autre_referent, entree, fin=J(2026, 2, 28)))
    async with transaction():
        await executer("UPDATE rattachement SET fin = {} WHERE organisme = {}", J(2026, 3, 1), monde.autre_organisme)
    await affecter_referent(monde.referent, numero, saisie(monde.autre_referent, entree, debut=J(2026, 4, 1)))
    await exiger_dossier(monde.autre_referent, numero)


async def test_ending_and_deleting_an_affectation(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.referent, entree, "ETAPE"))
    (lien,) = await affectations(monde.referent, numero)
    with pytest.raises(ErreurSaisie):
        await terminer_affectation(monde.referent, numero, lien.id, J(2026, 1, 31), version=1)
    await terminer_affectation(monde.referent, numero, lien.id, J(2026, 6, 30), version=1)
    (fini,) = await affectations(monde.referent, numero)
    assert (fini.fin, fini.version) == (J(2026, 6, 30), 2)
    a = await supprimer_affectation(monde.referent, numero, lien.id, version=2)
    assert await affectations(monde.referent, numero) == []
    await annuler_acte(monde.referent, a.id)
    assert len(await affectations(monde.referent, numero)) == 1


async def test_the_base_refuses_two_referents_de_parcours(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await affecter_referent(monde.referent, numero, saisie(monde.referent, entree))
    with pytest.raises(ErreurMetier, match="référent de parcours"):
        async with transaction():
            await executer(
                """INSERT INTO affectation (id, beneficiaire, referent, nature, debut, version)
                VALUES ({}, {}, {}, 'PARCOURS', {}, 1)""",
                uuid.uuid4(),
                numero,
                monde.collegue.utilisateur,
                J(2026, 6, 1),
            )
