"""Files attached to a mail that waits, deleted once it has left; who answers it; how many one person has sent."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0026_fichiers_courriel",
    commun=[
        "ALTER TABLE courriel ADD COLUMN repondre_a VARCHAR(160) NOT NULL DEFAULT ''",
        "CREATE INDEX courriel_repondre_a ON courriel (repondre_a, cree_le) WHERE repondre_a <> ''",
        """CREATE TABLE courriel_fichier (
            id UUID PRIMARY KEY,
            courriel UUID NOT NULL REFERENCES courriel (id) ON DELETE CASCADE,
            rang INTEGER NOT NULL,
            nom VARCHAR(120) NOT NULL,
            type_mime VARCHAR(60) NOT NULL,
            contenu BYTEA NOT NULL,
            UNIQUE (courriel, rang)
        )""",
    ],
)
