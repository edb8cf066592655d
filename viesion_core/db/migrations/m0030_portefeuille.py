"""The people that a partner assigns to an organism: received, spread among its référents, answered."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0030_portefeuille",
    commun=[
        """CREATE TABLE affectation_recue (
            id UUID PRIMARY KEY,
            emetteur VARCHAR(20) NOT NULL,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            offre VARCHAR(30) NOT NULL,
            role VARCHAR(10) NOT NULL,
            referent UUID REFERENCES utilisateur (id) ON DELETE RESTRICT,
            debut DATE NOT NULL,
            fin DATE,
            motif VARCHAR(300) NOT NULL,
            etat VARCHAR(16) NOT NULL,
            motif_reponse VARCHAR(300) NOT NULL,
            premier_rdv DATE,
            affectation UUID REFERENCES affectation (id) ON DELETE SET NULL,
            lot UUID,
            acte UUID,
            recue_le TIMESTAMPTZ NOT NULL,
            repondue_le TIMESTAMPTZ,
            version_message INTEGER NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT affectation_recue_role CHECK (role IN ('RU', 'ETAPE')),
            CONSTRAINT affectation_recue_dates CHECK (fin IS NULL OR fin >= debut),
            CONSTRAINT affectation_recue_etat
                CHECK (etat IN ('RECUE', 'ACCEPTEE', 'REFUSEE', 'PRISE_EN_CHARGE', 'TERMINEE'))
        )""",
        "CREATE INDEX affectation_recue_beneficiaire ON affectation_recue (beneficiaire)",
        "CREATE INDEX affectation_recue_organisme ON affectation_recue (organisme, etat, recue_le)",
        "CREATE INDEX affectation_recue_referent ON affectation_recue (referent, etat)",
        "CREATE INDEX affectation_recue_affectation ON affectation_recue (affectation)",
        "CREATE INDEX affectation_recue_lot ON affectation_recue (lot) WHERE lot IS NOT NULL",
        "CREATE INDEX affectation_recue_attente ON affectation_recue (recue_le) WHERE etat = 'RECUE'",
    ],
)
