"""Identité, caractéristiques and dispositif, over HTTP on both engines: every act of the deck, refused and done."""

import re
import uuid
from typing import Any

import httpx
import pytest

from tests.serveur import SQLITE, Serveur, requetes
from tests.web.vie import VALEURS, Vie, vivre
from viesion_core.contexte import Role
from viesion_core.dossiers.actions_caracteristiques import actualiser
from viesion_core.dossiers.model_caracteristiques import CaracteristiqueCourante
from viesion_core.dossiers.queries import entrees, identite
from viesion_core.dossiers.queries_caracteristiques import caracteristiques, historique
from viesion_core.testing import Monde, creer_utilisateur

MANQUANTES = {
    "FORMATION": "4 Bac",
    "FT": "< 1 an",
    "SANS_EMPLOI": "6 à 12 mois",
    "ACTIVITE": "Sans activité",
    "RESSOURCES": "RSA seul",
    "ANC_RSA": "1 à 2 ans",
    "FRANCAIS": "Courant",
    "NUMERIQUE": "Autonome",
    "QPV": "Aucun",
}


def propre(texte: str) -> str:
    return re.sub(r"\s+", " ", texte)


def champs_caches(texte: str) -> dict[str, str]:
    """The hidden versions of a form, as a browser would send them."""
    return dict(re.findall(r'type="hidden" name="(version[^"]*)" value="([^"]*)"', texte))


async def courantes(vie: Vie) -> dict[str, CaracteristiqueCourante]:
    return {c.code: c for c in await caracteristiques(vie.ctx, vie.numero)}


async def envoyer(client: httpx.AsyncClient, adresse: str, valeurs: dict[str, Any]) -> httpx.Response:
    """Open a form, change some fields, send it."""
    page = await client.get(adresse)
    assert page.status_code == 200
    return await client.post(adresse, data={**champs_caches(page.text), **valeurs})


