"""Which plugins are installed, and a bilan MOS that is in the base whether its plugin is installed or not.

The suite passes with any subset of the plugins: what needs one is marked `offre("mos")` and skipped without it, what
only needs a bilan finds it here, as an uninstalled offre leaves it.
"""

import functools
import importlib.util
import pathlib
import re
from importlib.metadata import entry_points

import msgspec

from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.extensions import charger_extensions, garder_questionnaires
from viesion_core.extensions.decouverte import GROUPE
from viesion_core.testing import MAINTENANT

RACINE = pathlib.Path(__file__).parents[1]
_IMPORT = re.compile(r"^(?:from|import) (viesion_\w+|tests\.[\w.]+)", re.MULTILINE)
MOS = RACINE / "plugins" / "mos" / "viesion_mos" / "bilan.toml"


def installees() -> frozenset[str]:
    """Return the names of the installed plugins."""
    return frozenset(point.name for point in entry_points(group=GROUPE))


@functools.cache
def importable(fichier: pathlib.Path) -> bool:
    """Tell whether every plugin that a file of tests imports, itself or through its helpers, is installed."""
    if not fichier.is_file():
        return True
    for module in _IMPORT.findall(fichier.read_text(encoding="utf-8")):
        if module.startswith("viesion_"):
            if importlib.util.find_spec(module) is None:
                return False
        elif not importable(RACINE / f"{module.replace('.', '/')}.py"):
            return False
    return True


async def garder_bilans() -> None:
    """Keep in the base the questionnaires of the installed plugins, and that of the MOS in any case."""
    registre = charger_extensions()
    assert await garder_questionnaires(registre, MAINTENANT) == []
    registre.fermer()
    if "mos" not in installees():
        bilan = msgspec.structs.replace(lire_questionnaire(MOS.read_text(encoding="utf-8")), offre="MOS")
        assert await charger_questionnaires([bilan], MAINTENANT) == []
