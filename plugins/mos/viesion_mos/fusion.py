"""The Word template of the MOS, « fiche bilan MOS modéle fusion » (deck), and the fields that it adds to the core's."""

import importlib.resources
from collections.abc import Mapping
from typing import Any

from viesion_core.api import BilanVu, ChampFusion, DossierVu, ModeleFusion, date_de, duree_en_clair

_MODELES = importlib.resources.files("viesion_mos") / "fusion"
_CHAMPS = (
    ChampFusion("mos.duree", "Durée de l'accompagnement, jusqu'à ce jour s'il est en cours", "2 mois et 12 jours"),
    ChampFusion("mos.delai", "Délai entre la prescription et le premier entretien honoré", "12 jours"),
    ChampFusion(
        "mos.attention[].texte", "Points d'attention que les réponses font ressortir", "Démarche MDPH à engager."
    ),
)
_ATTENTION = (
    ("MOS_19", "RELAIS_URGENT_EFFECTUE", "Mal-être exprimé : un relais urgent a été effectué."),
    ("MOS_26", True, "La situation nécessite une mise en protection."),
    ("MOS_16", "BLOQUANT_A_CE_JOUR", "L'état de santé bloque à ce jour les démarches d'insertion."),
    ("MOS_11", True, "Renoncement aux soins depuis 12 mois."),
    ("MOS_07", "A_OUVRIR", "Droits à l'assurance maladie à ouvrir."),
    ("MOS_08", "AUCUNE", "Aucune complémentaire santé."),
    ("MOS_09", False, "Aucun médecin traitant déclaré."),
    ("MOS_21", True, "Démarche MDPH à engager."),
    ("MOS_30", True, "Avis médical complémentaire demandé."),
    ("MOS_35", False, "La personne n'a pas été informée du contenu transmis."),
)


def modeles() -> list[ModeleFusion]:
    """Return the template of the bilan; its .docx is changed in Word."""
    return [
        ModeleFusion(
            code="MOS_BILAN",
            libelle="fiche bilan MOS modéle fusion",
            contenu=(_MODELES / "fiche_bilan_mos.docx").read_bytes(),
            questionnaire="MOS",
            champs=_CHAMPS,
        )
    ]


def completer(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Return the fields `mos.…`: durations in words, and what the answers ask to be careful about."""
    reponses: Mapping[str, Any] = bilan.reponses if bilan else {}
    etape = next((e for e in dossier.etapes if bilan and str(e.id) == bilan.etape), None)
    return {
        "mos": {
            "duree": duree_en_clair(etape.debut_reel, etape.fin_reelle or dossier.aujourdhui) if etape else "",
            "delai": _delai(reponses),
            "attention": [{"texte": texte} for code, valeur, texte in _ATTENTION if reponses.get(code) == valeur],
        }
    }


def _delai(reponses: Mapping[str, Any]) -> str:
    """Return « 12 jours » between the prescription (MOS_01) and the first entretien held (MOS_04), "" if unknown."""
    prescription, premier = date_de(reponses, "MOS_01"), date_de(reponses, "MOS_04")
    if prescription is None or premier is None or premier < prescription:
        return ""
    jours = (premier - prescription).days
    return f"{jours} jour{'s' if jours > 1 else ''}"
