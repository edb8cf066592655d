"""A spreadsheet from the upload to the dossiers: columns matched, tried dry, carried out once, refusals corrected."""

import csv
import datetime as dt
import io
import pathlib
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from tests.echanges.aides import CLE, SECRET
from viesion_core.db import lire, lire_un, lire_valeur
from viesion_core.echanges.actions_rejets import rejouer_rejet, trancher_doublon
from viesion_core.echanges.model import EtatRejet
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit
from viesion_core.journal import verifier_chaine
from viesion_core.reprise import lignes
from viesion_core.reprise.actions import (
    abandonner,
    apercevoir,
    avancer_reprises,
    correspondre,
    deposer_reprise,
    essayer,
    lancer,
)
from viesion_core.reprise.model import FLUX, date, proposer
from viesion_core.reprise.model_vues import RepriseVue
from viesion_core.reprise.queries import lignes_du_rapport, reprise
from viesion_core.reprise.tableur import LIGNES_MAXIMUM, lire_tableur
from viesion_core.testing import MAINTENANT, Monde

ENTETES = ("NOM", "Prénom(s)", "Né(e) le", "Ville", "CP", "Tél.", "N° allocataire", "Référent")
GENS = (
    ("ESSAI", "Zoé", "12/03/1985", "Béziers", "34500", "612345678", "0000001", ""),
    ("MODELE", "Sacha", "1990-02-01", "Montpellier", "34000", "06.12.34.56.79", "0000002", ""),
)


def en_csv(*lignes: Any, entetes: Any = ENTETES, separateur: str = ";", encodage: str = "utf-8") -> bytes:
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=separateur, lineterminator="\r\n")
    ecrivain.writerows([entetes, *lignes])
    return sortie.getvalue().encode(encodage)


def en_xlsx(*lignes: Any, entetes: Any = ENTETES, preparer: Any = None) -> bytes:
    livre = Workbook()
    page = livre.active
    for ligne in (entetes, *lignes):
        page.append(ligne)
    if preparer is not None:
        preparer(livre)
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


async def deposer(monde: Monde, dossier: pathlib.Path, octets: bytes, nom: str = "Tassoc") -> RepriseVue:
    identifiant = await deposer_reprise(
        monde.pilote, dossier, octets, fichier_nom="tassoc.csv", nom=nom, organisme=monde.organisme, cles=CLE
    )
    return await reprise(monde.pilote, identifiant)


async def tourner(monde: Monde, dossier: pathlib.Path, vue: RepriseVue) -> RepriseVue:
    """Let the worker take turns until nothing is left."""
    for _ in range(50):
        if not (await reprise(monde.pilote, vue.id)).en_cours:
            break
        await avancer_reprises(MAINTENANT, dossier, secret=SECRET, cles=CLE, au_plus=3)
    return await reprise(monde.pilote, vue.id)


async def essai(monde: Monde, dossier: pathlib.Path, vue: RepriseVue) -> RepriseVue:
    await essayer(monde.pilote, vue.id, version=(await reprise(monde.pilote, vue.id)).version)
    return await tourner(monde, dossier, vue)


async def reel(monde: Monde, dossier: pathlib.Path, vue: RepriseVue) -> RepriseVue:
    await lancer(monde.pilote, vue.id, version=(await reprise(monde.pilote, vue.id)).version)
    return await tourner(monde, dossier, vue)


def comptes(vue: RepriseVue) -> tuple[int, int, int, int]:
    assert vue.creees + vue.modifiees + vue.ignorees + vue.rejetees == vue.curseur
    return vue.creees, vue.modifiees, vue.ignorees, vue.rejetees


