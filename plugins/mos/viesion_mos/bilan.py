"""The bilan of the MOS: its questionnaire, and what the dossier already answers."""

import functools
import importlib.resources
from collections.abc import Iterator
from typing import Any

from viesion_core.api import (
    ABSENCE_NON_JUSTIFIEE,
    BilanVu,
    DossierVu,
    EtapeResume,
    Questionnaire,
    bilans_de,
    entretiens_de,
    lire_questionnaire,
    prescripteur,
)

CODE = "MOS"
REPRISES_MEME_ETAPE = (
    "MOS_01",
    "MOS_02",
    "MOS_03",
    "MOS_07",
    "MOS_08",
    "MOS_09",
    "MOS_20",
    "MOS_23",
    "MOS_24",
    "MOS_25",
)
"""What the former bilan of the same étape says and that still holds: not how the person feels, nor the conclusions."""
REPRISES_AUTRE_ETAPE = ("MOS_08", "MOS_09", "MOS_20", "MOS_25")
"""What may be proposed from a bilan of a former étape: lasting facts."""

_FREINS_PAR_FAMILLE = {
    "Mobilité": "MOBILITE",
    "Logement": "LOGEMENT",
    "Finances": "FINANCES",
    "Numérique": "NUMERIQUE",
    "Famille": "FAMILLE_OU_AIDANCE",
    "Administratif, juridique": "ADMINISTRATIF_JUDICIAIRE",
}
_FREINS_PAR_CARACTERISTIQUE = {
    ("LOGEMENT", "Sans domicile"): "LOGEMENT",
    ("LOGEMENT", "CHRS, hôtel, urgence"): "LOGEMENT",
    ("LOGEMENT", "Caravane, bateau, fortune"): "LOGEMENT",
    ("RESSOURCES", "Sans ressource"): "FINANCES",
    ("NUMERIQUE", "Non autonome (illectronisme)"): "NUMERIQUE",
    ("FRANCAIS", "Débutant"): "LANGUE",
    ("FRANCAIS", "Interprète nécessaire"): "LANGUE",
    ("AIDANT", "Oui"): "FAMILLE_OU_AIDANCE",
    ("TRANSPORT", "Aucun"): "MOBILITE",
}
_DEPLACEMENTS = {
    "Transports en commun": "TRANSPORTS_EN_COMMUN",
    "Covoiturage": "DEPEND_D_UN_TIERS",
    "Vélo, trottinette": "AUTONOME",
    "Deux-roues motorisé": "AUTONOME",
    "Voiture": "AUTONOME",
}
_RECONNAISSANCES = {"Oui": ["RQTH"], "En cours": ["DOSSIER_MDPH_EN_COURS"]}


@functools.cache
def questionnaire() -> Questionnaire:
    """Return « MOS - Bilan »: 37 questions, from bilan.toml."""
    texte = (importlib.resources.files("viesion_mos") / "bilan.toml").read_text(encoding="utf-8")
    return lire_questionnaire(texte)


def libelle(question: str, code: str) -> str:
    """Return the label of an answer: « PSME flash »."""
    options = {option.code: option.libelle for option in questionnaire().par_code()[question].options}
    return options.get(code, code)


def bilans_mos(dossier: DossierVu, etape: str) -> list[BilanVu]:
    """Return the MOS bilans of an étape, the latest first."""
    return [bilan for bilan in bilans_de(dossier, etape) if bilan.questionnaire == CODE]


def preremplir(dossier: DossierVu, etape: EtapeResume) -> dict[str, Any]:
    """Return what the dossier answers: former bilan, then caractéristiques, référents and entretiens of the étape.

    What is counted wins over what was written before.
    """
    return {
        **dict(_reprises(dossier, etape)),
        **dict(_caracteristiques(dossier)),
        **({"MOS_02": qui} if (qui := prescripteur(dossier)) else {}),
        **dict(_entretiens(dossier, str(etape.id))),
    }


def _reprises(dossier: DossierVu, etape: EtapeResume) -> Iterator[tuple[str, Any]]:
    """Yield the lasting answers of the latest bilan, of the same étape if there is one."""
    memes = bilans_mos(dossier, str(etape.id))
    autres = [bilan for bilan in dossier.bilans if bilan.questionnaire == CODE]
    if not memes and not autres:
        return
    precedent, codes = (memes[0], REPRISES_MEME_ETAPE) if memes else (autres[0], REPRISES_AUTRE_ETAPE)
    for code in codes:
        if code in precedent.reponses:
            yield code, precedent.reponses[code]


def _caracteristiques(dossier: DossierVu) -> Iterator[tuple[str, Any]]:
    connues = dossier.caracteristiques
    if reconnaissances := _RECONNAISSANCES.get(connues.get("RQTH", "")):
        yield "MOS_20", reconnaissances
    if deplacement := _DEPLACEMENTS.get(connues.get("TRANSPORT", "")):
        yield "MOS_24", deplacement
    if aidant := connues.get("AIDANT"):
        yield "MOS_25", aidant == "Oui"
    familles = {difficulte.famille for difficulte in dossier.difficultes if difficulte.ouverte}
    freins = {frein for famille, frein in _FREINS_PAR_FAMILLE.items() if famille in familles}
    freins |= {frein for (code, valeur), frein in _FREINS_PAR_CARACTERISTIQUE.items() if connues.get(code) == valeur}
    if freins:
        yield "MOS_22", sorted(freins)


def _entretiens(dossier: DossierVu, etape: str) -> Iterator[tuple[str, Any]]:
    tenus = entretiens_de(dossier, etape)
    absences = entretiens_de(dossier, etape, ABSENCE_NON_JUSTIFIEE)
    if tenus:
        yield "MOS_04", tenus[0].jour.isoformat()
        yield "MOS_05", len(tenus)
    if tenus or absences:
        yield "MOS_06", len(absences)
