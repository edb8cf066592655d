"""The personal calendar address of an account: its digest only, one at a time."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0020_agenda_personnel",
    commun=[
        """CREATE TABLE agenda_adresse (
            utilisateur UUID PRIMARY KEY REFERENCES utilisateur (id) ON DELETE CASCADE,
            empreinte VARCHAR(64) NOT NULL UNIQUE,
            avec_numero BOOLEAN NOT NULL,
            creee_le TIMESTAMPTZ NOT NULL,
            lue_le TIMESTAMPTZ
        )""",
    ],
)
