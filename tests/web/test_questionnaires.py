"""Open bilans carried over to a new version, over HTTP: the administration for all, a référent for their own."""

import pytest

from tests.bilans.aides import essai, garder, repondre, un_bilan
from tests.bilans.test_report import version_2
from tests.serveur import Serveur, requetes
from viesion_core.bilans.queries import bilan
from viesion_core.testing import Monde


async def test_the_administration_looks_then_carries_over_by_lots(serveur: Serveur, monde: Monde) -> None:
    await garder()
    numero, bon = await un_bilan(monde)
    await repondre(monde.referent, numero, bon, "NOMBRE", 3)
    autre, mauvais = await un_bilan(monde)
    await repondre(monde.referent, autre, mauvais, "SUITE", "DROIT_COMMUN")
    await garder(essai(), version_2())
    async with serveur.client(monde.administrateur) as client:
        liste = await client.get("/administration/questionnaires")
        assert requetes(liste) <= 12
        assert "2\u00a0bilans à reporter" in liste.text
        page = await client.get("/administration/questionnaires/ESSAI")
        assert requetes(page) <= 12
        assert "Choisissez un élément de la liste" in page.text
        assert "Quel coût ?" in page.text
        assert "Droit commun" not in page.text, "counts, never what a person answered"
        fait = await client.post("/administration/questionnaires/ESSAI", data={})
        assert "1\u00a0bilan reporté" in fait.text
        assert (await bilan(monde.referent, numero, bon)).version_questionnaire == 2
        assert (await bilan(monde.referent, autre, mauvais)).version_questionnaire == 1
        fait = await client.post("/administration/questionnaires/ESSAI", data={"avec_pertes": "oui"})
        assert "Rien à reporter" in fait.text
        assert (await bilan(monde.referent, autre, mauvais)).version_questionnaire == 2
        assert (await client.get("/administration/questionnaires/INCONNU")).status_code == 404


@pytest.mark.offre("mos")
async def test_a_referent_passes_to_the_new_version_and_undoes_it(serveur: Serveur, monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "SUITE", "DROIT_COMMUN")
    adresse = f"/beneficiaires/{numero}/bilans/{identifiant}"
    async with serveur.client(monde.referent) as client:
        assert "Passer à la version" not in (await client.get(adresse)).text
        assert (await client.get(f"{adresse}/version")).status_code == 303
        await garder(essai(), version_2())
        assert "Passer à la version 2" in (await client.get(adresse)).text
        page = await client.get(f"{adresse}/version")
        assert requetes(page) <= 12
        assert "Droit commun" in page.text
        refus = await client.post(f"{adresse}/version", data={"version": "1"})
        assert refus.status_code == 422
        assert "acceptez de les laisser" in refus.text
        fait = await client.post(f"{adresse}/version", data={"version": "1", "avec_pertes": "oui"})
        assert fait.status_code == 303
        retour = await client.get(fait.headers["location"])
        assert "reporté en version 2" in retour.text
        assert "Annuler" in retour.text
        assert "Passer à la version" not in retour.text
