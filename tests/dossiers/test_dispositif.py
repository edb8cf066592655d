"""Entries into the dispositif on both engines: several, never two at once, étapes inside, in the base too."""

import datetime as dt
import uuid

import pytest

from tests.dossiers.aides import ENTREE, J, ouvrir, ouvrir_etape
from viesion_core.actes import acte, annuler_acte
from viesion_core.db import lire_valeur
from viesion_core.dossiers.actions_dispositif import clore_entree, modifier_entree, ouvrir_entree
from viesion_core.dossiers.model import EntreeDetail, SaisieEntree
from viesion_core.dossiers.queries import entree, entrees
from viesion_core.dossiers.tables import EntreeDispositif
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import Monde


async def _ouverte(monde: Monde) -> tuple[int, EntreeDetail]:
    numero = await ouvrir(monde.referent)
    return numero, (await entrees(monde.referent, numero))[0]


async def _sortir(monde: Monde, numero: int, visee: EntreeDetail, fin: dt.date) -> uuid.UUID:
    fait = await clore_entree(monde.referent, numero, visee.id, fin, "EMPLOI", version=visee.version)
    return fait.id


async def test_sortir_puis_revenir(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    fait = await clore_entree(monde.referent, numero, premiere.id, J(2026, 6, 30), "EMPLOI", version=1)
    assert fait.libelle == "Sortie Accomp RSA le 30/06/2026"
    await ouvrir_entree(monde.referent, numero, SaisieEntree(debut=J(2026, 7, 1), commentaire="Retour"))
    toutes = await entrees(monde.referent, numero)
    assert [(e.debut, e.fin, e.motif_libelle) for e in toutes] == [
        (J(2026, 7, 1), None, ""),
        (ENTREE, J(2026, 6, 30), "Emploi"),
    ]
    with pytest.raises(ErreurMetier, match="déjà dans ce dispositif"):
        await annuler_acte(monde.referent, fait.id)


async def test_une_sortie_s_annule(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    await annuler_acte(monde.referent, await _sortir(monde, numero, premiere, J(2026, 6, 30)))
    assert (await entree(monde.referent, numero, premiere.id)).ouverte


async def test_deux_entrees_ne_se_chevauchent_pas(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    with pytest.raises(ErreurSaisie) as refus:
        await ouvrir_entree(monde.referent, numero, SaisieEntree(debut=J(2026, 7, 1)))
    assert "encore ouverte" in refus.value.erreurs["debut"]
    await _sortir(monde, numero, premiere, J(2026, 6, 30))
    for debut, fin in ((J(2026, 6, 30), None), (J(2025, 1, 1), J(2026, 1, 5)), (J(2026, 2, 1), J(2026, 3, 1))):
        saisie = SaisieEntree(debut=debut, fin=fin, motif_fin="EMPLOI" if fin else "")
        with pytest.raises(ErreurSaisie) as refus:
            await ouvrir_entree(monde.referent, numero, saisie)
        assert set(refus.value.erreurs) == {"debut"}
    await ouvrir_entree(
        monde.referent, numero, SaisieEntree(debut=J(2025, 1, 1), fin=J(2026, 1, 4), motif_fin="EMPLOI")
    )
    valeurs = {"beneficiaire": numero, "dispositif": "ACCOMP_RSA", "debut": J(2026, 6, 30)}
    with pytest.raises(ErreurMetier, match="déjà dans ce dispositif"):
        async with acte(monde.referent, "essai", "Sans contrôle", beneficiaire=numero) as a:
            await a.inserer(EntreeDispositif, valeurs)
    with pytest.raises(ErreurMetier, match="déjà dans ce dispositif"):
        async with acte(monde.referent, "essai", "Sans contrôle", beneficiaire=numero) as a:
            await a.modifier(EntreeDispositif, premiere.id, {"debut": J(2026, 1, 4)}, version=None)
    autre = await ouvrir(monde.referent, "Autre")
    assert len(await entrees(monde.referent, autre)) == 1


@pytest.mark.parametrize(
    ("saisie", "champ"),
    [
        (SaisieEntree(debut=ENTREE, fin=J(2026, 6, 30)), "motif_fin"),
        (SaisieEntree(debut=ENTREE, motif_fin="EMPLOI"), "fin"),
        (SaisieEntree(debut=ENTREE, fin=J(2026, 1, 4), motif_fin="EMPLOI"), "fin"),
        (SaisieEntree(debut=ENTREE, fin=J(2026, 11, 25), motif_fin="EMPLOI"), "fin"),
        (SaisieEntree(debut=ENTREE, fin=J(2026, 6, 30), motif_fin="INCONNU"), "motif_fin"),
        (SaisieEntree(debut=J(2026, 11, 25)), "debut"),
        (SaisieEntree(debut=ENTREE, dispositif="INCONNU"), "dispositif"),
    ],
)
async def test_les_erreurs_de_saisie(monde_sqlite: Monde, saisie: SaisieEntree, champ: str) -> None:
    numero, premiere = await _ouverte(monde_sqlite)
    with pytest.raises(ErreurSaisie) as refus:
        await modifier_entree(monde_sqlite.referent, numero, premiere.id, saisie, version=1)
    assert set(refus.value.erreurs) == {champ}


async def test_une_etape_ouverte_retient_la_sortie(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    await ouvrir_etape(monde, numero, J(2026, 2, 1))
    with pytest.raises(ErreurSaisie) as refus:
        await _sortir(monde, numero, premiere, J(2026, 6, 30))
    assert "« Association Exemple - MOS »" in refus.value.erreurs["fin"].replace("\xa0", " ")
    assert "depuis le 01/02/2026" in refus.value.erreurs["fin"]
    with pytest.raises(ErreurSaisie) as refus:
        await clore_entree(monde.referent, numero, premiere.id, J(2026, 6, 30), "", version=1)
    assert set(refus.value.erreurs) == {"motif_fin"}


async def test_les_etapes_restent_dans_les_dates(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    await ouvrir_etape(monde, numero, J(2026, 2, 1), J(2026, 8, 31))
    for saisie, champ in (
        (SaisieEntree(debut=J(2026, 2, 2)), "debut"),
        (SaisieEntree(debut=ENTREE, fin=J(2026, 8, 30), motif_fin="EMPLOI"), "fin"),
    ):
        with pytest.raises(ErreurSaisie) as refus:
            await modifier_entree(monde.referent, numero, premiere.id, saisie, version=1)
        assert set(refus.value.erreurs) == {champ}
    saisie = SaisieEntree(debut=J(2026, 2, 1), fin=J(2026, 8, 31), motif_fin="RETRAITE_OU_AAH", commentaire="Retraite")
    fait = await modifier_entree(monde.referent, numero, premiere.id, saisie, version=1)
    assert fait.nature == "dispositif.sortir"
    lue = await entree(monde.referent, numero, premiere.id)
    assert (lue.debut, lue.fin, lue.commentaire, lue.etapes, lue.etapes_ouvertes) == (
        J(2026, 2, 1),
        J(2026, 8, 31),
        "Retraite",
        1,
        0,
    )


async def test_versions_et_perimetre(monde: Monde) -> None:
    numero, premiere = await _ouverte(monde)
    with pytest.raises(ConflitVersion):
        await clore_entree(monde.referent, numero, premiere.id, J(2026, 6, 30), "EMPLOI", version=7)
    with pytest.raises(Introuvable):
        await clore_entree(monde.autre_referent, numero, premiere.id, J(2026, 6, 30), "EMPLOI", version=1)
    with pytest.raises(Interdit):
        await clore_entree(monde.pilote, numero, premiere.id, J(2026, 6, 30), "EMPLOI", version=1)
    autre = await ouvrir(monde.referent, "Autre")
    with pytest.raises(Introuvable):
        await entree(monde.referent, autre, premiere.id)
    assert await entrees(monde.autre_referent, numero) == []
    assert await lire_valeur("SELECT count(*) FROM entree_dispositif WHERE fin IS NOT NULL") == 0
