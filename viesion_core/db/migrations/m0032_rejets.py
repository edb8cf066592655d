"""The line of a refusal as it came, encrypted, while it waits to be corrected or replayed; emptied once decided."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0032_rejets",
    commun=["ALTER TABLE echange_rejet ADD COLUMN ligne_chiffree TEXT NOT NULL DEFAULT ''"],
)
