"""Employabilité on both engines: add, change, take away, undo, history, perimeter, conflicts."""

import pytest

from viesion_core.actes import annuler_acte, historique, revisions
from viesion_core.employabilite.actions import (
    ajouter_atout,
    enregistrer_disponibilite,
    modifier_atout,
    retirer_atout,
)
from viesion_core.employabilite.model import Rubrique, SaisieAtout, SaisieDisponibilite
from viesion_core.employabilite.queries import atout, employabilite
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit, Introuvable
from viesion_core.resume.historique import details
from viesion_core.resume.queries import bandeau
from viesion_core.testing import Monde

MACON = SaisieAtout(code="F1703", niveau="PRINCIPAL")


async def test_ajouter_modifier_retirer_annuler(monde: Monde) -> None:
    ctx = monde.referent
    numero, _ = await monde.dossier()
    await ajouter_atout(ctx, numero, Rubrique.METIER, MACON)
    (metier,) = (await employabilite(ctx, numero)).atouts
    assert (metier.nom, metier.auteur, metier.actualise_le) == ("Maçonnerie", ctx.nom, ctx.aujourdhui)
    assert (await bandeau(ctx, numero)).atouts == 1
    fait = await modifier_atout(ctx, numero, metier.id, SaisieAtout(code="F1606"), version=1)
    assert fait.libelle == "Métier visé « Peinture en bâtiment » : modification"
    retrait = await retirer_atout(ctx, numero, metier.id, version=2)
    assert (await employabilite(ctx, numero)).atouts == ()
    await annuler_acte(ctx, retrait.id)
    (revenu,) = (await employabilite(ctx, numero)).atouts
    assert (revenu.id, revenu.code) == (metier.id, "F1606")


async def test_rien_ne_change_rien_ne_s_ecrit(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await ajouter_atout(monde.referent, numero, Rubrique.METIER, MACON)
    (metier,) = (await employabilite(monde.referent, numero)).atouts
    assert (await modifier_atout(monde.collegue, numero, metier.id, MACON, version=1)).vide
    assert (await atout(monde.referent, numero, metier.id)).auteur == monde.referent.nom
    saisie = SaisieDisponibilite(zone="30_KM", temps="PLEIN")
    await enregistrer_disponibilite(monde.referent, numero, saisie, version=None)
    assert (await enregistrer_disponibilite(monde.collegue, numero, saisie, version=1)).vide


async def test_ce_qui_est_refuse_ne_s_ecrit_pas(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await ajouter_atout(monde.referent, numero, Rubrique.METIER, MACON)
    for saisie in (MACON, SaisieAtout(), SaisieAtout(code="Z9999")):
        with pytest.raises(ErreurSaisie):
            await ajouter_atout(monde.referent, numero, Rubrique.METIER, saisie)
    assert len((await employabilite(monde.referent, numero)).atouts) == 1


async def test_deux_personnes_a_la_fois(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await ajouter_atout(monde.referent, numero, Rubrique.METIER, MACON)
    (metier,) = (await employabilite(monde.referent, numero)).atouts
    await modifier_atout(monde.collegue, numero, metier.id, SaisieAtout(code="F1606"), version=1)
    with pytest.raises(ConflitVersion):
        await modifier_atout(monde.referent, numero, metier.id, SaisieAtout(code="F1701"), version=1)
    await enregistrer_disponibilite(monde.referent, numero, SaisieDisponibilite(temps="PLEIN"), version=None)
    with pytest.raises(ConflitVersion):
        await enregistrer_disponibilite(monde.collegue, numero, SaisieDisponibilite(temps="PARTIEL"), version=None)


async def test_l_historique_garde_ce_qui_a_ete_retire(monde: Monde) -> None:
    ctx = monde.referent
    numero, _ = await monde.dossier()
    await ajouter_atout(ctx, numero, Rubrique.LANGUE, SaisieAtout(intitule="Arabe", niveau="MATERNELLE"))
    (langue,) = (await employabilite(ctx, numero)).atouts
    await retirer_atout(ctx, numero, langue.id, version=1)
    await enregistrer_disponibilite(ctx, numero, SaisieDisponibilite(zone="30_KM"), version=None)
    actes = await historique(ctx, numero, tables=("atout", "disponibilite"))
    assert {a.libelle for a in actes} == {
        "Langue « Arabe » : ajout",
        "Langue « Arabe » : retrait",
        "Mobilité et disponibilité",
    }
    changees = details(ctx, await revisions([a.id for a in actes]))
    retrait = next(a for a in actes if a.libelle.endswith("retrait"))
    (ligne,) = changees[retrait.id]
    assert (ligne.quoi, ligne.genre) == ("Langue", "suppression")
    assert [(c.libelle, c.avant) for c in ligne.champs] == [("Langue", "Arabe"), ("À l'oral", "Langue maternelle")]
    (zone,) = changees[next(a for a in actes if a.libelle.startswith("Mobilité")).id]
    assert [(c.libelle, c.apres) for c in zone.champs] == [("Zone de mobilité", "30 km")]


async def test_hors_perimetre_et_sans_droit(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await ajouter_atout(monde.referent, numero, Rubrique.METIER, MACON)
    (metier,) = (await employabilite(monde.pilote, numero)).atouts
    assert (await employabilite(monde.autre_referent, numero)).atouts == ()
    with pytest.raises(Introuvable):
        await ajouter_atout(monde.autre_referent, numero, Rubrique.METIER, MACON)
    with pytest.raises(Introuvable):
        await atout(monde.autre_referent, numero, metier.id)
    with pytest.raises(Interdit):
        await retirer_atout(monde.pilote, numero, metier.id, version=1)
    autre, _ = await monde.dossier(nom="Ailleurs")
    with pytest.raises(Introuvable):
        await retirer_atout(monde.referent, autre, metier.id, version=1)
