"""Which version of VieSion a plugin was written for: what its distribution requires of `viesion`, checked at the start.

pip checks it too when it resolves dependencies; a plugin installed without them, or left there while VieSion moved on,
is found here, before any of its code runs.
"""

import importlib.metadata
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

COEUR = "viesion"
"""The distribution of the core: its version is that of `viesion_core.api`."""


def version_coeur() -> str:
    """Return the version of the core that runs."""
    return importlib.metadata.version(COEUR)


def exigence_coeur(exigences: Iterable[str]) -> str | None:
    """Return what a distribution requires of the core (« >=0.1,<1 »), None when it says nothing of it."""
    for exigence in exigences:
        try:
            lue = Requirement(exigence)
        except InvalidRequirement:
            continue
        if canonicalize_name(lue.name) == COEUR and (lue.marker is None or lue.marker.evaluate({"extra": ""})):
            return str(lue.specifier)
    return None


def incompatibilite(distribution: str, version: str, exigences: Iterable[str], coeur: str | None = None) -> str:
    """Return why a plugin cannot run with this core, in French, "" when it can. `coeur`: the version that runs."""
    demandee, actuelle = exigence_coeur(exigences), coeur or version_coeur()
    if demandee is None or Requirement(f"{COEUR}{demandee}").specifier.contains(actuelle, prereleases=True):
        return ""
    return (
        f"{distribution} {version} demande VieSion {demandee} ; celle-ci est en version {actuelle}. Installez une "
        "version de l'extension faite pour elle, ou mettez VieSion à jour."
    )
