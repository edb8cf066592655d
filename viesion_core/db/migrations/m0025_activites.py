"""What fills an agenda beside entretiens: réunions, formations, congés, déplacements."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0025_activites",
    commun=[
        """CREATE TABLE activite (
            id UUID PRIMARY KEY,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            collaborateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            nature VARCHAR(12) NOT NULL,
            titre VARCHAR(80) NOT NULL,
            lieu VARCHAR(160) NOT NULL,
            journee BOOLEAN NOT NULL,
            debut TIMESTAMPTZ NOT NULL,
            fin TIMESTAMPTZ NOT NULL,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT activite_dates CHECK (fin > debut),
            CONSTRAINT activite_nature CHECK (nature IN ('REUNION', 'FORMATION', 'CONGE', 'DEPLACEMENT', 'AUTRE'))
        )""",
        "CREATE INDEX activite_organisme ON activite (organisme, debut)",
        "CREATE INDEX activite_collaborateur ON activite (collaborateur, debut)",
    ],
)
