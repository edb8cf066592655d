"""Étapes through their screens: opened, closed, kept to their organism, checked by the plugin of their offre."""

import datetime as dt
import pathlib
import uuid

import pytest

from tests.entretiens.aides import une_saisie
from tests.extensions.test_registre import extension
from tests.serveur import Serveur, requetes, servir
from tests.web.aides_parcours import MOTIF, acte_de, ecrite, jours, ouvrir_dossier, ouvrir_etape, saisie_etape, texte
from viesion_core.actes import annuler_acte
from viesion_core.api import Constat, DossierVu, Gravite, Offre
from viesion_core.db import executer, transaction
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import Registre
from viesion_core.organismes.actions import activer_offre
from viesion_core.organismes.queries import offres_de_service
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import EtapeResume, SaisieAffectation, SaisieEtape
from viesion_core.parcours.queries import affectations, etapes
from viesion_core.testing import Monde

pytestmark = pytest.mark.offre("mos")


async def ouvrir_ailleurs(monde: Monde, numero: int, entree: uuid.UUID) -> EtapeResume:
    """Open an étape of the other organism on the same dossier."""
    sacha = monde.autre_referent.utilisateur
    assert sacha is not None
    lien = SaisieAffectation(referent=sacha, nature="PARCOURS", dispositif=entree, debut=jours(-300))
    await affecter_referent(monde.referent, numero, lien)
    (offre,) = await offres_de_service(monde.autre_organisme)
    valeurs = SaisieEtape(
        offre_de_service=offre.id, dispositif=entree, debut_reel=jours(-20), commentaire="Relais vers le PSME"
    )
    await enregistrer_etape(monde.autre_referent, numero, valeurs, referent=sacha)
    return next(e for e in await etapes(monde.referent, numero) if e.organisme == monde.autre_organisme)


