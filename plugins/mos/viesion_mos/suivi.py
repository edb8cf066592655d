"""What the MOS adds around a dossier: the exit checklist of its étapes, and a sheet on the résumé."""

import datetime as dt

from viesion_core.api import (
    BilanVu,
    DossierVu,
    EtapeResume,
    Niveau,
    Panneau,
    PointSortie,
    ajouter_mois,
    bilans_reserves,
    entretiens_de,
    etape_ouverte,
    etat_bilan,
    point_cloture,
)
from viesion_mos.bilan import CODE, bilans_mos, libelle, questionnaire
from viesion_mos.controles import AUCUNE_SUITE

MOIS = 3
"""« ≤ 3 mois » (domain reference)."""


def points_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return the lines of the exit checklist: bilan closed, préconisation passed on to the référent unique."""
    bilans = bilans_mos(dossier, str(etape.id))
    connus = {CODE: questionnaire()}
    if not bilans and bilans_reserves(dossier):
        return [point_cloture(CODE, None, connus, reserves=True)]
    dernier = bilans[0] if bilans else None
    return [point_cloture(CODE, dernier, connus), _point_transmission(dernier)]


def panneaux(dossier: DossierVu) -> list[Panneau]:
    """Return a sheet for the open MOS étape: its term, its entretiens, its bilan and the préconisation."""
    etape = etape_ouverte(dossier, CODE)
    if etape is None:
        return []
    terme = ajouter_mois(etape.debut_reel, MOIS) - dt.timedelta(days=1)
    tenus = len(entretiens_de(dossier, str(etape.id)))
    bilans = bilans_mos(dossier, str(etape.id))
    dernier = bilans[0] if bilans else None
    lignes = [
        ("Terme du module", f"{terme:%d/%m/%Y}"),
        ("Entretiens réalisés", f"{tenus}, 2 à 4 prévus"),
        ("Dernier bilan", etat_bilan(dernier, {CODE: questionnaire()}, reserves=bilans_reserves(dossier))),
    ]
    if dernier and (preconisation := dernier.reponses.get("MOS_32")):
        lignes.append(("Préconisation", _preconisation(dernier, preconisation)))
    depasse = terme < dossier.aujourdhui
    return [
        Panneau(
            titre="Module d'Orientation Santé",
            lignes=tuple(lignes),
            texte="La durée de 3 mois est dépassée." if depasse else "",
            niveau=Niveau.ATTEND if depasse or (dernier is None and not bilans_reserves(dossier)) else None,
            onglet="bilans",
        )
    ]


def _point_transmission(dernier: BilanVu | None) -> PointSortie:
    reponses = dernier.reponses if dernier else {}
    transmise = reponses.get("MOS_36")
    if transmise:
        detail = f"Transmise le {dt.date.fromisoformat(transmise):%d/%m/%Y}."
    elif reponses.get("MOS_32") == AUCUNE_SUITE:
        detail = "Aucune suite n'est préconisée : la synthèse reste à transmettre."
    else:
        detail = "La date de transmission n'est pas saisie dans le bilan (question 36)."
    return PointSortie(
        libelle="Préconisation transmise au référent unique", fait=bool(transmise), detail=detail, onglet="bilans"
    )


def _preconisation(bilan: BilanVu, preconisation: str) -> str:
    acceptee = bilan.reponses.get("MOS_34")
    suite = {"OUI": ", acceptée", "NON": ", refusée", "A_REFLECHIR": ", à réfléchir"}.get(acceptee or "", "")
    return libelle("MOS_32", preconisation) + suite
