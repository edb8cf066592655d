"""How the last exchanges with the partner's server went; a refused line known by a key as long as a UUID."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0052_liaison",
    commun=[
        """CREATE TABLE echange_liaison (
            nom VARCHAR(20) PRIMARY KEY,
            essayee_le TIMESTAMPTZ NOT NULL,
            erreur VARCHAR(20) NOT NULL,
            echecs INTEGER NOT NULL,
            echoue_depuis TIMESTAMPTZ,
            reussie_le TIMESTAMPTZ,
            fichiers_le TIMESTAMPTZ,
            recus INTEGER NOT NULL,
            envoyes INTEGER NOT NULL
        )""",
    ],
    postgresql=["ALTER TABLE echange_rejet ALTER COLUMN cle TYPE VARCHAR(36)"],
)
