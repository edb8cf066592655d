"""Bénéficiaires, perimeter, entrées dans le dispositif, caractéristiques, notes."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0003_dossiers",
    commun=[
        """CREATE TABLE beneficiaire (
            numero {cle_auto},
            civilite VARCHAR(10) NOT NULL,
            nom_naissance VARCHAR(80) NOT NULL,
            nom_usage VARCHAR(80) NOT NULL,
            prenom VARCHAR(80) NOT NULL,
            date_naissance DATE NOT NULL,
            lieu_naissance VARCHAR(80) NOT NULL,
            nationalite VARCHAR(40) NOT NULL,
            nom_cle VARCHAR(80) NOT NULL,
            prenom_cle VARCHAR(80) NOT NULL,
            adresse VARCHAR(160) NOT NULL,
            complement VARCHAR(160) NOT NULL,
            code_postal VARCHAR(5) NOT NULL,
            commune VARCHAR(5) REFERENCES commune (code_insee) ON DELETE RESTRICT,
            sans_domicile BOOLEAN NOT NULL,
            telephone VARCHAR(20) NOT NULL,
            telephone_2 VARCHAR(20) NOT NULL,
            courriel VARCHAR(160) NOT NULL,
            organisme_payeur VARCHAR(3) NOT NULL,
            matricule VARCHAR(15) NOT NULL,
            role_foyer VARCHAR(3) NOT NULL,
            id_individu VARCHAR(20),
            numero_demande VARCHAR(11) NOT NULL,
            date_demande DATE,
            date_ouverture DATE,
            etat_droit VARCHAR(1) NOT NULL,
            soumis_droits_devoirs BOOLEAN NOT NULL,
            parcours VARCHAR(20) NOT NULL,
            commentaire TEXT NOT NULL,
            source VARCHAR(12) NOT NULL,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT beneficiaire_etat_droit CHECK (etat_droit IN ('', '0', '1', '2', '3', '4', '5', '6'))
        )""",
        "CREATE INDEX beneficiaire_commune ON beneficiaire (commune)",
        "CREATE INDEX beneficiaire_nom ON beneficiaire (nom_cle, prenom_cle, numero)",
        "CREATE INDEX beneficiaire_naissance ON beneficiaire (date_naissance, nom_cle)",
        "CREATE INDEX beneficiaire_matricule ON beneficiaire (matricule)",
        """CREATE UNIQUE INDEX beneficiaire_id_individu ON beneficiaire (id_individu)
            WHERE id_individu IS NOT NULL""",
        """CREATE TABLE rattachement (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            nature VARCHAR(12) NOT NULL,
            motif VARCHAR(300) NOT NULL,
            debut DATE NOT NULL,
            fin DATE,
            version INTEGER NOT NULL,
            CONSTRAINT rattachement_nature
                CHECK (nature IN ('CREATION', 'REFERENT', 'ETAPE', 'IDENTITE', 'REPRISE', 'SOLIS'))
        )""",
        "CREATE UNIQUE INDEX rattachement_unique ON rattachement (organisme, beneficiaire)",
        "CREATE INDEX rattachement_beneficiaire ON rattachement (beneficiaire)",
        """CREATE TABLE entree_dispositif (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            dispositif VARCHAR(20) NOT NULL,
            debut DATE NOT NULL,
            fin DATE,
            motif_fin VARCHAR(60) NOT NULL,
            commentaire TEXT NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT entree_dispositif_dates CHECK (fin IS NULL OR fin >= debut),
            CONSTRAINT entree_dispositif_motif CHECK ((fin IS NULL) = (motif_fin = ''))
        )""",
        "CREATE INDEX entree_dispositif_beneficiaire ON entree_dispositif (beneficiaire, debut)",
        "CREATE INDEX entree_dispositif_active ON entree_dispositif (debut) WHERE fin IS NULL",
        """CREATE TABLE caracteristique (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            code VARCHAR(20) NOT NULL,
            valeur VARCHAR(120) NOT NULL,
            debut DATE NOT NULL,
            fin DATE,
            actualisee_le DATE NOT NULL,
            auteur VARCHAR(160) NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT caracteristique_dates CHECK (fin IS NULL OR fin >= debut)
        )""",
        """CREATE UNIQUE INDEX caracteristique_courante ON caracteristique (beneficiaire, code)
            WHERE fin IS NULL""",
        "CREATE INDEX caracteristique_beneficiaire ON caracteristique (beneficiaire, code, debut)",
        """CREATE INDEX caracteristique_actualisee ON caracteristique (actualisee_le, beneficiaire)
            WHERE fin IS NULL""",
        """CREATE TABLE consultation (
            id UUID PRIMARY KEY,
            utilisateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE CASCADE,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            vue_le TIMESTAMPTZ NOT NULL
        )""",
        "CREATE UNIQUE INDEX consultation_unique ON consultation (utilisateur, beneficiaire)",
        "CREATE INDEX consultation_recente ON consultation (utilisateur, vue_le)",
        "CREATE INDEX consultation_beneficiaire ON consultation (beneficiaire)",
        """CREATE TABLE note (
            id UUID PRIMARY KEY,
            auteur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            beneficiaire INTEGER REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            texte TEXT NOT NULL,
            rappel_le DATE,
            partagee BOOLEAN NOT NULL,
            faite_le DATE,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX note_auteur ON note (auteur, created_at)",
        "CREATE INDEX note_organisme ON note (organisme, created_at)",
        "CREATE INDEX note_beneficiaire ON note (beneficiaire)",
    ],
)
