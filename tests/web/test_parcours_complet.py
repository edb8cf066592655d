"""The main job in one story: a référent follows a person from the first connexion to the exit, through what is seen.

One browser, one person, the thirteen steps in their order; nothing is made behind the screens but the office around.
"""

import datetime as dt
import pathlib
from collections.abc import AsyncIterator

import docx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.navigateur import ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, servir
from tests.web.bureau import ouvrir_bureau
from tests.web.suivi import a_l_heure
from viesion_core.acces.actions import inviter_utilisateur
from viesion_core.contexte import Role
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.testing import Monde
from web.securite import maintenant

pytestmark = [pytest.mark.navigateur, pytest.mark.offre("mos"), SQLITE]
MOT = "Une longue phrase pour essayer la connexion"
ATTENTES = "Retrouver un travail à mi-temps, près de chez elle"
SYNTHESE = "Un bilan de santé est fait, un suivi dentaire commence."


@pytest.fixture
async def demo(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> AsyncIterator[Serveur]:
    """Serve a lively office in demo mode, where the mails are read at /aide/courriels."""
    await ouvrir_bureau(monde, 6)
    async with servir(adresse_base, tmp_path / "donnees", mode="demo") as serveur:
        yield serveur


def date(jours: int) -> str:
    """The day some days from today, as it is typed."""
    return f"{maintenant().date() + dt.timedelta(days=jours):%d/%m/%Y}"


def titre(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


async def enregistrer(page: Page) -> None:
    await page.get_by_role("button", name="Enregistrer", exact=True).click()


async def aller(page: Page, onglet: str) -> None:
    """Choose a line of the side menu of the dossier."""
    await page.get_by_role("navigation", name="Dossier de Camille").get_by_role("link", name=onglet).first.click()


async def test_one_person_followed_from_the_first_connexion_to_the_exit(demo: Serveur, monde: Monde) -> None:
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur)
        profil.set_default_timeout(10_000)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await connexion(page, demo, monde)
        await accueil_et_recherche(page)
        await nouveau_beneficiaire(page)
        await dossier_vide(page)
        await caracteristiques(page)
        await contrats(page)
        await referent_et_etape(page)
        await entretien(page)
        await bilan(page)
        await fusion(page)
        await clore_le_bilan(page)
        await difficultes(page)
        await dossier_et_frise(page)
        await sortie(page)
        assert [e for e in erreurs if "422" not in e] == []


async def connexion(page: Page, serveur: Serveur, monde: Monde) -> None:
    """Step 1: the link of the mail, the password, then the deck's message when it is forgotten."""
    valeurs = {"nom": "Essai", "prenom": "Lou", "courriel": "lou@exemple.test", "role": Role.REFERENT, "sensible": True}
    systeme = a_l_heure(monde.systeme)
    await inviter_utilisateur(systeme, {**valeurs, "organisme": monde.organisme}, url=serveur.url)
    await envoyer_courriels(TransportDossier(serveur.settings.dossier_courriels), "a@viesion.test", maintenant())
    await page.goto(f"{serveur.url}/aide/courriels")
    await page.get_by_role("link", name="/connexion/mot-de-passe/").click()
    await page.get_by_label("Nouveau mot de passe").fill(MOT)
    await page.get_by_label("Confirmer le mot de passe").fill(MOT)
    await page.get_by_role("button", name="Enregistrer mon mot de passe").click()
    await page.get_by_label("Identifiant").fill("lou@exemple.test")
    await page.get_by_role("button", name="Me connecter").click()
    await expect(page.get_by_text("Le champs Mot de passe est requis.")).to_be_visible()
    await page.get_by_label("Mot de passe", exact=True).fill(MOT)
    await page.get_by_role("button", name="Me connecter").click()


async def accueil_et_recherche(page: Page) -> None:
    """Step 2: what the day holds, and the search that answers while typing."""
    await expect(titre(page)).to_have_text("Bonjour Lou")
    for carte in (
        "Mon agenda du jour",
        "Mes notes en cours",
        "Bénéficiaires récents",
        "Planning des 7 prochains jours",
    ):
        await expect(page.get_by_role("heading", name=carte)).to_be_visible()
    await expect(page.get_by_text("Prendre un rendez-vous avec un bénéficiaire")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("temoin julien")
    await expect(page.get_by_role("option", name="TÉMOIN")).to_be_visible()
    await page.keyboard.press("Escape")


async def nouveau_beneficiaire(page: Page) -> None:
    """Step 3: the list, filtered; a dossier opened by hand, its probable duplicate shown first."""
    await page.get_by_role("link", name="Bénéficiaires", exact=True).first.click()
    await expect(titre(page)).to_have_text("Bénéficiaires")
    await page.get_by_role("searchbox", name="Affiner la recherche").fill("essai")
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.get_by_role("link", name="ESSAI Camille")).to_be_visible()
    await page.get_by_role("link", name="Nouveau bénéficiaire").click()
    await page.get_by_label("Nom de naissance").fill("Essai")
    await page.get_by_label("Prénom").fill("Camille")
    await page.get_by_label("Date de naissance").fill("01/01/1962")
    await page.get_by_label("Entrée dans Accomp RSA").fill(date(-120))
    await enregistrer(page)
    await expect(page.get_by_role("link", name="Ouvrir ce dossier")).to_be_visible()
    await page.get_by_label("Nom de naissance").fill("Parcours")
    await page.get_by_label("Date de naissance").fill("12/03/1985")
    await page.get_by_role("button", name="Vérifier à nouveau").last.click()


async def dossier_vide(page: Page) -> None:
    """Step 4: the dossier, its menu, its next act."""
    await expect(page.locator("#bandeau").get_by_role("link", name="PARCOURS Camille")).to_be_visible()
    menu = page.get_by_role("navigation", name="Dossier de Camille")
    for onglet in ("Résumé", "Dossier", "Parcours", "Entretiens", "Dispositif", "Contrats", "Bilans", "Documents"):
        await expect(menu.get_by_role("link", name=onglet).first).to_be_visible()


async def caracteristiques(page: Page) -> None:
    """Step 5: the sixteen that are required, filled on one page."""
    await aller(page, "Caractéristiques")
    await expect(page.get_by_text("16 caractéristiques requises sont manquantes").first).to_be_visible()
    await page.get_by_role("link", name="Compléter les caractéristiques requises").click()
    for definition in definitions_caracteristiques():
        if not definition.requise:
            continue
        if definition.type == "NOMBRE":
            await page.get_by_label(definition.libelle).fill("1")
        else:
            groupe = page.get_by_role("group", name=definition.libelle)
            await groupe.get_by_label(definition.valeurs[0], exact=True).check()
    await enregistrer(page)
    await expect(titre(page)).to_have_text("Caractéristiques")
    await expect(page.get_by_text("requises sont manquantes")).to_have_count(0)


async def contrats(page: Page) -> None:
    """Step 6: two contracts whose dates meet; one click ends the former the day before."""
    await aller(page, "Contrats")
    for debut, fin in ((date(-100), date(20)), (date(0), date(180))):
        await page.get_by_role("link", name="Ajouter un Contrat RSA").first.click()
        await page.get_by_label("Contrat d'engagements réciproques (CER)").check()
        await page.get_by_label("Début").fill(debut)
        await page.get_by_label("Fin").and_(page.locator("[name=fin]")).fill(fin)
        if debut == date(-100):
            await enregistrer(page)
    await page.get_by_role("button", name="Faire terminer le précédent la veille").click()
    await expect(titre(page)).to_have_text("Contrats")
    await expect(page.get_by_role("row").filter(has_text=date(-1))).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Dernier contrat")).to_contain_text(date(180))


async def referent_et_etape(page: Page) -> None:
    """Steps 7 and 8: « M'ajouter comme référent », then the étape, its référent with it."""
    await aller(page, "Parcours")
    await page.get_by_role("button", name="M'ajouter comme référent", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text="ESSAI Lou")).to_contain_text("référent de parcours")
    await page.get_by_role("link", name="Créer une étape").click()
    await expect(page.get_by_label("Dispositif").locator("option:checked")).to_contain_text("Accomp RSA - depuis le")
    await expect(page.get_by_label("Offre de service").locator("option:checked")).to_contain_text("MOS")
    await expect(page.get_by_label("M'ajouter comme référent d'étape")).to_be_checked()
    await enregistrer(page)
    await expect(page.get_by_role("link", name="Le début réel est requis.")).to_be_visible()
    await page.get_by_label("Début réel").fill(date(-60))
    await enregistrer(page)
    await expect(page.get_by_role("article")).to_contain_text("En cours")


