"""The résumé, the history and the undo, over HTTP on both engines: what is said, to whom, at what price."""

import asyncio
import datetime as dt
import re
import uuid

import httpx
import msgspec

from tests.serveur import Serveur, requetes
from tests.web.vie import Vie, vivre
from viesion_core.actes import acte
from viesion_core.contexte import Contexte, Role
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.dossiers.queries import recents
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.dossiers.tables import Caracteristique
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde, creer_utilisateur


async def test_le_resume_dit_tout_en_peu_de_requetes(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        reponse = await client.get(vie.base)
    assert reponse.status_code == 200
    assert requetes(reponse) <= 12
    texte = reponse.text
    for dit in (
        "Prochain acte",
        "Absence non justifiée",
        "9 caractéristiques requises sont manquantes",
        "Compléter les caractéristiques requises",
        "12 rue des Essais\n34500 Béziers",
        "Locataire social",
        "référent de parcours et d&#39;étape",
        "Voir en tableau",
    ):
        assert dit in texte, dit
    assert f'{vie.base}/entretiens/{vie.passe}/realisation"' in texte
    assert "style=" not in texte


async def test_le_prix_ne_depend_pas_du_nombre(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    neuf, _ = await monde.dossier(vie.ctx)
    async with serveur.client(vie.ctx) as client:
        await client.get("/")
        plein = await client.get(vie.base)
        vide = await client.get(f"/beneficiaires/{neuf}")
    assert requetes(plein) == requetes(vide)
    assert "Donner un référent à cette personne" in vide.text


async def test_une_ouverture_se_retient(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        await client.get(vie.base)
    for _ in range(100):
        if vus := await recents(vie.ctx):
            break
        await asyncio.sleep(0.02)
    assert [vu.numero for vu in vus] == [vie.numero]


async def test_hors_perimetre_rien_n_existe(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(monde.autre_referent) as client:
        for page in ("", "/historique", "/panneaux"):
            reponse = await client.get(vie.base + page)
            inconnu = await client.get(f"/beneficiaires/999999{page}")
            assert (reponse.status_code, inconnu.status_code) == (404, 404)
            assert "GARNIER" not in reponse.text


async def test_le_pilote_lit_sans_rien_pouvoir_faire(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(monde.pilote) as client:
        texte = (await client.get(vie.base)).text
        historique = (await client.get(f"{vie.base}/historique")).text
    assert "9 caractéristiques requises sont manquantes" in texte
    assert "/caracteristiques/completer" not in texte
    assert "/realisation" not in texte
    assert "Donnée de santé" in texte, "RQTH is known, its value is not for the pilote"
    assert "/annuler" not in historique


async def test_les_panneaux_viennent_a_part(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        page = await client.get(f"{vie.base}/panneaux")
        fragment = await client.get(f"{vie.base}/panneaux", headers={"HX-Request": "true"})
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert 'id="panneaux"' in fragment.text
    assert requetes(fragment) <= 12


async def test_l_historique_dit_qui_quoi_quand(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        reponse = await client.get(f"{vie.base}/historique")
    assert requetes(reponse) <= 12
    texte = re.sub(r"\s+", " ", reponse.text)
    assert "Caractéristiques complétées" in texte
    assert (
        '<th scope="row">Téléphone</th><td data-titre="Avant">vide</td><td data-titre="Après">06 12 34 56 78</td>'
        in texte
    )
    assert "<strong>RQTH</strong>" in texte
    sans_droit = await _contexte_sans_sante(monde, vie)
    async with serveur.client(sans_droit) as client:
        texte = re.sub(r"\s+", " ", (await client.get(f"{vie.base}/historique")).text)
    assert "<strong>RQTH</strong>" not in texte
    assert "<strong>Donnée de santé</strong>" in texte


async def _contexte_sans_sante(monde: Monde, vie: Vie) -> Contexte:
    assert vie.ctx.organisme is not None
    return await creer_utilisateur("Noa", Role.REFERENT, vie.ctx.organisme, sensible=False)


async def annuler(client: httpx.AsyncClient, identifiant: uuid.UUID, **champs: str) -> httpx.Response:
    return await client.post(f"/actes/{identifiant}/annuler", data=champs)


async def un_acte(vie: Vie, ctx: Contexte | None = None) -> uuid.UUID:
    """Complete one more caractéristique; return the act."""
    return (await completer(ctx or vie.ctx, vie.numero, {"ACTIVITE": "Sans activité"})).id


async def presentes(vie: Vie) -> set[str]:
    return {c.code for c in await caracteristiques(vie.ctx, vie.numero) if c.presente}


async def test_annuler_revient_ou_l_on_etait(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    fait = await un_acte(vie)
    assert "ACTIVITE" in await presentes(vie)
    async with serveur.client(vie.ctx) as client:
        reponse = await annuler(client, fait, retour=f"{vie.base}/caracteristiques")
        assert reponse.status_code == 303
        chemin, _, acte_annulation = reponse.headers["location"].partition("?acte=")
        assert chemin == f"{vie.base}/caracteristiques"
        suite = await client.get(f"{vie.base}?acte={acte_annulation}")
        assert "Annulé : Caractéristiques complétées" in suite.text
        encore = await annuler(client, fait)
        assert encore.status_code == 422
        assert "Cette action est déjà annulée." in encore.text
    assert "ACTIVITE" not in await presentes(vie)


async def test_annuler_ne_sort_jamais_du_site(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    async with serveur.client(vie.ctx) as client:
        for ailleurs, attendu in (
            ("https://ailleurs.exemple/x", vie.base),
            ("//ailleurs.exemple", vie.base),
            ("/\\ailleurs.exemple", vie.base),
            ("javascript:alert(1)", vie.base),
            (f"{vie.base}/contrats/{uuid.uuid4()}?x=1", f"{vie.base}/contrats"),
            ("/beneficiaires?q=a+b&acte=1&p=2", "/beneficiaires?q=a+b&p=2"),
        ):
            reponse = await annuler(client, await un_acte(vie), retour=ailleurs)
            assert re.sub(r"[?&]acte=.*", "", reponse.headers["location"]) == attendu, ailleurs


async def test_ce_qui_a_bouge_depuis_empeche(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    fait = await un_acte(vie)
    courante = next(c for c in await caracteristiques(vie.ctx, vie.numero) if c.code == "ACTIVITE")
    async with acte(monde.collegue, "caracteristique.actualiser", "Activité revue", beneficiaire=vie.numero) as a:
        await a.modifier(Caracteristique, courante.id, {"valeur": "Salarié"}, version=courante.version)
    async with serveur.client(vie.ctx) as client:
        reponse = await annuler(client, fait)
    assert reponse.status_code == 422
    assert "Activité revue" in reponse.text
    assert "ACTIVITE" in await presentes(vie)


async def test_qui_peut_annuler(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    fait = await un_acte(vie)
    for ctx, statut in (
        (monde.collegue, 403),
        (monde.autre_referent, 404),
        (monde.pilote, 404),
        (monde.administrateur, 404),
        (monde.directeur, 303),
    ):
        async with serveur.client(ctx) as client:
            assert (await annuler(client, fait)).status_code == statut, ctx.role
            assert (await annuler(client, uuid.uuid4())).status_code == 404
    assert "ACTIVITE" not in await presentes(vie)


async def test_un_acte_d_hier_ne_s_annule_plus(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    hier = msgspec.structs.replace(vie.ctx, maintenant=vie.ctx.maintenant - dt.timedelta(hours=25))
    fait = await un_acte(vie, hier)
    async with serveur.client(vie.ctx) as client:
        reponse = await annuler(client, fait)
        historique = await client.get(f"{vie.base}/historique")
    assert reponse.status_code == 422
    assert "plus d&#39;un jour" in reponse.text
    assert f"/actes/{fait}/annuler" not in historique.text


async def test_le_contrat_annule_revient_par_la_liste(serveur: Serveur, monde: Monde) -> None:
    vie = await vivre(monde)
    avant = await contrats(vie.ctx, vie.numero)
    async with serveur.client(vie.ctx) as client:
        historique = (await client.get(f"{vie.base}/historique")).text
        lien = re.search(
            r'action="/actes/([0-9a-f-]+)/annuler"[^>]*>(?:(?!</form>).)*Annuler : Contrats', historique, re.S
        )
        assert lien is not None
        await annuler(client, uuid.UUID(lien[1]), retour=f"{vie.base}/historique")
        apres = (await client.get(f"{vie.base}/historique")).text
    assert len(avant) == 4
    assert await contrats(vie.ctx, vie.numero) == []
    assert "Annulée" in apres
    assert "Annulé : Contrats" in apres


async def test_l_historique_tait_les_caracteristiques_de_sante(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier(monde.referent)
    await completer(monde.referent, numero, {"RQTH": "En cours", "PERMIS": "B"})
    sans = await creer_utilisateur("Sans", Role.REFERENT, monde.organisme, sensible=False)
    pages = {}
    for nom, ctx in {"habilite": monde.referent, "sans": sans, "pilote": monde.pilote}.items():
        async with serveur.client(ctx) as client:
            adresses = (f"/beneficiaires/{numero}/historique", f"/beneficiaires/{numero}/caracteristiques")
            pages[nom] = re.sub(r"\s+", " ", (await client.get(adresses[0])).text)
            if nom != "habilite":
                assert "En cours" not in (await client.get(adresses[1])).text
    assert "En cours" in pages["habilite"]
    for nom in ("sans", "pilote"):
        assert "En cours" not in pages[nom]
        assert "RQTH" not in pages[nom]
        assert "Donnée de santé" in pages[nom]
        assert "Permis" in pages[nom]
