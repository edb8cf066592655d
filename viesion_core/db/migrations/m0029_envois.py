"""What goes back to partners: the messages, each once for a version of its key, and the files that carry them."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0029_envois",
    commun=[
        """CREATE TABLE echange_sortie (
            id UUID PRIMARY KEY,
            destinataire VARCHAR(20) NOT NULL,
            flux VARCHAR(20) NOT NULL,
            seq INTEGER NOT NULL,
            nom VARCHAR(160) NOT NULL,
            nombre INTEGER NOT NULL,
            cree_le TIMESTAMPTZ NOT NULL,
            ecrit_le TIMESTAMPTZ
        )""",
        "CREATE UNIQUE INDEX echange_sortie_rang ON echange_sortie (destinataire, flux, seq)",
        "CREATE INDEX echange_sortie_nom ON echange_sortie (nom)",
        "CREATE INDEX echange_sortie_creee ON echange_sortie (cree_le)",
        "CREATE INDEX echange_sortie_a_ecrire ON echange_sortie (cree_le) WHERE ecrit_le IS NULL",
        """CREATE TABLE echange_envoi (
            id UUID PRIMARY KEY,
            flux VARCHAR(20) NOT NULL,
            cle UUID NOT NULL,
            version_message INTEGER NOT NULL,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            donnees JSON NOT NULL,
            echeance DATE,
            ligne JSON,
            sortie UUID REFERENCES echange_sortie (id) ON DELETE SET NULL,
            etat VARCHAR(10) NOT NULL,
            cree_le TIMESTAMPTZ NOT NULL,
            envoye_le TIMESTAMPTZ,
            repondu_le TIMESTAMPTZ,
            tentatives INTEGER NOT NULL,
            prochain_essai TIMESTAMPTZ NOT NULL,
            code VARCHAR(20) NOT NULL,
            motif VARCHAR(300) NOT NULL,
            id_externe VARCHAR(40) NOT NULL,
            CONSTRAINT echange_envoi_etat
                CHECK (etat IN ('A_ENVOYER', 'ENVOYE', 'ACQUITTE', 'REFUSE', 'REMPLACE'))
        )""",
        "CREATE UNIQUE INDEX echange_envoi_version ON echange_envoi (flux, cle, version_message)",
        "CREATE INDEX echange_envoi_beneficiaire ON echange_envoi (beneficiaire)",
        "CREATE INDEX echange_envoi_sortie ON echange_envoi (sortie)",
        "CREATE INDEX echange_envoi_etat ON echange_envoi (etat, cree_le)",
        """CREATE INDEX echange_envoi_du ON echange_envoi (flux, prochain_essai)
            WHERE etat IN ('A_ENVOYER', 'ENVOYE')""",
        "CREATE INDEX echange_envoi_echeance ON echange_envoi (flux, echeance) WHERE echeance IS NOT NULL",
    ],
)