async def entretien(page: Page) -> None:
    """Step 9: an entretien of yesterday with a theme, its réalisation told in one click."""
    await aller(page, "Entretiens")
    await page.get_by_role("link", name="Nouvel entretien").first.click()
    await page.get_by_label("Date et heure").fill(date(-1))
    await page.get_by_label("Heure", exact=True).fill("15h")
    await expect(page.get_by_label("Étapes").locator("option:checked")).to_contain_text("Association Exemple - MOS")
    await page.get_by_label("Type d'entretien").select_option("Entretien d'accueil")
    await page.get_by_role("button", name="Ajouter un thème").click()
    await page.get_by_label("Thème").first.select_option("Mobilité")
    await page.get_by_label("Synthèse").first.fill("Doit passer son permis")
    await enregistrer(page)
    ligne = page.get_by_role("row").filter(has_text="Entretien d'accueil")
    await page.get_by_role("button", name="Présence").click()
    await expect(ligne.get_by_text("Présence")).to_be_visible()


async def bilan(page: Page) -> None:
    """Step 10: each answer saves itself; a question appears with the answer that asks for it; all is there again."""
    await aller(page, "Bilans")
    await page.get_by_role("button", name="Créer le bilan").click()
    await page.get_by_label("Date de réception de la prescription").fill(date(-60))
    await page.get_by_role("radiogroup", name="Prescripteur").get_by_label("France Travail").check()
    await page.get_by_role("group", name="Motifs de l'orientation santé").get_by_label("Santé physique").check()
    # The plugin has read the dossier: the entretien held yesterday is already counted.
    await expect(page.get_by_label("Date du premier entretien honoré")).to_have_value(date(-1))
    await expect(page.get_by_label("Nombre d'entretiens réalisés")).to_have_value("1")
    raisons = page.get_by_role("group", name="Raisons du renoncement")
    await expect(raisons).to_be_hidden()
    await page.get_by_role("radiogroup", name="Renoncement aux soins").get_by_label("Oui").check()
    await raisons.get_by_label("Coût").check()
    await page.get_by_label("Attentes de la personne").fill(ATTENTES)
    await page.get_by_role("radiogroup", name="Préconisation principale").get_by_label("Soins de droit commun").check()
    await page.get_by_label("Synthèse partagée").fill(SYNTHESE)
    await page.get_by_label("Synthèse partagée").blur()
    await expect(page.locator("[data-progression-texte]")).to_have_text("12 réponses / 37")
    await expect(page.locator("[data-etat-sauvegarde]")).to_contain_text("Enregistré à")
    await page.reload()
    await expect(page.get_by_label("Attentes de la personne")).to_have_value(ATTENTES)
    await expect(page.locator("[data-progression-texte]")).to_have_text("12 réponses / 37")


