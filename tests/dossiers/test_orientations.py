"""Orientations on both engines: the last one is the path of the person, the delays of the alerts A18 and A20."""

import datetime as dt

import msgspec
import pytest

from tests.dossiers.aides import J, ouvrir
from viesion_core.actes import annuler_acte
from viesion_core.alertes.queries import compter, expliquer
from viesion_core.alertes.regles_orientation import REGLES_D_ORIENTATION
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.dossiers.actions_orientations import (
    ajouter_orientation,
    dire_diagnostic,
    modifier_orientation,
    supprimer_orientation,
)
from viesion_core.dossiers.model_orientations import SaisieOrientation, derniere
from viesion_core.dossiers.queries import identite
from viesion_core.dossiers.queries_orientations import orientation, orientations
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.testing import Monde

DIAGNOSTIC = "diagnostic_le"
SOCIAL = SaisieOrientation(parcours="SOCIAL", notifiee_le=J(2026, 1, 12))


async def _parcours(monde: Monde, numero: int) -> str:
    return (await identite(monde.referent, numero)).parcours


async def test_la_derniere_orientation_est_le_parcours_de_la_personne(monde: Monde) -> None:
    ctx, numero = monde.referent, await ouvrir(monde.referent)
    fait = await ajouter_orientation(ctx, numero, SOCIAL)
    assert fait.libelle == "Orientation «\u00a0Parcours social\u00a0» notifiée le 12/01/2026"
    assert await _parcours(monde, numero) == "SOCIAL"
    await ajouter_orientation(ctx, numero, SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 6, 1)))
    await ajouter_orientation(ctx, numero, SaisieOrientation(parcours="SOCIO_PRO", notifiee_le=J(2025, 6, 1)))
    assert await _parcours(monde, numero) == "PRO"
    lues = await orientations(ctx, numero)
    assert [o.notifiee_le for o in lues] == [J(2026, 6, 1), J(2026, 1, 12), J(2025, 6, 1)]
    assert derniere(lues) == lues[0]
    retire = await supprimer_orientation(ctx, numero, lues[0].id, version=1)
    assert await _parcours(monde, numero) == "SOCIAL"
    await annuler_acte(ctx, retire.id)
    assert await _parcours(monde, numero) == "PRO"
    plus_tot = SaisieOrientation(parcours="PRO", notifiee_le=J(2025, 12, 1))
    rendue = await orientation(ctx, numero, lues[0].id)
    await modifier_orientation(ctx, numero, rendue.id, plus_tot, version=rendue.version)
    assert await _parcours(monde, numero) == "SOCIAL"


@pytest.mark.parametrize(
    ("saisie", "champ"),
    [
        (SaisieOrientation(parcours="AILLEURS", notifiee_le=J(2026, 2, 1)), "parcours"),
        (SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 11, 25)), "notifiee_le"),
        (SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 1, 12)), "notifiee_le"),
        (SaisieOrientation(parcours="SOCIAL", notifiee_le=J(2026, 2, 1), delai_mois=9), "delai_mois"),
        (SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 2, 1), delai_mois=12), "delai_mois"),
        (SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 2, 1), diagnostic_le=J(2026, 3, 1)), DIAGNOSTIC),
        (SaisieOrientation(parcours="SOCIAL", notifiee_le=J(2026, 2, 1), diagnostic_le=J(2026, 1, 31)), DIAGNOSTIC),
        (SaisieOrientation(parcours="SOCIAL", notifiee_le=J(2026, 2, 1), diagnostic_le=J(2026, 11, 25)), DIAGNOSTIC),
    ],
)
async def test_ce_qui_est_faux_est_dit_au_champ(monde: Monde, saisie: SaisieOrientation, champ: str) -> None:
    numero = await ouvrir(monde.referent)
    await ajouter_orientation(monde.referent, numero, SOCIAL)
    with pytest.raises(ErreurSaisie) as refus:
        await ajouter_orientation(monde.referent, numero, saisie)
    assert set(refus.value.erreurs) == {champ}
    assert len(await orientations(monde.referent, numero)) == 1


