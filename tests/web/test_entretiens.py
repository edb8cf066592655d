"""The screens of entretiens over HTTP, on both engines: list, form, themes without JavaScript, one click, conflicts."""

import re
import uuid

import msgspec
import pytest

from tests.serveur import Serveur, requetes
from tests.web.suivi import Suivi, a_l_heure, ouvrir_suivi
from viesion_core.actes import annuler_acte, historique
from viesion_core.db import executer, transaction
from viesion_core.entretiens.actions import modifier_entretien
from viesion_core.entretiens.model import EntretienResume, Saisie, Theme
from viesion_core.entretiens.queries import entretien, entretiens_page
from viesion_core.testing import Monde

THEMES = (
    Theme(theme="1_CONVOCATION_1ER_ACCUEIL", synthese="Souhaite créer son entreprise <b>"),
    Theme(theme="MOBILITE", synthese="Doit passer son permis"),
)


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def champs(suivi: Suivi, **autres: object) -> dict[str, object]:
    """What the form posts."""
    return {
        "date": suivi.date(3),
        "heure": "14:30",
        "duree": "30",
        "collaborateur": str(suivi.ctx.utilisateur),
        "lieu": "INDIVIDUEL_A_DOMICILE",
        "vecteur": "PHYSIQUE",
        "dispositif": str(suivi.dispositif),
        "etape": str(suivi.etape),
        "type": "ENTRETIEN_D_ACCUEIL",
        "realisation": "PREVU",
        **autres,
    }


async def unique(suivi: Suivi) -> EntretienResume:
    fiches, total = await entretiens_page(suivi.ctx, suivi.numero)
    assert total == 1
    return fiches[0]


async def test_la_liste_dit_quand_quoi_et_ce_qui_reste_a_dire(serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(-30, "10:00", duree=30, realisation="PRESENCE", themes=THEMES, type="ENTRETIEN_D_ACCUEIL")
    passe = await suivi.entretien(-2, "9:05".zfill(5))
    await suivi.entretien(4)
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.get(f"{suivi.base}/entretiens")
    assert reponse.status_code == 200
    assert requetes(reponse) <= 12
    texte = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reponse.text))
    assert "Entretiens 3\xa0résultats".replace("\xa0", " ") in texte.replace("\xa0", " ")
    assert f"{suivi.date(-30)} 10 h " in texte.replace("\xa0", " ")
    assert "Présence" in texte
    assert "ESSAI Alix" in texte
    assert "Souhaite créer son entreprise &lt;b&gt;" in reponse.text
    assert reponse.text.count('name="realisation" value="ABS_NON_JUST"') == 1
    assert f'action="{suivi.base}/entretiens/{passe}/realisation"' in reponse.text


async def test_une_liste_vide_propose_le_premier_entretien(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.get(f"{suivi.base}/entretiens")
    assert "Aucun entretien" in reponse.text
    assert reponse.text.count(f'href="{suivi.base}/entretiens/nouveau"') == 2


async def test_nouvel_entretien_l_etape_est_deja_choisie(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.get(f"{suivi.base}/entretiens/nouveau?date={suivi.aujourdhui.isoformat()}&heure=15:20")
        assert requetes(reponse) <= 12
        assert f'<option value="{suivi.etape}" selected>Association Exemple - MOS' in reponse.text
        assert f'<option value="{suivi.dispositif}" selected>Accomp RSA - depuis le' in reponse.text
        assert f'<option value="{suivi.ctx.utilisateur}" selected>ESSAI Alix' in reponse.text
        assert f'value="{suivi.date(0)}"' in reponse.text
        assert 'value="15:20"' in reponse.text
        assert '<option value="PREVU" selected>Prévu' in reponse.text
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=champs(suivi))
    assert reponse.status_code == 303
    assert reponse.headers["location"].startswith(f"{suivi.base}/entretiens?acte=")
    fiche = await unique(suivi)
    assert (fiche.debut, fiche.duree, fiche.etape) == (suivi.le(3, "14:30"), 30, suivi.etape)
    assert (fiche.lieu, fiche.vecteur, fiche.realisation) == ("INDIVIDUEL_A_DOMICILE", "PHYSIQUE", "PREVU")


async def test_sans_l_etape_rien_n_est_enregistre_et_rien_n_est_perdu(serveur: Serveur, suivi: Suivi) -> None:
    saisie = champs(suivi, etape="", rang="0", **{"theme-0": "", "synthese-0": "Ce que j'ai tapé"})
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=saisie)
        assert reponse.status_code == 422
        assert "Choisissez le thème, ou supprimez-le." in reponse.text
        assert 'href="#c-theme-0"' in reponse.text
        saisie["theme-0"] = "EMPLOI"
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=saisie)
    assert reponse.status_code == 422
    assert "L&#39;étape est à raccrocher impérativement" in reponse.text
    assert "Ce que j&#39;ai tapé" in reponse.text
    assert '<option value="EMPLOI" selected>' in reponse.text
    assert await entretiens_page(suivi.ctx, suivi.numero) == ([], 0)


