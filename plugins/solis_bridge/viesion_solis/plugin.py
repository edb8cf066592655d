"""The bridge to Solis: its hooks."""

from viesion_core.api import Flux, FluxSortant, hookimpl
from viesion_solis import alloc, contrat


@hookimpl
def declarer_flux() -> list[Flux]:
    """ALLOC: Solis creates, modifies and closes the allocataires."""
    return [alloc.FLUX]


@hookimpl
def declarer_envois() -> list[FluxSortant]:
    """CONTRAT: the dates of the contracts go back to Solis."""
    return [contrat.FLUX]
