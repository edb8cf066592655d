"""Référents through their screens: affectation, one click, the former one ends the day before, the end of a quality."""

import json
import uuid
from typing import Any

import pytest

from tests.serveur import Serveur, requetes
from tests.web.aides_parcours import acte_de, ecrite, jours, ouvrir_dossier, texte
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import executer, transaction
from viesion_core.erreurs import ErreurMetier
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import AffectationResume, SaisieAffectation, SaisieEtape
from viesion_core.parcours.queries import affectations
from viesion_core.testing import Monde, creer_utilisateur

INCONNU = "00000000-0000-4000-8000-00000000dead"


async def affecter(
    monde: Monde, numero: int, entree: uuid.UUID, qui: Contexte, nature: str = "PARCOURS", **autres: Any
) -> AffectationResume:
    assert qui.utilisateur is not None
    valeurs = {"debut": jours(-100), **autres}
    saisie = SaisieAffectation(referent=qui.utilisateur, nature=nature, dispositif=entree, **valeurs)
    await affecter_referent(monde.referent, numero, saisie)
    return next(a for a in await affectations(monde.referent, numero) if a.referent == qui.utilisateur)


def saisie(entree: uuid.UUID, qui: Contexte | None = None, **autres: str) -> dict[str, str]:
    champs = {"dispositif": str(entree), "nature": "ETAPE", "debut": ecrite(jours(0))}
    return champs | ({"referent": str(qui.utilisateur)} if qui else {}) | autres


async def test_the_form_has_the_labels_of_the_deck_and_the_accompagnement_is_ticked(
    serveur: Serveur, monde: Monde
) -> None:
    numero, entree = await ouvrir_dossier(monde)
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{numero}/parcours")
        formulaire = await client.get(f"/beneficiaires/{numero}/parcours/referents/nouveau")
    for libelle in ("Nouveau référent", "M'ajouter comme référent", "M'ajouter comme référent d'étape Accomp RSA"):
        assert libelle in texte(page), libelle
    lu = texte(formulaire)
    for libelle in ("Affectation du référent", "Référent *", "Début *", "Fin", "Accompagnements concernés"):
        assert libelle in lu, libelle
    assert f'<input type="checkbox" name="dispositif" value="{entree}" checked>' in formulaire.text
    assert f"Accomp RSA - entrée le {ecrite(jours(-400))}" in lu
    assert 'placeholder="Nom, prénom, structure..."' in formulaire.text
    for libelle in ("référent d'étape", "référent de parcours"):
        assert libelle in lu, libelle
    assert max(requetes(page), requetes(formulaire)) <= 12


