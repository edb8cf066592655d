"""The three bilans of the C-PARTI, before and after the creation, and what the dossier already answers."""

import functools
import importlib.resources
from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import (
    BilanVu,
    DossierVu,
    EtapeResume,
    Questionnaire,
    bilans_de,
    dernier_bilan,
    entree_connue,
    lire_questionnaire,
    sortie_connue,
)

OFFRE = "C-PARTI"
PRE, POST, AGRI = "CPARTI_PRE", "CPARTI_POST", "CPARTI_AGRI"
APRES = (POST, AGRI)
"""The bilans of an activity that exists: they share block P (questions 5 to 16)."""
SORTIE = {PRE: 23, POST: 24, AGRI: 30}
"""The rank of the first question of block S."""
_FICHIERS = ("bilan_pre_creation.toml", "bilan_post_creation.toml", "bilan_agricole.toml")
_REPRISES = {
    PRE: ("05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18"),
    POST: ("05", "06", "07", "12", "15", "17"),
    AGRI: ("05", "06", "07", "12", "15", "17", "18", "19", "20", "21", "22"),
}
"""What the former bilan says and that still holds: the project, what the activity is, not its figures."""
_STATUTS = {"CAE_COUVEUSE_ESPACE_TEST": "CAE_OU_COUVEUSE", "ASSOCIATION": "ASSOCIATION"}


@functools.cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """Return the questionnaires by code: pré-création 28 questions, post-création 29, agricole 35."""
    dossier = importlib.resources.files("viesion_cparti")
    lus = [lire_questionnaire((dossier / fichier).read_text(encoding="utf-8")) for fichier in _FICHIERS]
    return {questionnaire.code: questionnaire for questionnaire in lus}


def libelle(bilan: BilanVu, rang: int) -> str:
    """Return the label of the answer of that rank, "" without one: « Viable sous conditions »."""
    question = questionnaires()[bilan.questionnaire].par_code()[f"{bilan.questionnaire}_{rang:02}"]
    code = bilan.reponses.get(question.code)
    return next((option.libelle for option in question.options if option.code == code), "")


def preremplir(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Return what the dossier answers: MOC, then pré-création, then the former bilan, then what is counted."""
    if questionnaire not in questionnaires():
        return {}
    venus = _du_moc(dossier) if questionnaire == PRE else _de_la_pre_creation(dossier, questionnaire)
    return {
        **dict(venus),
        **dict(_reprises(dossier, questionnaire, etape)),
        **dict(sortie_connue(etape, questionnaire, SORTIE[questionnaire])),
        **dict(entree_connue(dossier, etape, questionnaire)),
    }


def _du_moc(dossier: DossierVu) -> Iterator[tuple[str, Any]]:
    """Yield what the latest MOC says of the project."""
    moc = dernier_bilan(dossier, "MOC")
    if moc is None:
        return
    if secteur := moc.reponses.get("MOC_06"):
        yield "CPARTI_PRE_05", "AGRICOLE_MSA" if secteur == "AGRICOLE" else "HORS_AGRICOLE"
    if description := moc.reponses.get("MOC_07"):
        yield "CPARTI_PRE_06", description
    if (nature := moc.reponses.get("MOC_05")) in ("CREATION", "REPRISE"):
        yield "CPARTI_PRE_07", nature


def _de_la_pre_creation(dossier: DossierVu, questionnaire: str) -> Iterator[tuple[str, Any]]:
    """Yield what the pré-création says of the activity that it has led to."""
    pre = dernier_bilan(dossier, PRE)
    if pre is None:
        return
    if pre.reponses.get("CPARTI_PRE_21") == "CREATION_EFFECTIVE" and (jour := pre.reponses.get("CPARTI_PRE_22")):
        yield f"{questionnaire}_05", jour
    if statut := _STATUTS.get(pre.reponses.get("CPARTI_PRE_07", "")):
        yield f"{questionnaire}_06", statut


def _reprises(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    siens = [b for b in bilans_de(dossier, str(etape.id)) if b.questionnaire == questionnaire]
    precedent = siens[0] if siens else dernier_bilan(dossier, questionnaire)
    for rang in _REPRISES[questionnaire] if precedent else ():
        code = f"{questionnaire}_{rang}"
        if precedent and code in precedent.reponses:
            yield code, precedent.reponses[code]
