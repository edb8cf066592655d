"""« Employabilité » over HTTP on both engines: added in place, refused as typed, changed, taken away, its history."""

import re

from tests.serveur import Serveur, requetes
from viesion_core.employabilite.queries import employabilite
from viesion_core.testing import Monde


async def test_la_page_se_remplit_sur_place(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    base = f"/beneficiaires/{numero}/employabilite"
    async with serveur.client(monde.referent) as client:
        vide = await client.get(base)
        assert requetes(vide) <= 12
        refus = await client.post(f"{base}/ajouter/experience", data={"experience_detail": "Café du Canal"})
        assert refus.status_code == 422
        assert 'value="Café du Canal"' in refus.text
        assert 'id="c-experience_intitule-erreur"' in refus.text
        for rubrique, champs in (
            ("metier", {"metier_code": "F1606", "metier_niveau": "PRINCIPAL"}),
            ("experience", {"experience_intitule": "Serveuse", "experience_annee_debut": "2019"}),
            ("diplome", {"diplome_intitule": "CAP Cuisine", "diplome_niveau": "3"}),
            ("langue", {"langue_intitule": "Espagnol", "langue_niveau": "COURANT"}),
            ("permis", {"permis_code": "B"}),
        ):
            fait = await client.post(f"{base}/ajouter/{rubrique}", data=champs)
            assert fait.status_code == 303, rubrique
        assert (await client.post(f"{base}/ajouter/inconnue", data={})).status_code == 404
        await client.post(f"{base}/disponibilite", data={"zone": "30_KM", "temps": "PARTIEL"})
        page = await client.get(base)
        plein = await client.get(f"{base}?historique=oui")
    for dit in ("Peinture en bâtiment", "ROME F1606", "Serveuse", "3 CAP, BEP, titre", "oral : Courant", "B (voiture)"):
        assert dit in page.text, dit
    assert "30 km" in page.text
    assert "Espagnol » : ajout" in plein.text.replace("\u00a0", " ")
    assert max(requetes(page), requetes(plein)) <= 12
    assert "style=" not in plein.text


async def test_une_ligne_se_modifie_et_se_retire(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    base = f"/beneficiaires/{numero}/employabilite"
    async with serveur.client(monde.referent) as client:
        await client.post(f"{base}/ajouter/langue", data={"langue_intitule": "Espagnol"})
        (langue,) = (await employabilite(monde.referent, numero)).atouts
        formulaire = await client.get(f"{base}/{langue.id}")
        assert 'value="Espagnol"' in formulaire.text
        fait = await client.post(
            f"{base}/{langue.id}", data={"intitule": "Espagnol", "niveau": "DEBUTANT", "version": "1"}
        )
        assert fait.status_code == 303
        conflit = await client.post(f"{base}/{langue.id}", data={"intitule": "Catalan", "version": "1"})
        assert conflit.status_code == 409
        assert 'value="Catalan"' in conflit.text
        retrait = await client.post(f"{base}/{langue.id}/retirer", data={"version": "2"})
        suite = (await client.get(retrait.headers["location"])).text
        annuler = re.search(r'action="(/actes/[^"]+/annuler)"', suite)
        assert annuler is not None
        await client.post(annuler[1], data={"retour": base})
    (revenue,) = (await employabilite(monde.referent, numero)).atouts
    assert (revenue.intitule, revenue.niveau) == ("Espagnol", "DEBUTANT")


async def test_chacun_dans_son_role(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    base = f"/beneficiaires/{numero}/employabilite"
    async with serveur.client(monde.pilote) as client:
        assert "Ajouter" not in (await client.get(base)).text
        assert (await client.post(f"{base}/ajouter/permis", data={"permis_code": "B"})).status_code == 403
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(base)).status_code == 404
