"""The bytes of a Word template go apart, by their hash; the versions of a template become editions of it.

`version` is what optimistic locking counts in every other table, so the number of a template is named `edition`; one
edition is active at a time, and the fields that it uses are kept, for a merge to read nothing else.
"""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0008_fusion",
    commun=[
        """CREATE TABLE modele_fusion_contenu (
            empreinte VARCHAR(64) PRIMARY KEY,
            contenu BYTEA NOT NULL,
            taille INTEGER NOT NULL
        )""",
        """INSERT INTO modele_fusion_contenu (empreinte, contenu, taille)
        SELECT DISTINCT empreinte, contenu, length(contenu) FROM modele_fusion""",
        "ALTER TABLE modele_fusion DROP COLUMN contenu",
        "ALTER TABLE modele_fusion RENAME COLUMN version TO edition",
        "ALTER TABLE modele_fusion ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE modele_fusion ADD COLUMN champs JSON NOT NULL DEFAULT '[]'",
        "CREATE UNIQUE INDEX modele_fusion_actif ON modele_fusion (code) WHERE actif",
    ],
)
