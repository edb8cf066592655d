"""What the plugin of the offre adds to the exit: its lines, what it blocks, its failures, its absence."""

import pathlib
import re
from typing import Any

import pytest

from tests.extensions.test_registre import TOML, bonne
from tests.serveur import SQLITE, Serveur, servir
from tests.web.suivi import Suivi, a_l_heure, ouvrir_suivi
from tests.web.test_sortie import cloture, etats
from viesion_core.api import Constat, PointSortie, lire_questionnaire
from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.bilans.queries import bilans
from viesion_core.extensions import Registre
from viesion_core.parcours.queries import etape
from viesion_core.testing import Monde

pytestmark = SQLITE


async def ouvrir(serveur: Serveur, monde: Monde) -> Suivi:
    questionnaires = serveur.registre.tous_questionnaires()
    if questionnaires:
        await charger_questionnaires(questionnaires, a_l_heure(monde.referent).maintenant)
    return await ouvrir_suivi(monde)


async def page_sortie(suivi: Suivi, client: Any) -> Any:
    reponse = await client.get(f"{suivi.base}/sortie")
    assert reponse.status_code == 200
    return reponse


async def test_ses_lignes_et_ce_qu_elle_bloque(monde: Monde, adresse_base: str, tmp_path: pathlib.Path) -> None:
    points = [
        PointSortie(libelle="Suites données", fait=True, detail="PSME ouvert"),
        PointSortie(libelle="Accord écrit", fait=False, bloquant=True, detail="À joindre", onglet="documents"),
    ]
    registre = Registre.composer([bonne("sante", "MOS", verifier_sortie=lambda dossier, etape: points)])
    async with servir(adresse_base, tmp_path, registre) as serveur:
        suivi = await ouvrir(serveur, monde)
        async with serveur.client(suivi.ctx) as client:
            page = await page_sortie(suivi, client)
            assert (etats(page)["extension-0"], etats(page)["extension-1"]) == ("fait", "bloque")
            assert f'href="{suivi.base}/documents"' in page.text
            assert "ne peut pas encore être close" in page.text
            reponse = await client.post(f"{suivi.base}/sortie/{suivi.etape}", data=cloture(suivi))
            assert reponse.status_code == 422
            assert "L&#39;étape ne peut pas être close" in reponse.text
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte


@pytest.mark.parametrize("installee", [True, False])
async def test_ce_qui_ne_se_verifie_pas_ne_bloque_pas(
    installee: bool, monde: Monde, adresse_base: str, tmp_path: pathlib.Path
) -> None:
    def lever(dossier: Any, etape: Any) -> Any:
        raise ZeroDivisionError

    registre = Registre.composer([bonne("sante", "MOS", verifier_sortie=lever)] if installee else [])
    async with servir(adresse_base, tmp_path, registre) as serveur:
        suivi = await ouvrir(serveur, monde)
        async with serveur.client(suivi.ctx) as client:
            page = await page_sortie(suivi, client)
            assert etats(page)["extension-0"] == "neutre"
            assert "Non vérifiable" in page.text
            assert ("n&#39;est pas installée" in page.text) is not installee
            reponse = await client.post(f"{suivi.base}/sortie/{suivi.etape}", data=cloture(suivi))
            assert reponse.status_code == 303
    assert not (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte


async def test_le_controle_du_bilan_se_lit_dans_sa_ligne(
    monde: Monde, adresse_base: str, tmp_path: pathlib.Path
) -> None:
    registre = Registre.composer(
        [
            bonne(
                "sante",
                "MOS",
                declarer_bilans=lambda: [lire_questionnaire(TOML)],
                controler_bilan=lambda dossier, bilan: [
                    Constat("La question est restée sans réponse.", "avertissement", "E_1")
                ],
            )
        ]
    )
    async with servir(adresse_base, tmp_path, registre) as serveur:
        suivi = await ouvrir(serveur, monde)
        async with serveur.client(suivi.ctx) as client:
            adresse = f"{suivi.base}/sortie/{suivi.etape}/bilans"
            nouveau = {"questionnaire": "ESSAI", "etape": str(suivi.etape), "date_bilan": suivi.date(0)}
            await client.post(f"{suivi.base}/bilans", data=nouveau)
            (bilan,) = await bilans(suivi.ctx, suivi.numero)
            refus = await client.post(f"{adresse}/{bilan.id}", data={"version": "1"})
            assert refus.status_code == 422
            assert "La question est restée sans réponse." in refus.text
            assert "Clore le bilan quand même" in refus.text
            assert not re.search(r"<form[^>]*id=\"clore\".*La saisie", refus.text, re.S)
            close = await client.post(f"{adresse}/{bilan.id}", data={"version": "1", "confirme": "oui"})
            assert close.status_code == 303
            assert etats(await page_sortie(suivi, client))["bilan"] == "fait"
