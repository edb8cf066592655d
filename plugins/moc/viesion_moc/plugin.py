"""The offre MOC (Module d'Orientation Création) of VieSion: its hooks, each answered in a module beside."""

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
from viesion_moc import alertes, bilan, controles, fusion, suivi


@hookimpl
def declarer_offre() -> Offre:
    """Look at a project and the person who holds it in 1 to 3 interviews, then orient: 2 months at most."""
    return Offre(
        code=bilan.OFFRE,
        libelle="Module d'Orientation Création",
        thematique="Création d'activité",
        duree_maximale=2,
    )


@hookimpl
def declarer_bilans() -> list[Questionnaire]:
    """Return the questionnaires of the offre."""
    return list(bilan.questionnaires().values())


@hookimpl
def preremplir_bilan(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Propose what former bilans, caractéristiques, référents and entretiens already say."""
    return bilan.preremplir(dossier, questionnaire, etape)


@hookimpl
def controler_bilan(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Find what is wrong or doubtful before the closing."""
    return controles.controler(dossier, bilan)


@hookimpl
def declarer_modeles_fusion() -> list[ModeleFusion]:
    """Return the Word templates, changed in Word."""
    return fusion.modeles()


@hookimpl
def completer_fusion(dossier: DossierVu, bilan: BilanVu | None) -> dict[str, Any]:
    """Add the fields `moc.…`."""
    return fusion.completer(dossier, bilan)


@hookimpl
def verifier_sortie(dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return what the offre asks at the exit."""
    return suivi.points_sortie(dossier, etape)


@hookimpl
def proposer_panneaux(dossier: DossierVu) -> list[Panneau]:
    """Show where the accompaniment stands."""
    return suivi.panneaux(dossier)


@hookimpl
def declarer_regles_alerte() -> list[RegleAlerte]:
    """Return the alerts that only this offre can know."""
    return list(alertes.REGLES)
