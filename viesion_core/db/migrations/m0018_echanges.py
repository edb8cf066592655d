"""Files of partners: what was taken, the versions carried out, the digests of NIR, the refused lines."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0018_echanges",
    commun=[
        """CREATE TABLE echange_fichier (
            id UUID PRIMARY KEY,
            emetteur VARCHAR(20) NOT NULL,
            flux VARCHAR(20) NOT NULL,
            seq INTEGER NOT NULL,
            nature VARCHAR(10) NOT NULL,
            nom VARCHAR(160) NOT NULL,
            sha256 VARCHAR(64) NOT NULL,
            etat VARCHAR(10) NOT NULL,
            recu_le TIMESTAMPTZ NOT NULL,
            fini_le TIMESTAMPTZ,
            recues INTEGER NOT NULL,
            creees INTEGER NOT NULL,
            modifiees INTEGER NOT NULL,
            ignorees INTEGER NOT NULL,
            rejetees INTEGER NOT NULL,
            curseur INTEGER NOT NULL,
            CONSTRAINT echange_fichier_equilibre
                CHECK (curseur = creees + modifiees + ignorees + rejetees AND curseur <= recues)
        )""",
        "CREATE UNIQUE INDEX echange_fichier_rang ON echange_fichier (emetteur, flux, seq)",
        "CREATE INDEX echange_fichier_recu ON echange_fichier (recu_le)",
        """CREATE TABLE echange_version (
            id UUID PRIMARY KEY,
            flux VARCHAR(20) NOT NULL,
            cle VARCHAR(20) NOT NULL,
            version_recue INTEGER NOT NULL
        )""",
        "CREATE UNIQUE INDEX echange_version_cle ON echange_version (flux, cle)",
        """CREATE TABLE echange_nir (
            beneficiaire INTEGER PRIMARY KEY REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            empreinte VARCHAR(64) NOT NULL
        )""",
        "CREATE INDEX echange_nir_beneficiaire ON echange_nir (beneficiaire)",
        "CREATE INDEX echange_nir_empreinte ON echange_nir (empreinte)",
        """CREATE TABLE echange_rejet (
            id UUID PRIMARY KEY,
            fichier UUID NOT NULL REFERENCES echange_fichier (id) ON DELETE CASCADE,
            ligne INTEGER NOT NULL,
            id_message VARCHAR(36) NOT NULL,
            flux VARCHAR(20) NOT NULL,
            cle VARCHAR(20) NOT NULL,
            code VARCHAR(20) NOT NULL,
            champ VARCHAR(40) NOT NULL,
            message TEXT NOT NULL,
            commande JSON,
            empreinte VARCHAR(64) NOT NULL,
            candidat INTEGER REFERENCES beneficiaire (numero) ON DELETE SET NULL,
            etat VARCHAR(10) NOT NULL,
            motif VARCHAR(300) NOT NULL,
            decide_par VARCHAR(160) NOT NULL,
            recu_le TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX echange_rejet_fichier ON echange_rejet (fichier, ligne)",
        "CREATE INDEX echange_rejet_candidat ON echange_rejet (candidat)",
        "CREATE INDEX echange_rejet_etat ON echange_rejet (etat, recu_le)",
        "CREATE INDEX echange_rejet_cle ON echange_rejet (flux, cle) WHERE etat = 'A_TRAITER'",
    ],
)
