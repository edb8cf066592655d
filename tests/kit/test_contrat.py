"""The quality contract: a new offre keeps it, and one fault planted per point is named."""

import importlib.metadata
import io
import pathlib
import re
import zipfile

import pytest

from tests.commandes.aides import Installation, base_neuve
from viesion_core.erreurs import ErreurMetier
from viesion_core.kit import POINTS, creer, projet, verifier


def une_offre(dossier: pathlib.Path, nom: str = "essai") -> pathlib.Path:
    """Write a new offre, never installed."""
    creer(projet(nom, "Essai"), dossier / "offre")
    return dossier / "offre"


def changer(fichier: pathlib.Path, avant: str, apres: str) -> None:
    """Plant a fault; the text that it replaces must be there."""
    texte = fichier.read_text(encoding="utf-8")
    assert avant in texte, avant
    fichier.write_text(texte.replace(avant, apres), encoding="utf-8")


LOURD = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n)"
FAUTES = [
    ("distribution", "pyproject.toml", '[project.entry-points."viesion.plugins"]', "[project.urls]", "viesion.plugins"),
    ("imports", "plugin.py", "from typing import Any", "from typing import Any\nimport sqlite3", "ligne 5 : sqlite3"),
    ("imports", "regles.py", "viesion_core.api", "viesion_core.alertes.model", "viesion_core.alertes.model"),
    ("crochets", "plugin.py", "def verifier_sortie(", "def verifier_sorti(", "voulez-vous dire verifier_sortie ?"),
    ("crochets", "plugin.py", "(bilan: BilanVu)", "(bilan: BilanVu, moment: int = 0)", "« moment », qui n'existe pas"),
    ("crochets", "plugin.py", "@hookimpl\ndef proposer", "def proposer", "n'est pas marqué @hookimpl"),
    ("declarations", "plugin.py", "return Offre(", "return str(", "declarer_offre"),
    ("declarations", "regles.py", "from viesion_core.api", "raise SystemExit(3)\nfrom viesion_core.api", "SystemExit"),
    ("declarations", "plugin.py", "return [SANS_BILAN]", "return [SANS_BILAN, SANS_BILAN]", "ESSAI-1 est déjà pris"),
    ("codes", "plugin.py", "champs=_CHAMPS)]", "champs=_CHAMPS)] * 2", "ESSAI_BILAN est déclaré deux fois"),
    ("codes", "plugin.py", 'CODE = "ESSAI"', 'CODE = "MOS"', "l'offre MOS est déjà pris"),
    ("questionnaires", "bilan.toml", 'type = "DATE"', 'type = "JOUR"', "bilan.toml, ligne 13"),
    (
        "questionnaires",
        "bilan.toml",
        '"Objectif atteint"]\n',
        '"Objectif tenu"]\n',
        "OBJECTIF_TENU n'est pas une réponse",
    ),
    ("modeles", "plugin.py", '"essai.duree", "Durée', '"essai.temps", "Durée', "essai.duree"),
    ("modeles", "plugin.py", '"conclusion": conclusion}', '"fin": conclusion}', "essai.fin est fourni"),
    ("modeles", "plugin.py", '"Objectif atteint"),', '""),', "n'a pas d'exemple"),
    ("explications", "regles.py", '"Étape Essai en cours, ouverte il y a plus de X mois, sans bilan"', '""', "phrase"),
    ("perimetre", "regles.py", "t.beneficiaire = b.numero AND t.offre = 'ESSAI'\n", "t.offre = 'ESSAI'\n", "b.numero"),
    ("perimetre", "regles.py", ":seuil", ":limite", ":limite"),
    ("perimetre", "regles.py", "t.debut_reel < :seuil", "t.debut < :seuil", "la base refuse son SQL"),
    (
        "vitesse",
        "regles.py",
        '"""EXISTS (SELECT 1 FROM etape',
        f'"""{LOURD} > b.numero OR EXISTS (SELECT 1 FROM etape',
        "ms",
    ),
    ("libelles", "bilan.toml", "Lequel ?", "Which is the one ?", "semble en anglais"),
    ("libelles", "bilan.toml", "repéré ?", "repéré?", "une espace avant"),
]


async def test_a_new_offre_keeps_the_contract(tmp_path: pathlib.Path) -> None:
    assert await verifier(une_offre(tmp_path), tmp_path) == []


@pytest.mark.parametrize(
    ("point", "fichier", "avant", "apres", "attendu"),
    [pytest.param(*faute, marks=pytest.mark.offre("mos") if "MOS" in faute[3] else ()) for faute in FAUTES],
)
async def test_a_planted_fault_is_named(
    tmp_path: pathlib.Path, point: str, fichier: str, avant: str, apres: str, attendu: str
) -> None:
    offre = une_offre(tmp_path)
    changer(offre / fichier if fichier == "pyproject.toml" else offre / "viesion_essai" / fichier, avant, apres)
    trouves = await verifier(offre, tmp_path)
    assert any(attendu in m.message for m in trouves if m.point == point), trouves


