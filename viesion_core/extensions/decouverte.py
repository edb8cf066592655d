"""Finding the installed plugins (entry points `viesion.plugins`), surviving those that cannot be imported."""

from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import Any

import msgspec
from stevedore.extension import ExtensionManager

from viesion_core.extensions.compatibilite import incompatibilite
from viesion_core.extensions.registre import Registre

GROUPE = "viesion.plugins"


class Trouvee(msgspec.Struct, frozen=True):
    """A plugin found: its name, distribution and version, its module or why it could not be imported.

    `incompatible`: it was written for another version of VieSion, and was not imported.
    """

    nom: str
    distribution: str
    version: str
    module: Any
    erreur: str = ""
    incompatible: bool = False


class _Incompatible(ImportError):
    """The plugin requires another version of the core; the message is for the administration page."""


class _Decouvreur(ExtensionManager[Any]):
    """An ExtensionManager that a plugin cannot stop: SystemExit and AssertionError at import are failures too.

    A plugin that requires another version of the core is not imported.
    """

    def _load_one_plugin(self, ep: EntryPoint, *args: Any, **kwargs: Any) -> Any:
        distribution = _distribution(ep)
        if distribution and (
            raison := incompatibilite(distribution.name, distribution.version, distribution.requires or ())
        ):
            raise _Incompatible(raison)
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
        incompatible = isinstance(erreur, _Incompatible)
        message = str(erreur) if incompatible else f"{type(erreur).__name__} : {erreur}"
        echecs.append(_trouvee(ep, None, message, incompatible=incompatible))

    gestionnaire = _Decouvreur(GROUPE, invoke_on_load=False, on_load_failure_callback=noter_echec)
    trouvees = [_trouvee(extension.entry_point, extension.plugin) for extension in gestionnaire.extensions]
    return sorted(trouvees + echecs, key=lambda trouvee: trouvee.nom)


def _distribution(ep: EntryPoint) -> Distribution | None:
    """Return the distribution of a plugin. stevedore's cache forgets it: it is asked again."""
    return next((e.dist for e in entry_points(group=GROUPE, name=ep.name) if e.value == ep.value), None)


def _trouvee(ep: EntryPoint, module: Any, erreur: str = "", *, incompatible: bool = False) -> Trouvee:
    distribution = _distribution(ep)
    nom, version = (distribution.name, distribution.version) if distribution else ("", "")
    return Trouvee(ep.name, nom, version, module, erreur, incompatible)
