"""« Pilotage » over HTTP, on both engines: who may, what is shown, what an export holds."""

import csv
import io

import msgspec
import openpyxl

from tests.bilans.aides import essai, garder, repondre, un_bilan
from tests.pilotage.test_evolution import evolue, une_etape
from tests.serveur import Serveur, requetes
from viesion_core.testing import Monde
from web.export_xlsx import Feuille, classeur

PERIODE = {"du": "01/01/2026", "au": "31/12/2026"}


async def remplir(monde: Monde) -> None:
    sante = essai(code="SANTE", sensible=True, libelle="PSME - Essai")
    ouvert = essai()
    sections = tuple(
        msgspec.structs.replace(s, questions=tuple(q for q in s.questions if not q.sensible)) for s in ouvert.sections
    )
    await garder(msgspec.structs.replace(ouvert, sections=sections), sante)
    for rang in range(9):
        for code in ("ESSAI", "SANTE"):
            numero, bilan = await un_bilan(monde, code=code)
            await repondre(monde.referent, numero, bilan, "RENONCE", rang < 6)
            await repondre(monde.referent, numero, bilan, "NOMBRE", rang)
    await repondre(monde.referent, numero, bilan, "SUITE", "DROIT_COMMUN")


async def test_the_director_and_the_pilote_compile_the_referent_does_not(serveur: Serveur, monde: Monde) -> None:
    await remplir(monde)
    async with serveur.client(monde.referent) as client:
        assert (await client.get("/pilotage")).status_code == 403
        assert (await client.get("/pilotage/bilans/ESSAI")).status_code == 403
        assert 'href="/pilotage"' not in (await client.get("/")).text
    for ctx in (monde.directeur, monde.pilote):
        async with serveur.client(ctx) as client:
            accueil = await client.get("/pilotage", params=PERIODE)
            assert requetes(accueil) <= 12
            assert "MOS - Essai" in accueil.text
            page = await client.get("/pilotage/bilans/ESSAI", params={**PERIODE, "comparer": "annee"})
            assert requetes(page) <= 12
            assert "67&nbsp;%" in page.text
            assert (await client.get("/pilotage/bilans/INCONNU")).status_code == 404
            assert (await client.get("/pilotage/bilans/ESSAI", params={"version": "7"})).status_code == 404
            etrange = {
                "du": "99/99/9999",
                "au": "'",
                "organisme": "x",
                "territoire": "<b>",
                "etape": "?",
                "comparer": ".",
            }
            assert (await client.get("/pilotage/bilans/ESSAI", params=etrange)).status_code == 200


async def test_an_export_holds_what_the_page_shows_and_nothing_that_it_hides(serveur: Serveur, monde: Monde) -> None:
    await remplir(monde)
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/pilotage/bilans/SANTE", params=PERIODE)
        assert "masqué" in page.text
        assert "Trop peu de réponses" in page.text
        recu = await client.get("/pilotage/bilans/SANTE/export.csv", params=PERIODE)
        assert recu.content.startswith(b"\xef\xbb\xbf")
        lignes = list(csv.DictReader(io.StringIO(recu.text.removeprefix("\ufeff")), delimiter=";"))
        renonce = {ligne["Réponse ou mesure"]: ligne for ligne in lignes if ligne["Code"] == "RENONCE"}
        assert {nom: ligne["Effectif ou valeur"] for nom, ligne in renonce.items()} == {
            "Oui": "masqué",
            "Non": "masqué",
        }
        assert {ligne["Réponses"] for ligne in lignes if ligne["Code"] == "SUITE"} == {"masqué"}
        recu = await client.get("/pilotage/bilans/ESSAI/export.csv", params=PERIODE)
        lignes = list(csv.DictReader(io.StringIO(recu.text.removeprefix("\ufeff")), delimiter=";"))
        mesures = {
            ligne["Réponse ou mesure"]: ligne["Effectif ou valeur"] for ligne in lignes if ligne["Code"] == "NOMBRE"
        }
        assert (mesures["Médiane"], mesures["Maximum"], mesures["Moyenne"]) == ("4,0", "8,0", "4,0")


async def test_under_five_people_nothing_of_a_health_bilan_is_shown(serveur: Serveur, monde: Monde) -> None:
    await garder(essai(code="SANTE", sensible=True))
    for _ in range(4):
        numero, bilan = await un_bilan(monde, code="SANTE")
        await repondre(monde.referent, numero, bilan, "RENONCE", True)
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/pilotage/bilans/SANTE", params=PERIODE)
        assert "Trop peu de personnes" in page.text
        assert "Renoncement aux soins" not in page.text
        recu = await client.get("/pilotage/bilans/SANTE/export.csv", params=PERIODE)
        assert "masqué" in recu.text
        vide = await client.get("/pilotage/bilans/SANTE", params={"du": "01/01/2020", "au": "31/01/2020"})
        assert "Aucun bilan dans cette sélection" in vide.text


async def test_a_workbook_holds_the_same_and_says_what_was_asked(serveur: Serveur, monde: Monde) -> None:
    await remplir(monde)
    async with serveur.client(monde.pilote) as client:
        recu = await client.get("/pilotage/bilans/SANTE/export.xlsx", params={**PERIODE, "comparer": "precedente"})
        assert recu.headers["content-disposition"].endswith('.xlsx"')
        livre = openpyxl.load_workbook(io.BytesIO(recu.content))
        rangees = list(livre["Réponses"].iter_rows(values_only=True))
        assert rangees[0][1:3] == ("Code", "Question")
        assert {r[7] for r in rangees if r[1] == "RENONCE"} == {"masqué"}
        cadre = dict(livre["Ce qui est compilé"].iter_rows(values_only=True))
        assert cadre["Périmètre"] == "Le département"
        assert cadre["Bilans"] == 9
        assert "arrondis à 5 près" in cadre["Données de santé"]
        assert cadre["Comparés à ceux"] == "du 01/01/2025 au 31/12/2025"