def test_each_point_has_a_planted_fault() -> None:
    assert {faute[0] for faute in FAUTES} == set(POINTS)


async def test_a_word_field_that_nobody_gives_is_named(tmp_path: pathlib.Path) -> None:
    offre = une_offre(tmp_path)
    modele = offre / "viesion_essai" / "fusion" / "fiche_bilan.docx"
    sortie = io.BytesIO()
    with zipfile.ZipFile(modele) as lu, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as ecrit:
        for nom in lu.namelist():
            ecrit.writestr(nom, lu.read(nom).replace(b"essai.duree", b"essai.delai"))
    modele.write_bytes(sortie.getvalue())
    trouves = await verifier(offre, tmp_path)
    assert any(m.point == "modeles" and "essai.delai" in m.message for m in trouves), trouves


async def test_the_installed_offres_keep_the_contract(tmp_path: pathlib.Path) -> None:
    plugins = sorted(pathlib.Path(__file__).parents[2].glob("plugins/*/pyproject.toml"))
    assert plugins
    for rang, fichier in enumerate(plugins):
        travail = tmp_path / str(rang)
        travail.mkdir()
        assert await verifier(fichier.parent, travail) == [], fichier.parent.name


async def test_the_command_says_each_point_and_what_it_could_not_see(tmp_path: pathlib.Path) -> None:
    ici = Installation("sqlite://", tmp_path)
    offre = tmp_path / "viesion-essai"
    ecrite = await ici.lancer("offre", "nouvelle", "essai", "--dossier", str(offre))
    assert (ecrite.code, "L'offre Essai (ESSAI) est écrite" in ecrite.sortie) == (0, True)
    bonne = await ici.lancer("offre", "verifier", str(offre))
    assert (bonne.code, "Le contrat est tenu." in bonne.sortie) == (0, True), bonne.sortie
    changer(offre / "viesion_essai" / "plugin.py", "def verifier_sortie(", "def verifier_sorti(")
    mauvaise = await ici.lancer("offre", "verifier", str(offre))
    assert mauvaise.code == 1
    assert re.search(r"À CORRIGER +Les crochets", mauvaise.sortie)
    assert re.search(r"non vu +Les codes", mauvaise.sortie)
    assert re.search(r"tenu +L'extension n'importe", mauvaise.sortie)


async def test_the_name_is_asked_and_a_full_folder_is_left_alone(tmp_path: pathlib.Path) -> None:
    ici = Installation("sqlite://", tmp_path)
    cible = tmp_path / "la"
    demande = await ici.lancer("offre", "nouvelle", "--dossier", str(cible), entree="numerique\nNumérique\n")
    assert demande.code == 0, demande.erreurs
    assert 'libelle = "Numérique - Bilan"' in (cible / "viesion_numerique" / "bilan.toml").read_text(encoding="utf-8")
    encore = await ici.lancer("offre", "nouvelle", "autre", "--dossier", str(cible))
    assert (encore.code, "n'est pas vide" in encore.erreurs) == (2, True)


@pytest.mark.parametrize("nom", ["", "1er", "x", "a" * 17, "…"])
def test_a_name_that_names_nothing_is_refused(nom: str) -> None:
    with pytest.raises(ErreurMetier, match="ne peut pas nommer"):
        projet(nom)


def test_a_label_that_would_break_a_file_is_refused() -> None:
    with pytest.raises(ErreurMetier, match="nom affiché"):
        projet("essai", 'Un "libellé"')


def test_the_kit_is_not_installed_by_its_own_tests() -> None:
    assert not [d for d in importlib.metadata.distributions() if d.name == "viesion-essai"]


@pytest.mark.offre("mos")
async def test_the_carrying_over_of_bilans_says_what_it_would_do(tmp_path: pathlib.Path) -> None:
    async with base_neuve("sqlite", tmp_path) as base:
        ici = Installation(base, tmp_path)
        ou = ("--dossier", str(tmp_path), "--base", base)
        assert (await ici.lancer("demo", "--beneficiaires", "60", *ou)).code == 0
        essai = await ici.lancer("offre", "reporter", "mos")
        assert (essai.code, "0 bilans à reporter" in essai.sortie, "--appliquer" in essai.sortie) == (0, True, True)
        inconnu = await ici.lancer("offre", "reporter", "inconnu")
        assert (inconnu.code, "INCONNU" in inconnu.erreurs) == (2, True)
