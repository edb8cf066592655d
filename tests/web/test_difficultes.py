"""The screens of difficultés over HTTP, on both engines: several at once, closing, reopening, health data."""

import datetime as dt

import msgspec
import pytest

from tests.serveur import Serveur, requetes
from tests.web.suivi import Suivi, a_l_heure, ouvrir_suivi
from viesion_core.db import executer, transaction
from viesion_core.difficultes.actions import ajouter_difficultes, modifier_difficulte
from viesion_core.difficultes.model import DifficulteResume, Saisie
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.testing import Monde

PERMIS, TRANSPORT = "MOBILITE_SANS_PERMIS", "MOBILITE_AUCUN_MOYEN_DE_TRANSPORT"
SANTE = "SANTE_ENTRAVE_A_CERTAINS_METIERS"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


async def ajouter(suivi: Suivi, *natures: str, jours: int = -20, **autres: object) -> None:
    debut = suivi.aujourdhui + dt.timedelta(days=jours)
    saisie = Saisie(debut=debut, realisation="IDENTIFIEE", etape=suivi.etape)
    await ajouter_difficultes(suivi.ctx, suivi.numero, natures, msgspec.structs.replace(saisie, **autres))


async def toutes(suivi: Suivi) -> list[DifficulteResume]:
    return (await difficultes_page(suivi.ctx, suivi.numero))[0]


async def test_plusieurs_difficultes_d_un_coup(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(f"{suivi.base}/difficultes/nouvelles")
        assert requetes(page) <= 12
        for mot in ("Nouvelles difficultés", "Début", "Fin", "Réalisation", "Commentaire", "Nature de difficulté"):
            assert mot in page.text
        assert 'data-invite="Sélectionner des difficultés..."' in page.text
        assert f'<option value="{suivi.etape}" selected>' in page.text
        assert page.text.count('type="checkbox" name="natures"') == 52
        saisie = {
            "debut": suivi.date(-3),
            "natures": [PERMIS, TRANSPORT],
            "realisation": "EN_COURS_DE_TRAITEMENT",
            "etape": str(suivi.etape),
            "commentaire": "Vit à dix kilomètres du premier arrêt de bus",
        }
        reponse = await client.post(f"{suivi.base}/difficultes/nouvelles", data=saisie)
        assert reponse.status_code == 303
        liste = await client.get(reponse.headers["location"])
    assert requetes(liste) <= 12
    assert "2 difficultés : ajout" in liste.text.replace("\xa0", " ")
    for mot in ("Sans permis", "Aucun moyen de transport", "Mobilité", "En cours de traitement", "Association Exemple"):
        assert mot in liste.text
    assert f"{suivi.ctx.nom}, le {suivi.date(0)}" in liste.text
    assert {(d.nature, d.commentaire, d.etape) for d in await toutes(suivi)} == {
        (PERMIS, saisie["commentaire"], suivi.etape),
        (TRANSPORT, saisie["commentaire"], suivi.etape),
    }


async def test_rien_n_est_perdu_quand_la_saisie_est_a_corriger(serveur: Serveur, suivi: Suivi) -> None:
    await ajouter(suivi, PERMIS)
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(f"{suivi.base}/difficultes/nouvelles")).text
        assert f"déjà suivie depuis le {suivi.date(-20)}" in page
        adresse = f"{suivi.base}/difficultes/nouvelles"
        reponse = await client.post(adresse, data={"debut": suivi.date(-3), "commentaire": "Gardé"})
        assert reponse.status_code == 422
        assert "Sélectionnez au moins une difficulté." in reponse.text
        assert 'href="#c-natures"' in reponse.text
        assert "Gardé" in reponse.text
        saisie = {"debut": suivi.date(2), "fin": suivi.date(1), "natures": TRANSPORT}
        reponse = await client.post(adresse, data=saisie)
        assert "il ne peut pas être à venir" in reponse.text
        assert "La fin précède le début." in reponse.text
        assert f'value="{TRANSPORT}" checked' in reponse.text
        reponse = await client.post(adresse, data={"debut": suivi.date(0), "natures": PERMIS})
    assert reponse.status_code == 422
    assert "est déjà suivie depuis le" in reponse.text
    assert len(await toutes(suivi)) == 1


async def test_clore_en_un_clic_rouvrir_clore_autrement(serveur: Serveur, suivi: Suivi) -> None:
    await ajouter(suivi, PERMIS)
    (une,) = await toutes(suivi)
    adresse = f"{suivi.base}/difficultes/{une.id}"
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(f"{adresse}/cloture", data={"version": "1", "realisation": "LEVEE"})
        assert reponse.headers["location"].endswith(f"#d-{une.id}")
        (une,) = await toutes(suivi)
        assert (une.fin, une.realisation) == (suivi.aujourdhui, "LEVEE")
        assert (await client.post(f"{adresse}/reouverture", data={"version": "1"})).status_code == 409
        assert (await client.post(f"{adresse}/reouverture", data={"version": "2"})).status_code == 303
        page = (await client.get(f"{adresse}?clore=1")).text
        assert f'name="fin" value="{suivi.date(0)}"' in page
        saisie = {
            "version": "3",
            "debut": suivi.date(-20),
            "fin": suivi.date(-1),
            "realisation": "REFUSEE_PAR_LA_PERSONNE",
            "commentaire": "Ne souhaite pas conduire",
            "etape": str(suivi.etape),
        }
        assert (await client.post(adresse, data={**saisie, "fin": suivi.date(-30)})).status_code == 422
        assert (await client.post(adresse, data=saisie)).status_code == 303
    (une,) = await toutes(suivi)
    assert (une.fin, une.realisation_libelle) == (suivi.aujourdhui - dt.timedelta(days=1), "Refusée par la personne")
    assert une.commentaire == "Ne souhaite pas conduire"


