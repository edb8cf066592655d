"""The entretien that a partner's rendez-vous made, known even once it is deleted: what becomes of it is told."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0051_rdv_rendus",
    commun=[
        "ALTER TABLE rdv_partenaire ADD COLUMN entretien_pris UUID",
        "UPDATE rdv_partenaire SET entretien_pris = entretien",
        "CREATE INDEX rdv_partenaire_pris ON rdv_partenaire (entretien_pris)",
    ],
)