def test_headings_are_understood_whatever_their_accents_and_a_former_choice_wins() -> None:
    proposees = proposer([*ENTETES, "Observations", "Date début contrat", "DATE FIN CONTRAT"], {})
    assert list(proposees.values()) == [
        "nom_naissance", "prenom", "date_naissance", "commune", "code_postal", "telephone", "matricule", "referent", "",
        "contrat_debut", "contrat_fin",
    ]  # fmt: skip
    assert proposer(["NOM", "Zone 3"], {"zone 3": "commune", "nom": ""}) == {"NOM": "", "Zone 3": "commune"}


def test_dates_are_read_as_they_are_written() -> None:
    for texte in ("12/03/1985", "12-3-1985", "12.03.1985", "1985-03-12", "1985-03-12 00:00:00", "31118"):
        assert date({"d": texte}, "d") == dt.date(1985, 3, 12), texte


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(encodage: str, separateur: str) -> None:
    lu = lire_tableur(en_csv(*GENS, separateur=separateur, encodage=encodage))
    assert lu.entetes == ENTETES
    assert lu.rangees[0][1][:4] == ("ESSAI", "Zoé", "12/03/1985", "Béziers")


def test_a_workbook_is_read_with_its_formulas_dates_merges_and_hidden_sheets_told() -> None:
    def preparer(livre: Any) -> None:
        page = livre.active
        page["C2"] = dt.datetime(1985, 3, 12)
        page["A3"] = "=UPPER(B3)"
        page.merge_cells("D2:D3")
        livre.create_sheet("Secret").sheet_state = "hidden"
        livre.create_sheet("Autre").append(["x"])

    lu = lire_tableur(en_xlsx(GENS[0], GENS[1], (), GENS[0], preparer=preparer))
    assert lu.rangees[0][1][2] == "1985-03-12"
    assert lu.rangees[1][1][0] == "#FORMULE"
    assert [rang for rang, _ in lu.rangees] == [2, 3, 5]
    dits = " ".join(lu.avertissements)
    assert all(mot in dits for mot in ("fusionnées", "Secret", "Autre", "vides"))


def bombe() -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        for rang in range(3):
            archive.writestr(f"xl/worksheets/sheet{rang}.xml", b" " * 80 * 2**20)
    return tampon.getvalue()


