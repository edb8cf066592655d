"""The bilan of the MOC: its questionnaire, and what the dossier already answers."""

import functools
import importlib.resources
from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import DossierVu, EtapeResume, Questionnaire, bilans_de, entree_connue, freins, lire_questionnaire

OFFRE, CODE = "MOC", "MOC"
CPARTI = ("C_PARTI_PRE_CREATION", "C_PARTI_POST_CREATION_HORS_AGRICOLE", "C_PARTI_POST_CREATION_AGRICOLE")
"""The préconisations that lead to the C-PARTI."""
_REPRISES = ("05", "06", "07", "09", "10", "11", "12")
"""What the former bilan of the same étape says and that still holds: the project, not the conclusions."""
_FREINS = {
    "SANTE": "SANTE",
    "MOBILITE": "MOBILITE",
    "LOGEMENT": "LOGEMENT",
    "FINANCES": "FINANCES_DETTES",
    "GARDE": "GARDE_D_ENFANTS",
    "LANGUE": "LANGUE",
    "NUMERIQUE": "NUMERIQUE",
}
_INDEPENDANTS = ("Indépendant", "Exploitant agricole", "Artiste, intermittent")


@functools.cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """Return « MOC - Bilan », 19 questions, by its code."""
    texte = (importlib.resources.files("viesion_moc") / "bilan.toml").read_text(encoding="utf-8")
    return {CODE: lire_questionnaire(texte)}


def libelle(question: str, code: str) -> str:
    """Return the label of an answer: « C-PARTI pré-création »."""
    options = {option.code: option.libelle for option in questionnaires()[CODE].par_code()[question].options}
    return options.get(code, code)


def preremplir(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Return what the dossier answers; what is counted wins over what was written before."""
    if questionnaire != CODE:
        return {}
    return {
        **dict(_caracteristiques(dossier)),
        **dict(_reprises(dossier, etape)),
        **dict(entree_connue(dossier, etape, CODE)),
    }


def _caracteristiques(dossier: DossierVu) -> Iterator[tuple[str, Any]]:
    statut = dossier.caracteristiques.get("ACTIVITE", "")
    if statut in _INDEPENDANTS:
        yield "MOC_05", "ACTIVITE_EXISTANTE"
        yield "MOC_08", "DEJA_IMMATRICULE"
    if statut == "Exploitant agricole":
        yield "MOC_06", "AGRICOLE"
    connus = freins(dossier)
    if gardes := [code for frein, code in _FREINS.items() if frein in connus]:
        yield "MOC_13", gardes


def _reprises(dossier: DossierVu, etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    for precedent in [b for b in bilans_de(dossier, str(etape.id)) if b.questionnaire == CODE][:1]:
        for rang in _REPRISES:
            if f"MOC_{rang}" in precedent.reponses:
                yield f"MOC_{rang}", precedent.reponses[f"MOC_{rang}"]
