"""A postponed entretien knows the one that replaces it; an entretien knows when it was last changed."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0012_entretiens",
    commun=[
        "ALTER TABLE entretien ADD COLUMN reporte_de UUID REFERENCES entretien (id) ON DELETE SET NULL",
        "ALTER TABLE entretien ADD COLUMN modifie_le TIMESTAMPTZ",
        "CREATE INDEX entretien_reporte_de ON entretien (reporte_de)",
    ],
)
