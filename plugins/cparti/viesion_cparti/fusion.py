"""The Word templates of the C-PARTI, and the fields that they add to the core's."""

import importlib.resources
from collections.abc import Mapping
from typing import Any

from viesion_core.api import BilanVu, ChampFusion, DossierVu, ModeleFusion, duree_en_clair
from viesion_cparti.bilan import AGRI, APRES, POST, PRE
from viesion_cparti.controles import DETTES_LOURDES

_MODELES = importlib.resources.files("viesion_cparti") / "fusion"
_CHAMPS = (
    ChampFusion("cparti.duree", "Durée de l'accompagnement, jusqu'à ce jour s'il est en cours", "5 mois et 12 jours"),
    ChampFusion("cparti.financement", "Financements obtenus, sur le besoin", "4 000 € obtenus sur 6 000 €"),
    ChampFusion(
        "cparti.resultat",
        "Chiffre d'affaires moins charges, sur 12 mois",
        "8 200 € (14 000 € encaissés, 5 800 € de charges)",
    ),
    ChampFusion(
        "cparti.attention[].texte", "Points d'attention que les réponses font ressortir", "Aucune comptabilité."
    ),
)
_ATTENTION = (
    ("12", "ABSENTE", "Aucune comptabilité n'est tenue."),
    ("13", "NON", "Les déclarations sociales et fiscales ne sont pas à jour."),
    ("14", DETTES_LOURDES, "Les dettes professionnelles dépassent 10 000 €."),
    ("07", False, "Le SIRET n'est pas attribué."),
)
_ATTENTION_PRE = (
    ("CPARTI_PRE_09", "NON_COMMENCEE", "L'étude de marché n'est pas commencée."),
    ("CPARTI_PRE_10", "NON_COMMENCEE", "L'étude financière prévisionnelle n'est pas commencée."),
    ("CPARTI_PRE_16", "EN_RECHERCHE", "Le foncier est encore recherché."),
    ("CPARTI_PRE_19", "INSUFFISANTES", "Les compétences entrepreneuriales sont insuffisantes."),
)


def modeles() -> list[ModeleFusion]:
    """Return a template for each bilan; its .docx is changed in Word."""
    return [
        ModeleFusion(
            code=f"{questionnaire}_BILAN",
            libelle=libelle,
            contenu=(_MODELES / fichier).read_bytes(),
            questionnaire=questionnaire,
            champs=_CHAMPS,
        )
        for questionnaire, libelle, fichier in (
            (PRE, "Fiche bilan C-Parti Pré creation Modelé fusion", "fiche_bilan_pre_creation.docx"),
            (POST, "Fiche bilan C-Parti Post creation Modelé fusion", "fiche_bilan_post_creation.docx"),
            (AGRI, "Fiche bilan C-Parti (AGRI)Post creation Modelé fusion-", "fiche_bilan_agricole.docx"),
        )
    ]


def completer(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Return the fields `cparti.…`: duration, figures in words, what the answers ask to be careful about."""
    etape = next((e for e in dossier.etapes if bilan and str(e.id) == bilan.etape), None)
    return {
        "cparti": {
            "duree": duree_en_clair(etape.debut_reel, etape.fin_reelle or dossier.aujourdhui) if etape else "",
            "financement": _financement(bilan.reponses) if bilan else "",
            "resultat": _resultat(bilan) if bilan else "",
            "attention": _attention(bilan) if bilan else [],
        }
    }


def _financement(reponses: Mapping[str, Any]) -> str:
    besoin, obtenus = reponses.get("CPARTI_PRE_11"), reponses.get("CPARTI_PRE_13")
    if besoin is None:
        return "" if obtenus is None else f"{_euros(obtenus)} obtenus"
    return f"{_euros(obtenus or 0)} obtenus sur {_euros(besoin)}"


def _resultat(bilan: BilanVu) -> str:
    chiffre, charges = (bilan.reponses.get(f"{bilan.questionnaire}_{rang}") for rang in ("08", "09"))
    if bilan.questionnaire not in APRES or chiffre is None or charges is None:
        return ""
    return f"{_euros(chiffre - charges)} ({_euros(chiffre)} encaissés, {_euros(charges)} de charges)"


def _attention(bilan: BilanVu) -> list[dict[str, str]]:
    if bilan.questionnaire in APRES:
        points = [(f"{bilan.questionnaire}_{rang}", valeur, texte) for rang, valeur, texte in _ATTENTION]
    else:
        points = list(_ATTENTION_PRE)
    return [{"texte": texte} for code, valeur, texte in points if bilan.reponses.get(code) == valeur]


def _euros(montant: float) -> str:
    return f"{montant:,.0f} €".replace(",", "\u202f")
