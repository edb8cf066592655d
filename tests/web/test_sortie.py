"""The exit over HTTP, on both engines: the checklist, each repair in place, the closing, its undoing."""

import datetime as dt
import re
import uuid
from typing import Any

import httpx
import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape
from tests.serveur import Serveur, requetes
from tests.web.suivi import Suivi, a_l_heure, ouvrir_suivi
from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.bilans.queries import bilans
from viesion_core.db import executer, transaction
from viesion_core.difficultes.actions import ajouter_difficultes
from viesion_core.difficultes.model import Saisie
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.parcours.queries import affectations, etape
from viesion_core.testing import Monde

PERMIS, LOYER = "MOBILITE_SANS_PERMIS", "LOGEMENT_DIFFICULTE_A_PAYER_LE_LOYER"


@pytest.fixture
async def suivi(serveur: Serveur, monde: Monde) -> Suivi:
    """A dossier under way, and the questionnaires of the installed plugins."""
    await charger_questionnaires(serveur.registre.tous_questionnaires(), a_l_heure(monde.referent).maintenant)
    return await ouvrir_suivi(monde, avec_referent=True)


def valeurs_requises(*, sauf: tuple[str, ...] = ()) -> dict[str, str]:
    """A value for each required caractéristique."""
    return {
        d.code: "0" if d.type == "NOMBRE" else d.valeurs[0]
        for d in definitions_caracteristiques()
        if d.requise and d.code not in sauf
    }


async def difficulte(suivi: Suivi, *natures: str, **autres: Any) -> None:
    debut = suivi.aujourdhui - dt.timedelta(days=60)
    saisie = Saisie(debut=debut, realisation="IDENTIFIEE", etape=suivi.etape)
    await ajouter_difficultes(suivi.ctx, suivi.numero, natures, msgspec.structs.replace(saisie, **autres))


def etats(page: httpx.Response) -> dict[str, str]:
    """The state of each line of the checklist."""
    lignes = re.findall(r'point-(fait|attend|accent|neutre|bloque)" id="point-([\w-]+)"', page.text)
    return {code: etat for etat, code in lignes}


def cloture(suivi: Suivi, **autres: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "fin_reelle": suivi.date(0),
        "motif_fin": "OBJECTIF_DE_L_ETAPE_ATTEINT",
        "raison": "Dossier repris sur papier",
        **autres,
    }


async def test_la_liste_se_verifie_elle_meme(serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(-3)
    await difficulte(suivi, PERMIS)
    async with serveur.client(suivi.ctx) as client:
        await client.get(f"{suivi.base}/sortie")
        page = await client.get(f"{suivi.base}/sortie")
    assert requetes(page) <= 12
    texte = re.sub(r"\s+", " ", page.text.replace("\xa0", " ").replace("&nbsp;", " ").replace("&#39;", "'"))
    for mot in (
        "L'allocataire sort de l'action",
        "Vérifier que le dossier a correctement été renseigné",
        "Les entretiens",
        "Le bilan",
        "Les difficultés",
        "Les caractéristiques de l'allocataire",
        "L'étape + le motif de fin d'étape, et la date de fin réelle de l'étape",
        "Mettre une date de fin à sa qualité de référent d'étape",
        "Un entretien passé est resté « Prévu ».",
        "Aucun bilan n'est créé pour cette étape.",
        "16 caractéristiques requises sont manquantes.",
        "ESSAI Alix, référent d'étape depuis le",
        "Clore l'étape",
    ):
        assert mot in texte, mot
    lignes = {code: etat for code, etat in etats(page).items() if not code.startswith("extension")}
    assert lignes == {
        "entretiens": "attend",
        "bilan": "attend",
        "difficultes": "attend",
        "caracteristiques": "attend",
        "etape": "accent",
        "referent": "accent",
    }


async def test_chaque_manque_se_repare_sur_place(serveur: Serveur, suivi: Suivi) -> None:
    entretien = await suivi.entretien(-3)
    await difficulte(suivi, PERMIS, fin=suivi.aujourdhui, realisation="")
    adresse, ecran = f"{suivi.base}/sortie/{suivi.etape}", f"{suivi.base}/sortie?etape={suivi.etape}"
    (sans,) = (await difficultes_page(suivi.ctx, suivi.numero))[0]
    async with serveur.client(suivi.ctx) as client:
        for url, champs, point in (
            (
                f"{suivi.base}/entretiens/{entretien}/realisation",
                {"realisation": "PRESENCE", "version": "1", "retour": f"{ecran}#point-entretiens"},
                "entretiens",
            ),
            (
                f"{suivi.base}/difficultes/{sans.id}/cloture",
                {
                    "realisation": "NON_LEVEE",
                    "version": "1",
                    "fin": suivi.date(0),
                    "retour": f"{ecran}#point-difficultes",
                },
                "difficultes",
            ),
            (f"{adresse}/caracteristiques", valeurs_requises(), "caracteristiques"),
        ):
            assert etats(await client.get(ecran))[point] == "attend", point
            reponse = await client.post(url, data=champs)
            assert reponse.status_code == 303, (point, reponse.text)
            assert reponse.headers["location"].startswith(f"{ecran}&acte=")
            assert reponse.headers["location"].endswith(f"#point-{point}")
            suite = await client.get(reponse.headers["location"])
            assert etats(suite)[point] == "fait", point
            assert requetes(suite) <= 12


@pytest.mark.offre("mos")
async def test_le_bilan_se_cree_se_controle_et_se_clot(serveur: Serveur, suivi: Suivi) -> None:
    adresse, ecran = f"{suivi.base}/sortie/{suivi.etape}", f"{suivi.base}/sortie?etape={suivi.etape}"
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(ecran)).text
        assert "Créer « MOS - Bilan »" in page.replace("\xa0", " ")
        formulaire = page.partition(f'action="{suivi.base}/bilans"')[2].partition("</form>")[0]
        champs = dict(re.findall(r'name="(questionnaire|etape|date_bilan)" value="([^"]+)"', formulaire))
        assert champs == {"questionnaire": "MOS", "etape": str(suivi.etape), "date_bilan": suivi.date(0)}
        cree = await client.post(f"{suivi.base}/bilans", data=champs)
        (bilan,) = await bilans(suivi.ctx, suivi.numero)
        assert cree.headers["location"].startswith(f"{suivi.base}/bilans/{bilan.id}?acte=")
        page = await client.get(ecran)
        assert "à compléter puis à clore" in page.text
        refus = await client.post(f"{adresse}/bilans/{bilan.id}", data={"version": str(bilan.version)})
    assert refus.status_code == 422
    assert "5 points sont à corriger." in refus.text.replace("\xa0", " ")
    assert f'href="{suivi.base}/bilans/{bilan.id}#q-MOS_01-bloc">Date de réception de la prescription</a>' in refus.text
    assert (etats(page)["bilan"], etats(refus)["bilan"]) == ("attend", "attend")
    assert requetes(page) <= 12


