"""Every hook is documented, tried by a test, and used by a plugin or by the example."""

import inspect
import pathlib
import re

import pytest

from tests.extensions import exemple
from viesion_core.db.migrer import migrer
from viesion_core.extensions import Registre
from viesion_core.extensions.decouverte import Trouvee
from viesion_core.kit import document, specifications

RACINE = pathlib.Path(__file__).parents[2]
EVENEMENTS = [nom for nom, f in specifications().items() if "beneficiaire" in inspect.signature(f).parameters]


def registre() -> Registre:
    return Registre.composer([Trouvee("carnet", "viesion-carnet", "1.0", exemple)])


def test_the_reference_is_that_of_hookspecs() -> None:
    ecrit = (RACINE / "docs" / "hooks.md").read_text(encoding="utf-8")
    assert ecrit == document(), "run « make docs »"


def test_each_hook_says_what_it_does() -> None:
    for nom, fonction in specifications().items():
        texte = inspect.getdoc(fonction) or ""
        assert texte.startswith(("Return ", "Hear ")), nom
        assert "ailure" in texte or nom in EVENEMENTS, f"{nom}: say what a failure does"


def test_each_hook_is_used_by_a_plugin_or_the_example() -> None:
    sources = [
        *RACINE.glob("plugins/*/viesion_*/plugin.py"),
        *RACINE.glob("viesion_core/kit/squelette/plugin/*.modele"),
    ]
    textes = [chemin.read_text(encoding="utf-8") for chemin in sources] + [inspect.getsource(exemple)]
    employes = {nom for texte in textes for nom in re.findall(r"@hookimpl\n(?:async )?def (\w+)\(", texte)}
    assert set(specifications()) <= employes, set(specifications()) - employes


def test_each_hook_has_a_test() -> None:
    essais = [*RACINE.glob("tests/**/test_*.py"), *RACINE.glob("plugins/*/tests/test_*.py")]
    texte = "\n".join(chemin.read_text(encoding="utf-8") for chemin in essais)
    # The events are tried one by one below, from the list itself.
    oublies = {nom for nom in specifications() if nom not in EVENEMENTS and not re.search(rf"\b{nom}\b", texte)}
    assert not oublies


@pytest.mark.parametrize("nom", EVENEMENTS)
async def test_each_event_reaches_the_plugin(nom: str) -> None:
    exemple.ENTENDUS.clear()
    assert await registre().annoncer(set(), nom, 7, {"cle": nom}) == ""
    assert [(nom, 7, {"cle": nom})] == exemple.ENTENDUS


async def test_the_tables_of_a_plugin_are_made_once(base: object) -> None:
    assert registre().migrations()["carnet"] == exemple.declarer_migrations()
    assert await migrer(registre().migrations()) == ["carnet/0001_carnet"]
    assert await migrer(registre().migrations()) == []


async def test_controler_etape_of_a_bridge_is_not_asked_for_an_offre() -> None:
    assert await registre().controler_etape("MOS", dossier=None, etape=None) == []  # type: ignore[arg-type]  # not looked at
