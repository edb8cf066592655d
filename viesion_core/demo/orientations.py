"""Orientations: notified at the entry, followed by the contract within the month, reviewed by a joint diagnosis.

The few gaps are there for the alerts A18 (no contract signed a month later) and A20 (no joint diagnosis in time).
"""

import datetime as dt

from viesion_core.demo.dossier import Dossier
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import alea, entre, identifiant, jours
from viesion_core.dossiers.model_orientations import DELAI, DELAI_DEROGATOIRE, SOCIAL
from viesion_core.dossiers.tables import Orientation
from viesion_core.nomenclatures.model import libelle
from viesion_core.parcours.model import ajouter_mois

_PART_SANS_CONTRAT = 0.30
"""Of those who have signed nothing: their orientation is known (A18); of the others nothing was notified yet."""
_PART_DEROGATION = 0.15
_PART_DIAGNOSTIC = 0.78
"""Of the social paths whose delay has gone by: the joint diagnosis was made in time; the others are A20."""


def orienter(d: Dossier) -> None:
    """Write the orientation of the last stay; called after the contracts, with a random source of its own."""
    r = alea(d.p.graine, "orientation", d.numero)
    entree = d.entrees[-1]
    notifiee_le = min(entree.debut + jours(entre(r, 0, 2)), d.aujourdhui)
    engagement = min((jour for jour in d.signatures if jour >= notifiee_le), default=None)
    if not d.parcours or (engagement is None and r.random() >= _PART_SANS_CONTRAT):
        return
    derogation = d.parcours == SOCIAL and r.random() < _PART_DEROGATION
    delai = DELAI_DEROGATOIRE if derogation else DELAI
    moments = [Moment(d.instant(notifiee_le, 9), d.suivi_par, "orientation.notifier", _nom(d, notifiee_le))]
    if engagement is not None and d.parcours == SOCIAL:
        echeance = ajouter_mois(engagement, delai) - jours(entre(r, 3, 40))
        if echeance <= min(entree.fin or d.aujourdhui, d.aujourdhui) and r.random() < _PART_DIAGNOSTIC:
            fait = f"Diagnostic conjoint du {echeance:%d/%m/%Y}"
            instant = d.instant(echeance, 14)
            moments.append(Moment(instant, d.suivi_par, "orientation.diagnostiquer", fait, {"diagnostic_le": echeance}))
    ligne = {
        "id": identifiant(r, d.numero),
        "beneficiaire": d.numero,
        "parcours": d.parcours,
        "notifiee_le": notifiee_le,
        "delai_mois": delai,
        "diagnostic_le": None,
    }
    d.lot.ecrire(r, Orientation, ligne, d.numero, moments)


def _nom(d: Dossier, jour: dt.date) -> str:
    return f"Orientation «\u00a0{libelle('PARCOURS', d.parcours)}\u00a0» notifiée le {jour:%d/%m/%Y}"
