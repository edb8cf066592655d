"""The Word templates of the PSME, and the fields that they add to the core's."""

import importlib.resources
from collections.abc import Mapping
from typing import Any

from viesion_core.api import BilanVu, ChampFusion, DossierVu, ModeleFusion, duree_en_clair
from viesion_psme.bilan import ACCOMPAGNEMENT, FLASH
from viesion_psme.controles import BIEN_ETRE

_MODELES = importlib.resources.files("viesion_psme") / "fusion"
_CHAMPS = (
    ChampFusion("psme.duree", "Durée de l'accompagnement, jusqu'à ce jour s'il est en cours", "2 mois et 12 jours"),
    ChampFusion("psme.bien_etre", "Bien-être perçu, de l'entrée à la sortie", "4 à l'entrée, 7 à la sortie (+3)"),
    ChampFusion(
        "psme.attention[].texte", "Points d'attention que les réponses font ressortir", "Situation non débloquée."
    ),
)
_ATTENTION = (
    ("PSME_FLASH_08", "NON", "La situation n'est pas débloquée."),
    ("PSME_FLASH_13", False, "La personne n'accepte pas la suite proposée."),
    ("PSME_ACC_15", "RUPTURE", "La participation est en rupture."),
    ("PSME_ACC_18", "DEGRADEE", "La santé perçue s'est dégradée."),
    ("PSME_ACC_19", "DEGRADE", "Le lien social s'est dégradé."),
    ("PSME_ACC_17", "FAIBLE", "L'autonomie dans les démarches de santé reste faible."),
)


def modeles() -> list[ModeleFusion]:
    """Return a template for each bilan; its .docx is changed in Word."""
    return [
        ModeleFusion(
            code=code,
            libelle=libelle,
            contenu=(_MODELES / fichier).read_bytes(),
            questionnaire=questionnaire,
            champs=_CHAMPS,
        )
        for code, libelle, fichier, questionnaire in (
            ("PSME_FLASH_BILAN", "Fiche bilan PSME flash modèle fusion", "fiche_bilan_psme_flash.docx", FLASH),
            (
                "PSME_ACC_BILAN",
                "Fiche bilan PSME accompagnement modèle fusion",
                "fiche_bilan_psme_accompagnement.docx",
                ACCOMPAGNEMENT,
            ),
        )
    ]


def completer(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Return the fields `psme.…`: duration and well-being in words, and what the answers ask to be careful about."""
    reponses: Mapping[str, Any] = bilan.reponses if bilan else {}
    etape = next((e for e in dossier.etapes if bilan and str(e.id) == bilan.etape), None)
    return {
        "psme": {
            "duree": duree_en_clair(etape.debut_reel, etape.fin_reelle or dossier.aujourdhui) if etape else "",
            "bien_etre": _bien_etre(bilan) if bilan else "",
            "attention": [{"texte": texte} for code, valeur, texte in _ATTENTION if reponses.get(code) == valeur],
        }
    }


def _bien_etre(bilan: BilanVu) -> str:
    avant, apres = (bilan.reponses.get(code) for code in BIEN_ETRE[bilan.questionnaire])
    if avant is None or apres is None:
        return "" if avant is None else f"{avant} à l'entrée"
    ecart = f"{apres - avant:+}" if apres != avant else "stable"
    return f"{avant} à l'entrée, {apres} à la sortie ({ecart})"
