"""The offres that the form of an étape proposes, and what their length says of the dates typed."""

import datetime as dt
from typing import Any

from viesion_core.organismes.model import OffreDeServiceResume
from viesion_core.organismes.queries import offre_de_service, offres_de_service
from viesion_core.parcours.controles import avertissements_etape, terme_etape
from viesion_core.parcours.model import EtapeResume, SaisieEtape, jour
from web.formulaire import lire_date
from web.page import Page


async def offres_proposees(page: Page, existante: EtapeResume | None, debut: dt.date) -> list[OffreDeServiceResume]:
    """Return the offres that the form proposes: enabled for the organism that day, their plugin installed.

    The one that the étape already has stays, whatever became of it.
    """
    offres = await offres_de_service(page.ctx.organisme) if page.ctx.organisme else []
    gardee = existante.offre_de_service if existante else None
    return [o for o in offres if o.id == gardee or (o.active(debut) and page.registre.offre(o.offre) is not None)]


async def refus_offre(page: Page, saisie: SaisieEtape) -> str:
    """Return why an offre is not among those proposed."""
    offre = await offre_de_service(saisie.offre_de_service)
    if offre is None or offre.organisme != page.ctx.organisme:
        return "Choisissez une offre de service de votre organisme."
    if page.registre.offre(offre.offre) is None:
        return f"L'offre {offre.offre} n'est plus installée : rien de nouveau ne s'y crée."
    return f"L'offre {offre.offre} n'est pas ouverte à {offre.organisme_nom} le {jour(saisie.debut_reel)}."


def nom_offre(offre: OffreDeServiceResume) -> str:
    """Return « MOS - Module d'Orientation Santé - Béziers »."""
    return " - ".join(part for part in (offre.offre, offre.libelle, offre.territoire) if part)


def valeurs_posees(existante: EtapeResume | None, offres: list[OffreDeServiceResume]) -> dict[str, Any]:
    """Return what the form shows before anything is typed, as it would be posted."""
    if existante is None:
        return {"offre_de_service": str(offres[0].id) if len(offres) == 1 else ""}
    return {
        "offre_de_service": str(existante.offre_de_service),
        "debut_reel": f"{existante.debut_reel}",
        "fin_reelle": f"{existante.fin_reelle or ''}",
    }


def avertir_capacite(offre: OffreDeServiceResume | None, existante: EtapeResume | None) -> list[str]:
    """Return what to say when one more étape would exceed the capacity of the convention: a warning, it still opens."""
    deja = existante is not None and offre is not None and existante.offre_de_service == offre.id
    if offre is None or deja or not offre.complete or offre.capacite is None:
        return []
    return [
        f"La capacité de la convention est atteinte : {offre.suivis} personne{'s' if offre.suivis > 1 else ''} "
        f"suivie{'s' if offre.suivis > 1 else ''} pour {offre.capacite} prévue{'s' if offre.capacite > 1 else ''}."
    ]


def terme_propose(
    page: Page, offres: list[OffreDeServiceResume], saisie: dict[str, Any], existante: EtapeResume | None = None
) -> dict[str, Any]:
    """Return what the offre says of what is typed: its term and whether it is exceeded, its capacity if reached."""
    choisie = next((o for o in offres if str(o.id) == saisie.get("offre_de_service")), None)
    return {"capacite": avertir_capacite(choisie, existante), **_terme(page, choisie, saisie)}


def _terme(page: Page, choisie: OffreDeServiceResume | None, saisie: dict[str, Any]) -> dict[str, Any]:
    debut = lire_date(str(saisie.get("debut_reel", "")))
    offre = page.registre.offre(choisie.offre) if choisie else None
    if choisie is None or offre is None or offre.duree_maximale is None:
        return {"duree": None, "terme": None, "depassements": []}
    if debut is None:
        return {"duree": offre.duree_maximale, "terme": None, "depassements": []}
    lue = SaisieEtape(
        offre_de_service=choisie.id,
        dispositif=choisie.id,
        debut_reel=debut,
        fin_reelle=lire_date(str(saisie.get("fin_reelle", ""))),
    )
    return {
        "duree": offre.duree_maximale,
        "terme": terme_etape(debut, offre.duree_maximale),
        "depassements": avertissements_etape(lue, offre.duree_maximale, page.ctx.aujourdhui),
    }