async def test_a_referent_is_given_with_their_quality_and_dates(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    champs = saisie(entree, monde.collegue, fin=ecrite(jours(60)))
    async with serveur.client(monde.referent) as client:
        a = acte_de(await client.post(f"/beneficiaires/{numero}/parcours/referents/nouveau", data=champs))
        page = await client.get(f"/beneficiaires/{numero}/parcours?acte={a}")
    (lien,) = await affectations(monde.referent, numero)
    assert (lien.referent_nom, lien.nature, lien.debut, lien.fin) == ("ESSAI Morgan", "ETAPE", jours(0), jours(60))
    lu = texte(page)
    assert f"ESSAI Morgan référent d'étape Association Exemple du {ecrite(jours(0))} au {ecrite(jours(60))}" in lu
    await annuler_acte(monde.referent, a)
    assert await affectations(monde.referent, numero) == []


async def test_the_former_referent_de_parcours_is_said_before_saving_and_ends_the_day_before(
    serveur: Serveur, monde: Monde
) -> None:
    numero, entree = await ouvrir_dossier(monde)
    await affecter(monde, numero, entree, monde.collegue)
    base = f"/beneficiaires/{numero}/parcours"
    dit = f"ESSAI Morgan, référent de parcours depuis le {ecrite(jours(-100))}, termine la veille, le"
    async with serveur.client(monde.referent) as client:
        assert f"{dit} {ecrite(jours(-1))}." in texte(await client.get(base))
        assert f"{dit} {ecrite(jours(-1))}." in texte(await client.get(f"{base}/referents/nouveau"))
        parametres = {"nature": "PARCOURS", "debut": ecrite(jours(9)), "fin": ""}
        apercu = await client.get(f"{base}/referents/apercu", params=parametres)
        assert f"{dit} {ecrite(jours(8))}." in texte(apercu)
        assert requetes(apercu) <= 4
        assert texte(await client.get(f"{base}/referents/apercu", params=parametres | {"nature": "ETAPE"})) == ""
        champs = saisie(entree, monde.referent, nature="PARCOURS", debut=ecrite(jours(9)))
        a = acte_de(await client.post(f"{base}/referents/nouveau", data=champs))
    nouveau, ancien = await affectations(monde.referent, numero)
    assert (nouveau.referent_nom, nouveau.fin, ancien.fin) == ("ESSAI Alix", None, jours(8))
    await annuler_acte(monde.referent, a)
    (seul,) = await affectations(monde.referent, numero)
    assert seul.fin is None


async def test_one_who_began_the_same_day_stands_in_the_way_and_is_named(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    await affecter(monde, numero, entree, monde.collegue, debut=jours(0))
    base = f"/beneficiaires/{numero}/parcours"
    async with serveur.client(monde.referent) as client:
        page = await client.get(base)
        assert "modifiez ou supprimez d'abord cette affectation" in texte(page)
        assert 'name="nature" value="PARCOURS"' not in page.text
        refus = await client.post(f"{base}/referents/moi", data={"nature": "PARCOURS", "dispositif": str(entree)})
    assert refus.status_code == 422
    assert "ESSAI Morgan" in texte(refus)
    assert len(await affectations(monde.referent, numero)) == 1


async def test_one_click_makes_me_referent_of_the_parcours_then_of_the_etape(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = SaisieEtape(offre_de_service=monde.offre_de_service, dispositif=entree, debut_reel=jours(-5))
    await enregistrer_etape(monde.collegue, numero, etape)
    base = f"/beneficiaires/{numero}/parcours"
    async with serveur.client(monde.referent) as client:
        for nature in ("PARCOURS", "ETAPE"):
            page = await client.get(base)
            assert f'name="nature" value="{nature}"' in page.text
            acte_de(await client.post(f"{base}/referents/moi", data={"nature": nature, "dispositif": str(entree)}))
        page = await client.get(base)
        assert "M'ajouter" not in page.text
        encore = await client.post(f"{base}/referents/moi", data={"nature": "ETAPE", "dispositif": str(entree)})
        assert encore.status_code == 422
        assert "est déjà référent d'étape" in texte(encore)
    parcours, suivi = await affectations(monde.referent, numero)
    assert (parcours.nature, parcours.debut, parcours.etape) == ("PARCOURS", jours(0), None)
    assert (suivi.nature, suivi.debut, suivi.etape_nom) == ("ETAPE", jours(0), "Association Exemple - MOS")


@pytest.mark.parametrize(
    ("champ", "valeur", "message"),
    [
        ("referent", "", "Le référent est requis."),
        ("referent", INCONNU, "Choisissez un référent de la liste."),
        ("debut", "", "Le début est requis."),
        ("debut", ecrite(jours(-401)), "précède l'entrée dans le dispositif"),
        ("fin", ecrite(jours(-1)), "La fin précède le début"),
        ("dispositif", "", "Cochez l'accompagnement concerné"),
        ("nature", "", "Choisissez référent d'étape ou référent de parcours."),
        ("etape", INCONNU, "Choisissez une étape de la personne."),
    ],
)
async def test_each_mistake_is_said_beside_its_field(
    serveur: Serveur, monde: Monde, champ: str, valeur: str, message: str
) -> None:
    numero, entree = await ouvrir_dossier(monde)
    champs = saisie(entree, monde.collegue) | {champ: valeur}
    async with serveur.client(monde.referent) as client:
        refus = await client.post(f"/beneficiaires/{numero}/parcours/referents/nouveau", data=champs)
    assert refus.status_code == 422
    assert f'id="c-{champ}-erreur"' in refus.text
    assert message in texte(refus)
    assert await affectations(monde.referent, numero) == []


async def test_without_javascript_a_name_is_enough_and_several_are_proposed(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    adresse = f"/beneficiaires/{numero}/parcours/referents/nouveau"
    await creer_utilisateur("Élodie", Role.REFERENT, monde.autre_organisme)
    async with serveur.client(monde.referent) as client:
        inconnu = await client.post(adresse, data=saisie(entree, referent="", referent_texte="Personne"))
        assert "Aucun référent ne porte ce nom." in texte(inconnu)
        plusieurs = await client.post(adresse, data=saisie(entree, referent="", referent_texte="essai temoin"))
        assert plusieurs.status_code == 422
        assert "Plusieurs personnes correspondent" in texte(plusieurs)
        choix = f'name="referent_choisi" value="{monde.autre_referent.utilisateur}"'
        assert choix in plusieurs.text
        acte_de(await client.post(adresse, data=saisie(entree, referent="", referent_texte="elodie")))
        choisi = saisie(entree, referent="", referent_choisi=str(monde.autre_referent.utilisateur))
        acte_de(await client.post(adresse, data=choisi))
    assert {a.referent_nom for a in await affectations(monde.referent, numero)} == {"ESSAI Élodie", "ESSAI Sacha"}


async def test_the_field_proposes_referents_by_name_first_name_or_organism(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:

        async def chercher(q: str) -> list[str]:
            reponse = await client.get("/referents", params={"q": q}, headers={"Accept": "application/json"})
            assert requetes(reponse) <= 3
            return [r["titre"] for r in json.loads(reponse.text)["resultats"]]

        assert await chercher("morg") == ["ESSAI Morgan"]
        assert await chercher("comite essai") == ["ESSAI Sacha"]
        assert await chercher("org") == []
        assert await chercher("") == ["ESSAI Alix", "ESSAI Dominique", "ESSAI Morgan"]
        fragment = await client.get("/referents", params={"q": "sacha"}, headers={"HX-Request": "true"})
        assert 'role="listbox"' in fragment.text
        assert f'data-code="{monde.autre_referent.utilisateur}" data-texte="ESSAI Sacha"' in fragment.text
        assert "<html" not in fragment.text
        async with transaction():
            await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, monde.autre_referent.utilisateur)
        assert await chercher("sacha") == []
    async with serveur.client(monde.administrateur) as client:
        assert (await client.get("/referents", params={"q": "sacha"})).status_code == 403


async def test_the_quality_of_referent_gets_an_end_date(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    lien = await affecter(monde, numero, entree, monde.collegue, "ETAPE")
    base = f"/beneficiaires/{numero}/parcours"
    async with serveur.client(monde.referent) as client:
        assert f'href="{base}/referents/{lien.id}/fin"' in (await client.get(base)).text
        formulaire = await client.get(f"{base}/referents/{lien.id}/fin")
        assert f'value="{ecrite(jours(0))}"' in formulaire.text
        for fin, message in (("", "La date de fin est requise."), (ecrite(jours(-101)), "La fin précède le début")):
            refus = await client.post(f"{base}/referents/{lien.id}/fin", data={"fin": fin, "version": "1"})
            assert (refus.status_code, message in texte(refus)) == (422, True)
        champs = {"fin": ecrite(jours(-1)), "version": "1"}
        a = acte_de(await client.post(f"{base}/referents/{lien.id}/fin", data=champs))
        assert "1 ancien référent" in texte(await client.get(base))
        conflit = await client.post(f"{base}/referents/{lien.id}/fin", data=champs | {"fin": ecrite(jours(-3))})
        assert conflit.status_code == 409
        assert f"Valeur enregistrée par Alix ESSAI : {ecrite(jours(-1))}" in texte(conflit)
    await annuler_acte(monde.referent, a)
    assert (await affectations(monde.referent, numero))[0].fin is None


async def test_an_affectation_is_changed_and_deleted(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    lien = await affecter(monde, numero, entree, monde.collegue, "ETAPE")
    adresse = f"/beneficiaires/{numero}/parcours/referents/{lien.id}"
    async with serveur.client(monde.referent) as client:
        formulaire = await client.get(adresse)
        assert "ESSAI Morgan" in texte(formulaire)
        assert 'name="referent"' not in formulaire.text
        champs = saisie(entree, nature="PARCOURS", debut=ecrite(jours(-50)), version="1")
        acte_de(await client.post(adresse, data=champs))
        (change,) = await affectations(monde.referent, numero)
        assert (change.nature, change.debut, change.referent) == ("PARCOURS", jours(-50), lien.referent)
        conflit = await client.post(adresse, data=champs | {"debut": ecrite(jours(-40))})
        assert conflit.status_code == 409
        assert (await client.post(f"{adresse}/supprimer", data={"version": "1"})).status_code == 409
        a = acte_de(await client.post(f"{adresse}/supprimer", data={"version": "2"}))
    assert await affectations(monde.referent, numero) == []
    await annuler_acte(monde.referent, a)
    assert len(await affectations(monde.referent, numero)) == 1


async def test_a_closed_account_stays_where_it_was_and_is_marked(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    lien = await affecter(monde, numero, entree, monde.collegue, "ETAPE")
    async with transaction():
        await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, monde.collegue.utilisateur)
    base = f"/beneficiaires/{numero}/parcours"
    async with serveur.client(monde.referent) as client:
        assert "Compte fermé" in texte(await client.get(base))
        refus = await client.post(f"{base}/referents/nouveau", data=saisie(entree, monde.collegue))
        assert "est fermé : choisissez une autre personne" in texte(refus)
        champs = saisie(entree, debut=ecrite(jours(-90)), version="1")
        acte_de(await client.post(f"{base}/referents/{lien.id}", data=champs))


async def test_the_base_too_refuses_a_second_referent_de_parcours(monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    await affecter(monde, numero, entree, monde.collegue)
    with pytest.raises(ErreurMetier, match="qu'un référent de parcours à la fois"):
        async with transaction():
            await executer(
                """INSERT INTO affectation (id, beneficiaire, referent, nature, dispositif, debut, version)
                VALUES ({}, {}, {}, 'PARCOURS', {}, {}, 1)""",
                uuid.uuid4(),
                numero,
                monde.referent.utilisateur,
                entree,
                jours(30),
            )


async def test_what_is_anothers_answers_like_nothing(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    voisin, _ = await ouvrir_dossier(monde, nom="Voisin")
    lien = await affecter(monde, numero, entree, monde.collegue)
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(f"/beneficiaires/{numero}/parcours")).status_code == 404
        moi = {"nature": "PARCOURS", "dispositif": str(entree)}
        assert (await client.post(f"/beneficiaires/{numero}/parcours/referents/moi", data=moi)).status_code == 404
    async with serveur.client(monde.referent) as client:
        for suite in ("", "/fin"):
            adresse = f"/beneficiaires/{voisin}/parcours/referents/{lien.id}{suite}"
            assert (await client.get(adresse)).status_code == 404
    async with serveur.client(monde.pilote) as client:
        page = await client.get(f"/beneficiaires/{numero}/parcours")
        assert "ESSAI Morgan" in texte(page)
        for geste in ("M'ajouter", "Nouveau référent", "Mettre une date de fin", "Créer une étape"):
            assert geste not in texte(page), geste
        assert (await client.get(f"/beneficiaires/{numero}/parcours/referents/nouveau")).status_code == 403
