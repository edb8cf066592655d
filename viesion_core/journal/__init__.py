"""The append-only, hash-chained access log: reads included, references and no values."""

from viesion_core.journal.actions import Journal, journaliser_acte, journaliser_lecture, journaliser_reprise
from viesion_core.journal.queries import RapportChaine, verifier_chaine

__all__ = [
    "Journal",
    "RapportChaine",
    "journaliser_acte",
    "journaliser_lecture",
    "journaliser_reprise",
    "verifier_chaine",
]
