"""Réunions, formations, congés and déplacements of those who follow people."""

import datetime as dt

from viesion_core.activites.tables import Activite
from viesion_core.contexte import minuit
from viesion_core.demo.lot import Lot
from viesion_core.demo.model import Compte, Parametres, a_heure, alea, entre, identifiant, jours, ouvre
from viesion_core.demo.organismes import Monde

_ROLES = frozenset({"referent", "directeur"})
_LIBRES = (12, 13)
"""Hours of Paris at which the entretiens of the demo never are."""
_CONGE = 45
"""Days from today to the first congés: after the last entretien that is planned."""


def occuper(p: Parametres, monde: Monde, lot: Lot) -> None:
    """Write the weekly meeting of each team, and some events of each collaborateur."""
    for rang, compte in enumerate(c for c in monde.comptes if c.actif and c.role in _ROLES):
        r = alea(p.graine, "activites", rang)
        lundi = p.aujourdhui - jours(p.aujourdhui.weekday())
        for semaine in range(3):
            debut = a_heure(ouvre(lundi + jours(1 + 7 * semaine)), _LIBRES[0])
            _ecrire(p, lot, compte, "REUNION", debut, debut + dt.timedelta(minutes=45), titre="Réunion d'équipe")
        if r.random() < 0.5:
            debut = a_heure(ouvre(p.aujourdhui + jours(entre(r, 1, 8))), _LIBRES[1])
            lieu = compte.organisme.nom
            _ecrire(p, lot, compte, "DEPLACEMENT", debut, debut + dt.timedelta(minutes=45), lieu=lieu)
        premier = ouvre(p.aujourdhui + jours(_CONGE + entre(r, 0, 20)))
        _ecrire(p, lot, compte, "CONGE", minuit(premier), minuit(premier + jours(entre(r, 2, 9))), journee=True)
        if r.random() < 0.4:
            jour = ouvre(p.aujourdhui + jours(_CONGE - entre(r, 1, 5)))
            valeurs = {"titre": "Premiers secours", "journee": True}
            _ecrire(p, lot, compte, "FORMATION", minuit(jour), minuit(jour + jours(1)), **valeurs)


def _ecrire(
    p: Parametres, lot: Lot, compte: Compte, nature: str, debut: dt.datetime, fin: dt.datetime, **autres: object
) -> None:
    r = alea(p.graine, f"activite/{compte.id}/{nature}/{debut.isoformat()}")
    ligne = {
        "id": identifiant(r),
        "organisme": compte.organisme.id,
        "collaborateur": compte.id,
        "nature": nature,
        "titre": "",
        "lieu": "",
        "journee": False,
        "debut": debut,
        "fin": fin,
        "created_at": p.maintenant - jours(entre(r, 10, 60)),
        "version": 1,
    }
    lot.ajouter(Activite, {**ligne, **autres})
