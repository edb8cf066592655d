"""What plugins often ask of a dossier: pure helpers on `DossierVu`, offered to their authors by `viesion_core.api`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from viesion_core.bilans.model import BilanVu, Questionnaire
from viesion_core.entretiens.model import EntretienResume
from viesion_core.formats import date
from viesion_core.offres.model import Constat, DossierVu, Gravite, PointSortie
from viesion_core.parcours.model import EtapeResume, ajouter_mois

PRESENCE, ABSENCE_NON_JUSTIFIEE = "PRESENCE", "ABS_NON_JUST"
COLLECTIFS = frozenset({"ATELIER_COLLECTIF", "INFORMATION_COLLECTIVE"})
"""The types of entretien that gather several people."""
_RESERVE = "Les bilans de santé ne sont lisibles que par les personnes habilitées : vérifiez avec l'une d'elles."
_PRESCRIPTEURS = (
    ("CCAS", "REFERENT_UNIQUE_CCAS_CIAS"),
    ("CIAS", "REFERENT_UNIQUE_CCAS_CIAS"),
    ("FRANCE TRAVAIL", "FRANCE_TRAVAIL"),
    ("SERVICE DÉPARTEMENTAL", "REFERENT_UNIQUE_SDI"),
    ("DÉPARTEMENT", "REFERENT_UNIQUE_SDI"),
    ("SDI", "REFERENT_UNIQUE_SDI"),
)
_FREINS = {
    ("LOGEMENT", "Sans domicile"): "LOGEMENT",
    ("LOGEMENT", "CHRS, hôtel, urgence"): "LOGEMENT",
    ("LOGEMENT", "Caravane, bateau, fortune"): "LOGEMENT",
    ("RESSOURCES", "Sans ressource"): "FINANCES",
    ("NUMERIQUE", "Non autonome (illectronisme)"): "NUMERIQUE",
    ("FRANCAIS", "Débutant"): "LANGUE",
    ("FRANCAIS", "Interprète nécessaire"): "LANGUE",
    ("AIDANT", "Oui"): "FAMILLE",
    ("GARDE", "Sans solution"): "GARDE",
    ("TRANSPORT", "Aucun"): "MOBILITE",
}
_FREINS_PAR_FAMILLE = {
    "Mobilité": "MOBILITE",
    "Logement": "LOGEMENT",
    "Finances": "FINANCES",
    "Numérique": "NUMERIQUE",
    "Famille": "FAMILLE",
    "Santé": "SANTE",
}


def entretiens_de(dossier: DossierVu, etape: str, realisation: str = PRESENCE) -> list[EntretienResume]:
    """Return the entretiens of an étape (its id) with that réalisation, the earliest first."""
    trouves = [e for e in dossier.entretiens if str(e.etape) == etape and e.realisation == realisation]
    return sorted(trouves, key=lambda entretien: entretien.debut)


def bilans_de(dossier: DossierVu, etape: str) -> list[BilanVu]:
    """Return the bilans of an étape (its id) that the reader may read, the latest first."""
    return [bilan for bilan in dossier.bilans if bilan.etape == etape]


def dernier_bilan(dossier: DossierVu, *questionnaires: str) -> BilanVu | None:
    """Return the latest bilan made with one of these questionnaires, whatever its étape; None without one."""
    return next((bilan for bilan in dossier.bilans if bilan.questionnaire in questionnaires), None)


def etape_ouverte(dossier: DossierVu, offre: str) -> EtapeResume | None:
    """Return the open étape of an offre, None without one."""
    return next((etape for etape in dossier.etapes if etape.offre == offre and etape.ouverte), None)


def bilans_reserves(dossier: DossierVu) -> bool:
    """Return whether the dossier has bilans of which the reader may read none: health data."""
    return bool(dossier.fiche.bilans) and not dossier.bilans


def etat_bilan(bilan: BilanVu | None, questionnaires: Mapping[str, Questionnaire], *, reserves: bool = False) -> str:
    """Return where the latest bilan of an étape stands: « 24/11/2026, clos », « 24/11/2026, 9 réponses / 37 ».

    « À créer » without one, unless there are some that the reader may not read (`reserves`).
    """
    if bilan is None:
        return "Réservé aux personnes habilitées" if reserves else "À créer"
    return f"{_date_du(bilan)}, {'clos' if bilan.clos else _remplissage(bilan, questionnaires)}"


def point_cloture(
    offre: str, bilan: BilanVu | None, questionnaires: Mapping[str, Questionnaire], *, reserves: bool = False
) -> PointSortie:
    """Return the line of the exit checklist that asks for a closed bilan of the étape (`bilan`: its latest one)."""
    if bilan is None:
        detail = _RESERVE if reserves else f"Aucun bilan {offre} pour cette étape."
    elif bilan.clos:
        detail = f"Bilan du {_date_du(bilan)}."
    else:
        detail = f"Le bilan du {_date_du(bilan)} est encore ouvert ({_remplissage(bilan, questionnaires)})."
    clos = bilan is not None and bilan.clos
    return PointSortie(libelle=f"Bilan {offre} clos", fait=clos, detail=detail, onglet="bilans")


def prescripteur(dossier: DossierVu) -> str:
    """Return the code of « Prescripteur » that the organism of the référent unique says; "" for an association."""
    for affectation in dossier.affectations:
        if affectation.nature == "PARCOURS" and affectation.courante(dossier.aujourdhui):
            nom = affectation.organisme_nom.upper()
            for morceau, code in _PRESCRIPTEURS:
                if morceau in nom.split() or (" " in morceau and morceau in nom):
                    return code
    return ""


def freins(dossier: DossierVu) -> set[str]:
    """Return the brakes that caractéristiques and open difficultés tell.

    Among MOBILITE, LOGEMENT, FINANCES, NUMERIQUE, FAMILLE, GARDE (of children), LANGUE and SANTE; SANTE only when the
    reader may read health data, since those difficultés are left out of the dossier otherwise.
    """
    trouves = {_FREINS_PAR_FAMILLE.get(d.famille, "") for d in dossier.difficultes if d.ouverte}
    connues = dossier.caracteristiques
    trouves |= {frein for (code, valeur), frein in _FREINS.items() if connues.get(code) == valeur}
    return trouves - {""}


def date_de(reponses: Mapping[str, Any], question: str) -> dt.date | None:
    """Return the answer to a DATE question, None without one."""
    valeur = reponses.get(question)
    return dt.date.fromisoformat(valeur) if valeur else None


def doute(message: str, champ: str = "") -> Constat:
    """Return a finding that warns and does not block."""
    return Constat(message, Gravite.AVERTISSEMENT, champ)


def duree_en_clair(debut: dt.date, fin: dt.date) -> str:
    """Return « 2 mois et 12 jours », the day of the end included."""
    lendemain = max(fin, debut) + dt.timedelta(days=1)
    mois = 0
    while ajouter_mois(debut, mois + 1) <= lendemain:
        mois += 1
    jours = (lendemain - ajouter_mois(debut, mois)).days
    morceaux = [f"{mois} mois"] if mois else []
    return " et ".join([*morceaux, f"{jours} jour{'s' if jours > 1 else ''}"] if jours or not mois else morceaux)


def _date_du(bilan: BilanVu) -> str:
    return date(dt.date.fromisoformat(bilan.date_bilan))


def _remplissage(bilan: BilanVu, questionnaires: Mapping[str, Questionnaire]) -> str:
    nombre = len(bilan.reponses)
    total = sum(1 for _ in questionnaires[bilan.questionnaire].questions())
    return f"{nombre} réponse{'s' if nombre > 1 else ''} / {total}"
