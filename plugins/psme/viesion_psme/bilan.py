"""The two bilans of the PSME, flash and accompagnement, and what the dossier already answers."""

import functools
import importlib.resources
from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import (
    DossierVu,
    EtapeResume,
    Questionnaire,
    bilans_de,
    dernier_bilan,
    entree_connue,
    freins,
    lire_questionnaire,
    sortie_connue,
)

OFFRE = "PSME"
FLASH, ACCOMPAGNEMENT = "PSME_FLASH", "PSME_ACC"
SORTIE = 24
"""The rank of the first question of block S in the accompagnement."""
_FICHIERS = ("bilan_flash.toml", "bilan_accompagnement.toml")
_REPRISES = {FLASH: ("05", "06", "09"), ACCOMPAGNEMENT: ("05", "06", "07", "08", "09", "10", "12", "14")}
"""What the former bilan of the same étape says and that still holds: the entry, what was done, not the conclusions."""
_FREINS = ("MOBILITE", "LOGEMENT", "FINANCES", "NUMERIQUE", "LANGUE", "FAMILLE")
_BESOINS = {
    "ACCES_AUX_DROITS": "ACCES_AUX_DROITS",
    "ACCES_AUX_SOINS": "ACCES_AUX_SOINS",
    "BILAN_DE_SANTE": "ACCES_AUX_SOINS",
    "MAL_ETRE": "MAL_ETRE",
    "ADDICTIONS": "ADDICTIONS",
    "MDPH": "HANDICAP",
    "AUTRE": "AUTRE",
}
"""« Besoin principal » of the flash, as a « Besoin travaillé » of the accompagnement."""
_MOTIFS_MOS = {
    "MAL_ETRE_OU_SANTE_PSYCHIQUE": "MAL_ETRE",
    "ADDICTIONS": "ADDICTIONS",
    "ACCES_AUX_DROITS_OU_AUX_SOINS": "ACCES_AUX_SOINS",
    "HANDICAP_RQTH": "HANDICAP",
}


@functools.cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """Return the questionnaires by code: flash, 15 questions; accompagnement, 29."""
    dossier = importlib.resources.files("viesion_psme")
    lus = [lire_questionnaire((dossier / fichier).read_text(encoding="utf-8")) for fichier in _FICHIERS]
    return {questionnaire.code: questionnaire for questionnaire in lus}


def preremplir(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Return what the dossier answers; what is counted wins over what was written before."""
    if questionnaire not in questionnaires():
        return {}
    propres = _flash(etape) if questionnaire == FLASH else _accompagnement(dossier, etape)
    return {
        **dict(propres),
        **dict(_reprises(dossier, questionnaire, etape)),
        **dict(entree_connue(dossier, etape, questionnaire)),
    }


def _flash(etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    if etape.fin_reelle:
        yield "PSME_FLASH_14", etape.fin_reelle.isoformat()


def _accompagnement(dossier: DossierVu, etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    yield from sortie_connue(etape, ACCOMPAGNEMENT, SORTIE)
    if gardes := [frein for frein in _FREINS if frein in freins(dossier)]:
        yield "PSME_ACC_08", gardes
    besoins = _besoins(dossier)
    if besoins:
        yield "PSME_ACC_05", besoins


def _besoins(dossier: DossierVu) -> list[str]:
    """Return the needs that the latest flash, or else the latest MOS, told."""
    if (flash := dernier_bilan(dossier, FLASH)) and (besoin := flash.reponses.get("PSME_FLASH_05")):
        return [_BESOINS[besoin]]
    mos = dernier_bilan(dossier, "MOS")
    motifs = mos.reponses.get("MOS_03", []) if mos else []
    return [_MOTIFS_MOS[motif] for motif in motifs if motif in _MOTIFS_MOS]


def _reprises(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    precedent = next((b for b in bilans_de(dossier, str(etape.id)) if b.questionnaire == questionnaire), None)
    for rang in _REPRISES[questionnaire] if precedent else ():
        code = f"{questionnaire}_{rang}"
        if precedent and code in precedent.reponses:
            yield code, precedent.reponses[code]