async def test_clore_puis_annuler(serveur: Serveur, suivi: Suivi) -> None:
    await difficulte(suivi, PERMIS, LOYER)
    ouvertes, _ = await difficultes_page(suivi.ctx, suivi.numero)
    adresse = f"{suivi.base}/sortie/{suivi.etape}"
    saisie = cloture(suivi, difficulte=[str(d.id) for d in ouvertes])
    saisie |= {f"version-{d.id}": "1" for d in ouvertes} | {f"realisation-{d.id}": "LEVEE" for d in ouvertes}
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(adresse, data=saisie)
        assert reponse.status_code == 303, reponse.text
        page = await client.get(reponse.headers["location"])
        assert "L'étape est close" in page.text
        assert "Objectif de l&#39;étape atteint" in page.text
        assert "Clôture : Dossier repris sur papier" in page.text.replace("\xa0", " ")
        assert "Annuler la clôture" in page.text
        assert requetes(page) <= 12
        close = await etape(suivi.ctx, suivi.numero, suivi.etape)
        assert (close.fin_reelle, close.motif_fin) == (suivi.aujourdhui, "OBJECTIF_DE_L_ETAPE_ATTEINT")
        assert [a.fin for a in await affectations(suivi.ctx, suivi.numero)] == [suivi.aujourdhui]
        fermees, _ = await difficultes_page(suivi.ctx, suivi.numero)
        assert {(d.fin, d.realisation) for d in fermees} == {(suivi.aujourdhui, "LEVEE")}
        annulation = re.search(r'action="(/actes/[\w-]+/annuler)"', page.text)
        assert annulation is not None
        retour = {"referer": f"{serveur.url}{suivi.base}/sortie?etape={suivi.etape}"}
        annulee = await client.post(annulation[1], headers=retour)
        assert annulee.status_code == 303
        page = await client.get(annulee.headers["location"])
        assert "Clore l'étape" in page.text
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte
    rouvertes, _ = await difficultes_page(suivi.ctx, suivi.numero)
    assert {(d.fin, d.realisation) for d in rouvertes} == {(None, "IDENTIFIEE")}
    assert [a.fin for a in await affectations(suivi.ctx, suivi.numero)] == [None]


