"""The bridge to Solis: its hooks."""

from viesion_core.api import Flux, FluxSortant, hookimpl
from viesion_solis import affect, alloc, contrat, rdv, vrsb_lignes


@hookimpl
def declarer_flux() -> list[Flux]:
    """ALLOC: Solis creates, modifies and closes the allocataires. AFFECT: it assigns them to organisms.

    VRSB: the CNAF tells the beneficiaries of the RSA.
    """
    return [alloc.FLUX, affect.FLUX, vrsb_lignes.FLUX]


@hookimpl
def declarer_envois() -> list[FluxSortant]:
    """CONTRAT: the dates of the contracts go back to Solis. AFFECT: so do the answers of the organisms.

    RDV: what became of the rendez-vous that Solis took.
    """
    return [contrat.FLUX, affect.REPONSES, rdv.FLUX]
