"""The NIR itself, encrypted beside its digest: shown on request, with a reason. Empty for those taken before."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0033_nir",
    commun=["ALTER TABLE echange_nir ADD COLUMN chiffre VARCHAR(120) NOT NULL DEFAULT ''"],
)
