"""The « contract composer »: what the dates being typed meet, drawn and said before anything is saved."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.formats import compte, periode
from viesion_core.parcours.model import (
    UN_JOUR,
    ContratResume,
    Reglement,
    ajouter_mois,
    message_chevauchement,
    terminer_la_veille,
)
from web.axe import Axe, Barre, axe_autour
from web.formulaire import lire_date

MOIS_PROPOSES = (3, 6, 9, 12)
_MARGE = 3


class Proposition(msgspec.Struct, frozen=True):
    """An end worth one click: « 6 mois », and its date."""

    libelle: str
    fin: dt.date


class Composition(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of the contracts, and what is to be said of the one being typed."""

    axe: Axe
    rangees: tuple[tuple[str, tuple[Barre, ...]], ...]
    zones: tuple[Barre, ...] = ()
    resume: str = ""
    ton: str = "neutre"
    message: str = ""
    suite: str = ""
    reglement: Reglement[ContratResume] | None = None
    propositions: tuple[Proposition, ...] = ()

    @property
    def chevauche(self) -> bool:
        """Whether saving is impossible as the dates stand."""
        return self.reglement is not None and bool(self.reglement.chevauches)

    @property
    def a_terminer(self) -> tuple[ContratResume, ...]:
        """The contracts that one click ends the day before; () when another one stands in the way."""
        return () if self.reglement is None or self.reglement.obstacles else self.reglement.a_terminer

    @property
    def genant(self) -> ContratResume | None:
        """The first contract that stands in the way."""
        obstacles = self.reglement.obstacles if self.reglement else ()
        return min(obstacles, key=lambda contrat: contrat.debut, default=None)

    @property
    def fin_possible(self) -> dt.date | None:
        """The last day that the contract in the way leaves, None when it begins on the same day."""
        if self.reglement is None or self.genant is None:
            return None
        fin = self.genant.debut - UN_JOUR
        return fin if fin > self.reglement.veille else None


def composer(
    existants: Sequence[ContratResume],
    saisie: dict[str, Any],
    aujourdhui: dt.date,
    sauf: uuid.UUID | None = None,
) -> Composition:
    """Return what the dates typed (`debut`, `fin` of `saisie`, as typed) meet among the contracts of a person."""
    autres = [contrat for contrat in existants if contrat.id != sauf]
    debut, fin = lire_date(str(saisie.get("debut") or "")), lire_date(str(saisie.get("fin") or ""))
    if debut is None:
        return _dessiner(autres, aujourdhui)
    if fin is None:
        propositions = tuple(
            Proposition(compte(mois, "mois", "mois"), ajouter_mois(debut, mois) - UN_JOUR) for mois in MOIS_PROPOSES
        )
        return msgspec.structs.replace(
            _dessiner(autres, aujourdhui), message="Durée du contrat :", propositions=propositions
        )
    if fin < debut:
        message = "La fin précède le début."
        return msgspec.structs.replace(_dessiner(autres, aujourdhui), ton="bloque", message=message)
    reglement = terminer_la_veille(autres, debut, fin, sauf)
    dessin = _dessiner(autres, aujourdhui, debut, fin, reglement, modifie=sauf is not None)
    if reglement.chevauches:
        return msgspec.structs.replace(
            dessin, reglement=reglement, ton="bloque", message=message_chevauchement(reglement)
        )
    return msgspec.structs.replace(
        dessin,
        reglement=reglement,
        ton="fait",
        message=f"Aucun chevauchement : {duree_contrat(debut, fin)}.",
        suite=_vide_avant(autres, debut),
    )


def duree_contrat(debut: dt.date, fin: dt.date) -> str:
    """Return « 6 mois », « 8 mois et 15 jours » or « 45 jours » for less than two months."""
    apres = fin + UN_JOUR
    mois = (apres.year - debut.year) * 12 + apres.month - debut.month
    mois -= ajouter_mois(debut, mois) > apres
    reste = (apres - ajouter_mois(debut, mois)).days
    if not reste:
        return compte(mois, "mois", "mois")
    if mois < 2:
        return compte((apres - debut).days, "jour")
    return f"{compte(mois, 'mois', 'mois')} et {compte(reste, 'jour')}"


def _vide_avant(autres: Sequence[ContratResume], debut: dt.date) -> str:
    """Return what separates the contract from the one before it; "" when there is none."""
    precedent = max((c for c in autres if c.fin < debut), key=lambda c: c.fin, default=None)
    if precedent is None:
        return ""
    jours = (debut - precedent.fin).days - 1
    if jours == 0:
        return f"Il prend la suite du contrat {precedent.nom}."
    return f"{compte(jours, 'jour')} sans contrat depuis la fin du contrat {precedent.nom}."


def _dessiner(
    autres: Sequence[ContratResume],
    aujourdhui: dt.date,
    debut: dt.date | None = None,
    fin: dt.date | None = None,
    reglement: Reglement[ContratResume] | None = None,
    *,
    modifie: bool = False,
) -> Composition:
    """Draw the contracts, the new one in a row of its own; far ones are left out when there is a new one."""
    if debut is None or fin is None:
        axe = axe_autour([(c.debut, c.fin) for c in autres], aujourdhui)
    else:
        touches = reglement.chevauches if reglement else ()
        proches = [(c.debut, c.fin) for c in touches] or [(debut, fin)]
        axe = axe_autour([*proches, (debut, fin)], min(max(aujourdhui, debut), fin), _MARGE)
    rangees = [("Contrats enregistrés", tuple(_barres(autres, axe, aujourdhui, reglement)))] if autres else []
    resume = [f"{contrat.type} {periode(contrat.debut, contrat.fin)}" for contrat in autres]
    zones: tuple[Barre, ...] = ()
    if debut is not None and fin is not None:
        titre = "Ce contrat" if modifie else "Nouveau contrat"
        nouvelle = axe.barre(debut, fin, duree_contrat(debut, fin), f"{titre} {periode(debut, fin)}", "accent")
        rangees.append((titre, (nouvelle,)))
        resume.append(f"{titre.lower()} {periode(debut, fin)}")
        touches = reglement.chevauches if reglement else ()
        zones = tuple(axe.barre(max(debut, c.debut), min(fin, c.fin), "", "Chevauchement", "bloque") for c in touches)
    return Composition(
        axe=axe,
        rangees=tuple(rangees),
        zones=zones,
        resume="Contrats sur un axe de temps : " + (" ; ".join(resume) or "aucun") + ".",
    )


def _barres(
    autres: Sequence[ContratResume],
    axe: Axe,
    aujourdhui: dt.date,
    reglement: Reglement[ContratResume] | None,
) -> list[Barre]:
    touches = {contrat.id for contrat in reglement.chevauches} if reglement else set()
    return [
        axe.barre(
            c.debut,
            c.fin,
            c.type,
            f"{c.type_libelle} {periode(c.debut, c.fin)}",
            "bloque"
            if c.id in touches
            else {"En cours": "fait", "À venir": "attend"}.get(c.statut(aujourdhui), "neutre"),
        )
        for c in autres
        if axe.contient(c.debut, c.fin)
    ]