def test_a_text_is_never_a_formula_in_a_workbook() -> None:
    textes = ["=1+1", "+33", "-2", "@SUM(A1)", "a\x00b", "", None, True]
    contenu = classeur([Feuille(titre="Essai", entetes=["Un"], rangees=[[texte] for texte in textes] + [[1.5], [2]])])
    feuille = openpyxl.load_workbook(io.BytesIO(contenu))["Essai"]
    lues = [feuille.cell(row=rang, column=1) for rang in range(2, 12)]
    assert [c.value for c in lues] == ["=1+1", "+33", "-2", "@SUM(A1)", "ab", None, None, "True", 1.5, 2]
    assert all(c.data_type == "s" for c in lues[:5])
    assert [c.data_type for c in lues[8:]] == ["n", "n"]


async def test_the_home_counts_and_exports_the_period(serveur: Serveur, monde: Monde) -> None:
    await remplir(monde)
    for ctx, organisme in ((monde.directeur, "Association Exemple"), (monde.pilote, "Le département")):
        async with serveur.client(ctx) as client:
            page = await client.get("/pilotage", params={**PERIODE, "comparer": "annee"})
            assert requetes(page) <= 12
            assert f"{organisme}, du 01/01/2026 au 31/12/2026" in page.text
            recu = await client.get("/pilotage/export.csv", params=PERIODE)
            lignes = {tuple(ligne[:2]): ligne[2] for ligne in csv.reader(io.StringIO(recu.text), delimiter=";")}
            assert lignes["Ensemble", "Entrées"] == "18"
            assert lignes["Entrées par mois", "janvier 2026"] == "18"
            assert lignes["Délai avant la première étape", "16 à 30 jours"] == "18"
            assert lignes["Bilans par questionnaire", "PSME - Essai"] == "9"
            livre = openpyxl.load_workbook(
                io.BytesIO((await client.get("/pilotage/export.xlsx", params=PERIODE)).content)
            )
            assert dict(livre["Ce qui est compté"].iter_rows(values_only=True))["Périmètre"] == organisme
            assert ("Ensemble", "Sorties", 0, None) in list(livre["Activité"].iter_rows(values_only=True))


async def remplir_evolution(monde: Monde) -> None:
    """Give seven people a bilan whose two answers are compared: five better, one the same, one worse."""
    await garder(evolue(sensible=False))
    for apres in (6, 7, 8, 9, 10, 5, 2):
        await une_etape(monde, ({"AVANT": 5, "SUIVI": True, "APRES": apres}, False))
    await une_etape(monde, ({"ETAT": "FAIBLE"}, True), ({"ETAT": "AUTONOME"}, True))


async def test_the_evolution_is_shown_and_exported(serveur: Serveur, monde: Monde) -> None:
    await remplir_evolution(monde)
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/pilotage/bilans/EVOLUE", params={**PERIODE, "comparer": "annee"})
        assert requetes(page) <= 12
        assert "71&nbsp;%" in page.text
        assert "bilans, de l'entrée à la sortie" in page.text
        assert "Qui est passé de quoi à quoi" in page.text
        recu = await client.get("/pilotage/bilans/EVOLUE/export.csv", params=PERIODE)
        lignes = list(csv.DictReader(io.StringIO(recu.text.removeprefix("\ufeff")), delimiter=";"))
        lues = {
            (ligne["Code"], ligne["Réponse ou mesure"]): ligne["Effectif ou valeur"]
            for ligne in lignes
            if ligne["Section"] == "Évolution"
        }
        assert lues["AVANT → APRES", "Mieux"] == "5"
        assert lues["AVANT → APRES", "Moyenne, à la sortie"] == "6,71"
        assert lues["ETAT", "Faible → Autonome"] == "1"
        recu = await client.get("/pilotage/bilans/EVOLUE/export.xlsx", params={**PERIODE, "comparer": "annee"})
        feuille = openpyxl.load_workbook(io.BytesIO(recu.content))["Évolution"]
        assert [cellule.value for cellule in feuille[2]][:6] == [
            "Bien-être", "AVANT → APRES", "À l'entrée / À la sortie", 7, "Mieux", 5,
        ]  # fmt: skip


async def test_a_few_evolutions_of_health_data_are_not_told(serveur: Serveur, monde: Monde) -> None:
    await garder(evolue(sensible=True))
    for apres in (6, 7, 8, 9, 10, 5, 2):
        await une_etape(monde, ({"AVANT": 5, "SUIVI": True, "APRES": apres}, False))
    async with serveur.client(monde.directeur) as client:
        recu = await client.get("/pilotage/bilans/EVOLUE/export.csv", params=PERIODE)
        lignes = list(csv.DictReader(io.StringIO(recu.text.removeprefix("\ufeff")), delimiter=";"))
        lues = [(li["Réponse ou mesure"], li["Effectif ou valeur"]) for li in lignes if li["Code"] == "AVANT → APRES"]
        assert lues[:3] == [("Mieux", "masqué"), ("Stable", "masqué"), ("Moins bien", "masqué")]
