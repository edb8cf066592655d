"""What the C-PARTI adds around a dossier: the exit checklist of its étapes, and a sheet on the résumé."""

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
    date_de,
    entretiens_de,
    etape_ouverte,
    etat_bilan,
    point_cloture,
)
from viesion_cparti.bilan import AGRI, OFFRE, POST, PRE, libelle, questionnaires

MOIS = {PRE: 12, POST: 24, AGRI: 24}
"""« pré-création 6 à 12 mois, post-création 12 (+ 12) mois » (domain reference)."""
_CONCLUSION = {PRE: ("Décision", 21), POST: ("Viabilité", 21), AGRI: ("Viabilité", 27)}


def points_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return the lines of the exit checklist: bilan closed, conclusion, figures or date of creation."""
    bilans = bilans_de(dossier, str(etape.id))
    dernier = bilans[0] if bilans else None
    points = [point_cloture(OFFRE, dernier, questionnaires())]
    if dernier is None:
        return points
    titre, rang = _CONCLUSION[dernier.questionnaire]
    dit = libelle(dernier, rang)
    absent = f"Elle n'est pas saisie dans le bilan (question {rang})."
    points.append(PointSortie(libelle=titre, fait=bool(dit), detail=f"{dit}." if dit else absent, onglet="bilans"))
    if dernier.questionnaire == PRE:
        return points
    chiffre = dernier.reponses.get(f"{dernier.questionnaire}_08")
    detail = "Il n'est pas saisi dans le bilan (question 8)." if chiffre is None else f"{_euros(chiffre)} sur 12 mois."
    return [
        *points,
        PointSortie(libelle="Chiffre d'affaires connu", fait=chiffre is not None, detail=detail, onglet="bilans"),
    ]


def panneaux(dossier: DossierVu) -> list[Panneau]:
    """Return a sheet for the open C-PARTI étape: its term, its bilan, the project or the figures."""
    etape = etape_ouverte(dossier, OFFRE)
    if etape is None:
        return []
    bilans = bilans_de(dossier, str(etape.id))
    dernier = bilans[0] if bilans else None
    mois = MOIS[dernier.questionnaire] if dernier else max(MOIS.values())
    terme = ajouter_mois(etape.debut_reel, mois) - dt.timedelta(days=1)
    lignes = [
        ("Terme", f"{terme:%d/%m/%Y}"),
        ("Entretiens réalisés", str(len(entretiens_de(dossier, str(etape.id))))),
        ("Dernier bilan", etat_bilan(dernier, questionnaires())),
    ]
    if dernier:
        lignes += _faits(dernier)
    depasse = terme < dossier.aujourdhui
    return [
        Panneau(
            titre="C-PARTI",
            lignes=tuple(lignes),
            texte=f"La durée de {mois} mois est dépassée." if depasse else "",
            niveau=Niveau.ATTEND if depasse or dernier is None else None,
            onglet="bilans",
        )
    ]


def _faits(bilan: BilanVu) -> list[tuple[str, str]]:
    """Return what the bilan says of the activity, the figures first."""
    faits = []
    if bilan.questionnaire != PRE:
        if creation := date_de(bilan.reponses, f"{bilan.questionnaire}_05"):
            faits.append(("Activité créée le", f"{creation:%d/%m/%Y}"))
        chiffre = bilan.reponses.get(f"{bilan.questionnaire}_08")
        faits.append(("Chiffre d'affaires", "À renseigner" if chiffre is None else _euros(chiffre)))
    titre, rang = _CONCLUSION[bilan.questionnaire]
    if dit := libelle(bilan, rang):
        faits.append((titre, dit))
    return faits


def _euros(montant: float) -> str:
    return f"{montant:,.0f} €".replace(",", "\u202f")
