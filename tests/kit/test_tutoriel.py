"""docs/ecrire-une-offre.md followed to the letter: its files written, installed by pip, and the offre used."""

import pathlib
import re
import sys

import pytest

from tests.kit.test_installation import JOUR, installer, lancer, ouvrir_bilan, ouvrir_etape, visible
from tests.serveur import SQLITE, servir
from viesion_core.extensions import charger_extensions
from viesion_core.organismes.actions import activer_offre
from viesion_core.testing import Monde

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "ecrire-une-offre.md"
_BLOC = re.compile(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def offre(tmp_path: pathlib.Path) -> pathlib.Path:
    """Write every file of the page."""
    for chemin, contenu in _BLOC.findall(PAGE.read_text(encoding="utf-8")):
        fichier = tmp_path / "viesion-numerique" / chemin
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(contenu, encoding="utf-8")
    return tmp_path / "viesion-numerique"


@SQLITE
async def test_the_tutorial_makes_an_offre_that_works_for_one_organism(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, offre: pathlib.Path
) -> None:
    cible = tmp_path / "site"
    await lancer(sys.executable, "modele.py", ou=offre)
    await installer(offre, cible)
    assert "2 passed" in await lancer(sys.executable, "-m", "pytest", "-q", "tests", ou=offre, PYTHONPATH=str(cible))
    service = await activer_offre(
        monde.systeme,
        monde.organisme,
        offre="NUMERIQUE",
        libelle="Numérique",
        territoire="Département",
        debut=JOUR.replace(year=JOUR.year - 1, day=1),
    )
    numero, etape = await ouvrir_etape(monde, service, "NUMERIQUE")
    with visible(cible, "viesion_numerique"):
        registre = charger_extensions()
        try:
            async with servir(adresse_base, tmp_path / "donnees", registre) as serveur:
                async with serveur.client(monde.referent) as client:
                    alerte = await client.get("/infocentre/alertes/NUM-1")
                    assert (alerte.status_code, f"/beneficiaires/{numero}" in alerte.text) == (200, True)
                    bilan = await ouvrir_bilan(client, numero, etape, "NUMERIQUE")
                    assert "Autonomie constatée" in (await client.get(bilan)).text
                    apres = await client.get("/infocentre/alertes/NUM-1")
                    assert f"/beneficiaires/{numero}" not in apres.text
                async with serveur.client(monde.autre_referent) as client:
                    assert (await client.get("/infocentre/alertes/NUM-1")).status_code == 404
        finally:
            registre.fermer()