async def test_le_motif_et_la_date_sont_requis_et_rien_n_est_perdu(serveur: Serveur, suivi: Suivi) -> None:
    adresse = f"{suivi.base}/sortie/{suivi.etape}"
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(adresse, data=cloture(suivi, motif_fin="", fin_reelle="", raison="Gardée"))
        assert reponse.status_code == 422
        for message in ("La fin réelle est requise", "Le motif de fin d&#39;étape est requis"):
            assert message in reponse.text
        assert 'value="Gardée"' in reponse.text
        reponse = await client.post(adresse, data=cloture(suivi, raison=""))
        assert reponse.status_code == 422
        assert "dites pourquoi l&#39;étape se clôt ainsi" in reponse.text
        assert '<option value="OBJECTIF_DE_L_ETAPE_ATTEINT" selected>' in reponse.text
        reponse = await client.post(adresse, data=cloture(suivi, fin_reelle=suivi.date(2)))
        assert "elle ne peut pas être à venir" in reponse.text.replace("\xa0", " ")
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte


async def test_une_etape_modifiee_entre_temps(serveur: Serveur, suivi: Suivi) -> None:
    await difficulte(suivi, PERMIS)
    (une,) = (await difficultes_page(suivi.ctx, suivi.numero))[0]
    adresse = f"{suivi.base}/sortie/{suivi.etape}"
    vue = {"difficulte": str(une.id), f"version-{une.id}": "9", f"realisation-{une.id}": "NON_LEVEE"}
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(adresse, data=cloture(suivi, **vue))
        assert reponse.status_code == 409
        assert "Modifié entre-temps" in reponse.text
        assert f'name="version-{une.id}" value="1"' in reponse.text
        assert '<option value="NON_LEVEE" selected>' in reponse.text
        assert 'value="Dossier repris sur papier"' in reponse.text
        reponse = await client.post(adresse, data=cloture(suivi, version="8"))
        assert reponse.status_code == 409
        assert "Modifié entre-temps" in reponse.text
        assert 'name="version" value="1"' in reponse.text
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte


async def test_plusieurs_etapes_ouvertes_laquelle(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    autre = await ouvrir_etape(monde, suivi.numero, suivi.dispositif, debut=suivi.aujourdhui - dt.timedelta(days=10))
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(f"{suivi.base}/sortie")
        assert "De quelle étape sort-elle" in page.text
        for identifiant in (suivi.etape, autre):
            assert f'href="{suivi.base}/sortie?etape={identifiant}"' in page.text
        page = await client.get(f"{suivi.base}/sortie?etape={autre}")
        assert "Choisir une autre étape" in page.text
        assert (await client.get(f"{suivi.base}/sortie?etape={uuid.uuid4()}")).status_code == 404
        assert (await client.post(f"{suivi.base}/sortie/{autre}", data=cloture(suivi))).status_code == 303
        page = await client.get(f"{suivi.base}/sortie")
        assert "Vérifier que le dossier" in page.text


async def test_sans_etape_l_ecran_dit_ce_qui_sera_la(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{numero}/sortie")
    assert "Aucune étape ouverte" in page.text


async def test_le_pilote_lit_et_un_autre_organisme_ne_voit_rien(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    adresse = f"{suivi.base}/sortie/{suivi.etape}"
    async with serveur.client(monde.pilote) as client:
        page = await client.get(f"{suivi.base}/sortie?etape={suivi.etape}")
        assert page.status_code == 200
        assert 'id="clore"' not in page.text
        assert (await client.post(adresse, data=cloture(suivi))).status_code == 403
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(f"{suivi.base}/sortie")).status_code == 404
        for suffixe in ("", "/caracteristiques", f"/bilans/{uuid.uuid4()}"):
            assert (await client.post(f"{adresse}{suffixe}", data=cloture(suivi))).status_code == 404
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte


async def test_rafraichir_depuis_la_liste(serveur: Serveur, suivi: Suivi) -> None:
    await completer(suivi.ctx, suivi.numero, valeurs_requises())
    async with transaction():
        jour = suivi.aujourdhui - dt.timedelta(days=400)
        await executer("UPDATE caracteristique SET actualisee_le = {} WHERE code = 'FT'", jour)
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(f"{suivi.base}/sortie")
        assert "1 caractéristique date de plus de 12 mois." in page.text
        assert "Inscription France Travail" in page.text
        faite = await client.post(f"{suivi.base}/sortie/{suivi.etape}/caracteristiques", data={"rafraichir": "oui"})
        assert faite.status_code == 303
        fausse = await client.post(f"{suivi.base}/sortie/{suivi.etape}/caracteristiques", data={"SITFAM": "Inconnue"})
        assert fausse.status_code == 422
    assert all(
        c.actualisee_le == suivi.aujourdhui for c in await caracteristiques(suivi.ctx, suivi.numero) if c.presente
    )
