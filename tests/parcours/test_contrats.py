"""Two contracts never overlap; the former one ends the day before, in the same act."""

import datetime as dt
import uuid

import pytest

from viesion_core.actes import annuler_acte
from viesion_core.db import executer, lire, transaction
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.parcours.actions import enregistrer_contrat, supprimer_contrat
from viesion_core.parcours.controles import defauts_contrat
from viesion_core.parcours.model import (
    ChevauchementContrat,
    ContratResume,
    SaisieContrat,
    chevauchements,
    dernier_contrat,
    message_chevauchement,
    renouvellement,
    terminer_la_veille,
)
from viesion_core.parcours.queries import contrat, contrats
from viesion_core.testing import Monde

J = dt.date
AUJOURDHUI = J(2026, 11, 24)


def un_contrat(debut: J, fin: J, signature: J | None = None) -> ContratResume:
    return ContratResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        type="CER",
        numero="",
        debut=debut,
        fin=fin,
        signature=signature,
        heures_hebdo=None,
        dispense="",
        dispositif=None,
        organisme_nom="",
        referent_nom="",
        commentaire="",
        version=1,
    )


def saisie(debut: J, fin: J, **autres: object) -> SaisieContrat:
    return SaisieContrat(**{"type": "CER", "debut": debut, "fin": fin, **autres})


@pytest.mark.parametrize(
    ("debut", "fin", "attendu"),
    [
        (J(2026, 1, 1), J(2026, 3, 31), False),
        (J(2026, 1, 1), J(2026, 4, 1), True),
        (J(2026, 5, 1), J(2026, 5, 2), True),
        (J(2026, 6, 30), J(2026, 12, 31), True),
        (J(2026, 7, 1), J(2026, 12, 31), False),
        (J(2026, 1, 1), J(2026, 12, 31), True),
    ],
)
def test_overlap_counts_both_ends(debut: J, fin: J, attendu: bool) -> None:
    assert bool(chevauchements([un_contrat(J(2026, 4, 1), J(2026, 6, 30))], debut, fin)) is attendu


def test_the_edited_contract_does_not_overlap_itself() -> None:
    existant = un_contrat(J(2026, 4, 1), J(2026, 6, 30))
    assert chevauchements([existant], J(2026, 4, 1), J(2026, 9, 30), existant.id) == []


def test_the_former_ends_the_day_before() -> None:
    existant = un_contrat(J(2026, 4, 1), J(2026, 6, 30))
    reglement = terminer_la_veille([existant], J(2026, 6, 1), J(2026, 12, 31))
    assert (reglement.veille, reglement.a_terminer, reglement.obstacles) == (J(2026, 5, 31), (existant,), ())
    assert "le 31/05/2026" in message_chevauchement(reglement)


def test_one_that_would_end_before_its_start_stands_in_the_way() -> None:
    memes = un_contrat(J(2026, 6, 1), J(2026, 6, 30))
    reglement = terminer_la_veille([memes], J(2026, 6, 1), J(2026, 12, 31))
    assert reglement.obstacles == (memes,)
    assert "commence le même jour" in message_chevauchement(reglement)
    apres = un_contrat(J(2026, 9, 1), J(2027, 2, 28))
    message = message_chevauchement(terminer_la_veille([apres], J(2026, 6, 1), J(2026, 12, 31)))
    assert "au plus tard le 31/08/2026" in message


def test_the_status_is_derived() -> None:
    assert un_contrat(J(2026, 12, 1), J(2026, 12, 31)).statut(AUJOURDHUI) == "À venir"
    assert un_contrat(J(2026, 11, 24), J(2026, 11, 24)).statut(AUJOURDHUI) == "En cours"
    assert un_contrat(J(2026, 1, 1), J(2026, 11, 23)).statut(AUJOURDHUI) == "Terminé"


def test_the_last_contract_is_derived() -> None:
    ancien, recent = un_contrat(J(2025, 1, 1), J(2025, 6, 30)), un_contrat(J(2026, 1, 1), J(2026, 6, 30))
    assert dernier_contrat([ancien, recent]) is recent
    assert dernier_contrat([]) is None


@pytest.mark.parametrize(
    ("debut", "fin", "suite"),
    [
        (J(2026, 1, 1), J(2026, 6, 30), (J(2026, 7, 1), J(2026, 12, 31))),
        (J(2026, 2, 15), J(2026, 5, 14), (J(2026, 5, 15), J(2026, 8, 14))),
        (J(2026, 1, 1), J(2026, 1, 10), (J(2026, 1, 11), J(2026, 1, 20))),
    ],
)
def test_a_renewal_follows_for_as_long(debut: J, fin: J, suite: tuple[J, J]) -> None:
    assert renouvellement(un_contrat(debut, fin)) == suite


@pytest.mark.parametrize(
    ("autres", "champ"),
    [
        ({"fin": J(2025, 12, 31)}, "fin"),
        ({"signature": J(2026, 11, 25)}, "signature"),
        ({"heures_hebdo": 15}, "heures_hebdo"),
        ({"dispense": "SANTE"}, "dispense"),
        ({"type": "CE", "heures_hebdo": 10}, "dispense"),
        ({"type": "CE", "heures_hebdo": 10, "dispense": "inconnu"}, "dispense"),
        ({"type": "PPAE"}, "type"),
        ({"dispositif": uuid.uuid4()}, "dispositif"),
    ],
)
def test_fields_are_checked(autres: dict[str, object], champ: str) -> None:
    valeurs = {"debut": J(2026, 1, 1), "fin": J(2026, 6, 30), **autres}
    assert champ in defauts_contrat(saisie(**valeurs), [], AUJOURDHUI)


