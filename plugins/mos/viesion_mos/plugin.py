"""The offre MOS (Module d'Orientation Santé) of VieSion."""

import importlib.resources
from typing import Any

from viesion_core.api import BilanVu, DossierVu, ModeleFusion, Offre, Questionnaire, hookimpl, lire_questionnaire
from viesion_mos import fusion

_PAQUET = importlib.resources.files("viesion_mos")


@hookimpl
def declarer_offre() -> Offre:
    """Assess a health difficulty in 2 to 4 interviews, then orient to the PSME or to care: 3 months at most."""
    return Offre(
        code="MOS",
        libelle="Module d'Orientation Santé",
        thematique="Santé",
        duree_maximale=3,
        sensible=True,
    )


@hookimpl
def declarer_bilans() -> list[Questionnaire]:
    """« MOS - Bilan »: 37 questions."""
    return [lire_questionnaire((_PAQUET / "bilan.toml").read_text(encoding="utf-8"))]


@hookimpl
def declarer_modeles_fusion() -> list[ModeleFusion]:
    """« fiche bilan MOS modéle fusion »."""
    return fusion.modeles()


@hookimpl
def completer_fusion(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Add the fields `mos.…`."""
    return fusion.completer(dossier, bilan)
