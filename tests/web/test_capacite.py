"""The capacity of a convention: shown, warned of once, never in the way; and the conventions that are refused."""

from typing import Any

import pytest

from tests.serveur import Serveur, requetes
from tests.web.aides_parcours import MOTIF, acte_de, ecrite, jours, ouvrir_dossier, ouvrir_etape, saisie_etape, texte
from viesion_core.db import executer, transaction
from viesion_core.erreurs import ErreurSaisie
from viesion_core.organismes.actions import activer_offre
from viesion_core.organismes.queries import offres_de_service
from viesion_core.testing import Monde

pytestmark = pytest.mark.offre("mos")


async def test_the_capacity_of_the_convention_warns_once_and_never_blocks(serveur: Serveur, monde: Monde) -> None:
    await _capacite(monde, 1)
    premier, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, premier, entree, jours(-20))
    numero, entree = await ouvrir_dossier(monde)
    base = f"/beneficiaires/{numero}/parcours/etapes"
    dit = "La capacité de la convention est atteinte : 1 personne suivie pour 1 prévue."
    async with serveur.client(monde.referent) as client:
        parametres = {"offre_de_service": str(monde.offre_de_service), "debut_reel": ecrite(jours(-10))}
        apercu = await client.get(f"{base}/apercu", params=parametres)
        assert dit in texte(apercu)
        assert requetes(apercu) <= 4
        champs = saisie_etape(monde, entree, jours(-10))
        refus = await client.post(f"{base}/nouvelle", data=champs)
        assert (refus.status_code, dit in texte(refus)) == (422, True)
        acte_de(await client.post(f"{base}/nouvelle", data=champs | {"avertissements_lus": dit}))
        modifiee = await client.get(f"/beneficiaires/{premier}/parcours/etapes/{etape.id}")
        assert dit not in texte(modifiee), "this étape is one of those that are counted"
    async with serveur.client(monde.administrateur) as client:
        fiche = await client.get(f"/administration/organismes/{monde.organisme}")
        assert "2 sur 1\u00a0personne" in fiche.text
        assert "Dépassée" in fiche.text


async def test_there_is_room_again_once_an_etape_is_over(serveur: Serveur, monde: Monde) -> None:
    await _capacite(monde, 1)
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, numero, entree, jours(-20))
    (offre,) = await offres_de_service(monde.organisme)
    assert (offre.suivis, offre.complete) == (1, True)
    async with transaction():
        await executer("UPDATE etape SET fin_reelle = {}, motif_fin = {} WHERE id = {}", jours(-1), MOTIF, etape.id)
    (offre,) = await offres_de_service(monde.organisme)
    assert (offre.suivis, offre.complete) == (0, False)


async def _capacite(monde: Monde, capacite: int) -> None:
    async with transaction():
        await executer("UPDATE offre_de_service SET capacite = {} WHERE id = {}", capacite, monde.offre_de_service)


async def test_a_convention_is_refused_on_an_unknown_territoire_or_over_another(monde: Monde) -> None:
    valeurs: dict[str, Any] = {"offre": "MOS", "libelle": "MOS"}
    with pytest.raises(ErreurSaisie) as refus:
        await activer_offre(monde.systeme, monde.organisme, territoire="Lune", debut=jours(0), **valeurs)
    assert "Montpellier" in refus.value.erreurs["territoire"]
    valeurs["territoire"] = "Montpellier"
    await activer_offre(monde.systeme, monde.organisme, debut=jours(100), **valeurs)
    await activer_offre(monde.systeme, monde.organisme, debut=jours(0), fin=jours(99), **valeurs)
    with pytest.raises(ErreurSaisie):
        await activer_offre(monde.systeme, monde.organisme, debut=jours(50), fin=jours(60), **valeurs)