async def fusion(page: Page) -> None:
    """Step 11: « Modèle… », « créer un document »; the Word file says what was answered, and stays in Documents."""
    await expect(page.get_by_label("Modèle")).to_have_value("MOS_BILAN")
    await page.get_by_role("button", name="créer un document").click()
    await expect(titre(page)).to_have_text("Documents")
    async with page.expect_download() as attendu:
        await page.get_by_role("link", name="Télécharger le document").click()
    fichier = await attendu.value
    assert fichier.suggested_filename.endswith(".docx")
    texte = "".join(str(t) for t in docx.Document(str(await fichier.path())).element.body.itertext())
    for dit in (ATTENTES, SYNTHESE, "PARCOURS", "Camille", "France Travail", "Coût"):
        assert dit in texte, dit
    await expect(page.get_by_role("row").filter(has_text="Fiche bilan MOS")).to_contain_text("Lou ESSAI")


async def clore_le_bilan(page: Page) -> None:
    """Step 10, its end: what the plugin finds wrong is repaired, what it finds doubtful is passed over."""
    await aller(page, "Bilans")
    await page.get_by_role("row").filter(has_text="MOS - Bilan").get_by_role("link").click()
    await page.get_by_role("button", name="Clore le bilan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Le bilan n'est pas clos. 3 points sont à corriger.")
    await page.get_by_role("radiogroup", name="Mal-être exprimé").get_by_label("Non", exact=True).check()
    await (
        page.get_by_role("radiogroup", name="Situation nécessitant une mise en protection").get_by_label("Non").check()
    )
    await page.get_by_role("radiogroup", name="Préconisation acceptée").get_by_label("Oui").check()
    informee = page.get_by_role("radiogroup", name="Personne informée du contenu transmis")
    await informee.get_by_label("Oui").check()
    await page.get_by_label("Date de transmission au référent unique").fill(date(0))
    await page.get_by_label("Date de transmission au référent unique").blur()
    await expect(page.locator("[data-progression-texte]")).to_have_text("17 réponses / 37")
    await page.get_by_role("button", name="Clore le bilan").click()
    await page.get_by_role("button", name="Clore le bilan malgré tout").click()
    await expect(page.get_by_role("button", name="Rouvrir le bilan")).to_be_visible()
    await expect(page.get_by_text(ATTENTES)).to_be_visible()


