"""Ateliers collectifs: the waiting list of a créneau; an act that touches several dossiers says which."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0040_ateliers",
    commun=[
        """CREATE TABLE attente (
            id UUID PRIMARY KEY,
            creneau UUID NOT NULL REFERENCES creneau (id) ON DELETE RESTRICT,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            inscrit_le TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE UNIQUE INDEX attente_personne ON attente (creneau, beneficiaire)",
        "CREATE INDEX attente_beneficiaire ON attente (beneficiaire)",
        """CREATE TABLE acte_dossier (
            acte UUID NOT NULL REFERENCES acte (id) ON DELETE CASCADE,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            PRIMARY KEY (acte, beneficiaire)
        )""",
        "CREATE INDEX acte_dossier_beneficiaire ON acte_dossier (beneficiaire)",
    ],
)
