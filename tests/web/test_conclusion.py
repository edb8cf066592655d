"""The page of the conclusion that the person agreed to transmit: the département opens it, and sees nothing else."""

from tests.bilans.aides import garder
from tests.bilans.test_conclusion import SYNTHESE, de_sante, un_bilan_rempli
from tests.serveur import Serveur, requetes
from viesion_core.testing import Monde, creer_utilisateur

RIEN = "est transmis au Département"


async def test_the_departement_opens_the_conclusion_from_the_list(serveur: Serveur, monde: Monde) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde)
    adresse = f"/beneficiaires/{numero}/bilans/{identifiant}"
    async with serveur.client(monde.pilote) as client:
        liste = await client.get(f"/beneficiaires/{numero}/bilans")
        assert f'href="{adresse}"' in liste.text
        assert "Conclusion seulement" in liste.text
        assert requetes(liste) <= 12
        page = await client.get(adresse)
        assert page.status_code == 200
        assert SYNTHESE in page.text
        assert "Droit commun" in page.text
        assert "réservées aux personnes habilitées" in page.text
        assert "Canari" not in page.text
        assert "Mal-être exprimé" not in page.text
        assert requetes(page) <= 12
        for suite in ("/impression", "/reponses/SECRET", "/reponses/SYNTHESE"):
            refus = await client.get(adresse + suite)
            assert refus.status_code == 403
            assert SYNTHESE not in refus.text


async def test_without_agreement_the_page_says_that_nothing_is_transmitted(serveur: Serveur, monde: Monde) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde, INFORMEE=False)
    async with serveur.client(monde.pilote) as client:
        page = await client.get(f"/beneficiaires/{numero}/bilans/{identifiant}")
    assert page.status_code == 200
    assert RIEN in page.text
    assert "Canari" not in page.text
    assert SYNTHESE not in page.text


async def test_a_colleague_without_the_right_to_health_data_is_refused(serveur: Serveur, monde: Monde) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde)
    sans_droit = await creer_utilisateur("Lou", monde.referent.role, monde.organisme, sensible=False)
    async with serveur.client(sans_droit) as client:
        assert (await client.get(f"/beneficiaires/{numero}/bilans/{identifiant}")).status_code == 403
        liste = await client.get(f"/beneficiaires/{numero}/bilans")
    assert "Conclusion seulement" not in liste.text
