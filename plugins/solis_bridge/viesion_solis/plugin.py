"""The bridge to Solis: its hooks."""

from viesion_core.api import Flux, hookimpl
from viesion_solis import alloc


@hookimpl
def declarer_flux() -> list[Flux]:
    """ALLOC: Solis creates, modifies and closes the allocataires."""
    return [alloc.FLUX]