def archive(**parties: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as livre:
        for nom, contenu in parties.items():
            livre.writestr(nom.replace("__", "/").replace("_xml", ".xml"), contenu)
    return tampon.getvalue()


MAUVAIS: dict[str, tuple[bytes, str]] = {
    "vide": (b"", "vide"),
    "titres seuls": (en_csv(), "aucune personne"),
    "trop grand": (b"a;b\n" * 3_000_000, "dépasse"),
    "trop de lignes": (b"nom;prenom\n" + b"a;b\n" * (LIGNES_MAXIMUM + 20), "lignes"),
    "trop de colonnes": (b"nom;prenom\n" + b";".join([b"a"] * 90) + b"\n", "colonnes"),
    "case démesurée": (en_csv(("x" * 5_000, *GENS[0][1:])), "case"),
    "ancien xls": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, ".xls"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "image": (b"\x89PNG\r\n", "image"),
    "NUL": (b"nom;prenom\nESS\x00AI;Zo\n", "nuls"),
    "zip quelconque": (archive(lisez_xml=b"x"), "archive"),
    "ODS": (archive(mimetype=b"application/vnd.oasis"), "OpenDocument"),
    "macros": (archive(xl__workbook_xml=b"<x/>", **{"xl__vbaProject.bin": b"x"}), "macros"),
    "bombe zip": (bombe(), "démesurément"),
    "entités": (archive(xl__workbook_xml=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "DTD"),
    "classeur coupé": (en_xlsx(*GENS)[:2_000], "coupé"),
    "classeur abîmé": (archive(xl__workbook_xml=b"<x"), "abîmé"),
    "cp1252 impossible": (b"nom;prenom\n\x81\x8d;x\n", "encodage"),
}


@pytest.mark.parametrize("nom", MAUVAIS)
def test_what_is_no_table_is_named(nom: str) -> None:
    octets, dit = MAUVAIS[nom]
    with pytest.raises(ErreurSaisie) as erreur:
        lire_tableur(octets)
    assert dit in erreur.value.erreurs["fichier"]


async def test_a_dry_run_changes_nothing_and_says_what_the_real_one_does(monde: Monde, tmp_path: pathlib.Path) -> None:
    mauvaise = ("", "Lou", "30/02/1985", "Ailleurs", "", "", "", "")
    vue = await deposer(monde, tmp_path, en_csv(*GENS, mauvaise, GENS[0]))
    (un, _, trois, _) = await apercevoir(monde.pilote, tmp_path, vue, cles=CLE)
    assert (un.valeurs["commune"], un.valeurs["telephone"], dict(un.erreurs)) == ("Béziers", "06 12 34 56 78", {})
    assert list(trois.erreurs) == ["nom_naissance"]
    with pytest.raises(ErreurMetier):
        await lancer(monde.pilote, vue.id, version=vue.version)
    actes = await lire_valeur("SELECT count(*) FROM acte")
    essaye = await essai(monde, tmp_path, vue)
    assert (essaye.etat, comptes(essaye)) == ("ESSAYEE", (2, 0, 1, 1))
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0
    assert await lire_valeur("SELECT count(*) FROM acte") == actes
    assert await lire("SELECT id FROM echange_rejet") == []
    fait = await reel(monde, tmp_path, vue)
    assert (fait.etat, comptes(fait)) == ("FAITE", (2, 0, 1, 1))
    zoe = await lire_un("SELECT * FROM beneficiaire WHERE prenom = 'Zoé'")
    assert zoe is not None
    assert (zoe["commune"], zoe["telephone"], zoe["source"], zoe["matricule"]) == (
        "34032", "06 12 34 56 78", "IMPORT", "0000001",
    )  # fmt: skip
    assert await lire_valeur("SELECT count(*) FROM rattachement WHERE nature = 'REPRISE'") == 2
    assert not list((tmp_path / "reprises").iterdir())
    assert (await verifier_chaine()).intacte
    rapport = await lignes_du_rapport(monde.pilote, vue.id, essai=False)
    assert [(li.rang, li.resultat, li.champ) for li in rapport] == [
        (2, "CREEE", ""), (3, "CREEE", ""), (4, "REJETEE", "nom_naissance"), (5, "IGNOREE", ""),
    ]  # fmt: skip
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    corrections = {"nom_naissance": "Corrige", "date_naissance": "28/02/1985", "commune": "Sète"}
    assert await rejouer_rejet(
        monde.pilote, rejet.id, [FLUX], corrections, secret=SECRET, cles=CLE, version=rejet.version
    )
    assert await lire_valeur("SELECT count(*) FROM rattachement WHERE nature = 'REPRISE'") == 3


async def test_the_same_file_again_changes_nothing_and_completes_only_what_is_empty(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    sans = [(*g[:6], "", "") for g in GENS]
    vue = await deposer(monde, tmp_path, en_csv(*sans))
    await essai(monde, tmp_path, vue)
    assert comptes(await reel(monde, tmp_path, vue)) == (2, 0, 0, 0)
    encore = await deposer(monde, tmp_path, en_csv(*sans))
    assert comptes(await essai(monde, tmp_path, encore)) == (0, 0, 2, 0)
    assert comptes(await reel(monde, tmp_path, encore)) == (0, 0, 2, 0)
    plus = await deposer(monde, tmp_path, en_csv((*GENS[0][:3], "Sète", "34200", *GENS[0][5:])))
    await essai(monde, tmp_path, plus)
    assert comptes(await reel(monde, tmp_path, plus)) == (0, 1, 0, 0)
    zoe = await lire_un("SELECT commune, matricule FROM beneficiaire WHERE prenom = 'Zoé'")
    assert zoe == {"commune": "34032", "matricule": "0000001"}


async def test_a_stop_in_the_middle_of_a_line_loses_and_repeats_nothing(
    monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gens = [(f"Essai{chr(97 + rang)}", "Lou", "12/03/1985", "", "", "", "", "") for rang in range(6)]
    vue = await deposer(monde, tmp_path, en_csv(*gens))
    await essai(monde, tmp_path, vue)
    await lancer(monde.pilote, vue.id, version=(await reprise(monde.pilote, vue.id)).version)
    ordinaire, appels = lignes._noter, 0

    async def couper(*arguments: Any) -> None:
        nonlocal appels
        appels += 1
        await ordinaire(*arguments)
        if appels == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(lignes, "_noter", couper)
    with pytest.raises(KeyboardInterrupt):
        await avancer_reprises(MAINTENANT, tmp_path, secret=SECRET, cles=CLE)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 3
    monkeypatch.setattr(lignes, "_noter", ordinaire)
    assert comptes(await tourner(monde, tmp_path, vue)) == (6, 0, 0, 0)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 6
    assert await lire_valeur("SELECT count(*) FROM echange_fichier WHERE etat = 'TRAITE' AND creees = 6") == 1


async def test_a_known_name_is_a_doublon_that_a_person_decides(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier(nom="Essai", prenom="Zoé")
    vue = await deposer(monde, tmp_path, en_csv(GENS[0]))
    await essai(monde, tmp_path, vue)
    assert comptes(await reel(monde, tmp_path, vue)) == (0, 0, 0, 1)
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    assert (rejet.code, rejet.candidat) == ("DOUBLON", numero)
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=True, version=rejet.version)
    encore = await deposer(monde, tmp_path, en_csv(GENS[0]))
    await essai(monde, tmp_path, encore)
    assert comptes(await reel(monde, tmp_path, encore)) == (0, 0, 1, 0)


async def test_a_line_opens_the_parcours_that_its_columns_give(monde: Monde, tmp_path: pathlib.Path) -> None:
    offre = str(await lire_valeur("SELECT offre FROM offre_de_service WHERE id = {}", monde.offre_de_service))
    referent = await lire_un("SELECT prenom, nom FROM utilisateur WHERE id = {}", monde.referent.utilisateur)
    assert referent is not None
    entetes = (
        "Nom", "Prénom", "Date de naissance", "Date d'entrée", "Référent", "Contrat", "Début contrat", "Fin contrat",
        "Offre", "Début étape",
    )  # fmt: skip
    nom = f"{referent['prenom']} {referent['nom']}".upper()
    bonne = ("Essai", "Zoé", "12/03/1985", "01/02/2026", nom, "CER", "01/03/2026", "31/08/2026", offre, "01/03/2026")
    seconde = (*bonne[:5], "CER", "01/09/2026", "28/02/2027", "", "")
    inconnu = ("Autre", "Lou", "12/03/1985", "01/02/2026", "Personne Inconnue", "", "", "", "", "")
    tot = ("Tot", "Lou", "12/03/1985", "01/04/2026", "", "", "", "", offre, "01/03/2026")
    sans_fin = ("Sans", "Lou", "12/03/1985", "", "", "CER", "01/03/2026", "", "", "")
    vue = await deposer(monde, tmp_path, en_csv(bonne, seconde, inconnu, tot, sans_fin, bonne, entetes=entetes))
    for faire in (essai, reel):
        assert comptes(await faire(monde, tmp_path, vue)) == (1, 1, 1, 3), faire
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 1
    entree = await lire_un("SELECT debut FROM entree_dispositif")
    assert entree is not None
    assert str(entree["debut"]) == "2026-02-01"
    contrats = await lire("SELECT type, debut, fin, organisme FROM contrat ORDER BY debut")
    assert [(c["type"], str(c["debut"]), str(c["fin"])) for c in contrats] == [
        ("CER", "2026-03-01", "2026-08-31"), ("CER", "2026-09-01", "2027-02-28"),
    ]  # fmt: skip
    assert await lire_valeur("SELECT count(*) FROM etape") == 1
    assert await lire_valeur("SELECT count(*) FROM affectation WHERE nature = 'PARCOURS'") == 1
    rapport = await lignes_du_rapport(monde.pilote, vue.id, essai=True, resultat="REJETEE")
    assert [li.champ for li in rapport] == ["referent", "etape_debut", "contrat_fin"]


async def test_columns_are_chosen_kept_and_checked(monde: Monde, tmp_path: pathlib.Path) -> None:
    vue = await deposer(monde, tmp_path, en_csv(("Essai", "Zoé", "12/03/1985"), entetes=("A1", "B2", "C3")))
    assert set(vue.correspondance.values()) == {""}
    with pytest.raises(ErreurSaisie):
        await correspondre(monde.pilote, vue.id, {"A1": "prenom", "B2": "prenom"}, version=vue.version)
    choix = {"A1": "nom_naissance", "B2": "prenom", "C3": "date_naissance"}
    await correspondre(monde.pilote, vue.id, choix, version=vue.version)
    with pytest.raises(ConflitVersion):
        await correspondre(monde.pilote, vue.id, choix, version=vue.version)
    suivante = await deposer(monde, tmp_path, en_csv(("X", "Y", "12/03/1985"), entetes=("a1", "b2", "c3")))
    assert list(suivante.correspondance.values()) == list(choix.values())
    await abandonner(monde.pilote, tmp_path, suivante.id, version=suivante.version)
    assert len(list((tmp_path / "reprises").iterdir())) == 1
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        with pytest.raises(Interdit):
            await reprise(ctx, vue.id)
        with pytest.raises(Interdit):
            await deposer_reprise(
                ctx, tmp_path, en_csv(*GENS), fichier_nom="x", nom="x", organisme=monde.organisme, cles=CLE
            )


LIGNES: dict[str, tuple[dict[str, str], str]] = {
    "30 février": ({"Né(e) le": "30/02/1985"}, "date_naissance"),
    "année sur deux chiffres": ({"Né(e) le": "12/03/85"}, "date_naissance"),
    "naissance en lettres": ({"Né(e) le": "mars 1985"}, "date_naissance"),
    "naissance à venir": ({"Né(e) le": "01/01/2030"}, "date_naissance"),
    "sans prénom": ({"Prénom(s)": " "}, "prenom"),
    "commune d'ailleurs": ({"Ville": "Lyon"}, "commune"),
    "code postal": ({"CP": "ABC"}, "code_postal"),
    "téléphone": ({"Tél.": "appeler le soir"}, "telephone"),
    "formule": ({"NOM": "=1+1"}, "nom_naissance"),
    "erreur du tableur": ({"NOM": "#REF!"}, "nom_naissance"),
    "mojibake": ({"Prénom(s)": "ZoÃ©"}, "prenom"),
    "matricule": ({"N° allocataire": "12-34/56"}, "matricule"),
}


async def test_each_wrong_cell_is_named_beside_its_field(monde: Monde, tmp_path: pathlib.Path) -> None:
    rangees = []
    for rang, (valeurs, _) in enumerate(LIGNES.values()):
        bonne = dict(zip(ENTETES, GENS[0], strict=True)) | {"NOM": f"Essai{chr(97 + rang)}", "N° allocataire": ""}
        rangees.append(tuple((bonne | valeurs).values()))
    vue = await deposer(monde, tmp_path, en_csv(*rangees))
    essaye = await essai(monde, tmp_path, vue)
    assert essaye.rejetees == len(LIGNES)
    rapport = await lignes_du_rapport(monde.pilote, vue.id, essai=True)
    assert [li.champ for li in rapport] == [champ for _, champ in LIGNES.values()]
    assert all(li.message and li.champ_libelle for li in rapport)
