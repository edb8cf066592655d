"""Employabilité: what a person can do (atouts), where and when they can work (disponibilité)."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0009_employabilite",
    commun=[
        """CREATE TABLE atout (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            rubrique VARCHAR(12) NOT NULL,
            code VARCHAR(20) NOT NULL,
            intitule VARCHAR(120) NOT NULL,
            detail VARCHAR(120) NOT NULL,
            niveau VARCHAR(20) NOT NULL,
            niveau_ecrit VARCHAR(20) NOT NULL,
            annee_debut INTEGER,
            annee_fin INTEGER,
            commentaire TEXT NOT NULL,
            actualise_le DATE NOT NULL,
            auteur VARCHAR(160) NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT atout_rubrique
                CHECK (rubrique IN ('METIER', 'EXPERIENCE', 'DIPLOME', 'LANGUE', 'PERMIS')),
            CONSTRAINT atout_annees CHECK (annee_fin IS NULL OR annee_debut IS NULL OR annee_fin >= annee_debut)
        )""",
        "CREATE INDEX atout_beneficiaire ON atout (beneficiaire, rubrique)",
        "CREATE INDEX atout_metier ON atout (code, beneficiaire) WHERE rubrique = 'METIER'",
        """CREATE TABLE disponibilite (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            zone VARCHAR(20) NOT NULL,
            zone_precision VARCHAR(160) NOT NULL,
            disponibilite VARCHAR(20) NOT NULL,
            disponible_le DATE,
            temps VARCHAR(20) NOT NULL,
            contraintes TEXT NOT NULL,
            actualise_le DATE NOT NULL,
            auteur VARCHAR(160) NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE UNIQUE INDEX disponibilite_beneficiaire ON disponibilite (beneficiaire)",
    ],
)