async def difficultes(page: Page) -> None:
    """Step 12: a difficulté found by two letters of its name."""
    await aller(page, "Difficultés")
    await page.get_by_role("link", name="Ajouter une difficulté").first.click()
    await page.get_by_label("Début").fill(date(-3))
    await page.get_by_label("Nature de difficulté").fill("permis")
    await page.get_by_role("group", name="Difficultés").get_by_label("Sans permis").check()
    await page.get_by_label("Commentaire").fill("Inscription à l'auto-école solidaire")
    await enregistrer(page)
    await expect(page.get_by_role("row").filter(has_text="Sans permis")).to_contain_text("auto-école solidaire")


async def dossier_et_frise(page: Page) -> None:
    """Step 4 again: the counts of the menu, the situation, and the parcours in one picture with its table."""
    await aller(page, "Résumé")
    menu = page.get_by_role("navigation", name="Dossier de Camille")
    await expect(menu.get_by_role("link", name="Contrats")).to_contain_text("2")
    situation = page.get_by_role("region", name="Situation")
    await expect(situation).to_contain_text("MOS")
    await expect(situation).to_contain_text("ESSAI Lou")
    await expect(page.locator(".frise-defile")).to_be_visible()
    await page.get_by_text("Voir en tableau").click()
    table = page.get_by_role("region", name="Parcours").get_by_role("table")
    for dit in ("Sans permis", "Entretien d'accueil", "CER", "MOS"):
        await expect(table).to_contain_text(dit)


async def sortie(page: Page) -> None:
    """Step 13: the checklist, the difficulté lifted in place, all closed in one act, and the act undone."""
    await page.get_by_role("link", name="Sortie", exact=True).click()
    await expect(titre(page)).to_have_text("L'allocataire sort de l'action")
    for point in ("Les entretiens", "Le bilan", "Les caractéristiques de l'allocataire"):
        await expect(page.get_by_role("region", name=point)).to_contain_text("Vérifié")
    await page.get_by_role("region", name="Les difficultés").get_by_label("Réalisation").select_option("Levée")
    await page.get_by_label("Motif de fin d'étape").select_option("Objectif de l'étape atteint")
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(titre(page)).to_have_text("L'étape est close")
    await aller(page, "Difficultés")
    await expect(page.get_by_role("row").filter(has_text="Sans permis")).to_contain_text("Levée")
    await aller(page, "Parcours")
    await expect(page.get_by_role("article")).to_contain_text("Terminée")
    await page.go_back()
    await page.go_back()
    await page.get_by_role("button", name="Annuler la clôture").click()
    await aller(page, "Parcours")
    await expect(page.get_by_role("article")).to_contain_text("En cours")
