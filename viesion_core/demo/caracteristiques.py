"""Caractéristiques: 22 of which 16 required, with what they were before; those missing or not refreshed."""

import datetime as dt
from typing import Any

from viesion_core.demo.dossier import Dossier
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import entre, jours, tirer
from viesion_core.dossiers.tables import Caracteristique
from viesion_core.nomenclatures.model import DefinitionCaracteristique, definitions_caracteristiques

_POIDS: dict[str, tuple[float, ...]] = {
    "SITFAM": (0.48, 0.14, 0.10, 0.03, 0.12, 0.10, 0.03),
    "GARDE": (0.55, 0.18, 0.12, 0.15),
    "LOGEMENT": (0.38, 0.24, 0.03, 0.20, 0.05, 0.05, 0.02, 0.03),
    "FORMATION": (0.04, 0.34, 0.30, 0.17, 0.07, 0.05, 0.02, 0.01),
    "DIPL_ETR": (0.84, 0.05, 0.11),
    "PERMIS": (0.42, 0.05, 0.07, 0.41, 0.02, 0.03),
    "TRANSPORT": (0.20, 0.37, 0.07, 0.05, 0.26, 0.05),
    "ZONE": (0.34, 0.41, 0.19, 0.06),
    "FT": (0.31, 0.24, 0.16, 0.18, 0.11),
    "SANS_EMPLOI": (0.06, 0.10, 0.14, 0.21, 0.24, 0.17, 0.08),
    "ACTIVITE": (0.78, 0.08, 0.07, 0.01, 0.03, 0.03),
    "RESSOURCES": (0.62, 0.14, 0.20, 0.04),
    "ANC_RSA": (0.14, 0.14, 0.20, 0.28, 0.24),
    "FRANCAIS": (0.72, 0.15, 0.09, 0.04),
    "ECRIT": (0.74, 0.20, 0.06),
    "NUMERIQUE": (0.52, 0.35, 0.13),
    "RQTH": (0.82, 0.09, 0.05, 0.04),
    "SANTE": (0.58, 0.22, 0.12, 0.08),
    "QPV": (0.27, 0.21, 0.52),
    "AIDANT": (0.07, 0.93),
}
"""How often each value is met, in the order of the list (orders of magnitude, not statistics)."""
_ENFANTS = ((0, 0.52), (1, 0.19), (2, 0.16), (3, 0.09), (4, 0.04))
_PART_FACULTATIVE = 0.55
_PART_CHANGEE = 0.11
_VALIDITE = 365


def decrire(d: Dossier) -> None:
    """Write the current values, and the former one of those that changed."""
    valeurs = _valeurs(d)
    for code in _absentes(d):
        valeurs.pop(code, None)
    anciennes = set(_anciennes(d, list(valeurs)))
    definitions = {definition.code: definition for definition in definitions_caracteristiques()}
    for code, valeur in valeurs.items():
        _ecrire(d, definitions[code], valeur, ancienne=code in anciennes)


def _valeurs(d: Dossier) -> dict[str, str]:
    """Return coherent values: a lone parent has children and no partner, no car without a licence."""
    valeurs: dict[str, str] = {}
    for definition in definitions_caracteristiques():
        if definition.requise or d.r.random() < _PART_FACULTATIVE:
            valeurs[definition.code] = _valeur(d, definition)
    seul = valeurs["SITFAM"] in ("Célibataire", "Séparé", "Divorcé", "Veuf")
    valeurs["ISOLE"] = "Oui" if seul and valeurs["ENFANTS"] != "0" else "Non"
    if valeurs["ENFANTS"] == "0" and "GARDE" in valeurs:
        valeurs["GARDE"] = "Sans objet"
    if valeurs["TRANSPORT"] == "Voiture" and valeurs["PERMIS"] not in ("B", "Autre"):
        valeurs["TRANSPORT"] = "Transports en commun"
    return valeurs


def _valeur(d: Dossier, definition: DefinitionCaracteristique) -> str:
    if definition.code == "ENFANTS":
        return str(tirer(d.r, _ENFANTS))
    poids = _POIDS.get(definition.code)
    if poids is None or len(poids) != len(definition.valeurs):
        return definition.valeurs[entre(d.r, 0, len(definition.valeurs) - 1)]
    return tirer(d.r, list(zip(definition.valeurs, poids, strict=True)))


def _requises() -> list[str]:
    return [definition.code for definition in definitions_caracteristiques() if definition.requise]


def _absentes(d: Dossier) -> list[str]:
    """Return the required codes left out: « 9 caractéristiques requises sont manquantes »."""
    return d.r.sample(_requises(), entre(d.r, 1, 9)) if d.personne.manquante else []


def _anciennes(d: Dossier, codes: list[str]) -> list[str]:
    """Return the required codes not refreshed for a year; somebody who has just entered has none."""
    if not d.personne.ancienne:
        return []
    requises = [code for code in _requises() if code in codes]
    return d.r.sample(requises, entre(d.r, 2, len(requises)))


def _ecrire(d: Dossier, definition: DefinitionCaracteristique, valeur: str, *, ancienne: bool) -> None:
    entree = d.entrees[-1]
    debut = entree.debut
    if ancienne:
        debut = min(debut, d.aujourdhui - jours(_VALIDITE + 30))
    presence = ((entree.fin or d.aujourdhui) - debut).days
    if presence > 120 and not ancienne and d.r.random() < _PART_CHANGEE:
        avant = _valeur(d, definition)
        if avant != valeur:
            changement = debut + jours(entre(d.r, 60, presence))
            _ligne(d, definition.code, avant, debut, changement - jours(1), changement - jours(1))
            debut = changement
    recul = _VALIDITE + entre(d.r, 5, 300) if ancienne else entre(d.r, 0, _VALIDITE - 5)
    actualisee = max(debut, d.aujourdhui - jours(recul))
    _ligne(d, definition.code, valeur, debut, None, actualisee)


def _ligne(d: Dossier, code: str, valeur: str, debut: dt.date, fin: dt.date | None, actualisee: dt.date) -> None:
    auteur = d.suivi_par
    ligne: dict[str, Any] = {
        "id": d.cle(),
        "beneficiaire": d.numero,
        "code": code,
        "valeur": valeur,
        "debut": debut,
        "fin": fin,
        "actualisee_le": actualisee,
        "auteur": auteur.nom_complet,
        "version": 1,
    }
    if fin is None and debut > d.entrees[-1].debut and debut > d.aujourdhui - d.p.detail:
        moment = Moment(
            d.instant(debut, 11), auteur, "caracteristique.historiser", "Caractéristique actualisée avec historique"
        )
        d.lot.ecrire(d.r, Caracteristique, ligne, d.numero, [moment])
    else:
        d.lot.ajouter(Caracteristique, ligne)
