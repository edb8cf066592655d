"""The API of the partners: its keys, the answers kept for an Idempotency-Key, the rendez-vous that a partner took."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0034_partenaires",
    commun=[
        """CREATE TABLE partenaire_cle (
            id UUID PRIMARY KEY,
            nom VARCHAR(80) NOT NULL,
            emetteur VARCHAR(20) NOT NULL,
            portees VARCHAR(80) NOT NULL,
            empreinte VARCHAR(64) NOT NULL UNIQUE,
            debut VARCHAR(12) NOT NULL,
            limite INTEGER NOT NULL,
            creee_le TIMESTAMPTZ NOT NULL,
            creee_par VARCHAR(160) NOT NULL,
            vue_le TIMESTAMPTZ,
            revoquee_le TIMESTAMPTZ,
            CONSTRAINT partenaire_cle_limite CHECK (limite > 0)
        )""",
        """CREATE TABLE partenaire_reponse (
            id UUID PRIMARY KEY,
            cle UUID NOT NULL REFERENCES partenaire_cle (id) ON DELETE CASCADE,
            idempotence VARCHAR(80) NOT NULL,
            empreinte VARCHAR(64) NOT NULL,
            statut INTEGER,
            corps TEXT NOT NULL,
            recue_le TIMESTAMPTZ NOT NULL
        )""",
        "CREATE UNIQUE INDEX partenaire_reponse_cle ON partenaire_reponse (cle, idempotence)",
        "CREATE INDEX partenaire_reponse_recue ON partenaire_reponse (recue_le)",
        """CREATE TABLE rdv_partenaire (
            id UUID PRIMARY KEY,
            emetteur VARCHAR(20) NOT NULL,
            uuid_resa UUID NOT NULL,
            creneau UUID NOT NULL REFERENCES creneau (id) ON DELETE RESTRICT,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            entretien UUID REFERENCES entretien (id) ON DELETE SET NULL,
            recu_le TIMESTAMPTZ NOT NULL
        )""",
        "CREATE UNIQUE INDEX rdv_partenaire_resa ON rdv_partenaire (emetteur, uuid_resa)",
        "CREATE INDEX rdv_partenaire_creneau ON rdv_partenaire (creneau)",
        "CREATE INDEX rdv_partenaire_beneficiaire ON rdv_partenaire (beneficiaire)",
        "CREATE INDEX rdv_partenaire_entretien ON rdv_partenaire (entretien)",
    ],
)