async def test_the_form_has_the_labels_of_the_deck_and_chooses_beforehand(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{numero}/parcours")
        formulaire = await client.get(f"/beneficiaires/{numero}/parcours/etapes/nouvelle")
    assert "Créer une étape" in texte(page)
    lu = texte(formulaire)
    for libelle in (
        "Dispositif *",
        "Offre de service *",
        "Début réel *",
        "Fin réelle",
        "Motif de fin d'étape",
        "Le début prévu et la fin prévue ne sont pas à renseigner.",
        "M'ajouter comme référent d'étape",
        "Durée maximale de l'offre : 3 mois",
    ):
        assert libelle in lu, libelle
    assert f'<option value="{entree}" selected>Accomp RSA - depuis le {ecrite(jours(-400))}</option>' in formulaire.text
    assert f'<option value="{monde.offre_de_service}" selected>MOS - ' in formulaire.text
    assert 'name="moi" value="oui" checked' in formulaire.text
    assert '<details class="deplier">' in formulaire.text
    assert max(requetes(page), requetes(formulaire)) <= 12


async def test_an_etape_is_created_and_i_am_its_referent(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    adresse = f"/beneficiaires/{numero}/parcours/etapes/nouvelle"
    async with serveur.client(monde.referent) as client:
        a = acte_de(await client.post(adresse, data=saisie_etape(monde, entree, jours(-10), moi="oui")))
        page = await client.get(f"/beneficiaires/{numero}/parcours?acte={a}")
        (etape,) = await etapes(monde.referent, numero)
        assert (etape.nom, etape.debut_reel, etape.fin_reelle) == ("Association Exemple - MOS", jours(-10), None)
        (lien,) = await affectations(monde.referent, numero)
        assert (lien.referent_nom, lien.nature, lien.etape, lien.debut) == ("ESSAI Alix", "ETAPE", etape.id, jours(-10))
        lu = texte(page)
        assert f"Association Exemple - MOS En cours depuis le {ecrite(jours(-10))}" in lu
        assert f"/actes/{a}/annuler" in page.text
        await annuler_acte(monde.referent, a)
        assert (await etapes(monde.referent, numero), await affectations(monde.referent, numero)) == ([], [])
        acte_de(await client.post(adresse, data=saisie_etape(monde, entree, jours(-10))))
    assert await affectations(monde.referent, numero) == []


@pytest.mark.parametrize(
    ("champ", "autres", "message"),
    [
        ("debut_reel", {"debut_reel": ""}, "Le début réel est requis."),
        ("debut_reel", {"debut_reel": ecrite(jours(-401))}, "avant l'entrée dans le dispositif"),
        ("dispositif", {"dispositif": ""}, "Rattachez l'étape à un dispositif de la personne."),
        ("dispositif", {"dispositif": str(uuid.uuid4())}, "Rattachez l'étape à un dispositif de la personne."),
        ("offre_de_service", {"offre_de_service": ""}, "Choisissez l'offre de service."),
        ("offre_de_service", {"offre_de_service": str(uuid.uuid4())}, "une offre de service de votre organisme"),
        ("motif_fin", {"fin_reelle": ecrite(jours(-1))}, "choisissez aussi le motif de fin"),
        ("fin_reelle", {"motif_fin": MOTIF}, "saisissez aussi la fin réelle"),
        ("fin_reelle", {"fin_reelle": ecrite(jours(2)), "motif_fin": MOTIF}, "elle ne peut pas être à venir"),
        ("fin_reelle", {"fin_reelle": ecrite(jours(-20)), "motif_fin": MOTIF}, "précède le début réel"),
        ("motif_fin", {"fin_reelle": ecrite(jours(-1)), "motif_fin": "AUTRE"}, "Choisissez un élément de la liste."),
        (
            "fin_prevue",
            {"debut_prevu": ecrite(jours(5)), "fin_prevue": ecrite(jours(4))},
            "La fin prévue précède le début prévu.",
        ),
    ],
)
async def test_each_mistake_is_said_beside_its_field(
    serveur: Serveur, monde: Monde, champ: str, autres: dict[str, str], message: str
) -> None:
    numero, entree = await ouvrir_dossier(monde)
    champs = saisie_etape(monde, entree, jours(-10), commentaire="À garder") | autres
    async with serveur.client(monde.referent) as client:
        refus = await client.post(f"/beneficiaires/{numero}/parcours/etapes/nouvelle", data=champs)
    assert refus.status_code == 422
    assert f'id="c-{champ}-erreur"' in refus.text
    assert message in texte(refus)
    assert "À garder" in refus.text
    assert 'name="moi" value="oui" checked' not in refus.text
    assert await etapes(monde.referent, numero) == []


async def test_the_planned_dates_open_when_they_are_to_be_corrected(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    champs = saisie_etape(monde, entree, jours(-10), debut_prevu=ecrite(jours(5)), fin_prevue="demain")
    async with serveur.client(monde.referent) as client:
        refus = await client.post(f"/beneficiaires/{numero}/parcours/etapes/nouvelle", data=champs)
    assert '<details class="deplier" open>' in refus.text


async def test_only_enabled_and_installed_offres_are_proposed(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    systeme = monde.systeme
    valeurs = {"territoire": "Biterrois Béziers", "libelle": "Offre sans extension"}
    absente = await activer_offre(systeme, monde.organisme, offre="ABSENTE", debut=dt.date(2022, 1, 1), **valeurs)
    valeurs = {"territoire": "Étang de Thau", "libelle": "Module d'Orientation Santé"}
    finie = await activer_offre(systeme, monde.organisme, offre="MOS", debut=jours(-300), fin=jours(-100), **valeurs)
    adresse = f"/beneficiaires/{numero}/parcours/etapes/nouvelle"
    async with serveur.client(monde.referent) as client:
        formulaire = await client.get(adresse)
        assert str(absente) not in formulaire.text
        assert str(finie) not in formulaire.text
        champs = saisie_etape(monde, entree, jours(-10))
        for offre, message in ((absente, "n'est plus installée"), (finie, "n'est pas ouverte à Association Exemple")):
            refus = await client.post(adresse, data=champs | {"offre_de_service": str(offre)})
            assert (refus.status_code, message in texte(refus)) == (422, True)
        (autre,) = await offres_de_service(monde.autre_organisme)
        refus = await client.post(adresse, data=champs | {"offre_de_service": str(autre.id)})
        assert "de votre organisme" in texte(refus)
        passee = champs | {"offre_de_service": str(finie), "debut_reel": ecrite(jours(-200))}
        acte_de(await client.post(adresse, data=passee))
    assert len(await etapes(monde.referent, numero)) == 1


async def test_the_length_of_the_offre_is_said_while_typing_and_on_the_page(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    await ouvrir_etape(monde, numero, entree, dt.date(2026, 5, 1) if jours(0) > dt.date(2026, 9, 1) else jours(-120))
    (etape,) = await etapes(monde.referent, numero)
    base = f"/beneficiaires/{numero}/parcours"
    async with serveur.client(monde.referent) as client:
        assert "La durée maximale de l'offre est de 3 mois : le terme était le" in texte(await client.get(base))
        assert "le terme était le" in texte(await client.get(f"{base}/etapes/{etape.id}"))
        parametres = {"offre_de_service": str(monde.offre_de_service), "debut_reel": "01/02/2026", "fin_reelle": ""}
        parametres |= {"fin_reelle": "15/04/2026"}
        apercu = await client.get(f"{base}/etapes/apercu", params=parametres)
        assert texte(apercu) == "Durée maximale de l'offre : 3 mois, terme le 30/04/2026."
        assert requetes(apercu) <= 4
        parametres |= {"fin_reelle": "15/05/2026"}
        apercu = await client.get(f"{base}/etapes/apercu", params=parametres)
        assert "le terme était le 30/04/2026" in texte(apercu)


async def test_closing_asks_for_the_end_and_its_motif_and_ends_the_referents(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, numero, entree, jours(-50), referent=monde.referent.utilisateur)
    base = f"/beneficiaires/{numero}/parcours"
    adresse = f"{base}/etapes/{etape.id}/clore"
    async with serveur.client(monde.referent) as client:
        formulaire = await client.get(adresse)
        for libelle in ("Fin réelle *", "Motif de fin d'étape *", "la qualité de référent d'étape", "ESSAI Alix"):
            assert libelle in texte(formulaire), libelle
        for champs in ({"fin_reelle": ecrite(jours(-1))}, {"motif_fin": MOTIF}, {"fin_reelle": "", "motif_fin": ""}):
            refus = await client.post(adresse, data={"version": "1", **champs})
            assert refus.status_code == 422
            assert "requis" in texte(refus)
        champs = {"version": "1", "fin_reelle": ecrite(jours(-1)), "motif_fin": MOTIF, "terminer_referents": "oui"}
        a = acte_de(await client.post(adresse, data=champs))
        lu = texte(await client.get(base))
        assert f"du {ecrite(jours(-50))} au {ecrite(jours(-1))}, Objectif de l'étape atteint" in lu
        assert "1 ancien référent" in lu
        (close,) = await etapes(monde.referent, numero)
        (lien,) = await affectations(monde.referent, numero)
        assert (close.fin_reelle, close.motif_fin, lien.fin) == (jours(-1), MOTIF, jours(-1))
        assert (await client.post(adresse, data=champs)).status_code == 409
        await annuler_acte(monde.referent, a)
        acte_de(await client.post(adresse, data={"version": "3", "fin_reelle": ecrite(jours(-1)), "motif_fin": MOTIF}))
        (lien,) = await affectations(monde.referent, numero)
        assert lien.fin is None
    assert (await etapes(monde.referent, numero))[0].fin_reelle == jours(-1)


async def test_the_base_too_refuses_an_end_without_its_motif(monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, numero, entree, jours(-50))
    with pytest.raises(ErreurMetier, match="se saisissent ensemble"):
        async with transaction():
            await executer("UPDATE etape SET fin_reelle = {} WHERE id = {}", jours(-1), etape.id)


async def test_an_etape_is_changed_and_two_people_lose_nothing(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, numero, entree, jours(-50))
    adresse = f"/beneficiaires/{numero}/parcours/etapes/{etape.id}"
    async with serveur.client(monde.referent) as elle, serveur.client(monde.collegue) as lui:
        assert "Modifier l'étape" in texte(await elle.get(adresse))
        leur = saisie_etape(monde, entree, jours(-45), version="1")
        acte_de(await lui.post(adresse, data=leur))
        mienne = saisie_etape(monde, entree, jours(-50), version="1", commentaire="Mon commentaire")
        conflit = await elle.post(adresse, data=mienne)
        assert conflit.status_code == 409
        lu = texte(conflit)
        assert f"Repris de Morgan ESSAI, vous n'y aviez pas touché : Début réel ({ecrite(jours(-45))})." in lu
        assert "Mon commentaire" in lu
        acte_de(await elle.post(adresse, data=leur | {"version": "2", "commentaire": "Mon commentaire"}))
    (apres,) = await etapes(monde.referent, numero)
    assert (apres.debut_reel, apres.commentaire, apres.version) == (jours(-45), "Mon commentaire", 3)


async def test_an_etape_is_deleted_only_when_nothing_hangs_on_it(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(
        monde, numero, entree, dt.date(2026, 11, 1) if jours(0) > dt.date(2026, 11, 1) else jours(-9)
    )
    base = f"/beneficiaires/{numero}/parcours"
    supprimer = f"{base}/etapes/{etape.id}/supprimer"
    async with serveur.client(monde.referent) as client:
        assert supprimer in (await client.get(base)).text
        a = acte_de(await client.post(supprimer, data={"version": "1"}))
        assert await etapes(monde.referent, numero) == []
        await annuler_acte(monde.referent, a)
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent, etape=etape.id), confirme=True)
        page = await client.get(base)
        assert supprimer not in page.text
        assert "1 élément rattaché" in texte(page)
        refus = await client.post(supprimer, data={"version": "2"})
        assert refus.status_code == 422
        assert "elle ne peut pas être supprimée" in texte(refus)
    assert len(await etapes(monde.referent, numero)) == 1


async def test_another_organisms_etape_is_read_not_written(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_ailleurs(monde, numero, entree)
    base = f"/beneficiaires/{numero}/parcours"
    adresse = f"{base}/etapes/{etape.id}"
    async with serveur.client(monde.referent) as client:
        lu = texte(await client.get(base))
        assert "Cette étape est celle de Comité Témoin : seul cet organisme peut la modifier." in lu
        assert "Clore l'étape" not in lu
        lecture = await client.get(adresse)
        assert "Relais vers le PSME" in texte(lecture)
        assert "ESSAI Sacha" in texte(lecture)
        assert 'name="debut_reel"' not in lecture.text
        champs = saisie_etape(monde, entree, jours(-30), version="1")
        assert (await client.get(f"{adresse}/clore")).status_code == 403
        for suite, donnees in (("", champs), ("/clore", {"version": "1"}), ("/supprimer", {"version": "1"})):
            refus = await client.post(f"{adresse}{suite}", data=donnees)
            assert refus.status_code in (403, 422), suite
    (intacte,) = await etapes(monde.referent, numero)
    assert (intacte.debut_reel, intacte.version) == (jours(-20), 1)
    async with serveur.client(monde.pilote) as client:
        assert "Relais vers le PSME" in texte(await client.get(adresse))
        assert (await client.post(adresse, data=champs)).status_code == 403


async def test_without_a_dispositif_in_progress_the_page_says_where_to_go(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    async with transaction():
        await executer(
            "UPDATE entree_dispositif SET fin = {}, motif_fin = {} WHERE id = {}", jours(-3), "DECES", entree
        )
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{numero}/parcours")
        assert "Aucune entrée en cours dans un dispositif" in texte(page)
        assert f'href="/beneficiaires/{numero}/dispositif"' in page.text
        assert "Créer une étape" not in texte(page)


async def test_the_plugin_of_the_offre_blocks_or_warns_once(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    numero, entree = await ouvrir_dossier(monde)

    def controler(dossier: DossierVu, etape: SaisieEtape) -> list[Constat]:
        if etape.commentaire == "refuser":
            return [Constat(f"Refus du dossier {dossier.fiche.numero}.")]
        return [Constat("L'orientation date de plus d'un an.", Gravite.AVERTISSEMENT)]

    offre = lambda: Offre(code="MOS", libelle="Essai", duree_maximale=3)  # noqa: E731 - a hook as short as it gets
    registre = Registre.composer([extension("essai", declarer_offre=offre, controler_etape=controler)])
    async with (
        servir(adresse_base, tmp_path / "donnees", registre) as serveur,
        serveur.client(monde.referent) as client,
    ):
        adresse = f"/beneficiaires/{numero}/parcours/etapes/nouvelle"
        champs = saisie_etape(monde, entree, jours(-10))
        refus = await client.post(adresse, data=champs | {"commentaire": "refuser"})
        assert (refus.status_code, f"Refus du dossier {numero}." in texte(refus)) == (422, True)
        avis = await client.post(adresse, data=champs)
        assert avis.status_code == 422
        assert "L'orientation date de plus d'un an. Si tout est juste, enregistrez de nouveau." in texte(avis)
        assert await etapes(monde.referent, numero) == []
        lus = {"avertissements_lus": "L'orientation date de plus d'un an."}
        acte_de(await client.post(adresse, data=champs | lus))
    registre.fermer()
    assert len(await etapes(monde.referent, numero)) == 1


async def test_a_plugin_that_fails_blocks_and_is_named(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, entree = await ouvrir_dossier(monde)

    def controler(dossier: DossierVu, etape: SaisieEtape) -> list[Constat]:
        raise ZeroDivisionError

    offre = lambda: Offre(code="MOS", libelle="Essai")  # noqa: E731 - a hook as short as it gets
    registre = Registre.composer([extension("essai", declarer_offre=offre, controler_etape=controler)])
    async with (
        servir(adresse_base, tmp_path / "donnees", registre) as serveur,
        serveur.client(monde.referent) as client,
    ):
        page = await client.get(f"/beneficiaires/{numero}/parcours")
        assert page.status_code == 200
        adresse = f"/beneficiaires/{numero}/parcours/etapes/nouvelle"
        refus = await client.post(adresse, data=saisie_etape(monde, entree, jours(-10)))
    registre.fermer()
    assert refus.status_code == 422
    assert "L'extension essai est en défaut (controler_etape)" in texte(refus)
    assert await etapes(monde.referent, numero) == []


async def test_an_etape_stays_editable_when_its_plugin_is_gone(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    numero, entree = await ouvrir_dossier(monde)
    etape = await ouvrir_etape(monde, numero, entree, jours(-50))
    registre = Registre.composer([])
    async with (
        servir(adresse_base, tmp_path / "donnees", registre) as serveur,
        serveur.client(monde.referent) as client,
    ):
        base = f"/beneficiaires/{numero}/parcours"
        assert "Association Exemple - MOS" in texte(await client.get(base))
        champs = {"version": "1", "fin_reelle": ecrite(jours(-1)), "motif_fin": MOTIF}
        acte_de(await client.post(f"{base}/etapes/{etape.id}/clore", data=champs))
        nouvelle = await client.get(f"{base}/etapes/nouvelle")
        assert "Aucune offre de service n'est ouverte à votre organisme" in texte(nouvelle)
    assert (await etapes(monde.referent, numero))[0].fin_reelle == jours(-1)


async def test_the_page_takes_as_many_queries_for_twenty_etapes(serveur: Serveur, monde: Monde) -> None:
    numero, entree = await ouvrir_dossier(monde)
    comptes = []
    async with serveur.client(monde.referent) as client:
        await client.get("/")
        for n in range(20):
            await ouvrir_etape(monde, numero, entree, jours(-100 + n), referent=monde.collegue.utilisateur)
            if n in (0, 19):
                page = await client.get(f"/beneficiaires/{numero}/parcours")
                comptes.append(requetes(page))
    assert comptes[0] == comptes[1] <= 12
    assert page.text.count('class="carte etape') == 20
