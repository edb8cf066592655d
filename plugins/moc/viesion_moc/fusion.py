"""The Word template of the MOC, « Fiche bilan MOC Modéle fusion » (deck), and the fields that it adds to the core's."""

import importlib.resources
from collections.abc import Mapping
from typing import Any

from viesion_core.api import BilanVu, ChampFusion, DossierVu, ModeleFusion, duree_en_clair
from viesion_moc.bilan import CODE, libelle

_MODELES = importlib.resources.files("viesion_moc") / "fusion"
_CHAMPS = (
    ChampFusion("moc.duree", "Durée de l'accompagnement, jusqu'à ce jour s'il est en cours", "1 mois et 12 jours"),
    ChampFusion("moc.projet", "Nature, secteur et stade du projet", "Création, Artisanat, Étude en cours"),
    ChampFusion(
        "moc.attention[].texte", "Points d'attention que les réponses font ressortir", "Qualification manquante."
    ),
)
_ATTENTION = (
    ("MOC_10", "MANQUANTE", "La qualification réglementée que le métier demande manque."),
    ("MOC_15", "NON", "Le projet ne convient pas à la personne, à ce stade."),
    ("MOC_16", "DEFAVORABLE", "La faisabilité est défavorable à première vue."),
    ("MOC_14", "FAIBLES", "La motivation et la disponibilité sont faibles."),
    ("MOC_18", "NON", "La personne n'accepte pas la préconisation."),
)


def modeles() -> list[ModeleFusion]:
    """Return the template of the bilan; its .docx is changed in Word."""
    return [
        ModeleFusion(
            code="MOC_BILAN",
            libelle="Fiche bilan MOC Modéle fusion",
            contenu=(_MODELES / "fiche_bilan_moc.docx").read_bytes(),
            questionnaire=CODE,
            champs=_CHAMPS,
        )
    ]


def completer(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Return the fields `moc.…`: duration, the project in one line, what the answers ask to be careful about."""
    reponses: Mapping[str, Any] = bilan.reponses if bilan else {}
    etape = next((e for e in dossier.etapes if bilan and str(e.id) == bilan.etape), None)
    morceaux = [libelle(code, reponses[code]) for code in ("MOC_05", "MOC_06", "MOC_08") if code in reponses]
    return {
        "moc": {
            "duree": duree_en_clair(etape.debut_reel, etape.fin_reelle or dossier.aujourdhui) if etape else "",
            "projet": ", ".join(morceaux),
            "attention": [{"texte": texte} for code, valeur, texte in _ATTENTION if reponses.get(code) == valeur],
        }
    }
