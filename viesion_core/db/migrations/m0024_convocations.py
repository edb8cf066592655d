"""Convocations by mail and reminders of the day before: who agreed, what left, once each; a mail that can lapse."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0024_convocations",
    commun=[
        "ALTER TABLE courriel ADD COLUMN expire_le TIMESTAMPTZ",
        """CREATE TABLE accord_courriel (
            beneficiaire INT PRIMARY KEY REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            recueilli_le TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        """CREATE TABLE rappel_reglage (
            utilisateur UUID PRIMARY KEY REFERENCES utilisateur (id) ON DELETE CASCADE,
            depuis TIMESTAMPTZ NOT NULL
        )""",
        """CREATE TABLE rappel_personne (
            entretien UUID NOT NULL REFERENCES entretien (id) ON DELETE CASCADE,
            debut TIMESTAMPTZ NOT NULL,
            depose_le TIMESTAMPTZ NOT NULL,
            PRIMARY KEY (entretien, debut)
        )""",
        """CREATE TABLE rappel_referent (
            utilisateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE CASCADE,
            jour DATE NOT NULL,
            depose_le TIMESTAMPTZ NOT NULL,
            PRIMARY KEY (utilisateur, jour)
        )""",
        """CREATE TABLE convocation (
            entretien UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            uid UUID NOT NULL,
            sequence INTEGER NOT NULL,
            debut TIMESTAMPTZ NOT NULL,
            duree INTEGER NOT NULL,
            lieu VARCHAR(60) NOT NULL,
            demandee_le TIMESTAMPTZ NOT NULL,
            partie_le TIMESTAMPTZ,
            annulee BOOLEAN NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX convocation_beneficiaire ON convocation (beneficiaire)",
        "CREATE INDEX convocation_organisme ON convocation (organisme)",
        "CREATE INDEX convocation_a_tenir ON convocation (debut) WHERE NOT annulee",
    ],
)
