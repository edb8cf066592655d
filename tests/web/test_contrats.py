"""Contrats through their screen: the deck's fields, the overlap shown then solved in one click, never saved."""

import datetime as dt
import re
import uuid

import pytest

from tests.serveur import Serveur, requetes
from tests.web.aides_parcours import acte_de, ecrite, jours, poser_contrat, texte
from viesion_core.actes import annuler_acte
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde


def saisie(debut: dt.date, fin: dt.date, **autres: str) -> dict[str, str]:
    return {"type": "CER", "debut": ecrite(debut), "fin": ecrite(fin), **autres}


async def test_the_form_has_the_fields_of_the_deck_and_no_box_dernier_contrat(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await monde.dossier()
    async with serveur.client(monde.referent) as client:
        vide = await client.get(f"/beneficiaires/{numero}/contrats")
        reponse = await client.get(f"/beneficiaires/{numero}/contrats/nouveau")
    assert "Ajouter un Contrat RSA" in vide.text
    assert "<h1>Nouveau Contrat RSA</h1>" in reponse.text
    for libelle in ("Numéro", "Début", "Fin", "Date de signature", "Accompagnements", "Commentaire"):
        assert re.search(rf">{libelle}( <span class=\"requis\">|</label>)", reponse.text), libelle
    assert f'<option value="{entree}" selected>Accomp RSA - depuis le 05/01/2026</option>' in reponse.text
    assert "Dernier contrat" not in reponse.text
    assert (requetes(vide), requetes(reponse)) <= (12, 12)


async def test_a_contract_is_saved_with_all_its_fields_and_is_the_dernier_contrat(
    serveur: Serveur, monde: Monde
) -> None:
    numero, entree = await monde.dossier()
    champs = saisie(
        jours(-10),
        jours(170),
        type="CE",
        numero="CE-118",
        signature=ecrite(jours(-9)),
        heures_hebdo="10",
        dispense="PROCHE_AIDANT",
        dispositif=str(entree),
        commentaire="Deux ateliers <b>par</b> semaine",
    )
    async with serveur.client(monde.referent) as client:
        a = acte_de(await client.post(f"/beneficiaires/{numero}/contrats/nouveau", data=champs))
        page = await client.get(f"/beneficiaires/{numero}/contrats?acte={a}")
    (fait,) = await contrats(monde.referent, numero)
    assert (fait.type, fait.numero, fait.heures_hebdo, fait.dispense) == ("CE", "CE-118", 10, "PROCHE_AIDANT")
    assert (fait.debut, fait.fin, fait.signature, fait.dispositif) == (jours(-10), jours(170), jours(-9), entree)
    lu = texte(page)
    for attendu in ("Contrat d'engagement n° CE-118", "En cours", "Dernier contrat", "10 h par semaine", "Alix ESSAI"):
        assert attendu in lu, attendu
    assert "Association Exemple" in lu
    assert "&lt;b&gt;par&lt;/b&gt;" in page.text
    assert f"/actes/{a}/annuler" in page.text
    await annuler_acte(monde.referent, a)
    assert await contrats(monde.referent, numero) == []


@pytest.mark.parametrize(
    ("champ", "valeur", "message"),
    [
        ("type", "", "Choisissez le type du contrat."),
        ("type", "CDI", "Choisissez un élément de la liste."),
        ("debut", "", "Le début est requis."),
        ("fin", "", "La fin est requise."),
        ("fin", "31/02/2026", "Cette date n'existe pas"),
        ("fin", ecrite(jours(-40)), "La fin précède le début"),
        ("signature", ecrite(jours(2)), "ne peut pas être dans le futur"),
        ("dispositif", "00000000-0000-4000-8000-00000000dead", "n'est pas celui de la personne"),
        ("numero", "9" * 31, "31 caractères"),
    ],
)
async def test_each_mistake_is_said_beside_its_field_and_what_was_typed_stays(
    serveur: Serveur, monde: Monde, champ: str, valeur: str, message: str
) -> None:
    numero, _ = await monde.dossier()
    champs = saisie(jours(-30), jours(150), commentaire="Un long commentaire à ne pas perdre") | {champ: valeur}
    async with serveur.client(monde.referent) as client:
        reponse = await client.post(f"/beneficiaires/{numero}/contrats/nouveau", data=champs)
    assert reponse.status_code == 422
    assert re.search(rf'id="c-{champ}-erreur".*?{re.escape(message)}', texte_html(reponse.text), re.S)
    assert "Un long commentaire à ne pas perdre" in reponse.text
    assert await contrats(monde.referent, numero) == []


def texte_html(html: str) -> str:
    return html.replace("&#39;", "'")


async def test_hours_below_fifteen_ask_for_the_motif_de_dispense(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    champs = saisie(jours(-3), jours(90), type="CE", heures_hebdo="8")
    async with serveur.client(monde.referent) as client:
        refus = await client.post(f"/beneficiaires/{numero}/contrats/nouveau", data=champs)
        assert "le motif de dispense est requis" in texte(refus)
        acte_de(await client.post(f"/beneficiaires/{numero}/contrats/nouveau", data=champs | {"dispense": "SANTE"}))
        champs = saisie(jours(91), jours(180), type="CER", heures_hebdo="8", dispense="SANTE")
        acte_de(await client.post(f"/beneficiaires/{numero}/contrats/nouveau", data=champs))
    cer, engagement = await contrats(monde.referent, numero)
    assert (engagement.heures_hebdo, engagement.dispense) == (8, "SANTE")
    assert (cer.heures_hebdo, cer.dispense) == (None, "")


async def test_an_overlap_is_shown_while_the_dates_are_typed(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    (ancien,) = await contrats(monde.referent, numero)
    adresse = f"/beneficiaires/{numero}/contrats/apercu"
    async with serveur.client(monde.referent) as client:

        async def taper(debut: str, fin: str, sauf: str = "") -> tuple[str, str]:
            parametres = {"debut": debut, "fin": fin} | ({"sauf": sauf} if sauf else {})
            reponse = await client.get(adresse, params=parametres, headers={"HX-Request": "true"})
            assert requetes(reponse) <= 4
            return texte(reponse), reponse.text

        lu, html = await taper(ecrite(jours(0)), ecrite(jours(180)))
        assert f"{ancien.nom} est encore en cours à cette date" in lu
        assert f"la veille, le {ecrite(jours(-1))}" in lu
        assert 'name="terminer_precedent"' in html
        assert 'class="axe-zone"' in html
        assert 'id="composition-dessin" hx-swap-oob' in html
        lu, html = await taper(ecrite(jours(-150)), ecrite(jours(-50)))
        assert f"au plus tard le {ecrite(jours(-101))}" in lu
        assert f'name="fin_retenue" value="{ecrite(jours(-101))}"' in html
        assert 'name="terminer_precedent"' not in html
        lu, html = await taper(ecrite(jours(-100)), ecrite(jours(10)))
        assert "commence le même jour" in lu
        assert 'name="fin_retenue"' not in html
        assert f"/beneficiaires/{numero}/contrats/{ancien.id}" in html
        lu, _ = await taper(ecrite(jours(21)), ecrite(jours(60)))
        assert "Aucun chevauchement" in lu
        assert f"Il prend la suite du contrat {ancien.nom}" in lu
        lu, _ = await taper(ecrite(jours(31)), ecrite(jours(60)))
        assert "10 jours sans contrat depuis la fin du contrat" in lu
        lu, html = await taper(ecrite(dt.date(2027, 1, 1)), "")
        assert 'data-poser="fin" data-valeur="30/06/2027"' in html
        assert "La fin précède le début." in (await taper(ecrite(jours(60)), ecrite(jours(50))))[0]
        lu, _ = await taper(ecrite(jours(-90)), ecrite(jours(20)), str(ancien.id))
        assert "Aucun chevauchement" in lu
        lu, _ = await taper("24/1", "rien")
        assert "chevauchement" not in lu


async def test_an_overlap_is_refused_then_solved_in_one_click_and_undone_whole(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    champs = saisie(jours(0), jours(180), commentaire="Nouveau projet")
    adresse = f"/beneficiaires/{numero}/contrats/nouveau"
    async with serveur.client(monde.referent) as client:
        refus = await client.post(adresse, data=champs)
        assert refus.status_code == 422
        assert (
            '<button type="submit" class="bouton bouton-principal" name="terminer_precedent" value="oui">' in refus.text
        )
        assert "Nouveau projet" in refus.text
        assert len(await contrats(monde.referent, numero)) == 1
        a = acte_de(await client.post(adresse, data=champs | {"terminer_precedent": "oui"}))
    nouveau, ancien = await contrats(monde.referent, numero)
    assert (nouveau.debut, ancien.fin) == (jours(0), jours(-1))
    await annuler_acte(monde.referent, a)
    (seul,) = await contrats(monde.referent, numero)
    assert seul.fin == jours(20)


async def test_a_contract_in_the_way_leaves_its_place_to_a_shorter_one_in_one_click(
    serveur: Serveur, monde: Monde
) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(50), jours(200))
    champs = saisie(jours(-10), jours(100))
    adresse = f"/beneficiaires/{numero}/contrats/nouveau"
    async with serveur.client(monde.referent) as client:
        refus = await client.post(adresse, data=champs | {"terminer_precedent": "oui"})
        assert (refus.status_code, len(await contrats(monde.referent, numero))) == (422, 1)
        acte_de(await client.post(adresse, data=champs | {"fin_retenue": ecrite(jours(49))}))
    suivant, court = await contrats(monde.referent, numero)
    assert (court.fin, suivant.debut) == (jours(49), jours(50))


async def test_the_base_too_refuses_an_overlap(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    with pytest.raises(ErreurMetier, match="chevaucher"):
        async with transaction():
            await executer(
                """INSERT INTO contrat (id, beneficiaire, type, numero, debut, fin, dispense, commentaire, version)
                VALUES ({}, {}, 'CER', '', {}, {}, '', '', 1)""",
                uuid.uuid4(),
                numero,
                jours(20),
                jours(60),
            )
    assert await lire_valeur("SELECT count(*) FROM contrat WHERE beneficiaire = {}", numero) == 1


async def test_one_click_renews_with_the_dates_that_follow(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await monde.dossier()
    debut, fin = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
    valeurs = SaisieContrat(type="CER", debut=debut, fin=fin, dispositif=entree, signature=debut, numero="A 1")
    await enregistrer_contrat(monde.referent, numero, valeurs)
    (ancien,) = await contrats(monde.referent, numero)
    base = f"/beneficiaires/{numero}/contrats"
    async with serveur.client(monde.referent) as client:
        propose = await client.get(f"{base}/nouveau?suite={ancien.id}")
        assert 'value="01/07/2026"' in propose.text
        assert 'value="31/12/2026"' in propose.text
        a = acte_de(await client.post(f"{base}/{ancien.id}/renouveler"))
        encore = await client.post(f"{base}/{ancien.id}/renouveler")
        assert encore.status_code == 422
        assert "commence le même jour" in texte(encore)
        page = texte(await client.get(base))
    suivant, _ = await contrats(monde.referent, numero)
    assert (suivant.debut, suivant.fin) == (dt.date(2026, 7, 1), dt.date(2026, 12, 31))
    assert (suivant.type, suivant.dispositif, suivant.signature, suivant.numero) == ("CER", entree, None, "")
    assert "1er renouvellement" in page
    assert "Non signé" in page
    await annuler_acte(monde.referent, a)
    assert len(await contrats(monde.referent, numero)) == 1


async def test_the_renewal_is_the_next_act_when_its_time_has_come(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(46))
    async with serveur.client(monde.referent) as client:
        assert "Contrat à renouveler" not in texte(await client.get(f"/beneficiaires/{numero}/contrats"))
        (seul,) = await contrats(monde.referent, numero)
        valeurs = SaisieContrat(type="CER", debut=seul.debut, fin=jours(45))
        await enregistrer_contrat(monde.referent, numero, valeurs, identifiant=seul.id, version=1)
        lu = texte(await client.get(f"/beneficiaires/{numero}/contrats"))
    assert "Contrat à renouveler" in lu
    assert "se termine dans 45 jours" in lu


async def test_a_contract_is_changed_and_deleted(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    (seul,) = await contrats(monde.referent, numero)
    base = f"/beneficiaires/{numero}/contrats"
    async with serveur.client(monde.collegue) as client:
        page = await client.get(f"{base}/{seul.id}")
        assert "<h1>Modifier le Contrat RSA</h1>" in page.text
        assert 'name="version" value="1"' in page.text
        acte_de(await client.post(f"{base}/{seul.id}", data=saisie(jours(-100), jours(30), version="1", numero="B 2")))
        (seul,) = await contrats(monde.referent, numero)
        assert (seul.fin, seul.numero, seul.version) == (jours(30), "B 2", 2)
        vieux = await client.post(f"{base}/{seul.id}/supprimer", data={"version": "1"})
        assert vieux.status_code == 409
        assert "Modifié entre-temps" in vieux.text
        assert f'href="{base}"' in vieux.text
        a = acte_de(await client.post(f"{base}/{seul.id}/supprimer", data={"version": "2"}))
    assert await contrats(monde.referent, numero) == []
    await annuler_acte(monde.collegue, a)
    assert len(await contrats(monde.referent, numero)) == 1


async def test_two_people_on_one_contract_lose_nothing(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    (seul,) = await contrats(monde.referent, numero)
    adresse = f"/beneficiaires/{numero}/contrats/{seul.id}"
    async with serveur.client(monde.referent) as elle, serveur.client(monde.collegue) as lui:
        acte_de(await lui.post(adresse, data=saisie(jours(-100), jours(40), version="1", numero="De lui")))
        champs = saisie(jours(-100), jours(60), version="1", commentaire="D'elle")
        conflit = await elle.post(adresse, data=champs)
        assert conflit.status_code == 409
        lu = texte(conflit)
        assert "Modifié entre-temps par Morgan ESSAI" in lu
        assert f"Valeur enregistrée par Morgan ESSAI : {ecrite(jours(40))}" in lu
        assert "Repris de Morgan ESSAI, vous n'y aviez pas touché : Numéro (De lui)." in lu
        assert f'value="{ecrite(jours(60))}"' in conflit.text
        assert 'name="version" value="2"' in conflit.text
        (entre,) = await contrats(monde.referent, numero)
        assert (entre.fin, entre.numero, entre.commentaire) == (jours(40), "De lui", "")
        acte_de(await elle.post(adresse, data=champs | {"version": "2", "numero": "De lui"}))
    (apres,) = await contrats(monde.referent, numero)
    assert (apres.fin, apres.numero, apres.commentaire, apres.version) == (jours(60), "De lui", "D'elle", 3)


async def test_an_error_after_a_conflict_keeps_the_version_that_was_read(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    (seul,) = await contrats(monde.referent, numero)
    adresse = f"/beneficiaires/{numero}/contrats/{seul.id}"
    async with serveur.client(monde.referent) as elle, serveur.client(monde.collegue) as lui:
        acte_de(await lui.post(adresse, data=saisie(jours(-100), jours(40), version="1")))
        refus = await elle.post(adresse, data=saisie(jours(-100), jours(60), version="1", signature=ecrite(jours(3))))
    assert refus.status_code == 422
    assert 'name="version" value="1"' in refus.text


async def test_another_organism_and_another_dossier_answer_like_nothing(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    voisin, _ = await monde.dossier(nom="Voisin")
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    (seul,) = await contrats(monde.referent, numero)
    async with serveur.client(monde.autre_referent) as client:
        for adresse in (f"/beneficiaires/{numero}/contrats", f"/beneficiaires/{numero}/contrats/apercu"):
            assert (await client.get(adresse)).status_code == 404
        assert (await client.post(f"/beneficiaires/{numero}/contrats/{seul.id}/renouveler")).status_code == 404
    async with serveur.client(monde.referent) as client:
        assert (await client.get(f"/beneficiaires/{voisin}/contrats/{seul.id}")).status_code == 404
        supprimer = f"/beneficiaires/{voisin}/contrats/{seul.id}/supprimer"
        assert (await client.post(supprimer, data={"version": "1"})).status_code == 404
    assert len(await contrats(monde.referent, numero)) == 1


async def test_the_pilote_reads_and_writes_nothing(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await poser_contrat(monde.referent, numero, jours(-100), jours(20))
    async with serveur.client(monde.pilote) as client:
        page = await client.get(f"/beneficiaires/{numero}/contrats")
        assert page.status_code == 200
        for acte in ("Renouveler", "Ajouter un Contrat RSA", "Modifier le contrat", "Supprimer"):
            assert acte not in texte(page), acte
        assert (await client.get(f"/beneficiaires/{numero}/contrats/nouveau")).status_code == 403


async def test_the_list_takes_as_many_queries_for_thirty_contracts(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    comptes = []
    async with serveur.client(monde.referent) as client:
        await client.get("/")
        for n in range(30):
            await poser_contrat(monde.referent, numero, jours(-3000 + 90 * n), jours(-3000 + 90 * n + 80))
            if n in (0, 29):
                page = await client.get(f"/beneficiaires/{numero}/contrats")
                comptes.append(requetes(page))
    assert comptes[0] == comptes[1] <= 12
    assert page.text.count('<th scope="row">') == 30
    assert page.text.count("Dernier contrat") == 1
