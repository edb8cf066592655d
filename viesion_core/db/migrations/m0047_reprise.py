"""The reprises of spreadsheets: what was laid, how its columns match, what became of each line."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0047_reprise",
    commun=[
        """CREATE TABLE reprise (
            id UUID PRIMARY KEY,
            nom VARCHAR(120) NOT NULL,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            fichier_nom VARCHAR(160) NOT NULL,
            feuille VARCHAR(80) NOT NULL,
            entetes JSON NOT NULL,
            correspondance JSON NOT NULL,
            avertissements JSON NOT NULL,
            lignes INTEGER NOT NULL,
            etat VARCHAR(12) NOT NULL,
            curseur INTEGER NOT NULL,
            creees INTEGER NOT NULL,
            modifiees INTEGER NOT NULL,
            ignorees INTEGER NOT NULL,
            rejetees INTEGER NOT NULL,
            echange UUID REFERENCES echange_fichier (id) ON DELETE RESTRICT,
            auteur VARCHAR(160) NOT NULL,
            cree_le TIMESTAMPTZ NOT NULL,
            fini_le TIMESTAMPTZ,
            version_lignes INTEGER NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT reprise_etat CHECK (etat IN ('DEPOSEE', 'ESSAI', 'ESSAYEE', 'REEL', 'FAITE', 'ABANDONNEE'))
        )""",
        "CREATE INDEX reprise_organisme ON reprise (organisme)",
        "CREATE INDEX reprise_echange ON reprise (echange)",
        "CREATE INDEX reprise_date ON reprise (cree_le)",
        """CREATE TABLE reprise_ligne (
            id UUID PRIMARY KEY,
            reprise UUID NOT NULL REFERENCES reprise (id) ON DELETE CASCADE,
            essai BOOLEAN NOT NULL,
            rang INTEGER NOT NULL,
            resultat VARCHAR(10) NOT NULL,
            cle VARCHAR(20) NOT NULL,
            champ VARCHAR(40) NOT NULL,
            message TEXT NOT NULL,
            beneficiaire INTEGER REFERENCES beneficiaire (numero) ON DELETE CASCADE
        )""",
        "CREATE UNIQUE INDEX reprise_ligne_rang ON reprise_ligne (reprise, essai, rang)",
        "CREATE INDEX reprise_ligne_beneficiaire ON reprise_ligne (beneficiaire)",
        "CREATE INDEX reprise_ligne_cle ON reprise_ligne (cle) WHERE beneficiaire IS NOT NULL",
        """CREATE TABLE reprise_correspondance (
            id UUID PRIMARY KEY,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE CASCADE,
            nom VARCHAR(120) NOT NULL,
            champs JSON NOT NULL
        )""",
        "CREATE UNIQUE INDEX reprise_correspondance_nom ON reprise_correspondance (organisme, nom)",
    ],
)
