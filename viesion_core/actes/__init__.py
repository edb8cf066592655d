"""One record of every act: acte, revisions, undo, outbox of domain events."""

from viesion_core.actes.actions import Acte, Ecriture, acte, acte_joint, declarer_observateur
from viesion_core.actes.annulation import annuler_acte, declarer_garde, declarer_suite
from viesion_core.actes.evenements import Evenement, livrer_evenements
from viesion_core.actes.model import DELAI_ANNULATION, ActeResume, Changement, Divergence, RevisionVue
from viesion_core.actes.queries import (
    acte_nomme,
    acte_recent,
    changements,
    dernier_acte,
    divergence,
    etat_connu_le,
    historique,
    revisions,
)

__all__ = [
    "DELAI_ANNULATION",
    "Acte",
    "ActeResume",
    "Changement",
    "Divergence",
    "Ecriture",
    "Evenement",
    "RevisionVue",
    "acte",
    "acte_joint",
    "acte_nomme",
    "acte_recent",
    "annuler_acte",
    "changements",
    "declarer_garde",
    "declarer_observateur",
    "declarer_suite",
    "dernier_acte",
    "divergence",
    "etat_connu_le",
    "historique",
    "livrer_evenements",
    "revisions",
]
