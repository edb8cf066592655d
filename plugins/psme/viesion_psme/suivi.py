"""What the PSME adds around a dossier: the exit checklist of its étapes, and a sheet on the résumé."""

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
    bilans_reserves,
    entretiens_de,
    etape_ouverte,
    etat_bilan,
    point_cloture,
)
from viesion_psme.bilan import FLASH, OFFRE, questionnaires
from viesion_psme.controles import BIEN_ETRE

MOIS = {"PSME_FLASH": 3, "PSME_ACC": 12}
"""« flash ≤ 3 mois ; accompagnement 6 à 12 mois » (domain reference)."""


def points_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return the lines of the exit checklist: bilan closed, well-being at the exit, what follows."""
    bilans = bilans_de(dossier, str(etape.id))
    if not bilans and bilans_reserves(dossier):
        return [point_cloture(OFFRE, None, questionnaires(), reserves=True)]
    dernier = bilans[0] if bilans else None
    return [point_cloture(OFFRE, dernier, questionnaires()), _mesure(dernier), _suite(dernier)]


def panneaux(dossier: DossierVu) -> list[Panneau]:
    """Return a sheet for the open PSME étape: its term, its entretiens, its bilan and the well-being."""
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
        ("Dernier bilan", etat_bilan(dernier, questionnaires(), reserves=bilans_reserves(dossier))),
    ]
    baisse = False
    if dernier:
        avant, apres = (dernier.reponses.get(code) for code in BIEN_ETRE[dernier.questionnaire])
        if avant is not None:
            lignes.append(
                ("Bien-être perçu", f"{avant} à l'entrée" + ("" if apres is None else f", {apres} à la sortie"))
            )
        baisse = avant is not None and apres is not None and apres < avant
    depasse = terme < dossier.aujourdhui
    texte = f"La durée de {mois} mois est dépassée." if depasse else "Le bien-être perçu baisse." if baisse else ""
    a_creer = dernier is None and not bilans_reserves(dossier)
    return [
        Panneau(
            titre="Parcours Santé Mieux-Être",
            lignes=tuple(lignes),
            texte=texte,
            niveau=Niveau.ATTEND if depasse or baisse or a_creer else None,
            onglet="bilans",
        )
    ]


def _mesure(dernier: BilanVu | None) -> PointSortie:
    code = BIEN_ETRE[dernier.questionnaire][1] if dernier else ""
    note = dernier.reponses.get(code) if dernier else None
    detail = "La personne n'a pas encore donné sa note." if note is None else f"{note} sur 10."
    return PointSortie(libelle="Bien-être perçu à la sortie", fait=note is not None, detail=detail, onglet="bilans")


def _suite(dernier: BilanVu | None) -> PointSortie:
    flash = dernier is not None and dernier.questionnaire == FLASH
    code = "PSME_FLASH_12" if flash else "PSME_ACC_28"
    dite = dernier is not None and code in dernier.reponses
    detail = "Dite dans le bilan." if dite else f"Elle n'est pas dite dans le bilan (question {code[-2:]})."
    return PointSortie(libelle="Suite préconisée", fait=dite, detail=detail, onglet="bilans")
