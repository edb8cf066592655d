"""Questionnaires, bilans, réponses, fusion templates, documents."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0005_bilans",
    commun=[
        """CREATE TABLE questionnaire (
            id UUID PRIMARY KEY,
            code VARCHAR(40) NOT NULL,
            version INTEGER NOT NULL,
            libelle VARCHAR(160) NOT NULL,
            offre VARCHAR(30) NOT NULL,
            sensible BOOLEAN NOT NULL,
            contenu JSON NOT NULL,
            empreinte VARCHAR(64) NOT NULL,
            charge_le TIMESTAMPTZ NOT NULL
        )""",
        "CREATE UNIQUE INDEX questionnaire_version ON questionnaire (code, version)",
        """CREATE TABLE bilan (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            etape UUID NOT NULL REFERENCES etape (id) ON DELETE RESTRICT,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            questionnaire UUID NOT NULL REFERENCES questionnaire (id) ON DELETE RESTRICT,
            date_bilan DATE NOT NULL,
            nombre_questions INTEGER NOT NULL,
            nombre_reponses INTEGER NOT NULL,
            clos_le DATE,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX bilan_beneficiaire ON bilan (beneficiaire, date_bilan)",
        "CREATE INDEX bilan_etape ON bilan (etape)",
        "CREATE INDEX bilan_organisme ON bilan (organisme, questionnaire, date_bilan)",
        "CREATE INDEX bilan_questionnaire ON bilan (questionnaire, date_bilan)",
        """CREATE TABLE reponse (
            id UUID PRIMARY KEY,
            bilan UUID NOT NULL REFERENCES bilan (id) ON DELETE CASCADE,
            question VARCHAR(40) NOT NULL,
            valeur JSON NOT NULL,
            auteur UUID REFERENCES utilisateur (id) ON DELETE RESTRICT,
            auteur_nom VARCHAR(160) NOT NULL,
            at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE UNIQUE INDEX reponse_unique ON reponse (bilan, question)",
        "CREATE INDEX reponse_auteur ON reponse (auteur)",
        """CREATE TABLE modele_fusion (
            id UUID PRIMARY KEY,
            code VARCHAR(60) NOT NULL,
            version INTEGER NOT NULL,
            libelle VARCHAR(160) NOT NULL,
            offre VARCHAR(30) NOT NULL,
            questionnaire VARCHAR(40) NOT NULL,
            origine VARCHAR(14) NOT NULL,
            contenu BYTEA NOT NULL,
            empreinte VARCHAR(64) NOT NULL,
            depose_le TIMESTAMPTZ NOT NULL,
            depose_par VARCHAR(160) NOT NULL,
            actif BOOLEAN NOT NULL
        )""",
        "CREATE UNIQUE INDEX modele_fusion_version ON modele_fusion (code, version)",
        """CREATE TABLE document (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            nom VARCHAR(200) NOT NULL,
            nature VARCHAR(10) NOT NULL,
            type_mime VARCHAR(120) NOT NULL,
            taille INTEGER NOT NULL,
            empreinte VARCHAR(64) NOT NULL,
            fichier VARCHAR(80) NOT NULL,
            sensible BOOLEAN NOT NULL,
            bilan UUID REFERENCES bilan (id) ON DELETE RESTRICT,
            modele UUID REFERENCES modele_fusion (id) ON DELETE RESTRICT,
            auteur UUID REFERENCES utilisateur (id) ON DELETE RESTRICT,
            auteur_nom VARCHAR(160) NOT NULL,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT document_nature CHECK (nature IN ('FUSION', 'DEPOT'))
        )""",
        "CREATE INDEX document_beneficiaire ON document (beneficiaire, created_at)",
        "CREATE INDEX document_organisme ON document (organisme)",
        "CREATE INDEX document_bilan ON document (bilan)",
        "CREATE INDEX document_modele ON document (modele)",
        "CREATE INDEX document_auteur ON document (auteur)",
    ],
)
