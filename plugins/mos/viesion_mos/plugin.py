"""The offre MOS (Module d'Orientation Santé) of VieSion: its hooks, each answered in a module beside."""

from typing import Any

from viesion_core.api import (
    BilanVu,
    Constat,
    DossierVu,
    EtapeResume,
    ModeleFusion,
    Offre,
    Panneau,
    PointSortie,
    Questionnaire,
    RegleAlerte,
    hookimpl,
)
from viesion_mos import alertes, bilan, controles, fusion, suivi


@hookimpl
def declarer_offre() -> Offre:
    """Assess a health difficulty in 2 to 4 interviews, then orient to the PSME or to care: 3 months at most."""
    return Offre(
        code="MOS",
        libelle="Module d'Orientation Santé",
        thematique="Santé",
        duree_maximale=suivi.MOIS,
        sensible=True,
    )


@hookimpl
def declarer_bilans() -> list[Questionnaire]:
    """« MOS - Bilan »: 37 questions."""
    return [bilan.questionnaire()]


@hookimpl
def preremplir_bilan(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Propose what the former bilan, the caractéristiques, the référents and the entretiens already say."""
    return bilan.preremplir(dossier, etape) if questionnaire == bilan.CODE else {}


@hookimpl
def controler_bilan(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Find what is wrong or doubtful before the closing."""
    return controles.controler(dossier, bilan)


@hookimpl
def declarer_modeles_fusion() -> list[ModeleFusion]:
    """« fiche bilan MOS modéle fusion »."""
    return fusion.modeles()


@hookimpl
def completer_fusion(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Add the fields `mos.…`."""
    return fusion.completer(dossier, bilan)


@hookimpl
def verifier_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Ask, at the exit, for a closed bilan and a préconisation passed on."""
    return suivi.points_sortie(dossier, etape)


@hookimpl
def proposer_panneaux(dossier: DossierVu) -> list[Panneau]:
    """Show where the module stands."""
    return suivi.panneaux(dossier)


@hookimpl
def declarer_regles_alerte() -> list[RegleAlerte]:
    """« Préconisations PSME acceptées sans étape PSME », and two others that only its bilan can tell."""
    return list(alertes.REGLES)