async def test_une_orientation_par_jour_dans_la_base_aussi(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await ajouter_orientation(monde.referent, numero, SOCIAL)
    await ajouter_orientation(monde.referent, numero, SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 2, 1)))
    with pytest.raises(ErreurMetier, match="notifiée ce jour-là"):
        async with transaction():
            await executer("UPDATE orientation SET notifiee_le = {}", J(2026, 3, 1))


async def test_chacun_dans_son_perimetre(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await ajouter_orientation(monde.referent, numero, SOCIAL)
    (lue,) = await orientations(monde.referent, numero)
    assert await orientations(monde.autre_referent, numero) == []
    for ctx, refus in ((monde.autre_referent, Introuvable), (monde.pilote, Interdit)):
        with pytest.raises(refus):
            await ajouter_orientation(ctx, numero, SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 2, 1)))
        with pytest.raises(refus):
            await dire_diagnostic(ctx, numero, lue.id, J(2026, 8, 1), version=1)
    with pytest.raises(Introuvable):
        await orientation(monde.autre_referent, numero, lue.id)
    autre = await ouvrir(monde.referent, "Autre")
    with pytest.raises(Introuvable):
        await modifier_orientation(monde.referent, autre, lue.id, SOCIAL, version=1)
    with pytest.raises(ConflitVersion):
        await dire_diagnostic(monde.referent, numero, lue.id, J(2026, 8, 1), version=3)


async def _concernes(monde: Monde, jour: dt.date) -> set[str]:
    ctx = msgspec.structs.replace(monde.referent, maintenant=dt.datetime.combine(jour, dt.time(12), tzinfo=dt.UTC))
    comptes = await compter(ctx, REGLES_D_ORIENTATION, {})
    return {code for code, nombre in comptes.items() if nombre}


async def test_le_contrat_dans_le_mois_puis_le_diagnostic_conjoint(monde: Monde) -> None:
    """12/01 notified, signed on 20/03: A18 from 13/02 until then, A20 from 21/09 until the joint diagnosis."""
    ctx, numero = monde.referent, await ouvrir(monde.referent)
    await ajouter_orientation(ctx, numero, SOCIAL)
    (lue,) = await orientations(ctx, numero)
    regles = {regle.code: regle for regle in REGLES_D_ORIENTATION}
    assert await _concernes(monde, J(2026, 2, 12)) == set()
    assert await _concernes(monde, J(2026, 2, 13)) == {"A18"}
    orienter = SaisieContrat(type="CO", debut=J(2026, 1, 15), fin=J(2026, 3, 14), signature=J(2026, 1, 15))
    await enregistrer_contrat(ctx, numero, orienter)
    assert await _concernes(monde, J(2026, 2, 13)) == {"A18"}
    engager = SaisieContrat(type="CE", debut=J(2026, 3, 20), fin=J(2026, 9, 19), signature=J(2026, 3, 20))
    await enregistrer_contrat(ctx, numero, engager)
    assert await _concernes(monde, J(2026, 9, 20)) == set()
    assert await _concernes(monde, J(2026, 9, 21)) == {"A20"}
    (dit,) = await expliquer(ctx, regles["A20"], None, [numero])
    assert [(constat.valeur, constat.rempli) for constat in dit.constats] == [
        ("Parcours social", True), ("20/03/2026", True), ("Aucune", True), ("05/01/2026", True)
    ]  # fmt: skip
    await modifier_orientation(
        ctx, numero, lue.id, SaisieOrientation(parcours="SOCIAL", notifiee_le=J(2026, 1, 12), delai_mois=12), version=1
    )
    assert await _concernes(monde, J(2026, 11, 24)) == set()
    assert await _concernes(monde, J(2027, 3, 21)) == {"A20"}
    await dire_diagnostic(ctx, numero, lue.id, J(2026, 11, 20), version=2)
    assert await _concernes(monde, J(2027, 3, 21)) == set()
    await ajouter_orientation(ctx, numero, SaisieOrientation(parcours="PRO", notifiee_le=J(2026, 11, 24)))
    assert await _concernes(monde, J(2026, 12, 25)) == {"A18"}
    assert await lire_valeur("SELECT engagement_le FROM etat_dossier WHERE beneficiaire = {}", numero) is None
