"""Ateliers collectifs with their people, and the free slots of permanences."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.agenda.model import feries
from viesion_core.agenda.tables import Attente, Creneau, Plage
from viesion_core.demo.lot import Lot
from viesion_core.demo.model import (
    Compte,
    Parametres,
    Personne,
    Situation,
    a_heure,
    alea,
    entre,
    identifiant,
    jours,
    tirer,
)
from viesion_core.demo.organismes import Monde
from viesion_core.entretiens.tables import Entretien

_TITRES = ("Atelier CV", "Ma santé au quotidien", "Le numérique sans stress", "Parler de soi en entretien")
_SEMAINES_PASSEES, _SEMAINES_A_VENIR = 2, 5
_CAPACITE = 6
_REALISATIONS = (("PRESENCE", 0.7), ("ABS_JUST", 0.15), ("ABS_NON_JUST", 0.15))


def reunir(p: Parametres, monde: Monde, personnes: Sequence[Personne], lot: Lot) -> None:
    """Write one atelier for each référent of the demo's accounts: two séances past, five to come, the next one full."""
    for rang, compte in enumerate(c for c in monde.demo.values() if c.role in ("referent", "directeur")):
        r = alea(p.graine, "ateliers", rang)
        proches = [
            x
            for x in personnes
            if x.active
            and x.situation is Situation.ORDINAIRE
            and x.referent
            and x.referent.organisme is compte.organisme
        ]
        if proches:
            _serie(p, lot, r, compte, proches, _TITRES[rang % len(_TITRES)])
            _permanence(p, lot, r, compte)


def _serie(p: Parametres, lot: Lot, r: random.Random, compte: Compte, proches: Sequence[Personne], titre: str) -> None:
    jeudi = p.aujourdhui - jours(p.aujourdhui.weekday()) + jours(3)
    dates = [jeudi + jours(7 * n) for n in range(-_SEMAINES_PASSEES, _SEMAINES_A_VENIR)]
    plage = _plage(p, lot, r, compte, dates, (12 * 60, 13 * 60), titre, _CAPACITE)
    futures = 0
    for jour in (d for d in dates if d not in feries(d.year)):
        debut = a_heure(jour, 12)
        a_venir = debut > p.maintenant
        futures += a_venir
        creneau = _creneau(lot, r, plage, compte, debut, 60, _CAPACITE)
        nombre = _CAPACITE if futures == 1 else entre(r, 2, 5)
        choisis = r.sample(list(proches), min(len(proches), nombre + 2))
        for place, personne in enumerate(choisis[:nombre], start=1):
            realisation = "PREVU" if a_venir else tirer(r, _REALISATIONS)
            _inscrire(p, lot, r, compte, personne, creneau, debut, place, realisation)
        for personne in choisis[nombre:] if futures == 1 else ():
            ligne = {"id": identifiant(r), "creneau": creneau, "beneficiaire": personne.numero, "version": 1}
            lot.ajouter(Attente, {**ligne, "inscrit_le": p.maintenant - dt.timedelta(hours=entre(r, 3, 70))})


def _permanence(p: Parametres, lot: Lot, r: random.Random, compte: Compte) -> None:
    """Publish two free slots of half an hour, at noon, each Monday of the next weeks."""
    lundi = p.aujourdhui - jours(p.aujourdhui.weekday()) + jours(7)
    dates = [lundi + jours(7 * n) for n in range(4)]
    plage = _plage(p, lot, r, compte, dates, (12 * 60, 13 * 60), "", 1)
    for jour in (d for d in dates if d not in feries(d.year)):
        for minute in (0, 30):
            _creneau(lot, r, plage, compte, a_heure(jour, 12, minute), 30, 1)


def _plage(
    p: Parametres,
    lot: Lot,
    r: random.Random,
    compte: Compte,
    dates: Sequence[dt.date],
    heures: tuple[int, int],
    titre: str,
    capacite: int,
) -> dict[str, Any]:
    collectif = capacite > 1
    plage = {
        "id": identifiant(r),
        "organisme": compte.organisme.id,
        "collaborateur": compte.id,
        "titre": titre,
        "lieu": "COLLECTIF_DANS_LES_LOCAUX" if collectif else "INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE",
        "adresse": "Salle du premier étage" if collectif else "",
        "vecteur": "PHYSIQUE",
        "type": "ATELIER_COLLECTIF" if collectif else "SUIVI",
        "jours": str(dates[0].weekday()),
        "semaines": 1,
        "debut": dates[0],
        "fin": dates[-1],
        "de": heures[0],
        "a": heures[1],
        "duree": 60 if collectif else 30,
        "capacite": capacite,
        "created_at": p.maintenant - jours(30),
        "version": 1,
    }
    lot.ajouter(Plage, plage)
    return plage


def _creneau(
    lot: Lot,
    r: random.Random,
    plage: Mapping[str, Any],
    compte: Compte,
    debut: dt.datetime,
    minutes: int,
    capacite: int,
) -> uuid.UUID:
    cle = identifiant(r)
    lot.ajouter(
        Creneau,
        {
            "id": cle,
            "plage": plage["id"],
            **{champ: plage[champ] for champ in ("titre", "type", "lieu", "adresse")},
            "organisme": compte.organisme.id,
            "collaborateur": compte.id,
            "debut": debut,
            "fin": debut + dt.timedelta(minutes=minutes),
            "capacite": capacite,
            "retire_le": None,
            "version": 1,
        },
    )
    return cle


def _inscrire(
    p: Parametres,
    lot: Lot,
    r: random.Random,
    compte: Compte,
    personne: Personne,
    creneau: uuid.UUID,
    debut: dt.datetime,
    place: int,
    realisation: str,
) -> None:
    lot.ajouter(
        Entretien,
        {
            "id": identifiant(r, personne.numero),
            "beneficiaire": personne.numero,
            "debut": debut,
            "duree": 60,
            "collaborateur": compte.id,
            "organisme": compte.organisme.id,
            "lieu": "COLLECTIF_DANS_LES_LOCAUX",
            "vecteur": "PHYSIQUE",
            "dispositif": None,
            "etape": None,
            "type": "ATELIER_COLLECTIF",
            "realisation": realisation,
            "reporte_de": None,
            "modifie_le": None if realisation == "PREVU" else min(debut + dt.timedelta(hours=2), p.maintenant),
            "creneau": creneau,
            "place": place,
            "version": 1,
        },
    )
