"""The filters of the screens of pilotage: read from the address, so that a page can be shared and printed."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from viesion_core.contexte import Role
from viesion_core.formats import date, periode
from viesion_core.nomenclatures.model import communes
from viesion_core.organismes.queries import organismes_choix
from viesion_core.pilotage.model import CLOSE, OUVERTE, Filtres
from web.formulaire import lire_date
from web.page import Page

PRECEDENTE, ANNEE = "precedente", "annee"
COMPARAISONS = ((PRECEDENTE, "Période précédente"), (ANNEE, "Un an avant"))
ETAPES = ((OUVERTE, "Étape ouverte"), (CLOSE, "Étape close"))
_DEBUT, _FIN = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


class Demande(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for: the filters, the period to compare with, the parameters as they came."""

    filtres: Filtres
    avant: Filtres | None
    adresse: dict[str, str]

    @property
    def periode(self) -> str:
        """« du 01/12/2025 au 25/11/2026 »."""
        return periode(self.filtres.debut, self.filtres.fin)


def lire_demande(page: Page, *, version: bool = False) -> Demande:
    """Return what the address asks for; what is wrong is left out. By default the last twelve months.

    A director has one organism, theirs: `organisme` is read for the département alone.
    """
    lus = {nom: str(valeur).strip()[:100] for nom, valeur in page.requete.query_params.items()}
    aujourdhui = page.ctx.aujourdhui
    fin = _jour(lus.get("au", "")) or aujourdhui
    debut = _jour(lus.get("du", "")) or _douze_mois(fin)
    if debut > fin:
        debut, fin = fin, debut
    organisme = _uuid(lus.get("organisme", "")) if page.ctx.role is Role.PILOTE else None
    secteur = lus.get("territoire", "")
    filtres = Filtres(
        debut=debut,
        fin=fin,
        organisme=organisme,
        secteur=secteur if secteur in _secteurs() else "",
        etape=lus["etape"] if lus.get("etape") in (OUVERTE, CLOSE) else "",
    )
    comparer = lus["comparer"] if lus.get("comparer") in dict(COMPARAISONS) else ""
    adresse = {
        "du": date(debut) if "du" in lus else "",
        "au": date(fin) if "au" in lus else "",
        "organisme": str(organisme or ""),
        "territoire": filtres.secteur,
        "etape": filtres.etape,
        "comparer": comparer,
        "version": lus["version"] if version and lus.get("version", "").isdigit() else "",
    }
    return Demande(
        filtres=filtres, avant=_avant(filtres, comparer), adresse={nom: v for nom, v in adresse.items() if v}
    )


async def choix_filtres(page: Page, demande: Demande) -> dict[str, Any]:
    """Return what the form of the filters needs."""
    pilote = page.ctx.role is Role.PILOTE
    organismes = [(str(o.id), o.nom) for o in await organismes_choix()] if pilote else []
    noms = dict(organismes)
    libelles: dict[str, Callable[[str], str]] = {
        "organisme": lambda v: noms.get(v, "Un organisme"),
        "territoire": str,
        "etape": lambda v: dict(ETAPES)[v],
    }
    return {
        "demande": demande,
        "filtres": demande.adresse,
        "organismes": organismes,
        "secteurs": [(nom, nom) for nom in sorted(_secteurs())],
        "etapes": ETAPES,
        "comparaisons": COMPARAISONS,
        "actifs": [(nom, libelles[nom](v)) for nom, v in demande.adresse.items() if nom in libelles],
        "perimetre": noms.get(str(demande.filtres.organisme), "Le département") if pilote else _organisme(page),
    }


def _organisme(page: Page) -> str:
    return page.session.organisme_nom if page.session else ""


def _secteurs() -> set[str]:
    return {commune.secteur for commune in communes()}


def _douze_mois(fin: dt.date) -> dt.date:
    """Return the first day of the month eleven months before."""
    rang = fin.year * 12 + fin.month - 12
    return dt.date(rang // 12, rang % 12 + 1, 1)


def _avant(filtres: Filtres, comparer: str) -> Filtres | None:
    if comparer == PRECEDENTE:
        ecart = dt.timedelta(days=filtres.jours)
        return msgspec.structs.replace(filtres, debut=filtres.debut - ecart, fin=filtres.fin - ecart)
    if comparer == ANNEE:
        return msgspec.structs.replace(filtres, debut=_un_an(filtres.debut), fin=_un_an(filtres.fin))
    return None


def _un_an(jour: dt.date) -> dt.date:
    return jour.replace(year=jour.year - 1, day=28 if (jour.month, jour.day) == (2, 29) else jour.day)


def _jour(texte: str) -> dt.date | None:
    jour = lire_date(texte)
    return jour if jour is not None and _DEBUT <= jour <= _FIN else None


def _uuid(texte: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(texte)
    except ValueError:
        return None