async def test_la_realisation_reste_prevu_avant_la_date(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(
            f"{suivi.base}/entretiens/nouveau", data=champs(suivi, realisation="PRESENCE", duree="2", date="31/02/2027")
        )
        assert reponse.status_code == 422
        assert "Cette date n&#39;existe pas" in reponse.text
        assert "Saisissez un nombre entier entre 5 et 600." in reponse.text
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=champs(suivi, realisation="PRESENCE"))
    assert reponse.status_code == 422
    assert "sa réalisation reste à « Prévu » jusque-là" in reponse.text.replace("\xa0", " ")


async def test_les_themes_s_ajoutent_et_se_retirent_sans_javascript(serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(-1, themes=THEMES)
    adresse = f"{suivi.base}/entretiens/{identifiant}"
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(adresse)).text
        assert page.count("Supprimer le thème") == 2
        ids = re.findall(r'name="theme_id-\d" value="([0-9a-f-]{36})"', page)
        assert len(ids) == 2
        saisie = champs(
            suivi,
            date=suivi.date(-1),
            heure="10:00",
            version="1",
            rang=["0", "1"],
            **{"theme_id-0": ids[0], "theme-0": "CONTRAT", "synthese-0": "Changé\nsur deux lignes"},
            **{"theme_id-1": ids[1], "theme-1": "MOBILITE", "synthese-1": "Retiré bientôt"},
        )
        page = (await client.post(adresse, data={**saisie, "ajouter_theme": "oui"})).text
        assert page.count("Supprimer le thème") == 3
        assert "Changé\nsur deux lignes</textarea>" in page
        assert 'id="c-synthese-2"' in page
        page = (await client.post(adresse, data={**saisie, "supprimer_theme": "1"})).text
        assert page.count("Supprimer le thème") == 1
        assert "Retiré bientôt" not in page
        assert (await unique(suivi)).version == 1, "nothing is saved before « Enregistrer les modifications »"
        finale = {**saisie, "rang": ["0", "2"], "theme-2": "BUDGET", "synthese-2": "Dossier de surendettement"}
        reponse = await client.post(adresse, data=finale)
    assert reponse.status_code == 303
    themes = (await unique(suivi)).themes
    assert [(t.theme, t.synthese) for t in themes] == [
        ("CONTRAT", "Changé\nsur deux lignes"),
        ("BUDGET", "Dossier de surendettement"),
    ]
    assert str(themes[0].id) == ids[0], "a theme that stays keeps its history"


