"""Nomenclatures, communes, organismes, offres de service, accounts, sessions, mails."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0002_organismes",
    commun=[
        """CREATE TABLE element (
            id UUID PRIMARY KEY,
            liste VARCHAR(40) NOT NULL,
            code VARCHAR(60) NOT NULL,
            libelle TEXT NOT NULL,
            famille VARCHAR(80) NOT NULL,
            ordre INTEGER NOT NULL,
            donnees JSON NOT NULL,
            actif BOOLEAN NOT NULL
        )""",
        "CREATE UNIQUE INDEX element_liste_code ON element (liste, code)",
        """CREATE TABLE commune (
            code_insee VARCHAR(5) PRIMARY KEY,
            nom VARCHAR(80) NOT NULL,
            nom_cle VARCHAR(80) NOT NULL,
            codes_postaux VARCHAR(60) NOT NULL,
            population INTEGER NOT NULL,
            epci VARCHAR(80) NOT NULL,
            sdi VARCHAR(40) NOT NULL,
            secteur VARCHAR(60) NOT NULL
        )""",
        "CREATE INDEX commune_nom_cle ON commune (nom_cle)",
        """CREATE TABLE organisme (
            id UUID PRIMARY KEY,
            code VARCHAR(30) NOT NULL,
            nom VARCHAR(120) NOT NULL,
            nature VARCHAR(12) NOT NULL,
            siret VARCHAR(14) NOT NULL,
            adresse VARCHAR(160) NOT NULL,
            code_postal VARCHAR(5) NOT NULL,
            commune VARCHAR(80) NOT NULL,
            telephone VARCHAR(20) NOT NULL,
            courriel VARCHAR(160) NOT NULL,
            ferme_le DATE,
            version INTEGER NOT NULL,
            CONSTRAINT organisme_nature CHECK (nature IN ('ORGANISME', 'DEPARTEMENT'))
        )""",
        "CREATE UNIQUE INDEX organisme_code ON organisme (code)",
        """CREATE TABLE offre_de_service (
            id UUID PRIMARY KEY,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            offre VARCHAR(30) NOT NULL,
            libelle VARCHAR(160) NOT NULL,
            territoire VARCHAR(80) NOT NULL,
            debut DATE NOT NULL,
            fin DATE,
            capacite INTEGER,
            version INTEGER NOT NULL,
            CONSTRAINT offre_de_service_dates CHECK (fin IS NULL OR fin >= debut)
        )""",
        "CREATE UNIQUE INDEX offre_de_service_unique ON offre_de_service (organisme, offre, territoire, debut)",
        """CREATE TABLE utilisateur (
            id UUID PRIMARY KEY,
            identifiant VARCHAR(160) NOT NULL,
            nom VARCHAR(80) NOT NULL,
            prenom VARCHAR(80) NOT NULL,
            courriel VARCHAR(160) NOT NULL,
            telephone VARCHAR(20) NOT NULL,
            fonction VARCHAR(80) NOT NULL,
            role VARCHAR(20) NOT NULL,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            sensible BOOLEAN NOT NULL,
            mot_de_passe VARCHAR(200),
            actif BOOLEAN NOT NULL,
            desactive_le TIMESTAMPTZ,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT utilisateur_role
                CHECK (role IN ('referent', 'directeur', 'pilote', 'administrateur'))
        )""",
        "CREATE UNIQUE INDEX utilisateur_identifiant ON utilisateur (identifiant)",
        "CREATE INDEX utilisateur_courriel ON utilisateur (courriel)",
        "CREATE INDEX utilisateur_organisme ON utilisateur (organisme, nom, prenom)",
        "CREATE INDEX utilisateur_nom ON utilisateur (nom, prenom, id)",
        """CREATE TABLE session (
            id UUID PRIMARY KEY,
            empreinte VARCHAR(64) NOT NULL,
            utilisateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE CASCADE,
            ouverte_le TIMESTAMPTZ NOT NULL,
            vue_le TIMESTAMPTZ NOT NULL,
            expire_le TIMESTAMPTZ NOT NULL,
            adresse VARCHAR(60) NOT NULL,
            agent VARCHAR(200) NOT NULL
        )""",
        "CREATE UNIQUE INDEX session_empreinte ON session (empreinte)",
        "CREATE INDEX session_utilisateur ON session (utilisateur)",
        "CREATE INDEX session_expire_le ON session (expire_le)",
        """CREATE TABLE jeton (
            id UUID PRIMARY KEY,
            empreinte VARCHAR(64) NOT NULL,
            utilisateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE CASCADE,
            nature VARCHAR(20) NOT NULL,
            cree_le TIMESTAMPTZ NOT NULL,
            expire_le TIMESTAMPTZ NOT NULL,
            consomme_le TIMESTAMPTZ,
            CONSTRAINT jeton_nature CHECK (nature IN ('ACTIVATION', 'REINITIALISATION'))
        )""",
        "CREATE UNIQUE INDEX jeton_empreinte ON jeton (empreinte)",
        "CREATE INDEX jeton_utilisateur ON jeton (utilisateur)",
        """CREATE TABLE tentative (
            cle VARCHAR(200) PRIMARY KEY,
            echecs INTEGER NOT NULL,
            derniere TIMESTAMPTZ NOT NULL,
            prochaine TIMESTAMPTZ NOT NULL
        )""",
        """CREATE TABLE courriel (
            id UUID PRIMARY KEY,
            destinataire VARCHAR(160) NOT NULL,
            sujet VARCHAR(200) NOT NULL,
            texte TEXT NOT NULL,
            pieces JSON NOT NULL,
            cree_le TIMESTAMPTZ NOT NULL,
            envoye_le TIMESTAMPTZ,
            tentatives INTEGER NOT NULL,
            prochain_essai TIMESTAMPTZ NOT NULL,
            erreur TEXT NOT NULL
        )""",
        "CREATE INDEX courriel_a_envoyer ON courriel (prochain_essai) WHERE envoye_le IS NULL",
    ],
)
