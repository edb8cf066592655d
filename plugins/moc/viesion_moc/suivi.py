"""What the MOC adds around a dossier: the exit checklist of its étapes, and a sheet on the résumé."""

import datetime as dt

from viesion_core.api import (
    BilanVu,
    DossierVu,
    EtapeResume,
    Niveau,
    Panneau,
    PointSortie,
    ajouter_mois,
    bilans_de,
    entretiens_de,
    etape_ouverte,
    etat_bilan,
    point_cloture,
)
from viesion_moc.bilan import CPARTI, OFFRE, libelle, questionnaires

MOIS = 2
"""« ≤ 2 mois » (domain reference)."""
_SUITE = {"OUI": ", acceptée", "NON": ", refusée", "A_REFLECHIR": ", à réfléchir"}


def points_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return the lines of the exit checklist: bilan closed, préconisation decided, its étape opened."""
    bilans = bilans_de(dossier, str(etape.id))
    dernier = bilans[0] if bilans else None
    points = [point_cloture(OFFRE, dernier, questionnaires()), _preconisation(dernier)]
    if dernier and dernier.reponses.get("MOC_17") in CPARTI and dernier.reponses.get("MOC_18") == "OUI":
        suite = etape_ouverte(dossier, "C-PARTI")
        detail = f"Étape {suite.nom_date}." if suite else "Aucune étape C-PARTI n'est ouverte."
        points.append(
            PointSortie(libelle="Relais C-PARTI ouvert", fait=suite is not None, detail=detail, onglet="parcours")
        )
    return points


def panneaux(dossier: DossierVu) -> list[Panneau]:
    """Return a sheet for the open MOC étape: its term, its entretiens, its bilan and the préconisation."""
    etape = etape_ouverte(dossier, OFFRE)
    if etape is None:
        return []
    terme = ajouter_mois(etape.debut_reel, MOIS) - dt.timedelta(days=1)
    bilans = bilans_de(dossier, str(etape.id))
    dernier = bilans[0] if bilans else None
    lignes = [
        ("Terme du module", f"{terme:%d/%m/%Y}"),
        ("Entretiens réalisés", f"{len(entretiens_de(dossier, str(etape.id)))}, 1 à 3 prévus"),
        ("Dernier bilan", etat_bilan(dernier, questionnaires())),
    ]
    if dernier and (code := dernier.reponses.get("MOC_17")):
        suite = _SUITE.get(dernier.reponses.get("MOC_18", ""), "")
        lignes.append(("Préconisation", libelle("MOC_17", code) + suite))
    depasse = terme < dossier.aujourdhui
    return [
        Panneau(
            titre="Module d'Orientation Création",
            lignes=tuple(lignes),
            texte=f"La durée de {MOIS} mois est dépassée." if depasse else "",
            niveau=Niveau.ATTEND if depasse or dernier is None else None,
            onglet="bilans",
        )
    ]


def _preconisation(dernier: BilanVu | None) -> PointSortie:
    code = dernier.reponses.get("MOC_17") if dernier else None
    detail = f"{libelle('MOC_17', code)}." if code else "Elle n'est pas saisie dans le bilan (question 17)."
    return PointSortie(libelle="Préconisation restituée", fait=code is not None, detail=detail, onglet="bilans")
