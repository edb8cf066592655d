"""The offre MOS (Module d'Orientation Santé) of VieSion."""

import importlib.resources

from viesion_core.api import Offre, Questionnaire, hookimpl, lire_questionnaire

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