async def test_une_presence_en_un_clic_s_annule(serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(-1)
    async with serveur.client(suivi.ctx) as client:
        adresse = f"{suivi.base}/entretiens/{identifiant}/realisation"
        reponse = await client.post(adresse, data={"realisation": "ABS_JUST", "version": "1"})
        assert reponse.status_code == 303
        assert reponse.headers["location"].endswith(f"#e-{identifiant}")
        suite = await client.get(reponse.headers["location"])
        assert "Entretien du" in suite.text
        assert requetes(suite) <= 12
        deja = await client.post(adresse, data={"realisation": "PRESENCE", "version": "1"})
        assert deja.status_code == 409
        inconnue = await client.post(adresse, data={"realisation": "VENU", "version": "2"})
        assert inconnue.status_code == 422
    assert (await unique(suivi)).realisation == "ABS_JUST"
    fait = next(a for a in await historique(suivi.ctx, suivi.numero) if a.nature == "entretien.realiser")
    await annuler_acte(a_l_heure(suivi.ctx), fait.id)
    assert (await unique(suivi)).realisation == "PREVU"


async def test_un_creneau_pris_previent_puis_se_confirme(serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(3, "14:30", duree=30)
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=champs(suivi))
        assert reponse.status_code == 422
        assert "Créneau déjà pris" in reponse.text
        assert "La saisie est à corriger." not in reponse.text
        assert 'name="confirme"' in reponse.text
        reponse = await client.post(f"{suivi.base}/entretiens/nouveau", data=champs(suivi, confirme="oui"))
    assert reponse.status_code == 303
    assert (await entretiens_page(suivi.ctx, suivi.numero))[1] == 2


async def test_reporter_reprend_tout_sauf_la_date(serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(2, lieu="INDIVIDUEL_A_DOMICILE", duree=45)
    async with serveur.client(suivi.ctx) as client:
        page = (await client.get(f"{suivi.base}/entretiens/nouveau?reporte_de={identifiant}")).text
        assert '<option value="INDIVIDUEL_A_DOMICILE" selected>' in page
        assert 'name="duree" value="45"' in page
        assert f'name="reporte_de" value="{identifiant}"' in page
        report = champs(suivi, date=suivi.date(9), reporte_de=str(identifiant), version_reportee="1")
        assert (await client.post(f"{suivi.base}/entretiens/nouveau", data=report)).status_code == 303
        liste = (await client.get(f"{suivi.base}/entretiens")).text
        assert "Reporté au" in liste
        assert f"En remplacement du {suivi.date(2)}" in liste
        assert (await client.get(f"{suivi.base}/entretiens/nouveau?reporte_de=x")).status_code == 404
    assert (await entretien(suivi.ctx, suivi.numero, identifiant)).realisation == "REPORTE"


async def test_un_autre_organisme_lit_et_le_pilote_aussi(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    identifiant = await suivi.entretien(-1, themes=THEMES)
    adresse = f"{suivi.base}/entretiens/{identifiant}"
    async with serveur.client(monde.pilote) as client:
        page = await client.get(adresse)
        assert page.status_code == 200
        assert "Doit passer son permis" in page.text
        assert "Enregistrer les modifications" not in page.text
        assert (await client.post(adresse, data=champs(suivi))).status_code == 403
        assert (await client.get(f"{suivi.base}/entretiens/nouveau")).status_code == 403
        liste = (await client.get(f"{suivi.base}/entretiens")).text
        assert "Nouvel entretien" not in liste
        assert 'name="realisation"' not in liste
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(adresse)).status_code == 404
        assert (await client.get(f"{suivi.base}/entretiens")).status_code == 404


async def test_un_theme_de_sante_masque_reste_en_place(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    sante = (Theme(theme="SANTE", synthese="Secret médical"), *THEMES)
    identifiant = await suivi.entretien(-1, themes=sante, realisation="PRESENCE")
    async with transaction():
        await executer("UPDATE utilisateur SET sensible = {} WHERE id = {}", False, monde.collegue.utilisateur)
    adresse = f"{suivi.base}/entretiens/{identifiant}"
    async with serveur.client(monde.collegue) as client:
        page = (await client.get(adresse)).text
        assert "Secret médical" not in page
        assert "réservée aux personnes habilitées" in page
        assert page.count("Supprimer le thème") == 2
        saisie = champs(suivi, date=suivi.date(-1), heure="10:00", realisation="PRESENCE", version="1")
        assert (await client.post(adresse, data=saisie)).status_code == 303
    fiche = await entretien(suivi.ctx, suivi.numero, identifiant)
    assert [(t.theme, t.synthese) for t in fiche.themes] == [("SANTE", "Secret médical")]


async def test_l_accueil_mene_au_formulaire_de_la_personne(serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(suivi.ctx) as client:
        vers = await client.get(f"/entretiens/nouveau?numero={suivi.numero}&date=2026-12-01&heure=10:00")
        assert vers.headers["location"] == f"{suivi.base}/entretiens/nouveau?date=2026-12-01&heure=10%3A00"
        assert (await client.get("/entretiens/nouveau")).headers["location"] == "/beneficiaires"


async def test_le_retour_reste_dans_le_dossier(serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(-1)
    adresse = f"{suivi.base}/entretiens/{identifiant}/realisation"
    async with serveur.client(suivi.ctx) as client:
        for retour, attendu in (
            (f"{suivi.base}/sortie", f"{suivi.base}/sortie"),
            ("https://ailleurs.test/", f"{suivi.base}/entretiens"),
            (f"{suivi.base}/\\ailleurs.test", f"{suivi.base}/entretiens"),
        ):
            version = (await unique(suivi)).version
            code = "PRESENCE" if version % 2 else "ABS_JUST"
            reponse = await client.post(adresse, data={"realisation": code, "version": str(version), "retour": retour})
            assert reponse.headers["location"].partition("?")[0] == attendu


async def test_une_modification_concurrente_montre_les_deux(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    identifiant = await suivi.entretien(-1, themes=THEMES)
    adresse = f"{suivi.base}/entretiens/{identifiant}"
    vu = await entretien(suivi.ctx, suivi.numero, identifiant)
    async with serveur.client(suivi.ctx) as client:
        ouverte = (await client.get(adresse)).text
        caches = dict(re.findall(r'name="((?:theme_id|lu)-\d)" value="([^"]*)"', ouverte))
        # Meanwhile a colleague changes the duration, the synthèse of a theme, and adds another theme.
        autres = (
            msgspec.structs.replace(vu.themes[0], synthese="Réorienté vers la mission locale"),
            vu.themes[1],
            Theme(theme="BUDGET", synthese="Dossier de surendettement"),
        )
        saisie = Saisie(**{**{c: getattr(vu, c) for c in Saisie.__struct_fields__}, "duree": 60, "themes": autres})
        await modifier_entretien(a_l_heure(monde.collegue), suivi.numero, identifiant, saisie, version=1)
        miens = champs(
            suivi,
            date=suivi.date(-1),
            heure="10:00",
            duree="15",
            type="SUIVI",
            lieu="",
            vecteur="",
            realisation="PRESENCE",
            version="1",
            rang=["0", "1"],
            **caches,
            **{"theme-0": "1_CONVOCATION_1ER_ACCUEIL", "synthese-0": "Ouvre son atelier en mars"},
            **{"theme-1": "MOBILITE", "synthese-1": "Permis obtenu"},
        )
        reponse = await client.post(adresse, data=miens)
        assert reponse.status_code == 409
        page = reponse.text.replace("\xa0", " ")
        assert f"Modifié entre-temps par {monde.collegue.nom}" in page
        assert "Durée en minutes (60)" in page, "taken from the other one"
        assert "Réorienté vers la mission locale" in page
        assert "Ouvre son atelier en mars</textarea>" in page
        assert "Permis obtenu</textarea>" in page
        assert "Dossier de surendettement</textarea>" in page
        assert "Synthèse (Mobilité)" not in page, "the other one did not touch it"
        assert 'name="version" value="2"' in page
        rangs = re.findall(r'name="rang" value="(\d+)"', page)
        caches = dict(re.findall(r'name="((?:theme_id|lu)-\d)" value="([^"]*)"', page))
        encore = {**miens, **caches, "version": "2", "duree": "60", "rang": rangs}
        encore |= {"theme-2": "BUDGET", "synthese-2": "Dossier de surendettement"}
        assert (await client.post(adresse, data=encore)).status_code == 303
        inconnu = await client.get(f"{suivi.base}/entretiens/{uuid.uuid4()}")
    apres = await unique(suivi)
    assert (apres.duree, apres.realisation) == (60, "PRESENCE")
    assert [(t.theme, t.synthese) for t in apres.themes] == [
        ("1_CONVOCATION_1ER_ACCUEIL", "Ouvre son atelier en mars"),
        ("MOBILITE", "Permis obtenu"),
        ("BUDGET", "Dossier de surendettement"),
    ]
    assert inconnu.status_code == 404