async def test_completer_les_requises(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/caracteristiques"
    async with serveur.client(vie.ctx) as client:
        liste = await client.get(adresse)
        assert "9 caractéristiques requises sont manquantes" in liste.text
        for label in (
            "Compléter les caractéristiques requises",
            "Actualisation",
            "Actualisation avec historique",
            "Modification détaillée",
            "Rafraîchir la date d&#39;actualisation de toutes les caractéristiques",
            "Filtre",
            "Afficher aussi l&#39;historique",
        ):
            assert label.replace("&#39;", "'") in liste.text.replace("&#39;", "'"), label
        formulaire = await client.get(f"{adresse}/completer")
        assert set(re.findall(r'name="([A-Z_]+)"', formulaire.text)) >= set(MANQUANTES)
        assert 'name="SITFAM"' not in formulaire.text, "what is known is not asked again"
        fait = await envoyer(client, f"{adresse}/completer", dict(list(MANQUANTES.items())[:8]))
        assert fait.status_code == 303
        assert "1 caractéristique requise est manquante" in (await client.get(fait.headers["location"])).text
        await envoyer(client, f"{adresse}/completer", {"QPV": "Aucun"})
        assert "manquante</" not in (await client.get(adresse)).text.lower()
        assert requetes(liste) <= 12
        assert requetes(formulaire) <= 12
    connues = await courantes(vie)
    assert {code: connues[code].valeur for code in MANQUANTES} == MANQUANTES


async def test_une_valeur_refusee_revient_telle_que_tapee(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/caracteristiques/actualisation"
    async with serveur.client(vie.ctx) as client:
        refus = await envoyer(client, adresse, {"ENFANTS": "99", "LOGEMENT": "Propriétaire"})
    assert refus.status_code == 422
    assert "Saisissez un nombre entier entre 0 et 30." in refus.text
    assert 'value="99"' in refus.text
    assert re.search(r'value="Propriétaire"\s+checked', refus.text)
    assert (await courantes(vie))["ENFANTS"].valeur == "2"


async def test_actualisation_corrige_sans_historique(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        fait = await envoyer(client, f"{vie.base}/caracteristiques/actualisation", {**VALEURS, "ENFANTS": "3"})
    assert "acte=" in fait.headers["location"]
    assert (await courantes(vie))["ENFANTS"].valeur == "3"
    assert [v.valeur for v in await historique(vie.ctx, vie.numero, "ENFANTS")] == ["3"]


async def test_actualisation_avec_historique(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/caracteristiques/actualisation-avec-historique"
    async with serveur.client(vie.ctx) as client:
        trop_tot = await envoyer(client, adresse, {**VALEURS, "LOGEMENT": "Propriétaire", "depuis": "01/01/2020"})
        assert trop_tot.status_code == 422
        sans_date = await envoyer(client, adresse, {**VALEURS, "LOGEMENT": "Propriétaire"})
        assert "La date du changement est requise." in sans_date.text
        # A value of today cannot end yesterday: give it a past first, as « Modification détaillée » does.
        ancienne = (await historique(vie.ctx, vie.numero, "LOGEMENT"))[0]
        detail = f"{vie.base}/caracteristiques/detail/{ancienne.id}"
        await envoyer(client, detail, {"valeur": "Locataire social", "debut": f"{vie.il_y_a(300):%d/%m/%Y}"})
        fait = await envoyer(
            client, adresse, {**VALEURS, "LOGEMENT": "Propriétaire", "depuis": f"{vie.il_y_a(10):%d/%m/%Y}"}
        )
        assert fait.status_code == 303
        sans = propre((await client.get(f"{vie.base}/caracteristiques")).text)
        avec = propre((await client.get(f"{vie.base}/caracteristiques?historique=oui")).text)
    assert [(v.valeur, v.debut, v.fin) for v in await historique(vie.ctx, vie.numero, "LOGEMENT")] == [
        ("Propriétaire", vie.il_y_a(10), None),
        ("Locataire social", vie.il_y_a(300), vie.il_y_a(11)),
    ]
    assert "Locataire social" not in sans
    assert f'Locataire social <span class="secondaire">du {vie.il_y_a(300):%d/%m/%Y}' in avec
    assert "checked>Afficher aussi l'historique" in avec


async def test_deux_personnes_sur_la_meme_caracteristique(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/caracteristiques/actualisation"
    async with serveur.client(vie.ctx) as client:
        page = await client.get(adresse)
        await actualiser(monde.collegue, vie.numero, {"LOGEMENT": "Résidence sociale"})
        refus = await client.post(adresse, data={**champs_caches(page.text), **VALEURS, "LOGEMENT": "Propriétaire"})
        assert refus.status_code == 409
        assert "Résidence sociale" in refus.text
        assert re.search(r'value="Propriétaire"\s+checked', refus.text)
        assert (await courantes(vie))["LOGEMENT"].valeur == "Résidence sociale"
        encore = await client.post(adresse, data={**champs_caches(refus.text), **VALEURS, "LOGEMENT": "Propriétaire"})
        assert encore.status_code == 303
    assert (await courantes(vie))["LOGEMENT"].valeur == "Propriétaire"


async def test_rafraichir_filtrer_supprimer(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/caracteristiques"
    visee = (await historique(vie.ctx, vie.numero, "PERMIS"))[0]
    async with serveur.client(vie.ctx) as client:
        fait = await client.post(f"{adresse}/rafraichir")
        assert fait.headers["location"] == adresse, "all were confirmed today: nothing to undo"
        filtree = (await client.get(f"{adresse}?q=logement")).text
        assert ("Locataire social" in filtree, "Célibataire" in filtree) == (True, False)
        manquantes = (await client.get(f"{adresse}?etat=manquantes")).text
        assert ("Statut d&#39;activité" in manquantes, "Célibataire" in manquantes) == (True, False)
        detail = (await client.get(f"{adresse}/detail")).text
        assert f"{adresse}/detail/{visee.id}/supprimer" in detail
        await client.post(f"{adresse}/detail/{visee.id}/supprimer", data={"version": "1"})
    assert not (await courantes(vie))["PERMIS"].presente


async def test_la_sante_n_est_que_pour_qui_en_a_le_droit(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    assert vie.ctx.organisme is not None
    sans_droit = await creer_utilisateur("Noa", Role.REFERENT, vie.ctx.organisme, sensible=False)
    adresse = f"{vie.base}/caracteristiques"
    rqth = (await historique(vie.ctx, vie.numero, "RQTH"))[0]
    async with serveur.client(sans_droit) as client:
        for page in ("", "?historique=oui", "/detail", "/actualisation"):
            texte = (await client.get(adresse + page)).text
            assert "Donnée de santé" in texte
            assert 'name="RQTH"' not in texte
        assert f"/detail/{rqth.id}" not in (await client.get(f"{adresse}/detail")).text
        assert (await client.get(f"{adresse}/detail/{rqth.id}")).status_code == 403
        await client.post(f"{adresse}/actualisation", data={"RQTH": "Oui"})
    assert (await courantes(vie))["RQTH"].valeur == "En cours"


@SQLITE
async def test_la_fiche_dit_d_ou_vient_chaque_champ(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        page = await client.get(f"{vie.base}/identite")
        fait = await envoyer(
            client,
            f"{vie.base}/identite/modifier",
            {
                "nom_naissance": "Garnier",
                "nom_usage": "Martel",
                "prenom": "Camille",
                "date_naissance": "12/03/1985",
                "civilite": "MME",
                "commune": "34301",
                "telephone": "07.00.00.00.01",
                "etat_droit": "2",
                "soumis_droits_devoirs": "oui",
            },
        )
        assert fait.status_code == 303
        suite = propre((await client.get(fait.headers["location"])).text)
        historique_ = propre((await client.get(f"{vie.base}/historique")).text)
    assert requetes(page) <= 12
    assert "Sète" in suite
    assert "MARTEL Camille" in suite
    assert re.search(r"<dt>Téléphone</dt> <dd[^>]*>07 00 00 00 01</dd> <dd class=\"provenance\">Alix ESSAI", suite)
    assert '<td data-titre="Avant">Béziers</td><td data-titre="Après">Sète</td>' in historique_
    personne = await identite(vie.ctx, vie.numero)
    assert (personne.adresse, personne.commune, personne.nom) == ("", "34301", "MARTEL")


async def test_identite_refusee_puis_conflit(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/identite/modifier"
    tout = {"nom_naissance": "Garnier", "prenom": "Camille", "date_naissance": "12/03/1985", "etat_droit": "2"}
    async with serveur.client(vie.ctx) as client:
        refus = await envoyer(
            client, adresse, {**tout, "prenom": "", "courriel": "camille", "date_naissance": "31/02/1985"}
        )
        assert refus.status_code == 422
        assert 'value="31/02/1985"' in refus.text
        assert "Ce champ est requis." in refus.text
        ouverte = champs_caches((await client.get(adresse)).text)
        autre = {"commune": "34032", "adresse": "1 place Nouvelle", "soumis_droits_devoirs": "oui"}
        await envoyer(client, adresse, {**tout, **autre})
        conflit = await client.post(adresse, data={**ouverte, **tout, "commune": "34032", "adresse": "2 place Autre"})
        assert conflit.status_code == 409
        assert "1 place Nouvelle" in conflit.text
        assert 'value="2 place Autre"' in conflit.text
    assert (await identite(vie.ctx, vie.numero)).adresse == "1 place Nouvelle"


async def test_sortir_puis_revenir_dans_le_dispositif(serveur: Serveur, monde: Monde) -> None:
    ctx = monde.referent
    numero, premiere = await monde.dossier(ctx)
    adresse = f"/beneficiaires/{numero}/dispositif"
    async with serveur.client(ctx) as client:
        page = await client.get(adresse)
        assert requetes(page) <= 12
        sans_motif = await client.post(f"{adresse}/{premiere}/sortie", data={"fin": "01/06/2026", "version": "1"})
        assert sans_motif.status_code == 422
        assert "Choisissez le motif." in sans_motif.text
        assert 'value="01/06/2026"' in sans_motif.text
        sortie = {"fin": "01/06/2026", "motif_fin": "EMPLOI", "version": "1"}
        assert (await client.post(f"{adresse}/{premiere}/sortie", data=sortie)).status_code == 303
        trop_tot = await client.post(f"{adresse}/entree", data={"dispositif": "ACCOMP_RSA", "debut": "15/05/2026"})
        assert trop_tot.status_code == 422
        assert "était déjà dans le dispositif" in trop_tot.text
        retour = await client.post(f"{adresse}/entree", data={"dispositif": "ACCOMP_RSA", "debut": "01/09/2026"})
        assert retour.status_code == 303
        texte = (await client.get(adresse)).text
        assert "Emploi" in texte
    lues = await entrees(ctx, numero)
    assert [(f"{e.debut:%d/%m/%Y}", e.motif_fin) for e in lues] == [("01/09/2026", ""), ("05/01/2026", "EMPLOI")]


async def test_une_etape_ouverte_retient_la_sortie(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    adresse = f"{vie.base}/dispositif/{vie.dispositif}"
    jour = f"{vie.ctx.aujourdhui:%d/%m/%Y}"
    async with serveur.client(vie.ctx) as client:
        refus = await client.post(f"{adresse}/sortie", data={"fin": jour, "motif_fin": "EMPLOI", "version": "1"})
        assert refus.status_code == 422
        assert "est ouverte : terminez-la avant la sortie du dispositif." in propre(refus.text)
        corrige = await client.post(
            adresse, data={"dispositif": "ACCOMP_RSA", "debut": f"{vie.il_y_a(720):%d/%m/%Y}", "version": "1"}
        )
        assert corrige.status_code == 303
    assert (await entrees(vie.ctx, vie.numero))[0].debut == vie.il_y_a(720)


@SQLITE
@pytest.mark.parametrize("chemin", ["identite/modifier", "caracteristiques/completer", "dispositif/entree"])
async def test_le_pilote_n_ecrit_pas(serveur: Serveur, monde: Monde, chemin: str) -> None:
    vie = await vivre(monde)
    async with serveur.client(monde.pilote) as client:
        assert (await client.post(f"{vie.base}/{chemin}", data={"x": "y"})).status_code == 403
        assert (await client.get(f"{vie.base}/{chemin.split('/', maxsplit=1)[0]}")).status_code == 200
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.post(f"{vie.base}/{chemin}", data={"x": "y"})).status_code == 404
        assert (await client.get(f"{vie.base}/{chemin.split('/', maxsplit=1)[0]}/{uuid.uuid4()}")).status_code == 404
