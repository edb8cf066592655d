"""Every hook that a plugin may implement (marker `viesion_core.api.hookimpl`).

Data hooks are synchronous and pure: they receive values and return values, run in a thread of the plugin under a
time limit, and their result is checked against its type. Event hooks, after the commit, may be asynchronous and are
delivered at least once. A hook about one offre is asked of the plugin of that offre alone; the others of every
plugin enabled for the organism. What a plugin answers never takes a page down: see each hook for what a failure does.
"""

from collections.abc import Sequence
from typing import Any

import pluggy

from viesion_core.alertes.model import RegleAlerte
from viesion_core.bilans.model import BilanVu, Questionnaire
from viesion_core.db.migrations import Migration
from viesion_core.echanges.envois_model import FluxSortant
from viesion_core.echanges.model import Flux
from viesion_core.fusion.model import ModeleFusion
from viesion_core.offres.model import Constat, DossierVu, Offre, Panneau, PointSortie
from viesion_core.parcours.model import EtapeResume, SaisieEtape

PROJET = "viesion"
hookspec = pluggy.HookspecMarker(PROJET)
hookimpl = pluggy.HookimplMarker(PROJET)


@hookspec
def declarer_offre() -> Offre:
    """Return the offre that the plugin brings. Failure: the plugin is refused, and named on the administration page."""
    raise NotImplementedError


@hookspec
def declarer_migrations() -> Sequence[Migration]:
    """Return the migrations of the plugin's own tables, in order. Failure: the plugin is refused."""
    raise NotImplementedError


@hookspec
def declarer_bilans() -> Sequence[Questionnaire]:
    """Return the questionnaires of the offre, old versions included. Failure: the plugin is refused.

    Their compilation needs no code; what it compares between the beginning and the end is in their `evolutions`.
    """
    raise NotImplementedError


@hookspec
def preremplir_bilan(dossier: DossierVu, questionnaire: str, etape: EtapeResume) -> dict[str, Any]:
    """Return the answers that the dossier already knows for a bilan of an étape, by question code.

    Failure: the form is blank. An answer that the questionnaire refuses is left out.
    """
    raise NotImplementedError


@hookspec
def controler_bilan(dossier: DossierVu, bilan: BilanVu) -> Sequence[Constat]:
    """Return what is wrong or doubtful before a bilan is closed. Failure: blocks the closing, nothing else."""
    raise NotImplementedError


@hookspec
def declarer_modeles_fusion() -> Sequence[ModeleFusion]:
    """Return the Word templates of the offre. Failure: the fusion says that they are not available."""
    raise NotImplementedError


@hookspec
def completer_fusion(dossier: DossierVu, bilan: BilanVu | None, modele: str) -> dict[str, Any]:
    """Return more fields for a template. Failure: no document (never a partial official one)."""
    raise NotImplementedError


@hookspec
def controler_etape(dossier: DossierVu, etape: SaisieEtape) -> Sequence[Constat]:
    """Return what is wrong or doubtful before an étape is saved. Failure: blocks the save, names the plugin."""
    raise NotImplementedError


@hookspec
def verifier_sortie(dossier: DossierVu, etape: EtapeResume) -> Sequence[PointSortie]:
    """Return more lines for the exit checklist of an étape. Failure: a line « non vérifiable »."""
    raise NotImplementedError


@hookspec
def proposer_panneaux(dossier: DossierVu) -> Sequence[Panneau]:
    """Return small sheets for the résumé of a dossier. Failure: a notice in their place."""
    raise NotImplementedError


@hookspec
def declarer_regles_alerte() -> Sequence[RegleAlerte]:
    """Return the alert rules that only this plugin can know. Failure: its rules are shown as unavailable."""
    raise NotImplementedError


@hookspec
def declarer_flux() -> Sequence[Flux]:
    """Return the flows that the plugin understands: it reads a line, the core carries the command out.

    Failure: the plugin has no flow, and is named on the administration page. `Flux.lecteur` runs outside this call:
    what it raises refuses its line alone.
    """
    raise NotImplementedError


@hookspec
def declarer_envois() -> Sequence[FluxSortant]:
    """Return the flows to partners that the plugin words: the core decides what leaves and when, and reads the answers.

    Failure: the plugin sends nothing, and is named on the administration page; the messages wait. What
    `FluxSortant.redacteur` raises refuses its message alone.
    """
    raise NotImplementedError


@hookspec
def dossier_ouvert(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that a dossier was opened. Failure of an event hook: logged, delivered again later."""


@hookspec
def dossier_modifie(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that the identity, address or right of a person changed."""


@hookspec
def contrat_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that a contract was saved or deleted; `donnees["contrat"]` is its id."""


@hookspec
def referent_affecte(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that a référent was given, changed or ended; `donnees`: referent, nature."""


@hookspec
def etape_ouverte(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that an étape was opened; `donnees`: etape, offre."""


@hookspec
def etape_close(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that an étape was closed; `donnees`: etape, offre."""


@hookspec
def entretien_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that an entretien was planned, changed or held; `donnees["entretien"]` is its id."""


@hookspec
def bilan_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> Any:
    """Hear that a bilan was opened, closed or reopened; `donnees["bilan"]` is its id."""
