"""Finding the installed plugins (entry points `viesion.plugins`), surviving those that cannot be imported."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec
from stevedore.extension import ExtensionManager

from viesion_core.extensions.registre import Registre

GROUPE = "viesion.plugins"


class Trouvee(msgspec.Struct, frozen=True):
    """A plugin found: its name, distribution and version, its module or why it could not be imported."""

    nom: str
    distribution: str
    version: str
    module: Any
    erreur: str = ""


class _Decouvreur(ExtensionManager[Any]):
    """An ExtensionManager that a plugin cannot stop: SystemExit and AssertionError at import are failures too."""

    def _load_one_plugin(self, ep: EntryPoint, *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._load_one_plugin(ep, *args, **kwargs)
        except (SystemExit, AssertionError) as erreur:
            raise ImportError(f"{type(erreur).__name__} à l'import") from erreur


def charger_extensions() -> Registre:
    """Return the registry of the installed plugins; one that fails is refused and named, the others run."""
    return Registre.composer(trouver())


def trouver() -> list[Trouvee]:
    """Return the installed plugins by name, imported or with their error."""
    echecs: list[Trouvee] = []

    def noter_echec(_: Any, ep: EntryPoint, erreur: BaseException) -> None:
        echecs.append(_trouvee(ep, None, f"{type(erreur).__name__} : {erreur}"))

    gestionnaire = _Decouvreur(GROUPE, invoke_on_load=False, on_load_failure_callback=noter_echec)
    trouvees = [_trouvee(extension.entry_point, extension.plugin) for extension in gestionnaire.extensions]
    return sorted(trouvees + echecs, key=lambda trouvee: trouvee.nom)


def _trouvee(ep: EntryPoint, module: Any, erreur: str = "") -> Trouvee:
    """Return what is known of a plugin. stevedore's cache forgets the distribution: it is asked again."""
    distribution = next((e.dist for e in entry_points(group=GROUPE, name=ep.name) if e.value == ep.value), None)
    nom, version = (distribution.name, distribution.version) if distribution else ("", "")
    return Trouvee(ep.name, nom, version, module, erreur)