async def test_deux_personnes_sur_une_difficulte(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    await ajouter(suivi, PERMIS)
    (une,) = await toutes(suivi)
    saisie = Saisie(debut=une.debut, realisation="LEVEE", commentaire="Permis obtenu", etape=une.etape)
    await modifier_difficulte(a_l_heure(monde.collegue), suivi.numero, une.id, saisie, version=1)
    mienne = {
        "version": "1",
        "debut": suivi.date(-20),
        "realisation": "IDENTIFIEE",
        "commentaire": "Inscrit à l'auto-école",
        "etape": str(suivi.etape),
    }
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(f"{suivi.base}/difficultes/{une.id}", data=mienne)
    assert reponse.status_code == 409
    assert f"Modifié entre-temps par {monde.collegue.nom}" in reponse.text
    assert "Permis obtenu" in reponse.text
    assert "Réalisation (Levée)" in reponse.text
    assert "Inscrit à l&#39;auto-école" in reponse.text
    assert (await toutes(suivi))[0].commentaire == "Permis obtenu"


async def test_en_cours_seulement(serveur: Serveur, suivi: Suivi) -> None:
    await ajouter(suivi, PERMIS)
    await ajouter(suivi, TRANSPORT, jours=-60, fin=suivi.aujourdhui - dt.timedelta(days=9), realisation="")
    async with serveur.client(suivi.ctx) as client:
        toutes_ = (await client.get(f"{suivi.base}/difficultes")).text
        en_cours = (await client.get(f"{suivi.base}/difficultes?etat=ouvertes")).text
    assert "La réalisation n&#39;est pas renseignée." in toutes_
    assert "Aucun moyen de transport" in toutes_
    assert "Sans permis" in en_cours
    assert "Aucun moyen de transport" not in en_cours


async def test_la_sante_se_compte_et_se_lit_avec_le_droit_seulement(
    serveur: Serveur, suivi: Suivi, monde: Monde
) -> None:
    await ajouter(suivi, PERMIS, SANTE)
    async with transaction():
        await executer("UPDATE utilisateur SET sensible = {} WHERE id = {}", False, monde.collegue.utilisateur)
    sante = next(d for d in await toutes(suivi) if d.nature == SANTE)
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(f"{suivi.base}/difficultes")).text
        assert "Entrave à certains métiers" in page
        assert "Donnée de santé" in page
    async with serveur.client(monde.collegue) as client:
        page = (await client.get(f"{suivi.base}/difficultes")).text
        assert "Entrave" not in page
        assert "Santé" not in page
        assert '<span class="nombre">1</span>' in page.partition(f'href="{suivi.base}/difficultes"')[2][:120]
        nouvelles = (await client.get(f"{suivi.base}/difficultes/nouvelles")).text
        assert nouvelles.count('type="checkbox" name="natures"') == 46
        assert (await client.get(f"{suivi.base}/difficultes/{sante.id}")).status_code == 404
        assert (
            await client.post(f"{suivi.base}/difficultes/{sante.id}/cloture", data={"version": "1"})
        ).status_code == 404


async def test_un_autre_organisme_et_le_pilote_lisent_sans_modifier(
    serveur: Serveur, suivi: Suivi, monde: Monde
) -> None:
    await ajouter(suivi, PERMIS)
    (une,) = await toutes(suivi)
    adresse = f"{suivi.base}/difficultes/{une.id}"
    async with serveur.client(monde.pilote) as client:
        page = (await client.get(f"{suivi.base}/difficultes")).text
        assert "Sans permis" in page
        assert "Ajouter une difficulté" not in page
        assert "/cloture" not in page
        assert (await client.get(adresse)).status_code == 403
        assert (await client.post(f"{adresse}/cloture", data={"version": "1"})).status_code == 403
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(f"{suivi.base}/difficultes")).status_code == 404
        assert (await client.post(f"{adresse}/cloture", data={"version": "1"})).status_code == 404
    assert (await toutes(suivi))[0].ouverte


async def test_la_liste_vide_offre_le_premier_acte(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(f"{suivi.base}/difficultes")).text
        assert "Aucune difficulté repérée" in page
        assert page.count("Ajouter une difficulté") == 2
        assert "Aucune difficulté en cours" in (await client.get(f"{suivi.base}/difficultes?etat=ouvertes")).text
