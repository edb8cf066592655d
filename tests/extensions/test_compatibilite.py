"""A plugin written for another version of VieSion is listed with why, and none of its code runs."""

import pathlib

import pytest

from tests.commandes.aides import Installation
from tests.kit.test_installation import visible
from tests.offres import installees
from tests.serveur import SQLITE, servir
from viesion_core.extensions import charger_extensions
from viesion_core.extensions.compatibilite import exigence_coeur, incompatibilite, version_coeur
from viesion_core.testing import Monde


def planter(site: pathlib.Path, exigence: str, nom: str = "perimee") -> None:
    """Write an installed distribution whose plugin raises as soon as it is imported."""
    paquet, infos = site / f"viesion_{nom}", site / f"viesion_{nom}-3.1.dist-info"
    paquet.mkdir(parents=True)
    infos.mkdir()
    (paquet / "__init__.py").write_text("", encoding="utf-8")
    (paquet / "plugin.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    metadonnees = f"Metadata-Version: 2.1\nName: viesion-{nom}\nVersion: 3.1\nRequires-Dist: {exigence}\n"
    (infos / "METADATA").write_text(metadonnees, encoding="utf-8")
    (infos / "entry_points.txt").write_text(f"[viesion.plugins]\n{nom} = viesion_{nom}.plugin\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("exigences", "attendue"),
    [
        (["viesion>=0.1,<1"], "<1,>=0.1"),
        (["requests", "VieSion ==2.*"], "==2.*"),
        (["viesion>=2; extra == 'dev'", "viesion"], ""),
        (["requests", "viesion-mos>=3", "n'importe quoi !"], None),
    ],
)
def test_what_a_distribution_requires_of_the_core_is_read(exigences: list[str], attendue: str | None) -> None:
    assert exigence_coeur(exigences) == attendue


def test_a_version_that_fits_says_nothing_and_another_says_both() -> None:
    assert incompatibilite("viesion-x", "1.0", ["viesion>=0.1,<1"], "0.9.2") == ""
    assert incompatibilite("viesion-x", "1.0", ["viesion>=0.1,<1"], "0.2.0.dev3") == ""
    assert incompatibilite("viesion-x", "1.0", [], "9") == ""
    message = incompatibilite("viesion-x", "1.0", ["viesion>=0.1,<1"], "1.4")
    assert message.startswith("viesion-x 1.0 demande VieSion <1,>=0.1 ; celle-ci est en version 1.4.")


@SQLITE
async def test_an_incompatible_plugin_is_listed_with_its_version_and_not_imported(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    autres = installees() - {"solis_bridge"}
    planter(tmp_path / "site", "viesion>=7,<8")
    planter(tmp_path / "site", "viesion>=0.1", "cassee")
    with visible(tmp_path / "site", "viesion_perimee"):
        registre = charger_extensions()
        try:
            etats = {etat.nom: etat for etat in registre.etats()}
            assert (etats["perimee"].version, etats["perimee"].incompatible) == ("3.1", True)
            assert "demande VieSion <8,>=7" in etats["perimee"].erreur
            assert "imported" not in etats["perimee"].erreur
            assert ("imported" in etats["cassee"].erreur, etats["cassee"].incompatible) == (True, False)
            assert len(registre.offres()) == len(autres), "the others are there"
            async with (
                servir(adresse_base, tmp_path / "donnees", registre) as serveur,
                serveur.client(monde.administrateur) as client,
            ):
                page = (await client.get("/administration")).text
                for texte in ("viesion-perimee", "3.1", "Incompatible", f"en version {version_coeur()}", "Refusée"):
                    assert texte in page, texte
        finally:
            registre.fermer()


async def test_the_contract_refuses_an_offre_for_another_version_or_for_none(tmp_path: pathlib.Path) -> None:
    offre = tmp_path / "offre"
    commandes = Installation("sqlite://", tmp_path)
    await commandes.lancer("offre", "nouvelle", "essai", "--dossier", str(offre))
    projet = (offre / "pyproject.toml").read_text(encoding="utf-8")
    for dependances, attendu in (
        ('["viesion>=7,<8"]', "demande VieSion <8,>=7 ; celle-ci est en version"),
        ("[]", "ne dit pas pour quelle version de VieSion"),
    ):
        texte = projet.replace('["viesion>=0.1,<1"]', dependances)
        (offre / "pyproject.toml").write_text(texte, encoding="utf-8")
        fait = await commandes.lancer("offre", "verifier", str(offre))
        assert (fait.code, attendu in fait.sortie) == (1, True), fait.sortie