def test_fifteen_hours_need_no_reason() -> None:
    quinze = saisie(J(2026, 1, 1), J(2026, 6, 30), type="CE", heures_hebdo=15)
    reduit = saisie(J(2026, 1, 1), J(2026, 6, 30), type="CE", heures_hebdo=5, dispense="SANTE")
    assert defauts_contrat(quinze, [], AUJOURDHUI) == defauts_contrat(reduit, [], AUJOURDHUI) == {}


async def test_saving_an_overlap_is_refused_then_solved_in_one_act(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 7, 4), dispositif=entree))
    nouveau = saisie(J(2026, 6, 1), J(2026, 11, 30))
    with pytest.raises(ChevauchementContrat) as refus:
        await enregistrer_contrat(monde.referent, numero, nouveau)
    assert "31/05/2026" in refus.value.erreurs["debut"]
    assert len(await contrats(monde.referent, numero)) == 1
    a = await enregistrer_contrat(monde.referent, numero, nouveau, terminer_precedent=True)
    assert [(c.debut, c.fin) for c in await contrats(monde.referent, numero)] == [
        (J(2026, 6, 1), J(2026, 11, 30)),
        (J(2026, 1, 5), J(2026, 5, 31)),
    ]
    assert "termine la veille" in a.libelle
    assert [e["nom"] for e in await lire("SELECT nom FROM evenement WHERE acte = {}", a.id)] == [
        "contrat_enregistre",
        "contrat_enregistre",
    ]
    await annuler_acte(monde.referent, a.id)
    assert [(c.debut, c.fin) for c in await contrats(monde.referent, numero)] == [(J(2026, 1, 5), J(2026, 7, 4))]


async def test_an_obstacle_is_never_overwritten(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 9, 1), J(2027, 2, 28)))
    with pytest.raises(ChevauchementContrat):
        await enregistrer_contrat(
            monde.referent, numero, saisie(J(2026, 6, 1), J(2026, 11, 30)), terminer_precedent=True
        )
    assert len(await contrats(monde.referent, numero)) == 1


async def test_the_base_refuses_an_overlap_too(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 7, 4)))
    with pytest.raises(ErreurMetier, match="chevaucher"):
        async with transaction():
            await executer(
                """INSERT INTO contrat (id, beneficiaire, type, numero, debut, fin, dispense, commentaire, version)
                VALUES ({}, {}, 'CO', '', {}, {}, '', '', 1)""",
                uuid.uuid4(),
                numero,
                J(2026, 7, 4),
                J(2026, 9, 1),
            )


async def test_an_edit_moves_the_former_too(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 6, 30)))
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 7, 1), J(2026, 12, 31)))
    second = (await contrats(monde.referent, numero))[0]
    plus_tot = saisie(J(2026, 6, 1), J(2026, 12, 31))
    with pytest.raises(ChevauchementContrat):
        await enregistrer_contrat(monde.referent, numero, plus_tot, identifiant=second.id, version=1)
    await enregistrer_contrat(
        monde.referent, numero, plus_tot, identifiant=second.id, version=1, terminer_precedent=True
    )
    assert [(c.debut, c.fin) for c in await contrats(monde.referent, numero)] == [
        (J(2026, 6, 1), J(2026, 12, 31)),
        (J(2026, 1, 5), J(2026, 5, 31)),
    ]
    with pytest.raises(ConflitVersion):
        await enregistrer_contrat(monde.referent, numero, plus_tot, identifiant=second.id, version=1)


async def test_a_contract_is_deleted_and_comes_back(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 6, 30), commentaire="Signé"))
    (seul,) = await contrats(monde.referent, numero)
    a = await supprimer_contrat(monde.referent, numero, seul.id, version=seul.version)
    assert await contrats(monde.referent, numero) == []
    await annuler_acte(monde.referent, a.id)
    (revenu,) = await contrats(monde.referent, numero)
    assert (revenu.id, revenu.commentaire) == (seul.id, "Signé")


async def test_another_organism_sees_and_writes_nothing(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 6, 30)))
    (seul,) = await contrats(monde.referent, numero)
    assert await contrats(monde.autre_referent, numero) == []
    with pytest.raises(Introuvable):
        await contrat(monde.autre_referent, numero, seul.id)
    with pytest.raises(Introuvable):
        await enregistrer_contrat(monde.autre_referent, numero, saisie(J(2027, 1, 5), J(2027, 6, 30)))
    with pytest.raises(Introuvable):
        await supprimer_contrat(monde.autre_referent, numero, seul.id, version=1)
    with pytest.raises(Interdit):
        await enregistrer_contrat(monde.pilote, numero, saisie(J(2027, 1, 5), J(2027, 6, 30)))


async def test_the_contract_of_another_person_is_unknown_here(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    autre, _ = await monde.dossier(nom="Voisin")
    await enregistrer_contrat(monde.referent, autre, saisie(J(2026, 1, 5), J(2026, 6, 30)))
    (etranger,) = await contrats(monde.referent, autre)
    with pytest.raises(Introuvable):
        await enregistrer_contrat(
            monde.referent, numero, saisie(J(2026, 1, 5), J(2026, 6, 30)), identifiant=etranger.id, version=1
        )


async def test_a_wrong_field_saves_nothing(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    with pytest.raises(ErreurSaisie) as refus:
        await enregistrer_contrat(monde.referent, numero, saisie(J(2026, 7, 1), J(2026, 6, 30)))
    assert "fin" in refus.value.erreurs
    assert await contrats(monde.referent, numero) == []
