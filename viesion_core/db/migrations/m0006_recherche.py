"""Search: a row per word of the names, a vocabulary that forgives one error; entries into a dispositif never overlap.

The words are compared code point by code point on both engines: names on PostgreSQL take COLLATE "C".
"""

from viesion_core.db.migrations import Migration

_CHEVAUCHEMENT = """BEGIN
        SELECT RAISE(ABORT, 'entree_dispositif_chevauchement') WHERE EXISTS (
            SELECT 1 FROM entree_dispositif autre
            WHERE autre.beneficiaire = NEW.beneficiaire AND autre.dispositif = NEW.dispositif AND autre.id <> NEW.id
              AND (autre.fin IS NULL OR autre.fin >= NEW.debut)
              AND (NEW.fin IS NULL OR NEW.fin >= autre.debut)
        );
    END"""

MIGRATION = Migration(
    nom="0006_recherche",
    commun=[
        """CREATE TABLE mot_dossier (
            id {cle_auto},
            mot VARCHAR(40) NOT NULL,
            genre VARCHAR(1) NOT NULL,
            cle VARCHAR(60) NOT NULL,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            CONSTRAINT mot_dossier_genre CHECK (genre IN ('N', 'P'))
        )""",
        """CREATE TABLE mot_variante (
            id {cle_auto},
            variante VARCHAR(41) NOT NULL,
            mot VARCHAR(40) NOT NULL
        )""",
        "CREATE INDEX mot_dossier_mot ON mot_dossier (mot, genre, cle, beneficiaire)",
        "CREATE INDEX mot_dossier_beneficiaire ON mot_dossier (beneficiaire, mot)",
        "CREATE UNIQUE INDEX mot_variante_unique ON mot_variante (variante, mot)",
        "CREATE INDEX mot_variante_mot ON mot_variante (mot)",
        "CREATE INDEX entree_dispositif_file_active ON entree_dispositif (beneficiaire) WHERE fin IS NULL",
    ],
    sqlite=[
        f"CREATE TRIGGER entree_dispositif_chevauchement_ajout BEFORE INSERT ON entree_dispositif {_CHEVAUCHEMENT}",
        f"CREATE TRIGGER entree_dispositif_chevauchement_modif BEFORE UPDATE ON entree_dispositif {_CHEVAUCHEMENT}",
    ],
    postgresql=[
        """ALTER TABLE mot_dossier ALTER COLUMN mot TYPE VARCHAR(40) COLLATE "C",
            ALTER COLUMN cle TYPE VARCHAR(60) COLLATE "C" """,
        """ALTER TABLE mot_variante ALTER COLUMN mot TYPE VARCHAR(40) COLLATE "C",
            ALTER COLUMN variante TYPE VARCHAR(41) COLLATE "C" """,
        """ALTER TABLE beneficiaire ALTER COLUMN nom_cle TYPE VARCHAR(80) COLLATE "C",
            ALTER COLUMN prenom_cle TYPE VARCHAR(80) COLLATE "C" """,
        """ALTER TABLE entree_dispositif ADD CONSTRAINT entree_dispositif_chevauchement
            EXCLUDE USING gist (beneficiaire WITH =, dispositif WITH =, daterange(debut, fin, '[]') WITH &&)""",
    ],
)
