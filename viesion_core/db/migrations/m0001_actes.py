"""Leases, acts, revisions, events, the journal."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0001_actes",
    commun=[
        """CREATE TABLE verrou (
            nom VARCHAR(60) PRIMARY KEY,
            titulaire UUID NOT NULL,
            expire_le TIMESTAMPTZ NOT NULL
        )""",
        """CREATE TABLE acte (
            id UUID PRIMARY KEY,
            nature VARCHAR(60) NOT NULL,
            libelle VARCHAR(300) NOT NULL,
            utilisateur UUID,
            auteur VARCHAR(160) NOT NULL,
            organisme UUID,
            beneficiaire INTEGER,
            at TIMESTAMPTZ NOT NULL,
            annule UUID,
            annule_par UUID
        )""",
        "CREATE INDEX acte_beneficiaire ON acte (beneficiaire, at)",
        "CREATE INDEX acte_utilisateur ON acte (utilisateur, at)",
        """CREATE TABLE revision (
            id UUID PRIMARY KEY,
            acte UUID NOT NULL REFERENCES acte (id) ON DELETE CASCADE,
            ordre INTEGER NOT NULL,
            nom_table VARCHAR(60) NOT NULL,
            cle VARCHAR(60) NOT NULL,
            version INTEGER NOT NULL,
            avant JSON,
            apres JSON
        )""",
        "CREATE INDEX revision_acte ON revision (acte, ordre)",
        "CREATE INDEX revision_ligne ON revision (nom_table, cle, version)",
        """CREATE TABLE evenement (
            id UUID PRIMARY KEY,
            acte UUID NOT NULL REFERENCES acte (id) ON DELETE CASCADE,
            nom VARCHAR(60) NOT NULL,
            donnees JSON NOT NULL,
            at TIMESTAMPTZ NOT NULL,
            livre_le TIMESTAMPTZ,
            tentatives INTEGER NOT NULL,
            prochain_essai TIMESTAMPTZ NOT NULL,
            erreur TEXT NOT NULL
        )""",
        "CREATE INDEX evenement_acte ON evenement (acte)",
        "CREATE INDEX evenement_a_livrer ON evenement (prochain_essai) WHERE livre_le IS NULL",
        """CREATE TABLE journal (
            seq INTEGER PRIMARY KEY,
            at TIMESTAMPTZ NOT NULL,
            utilisateur UUID,
            organisme UUID,
            role VARCHAR(20) NOT NULL,
            operation VARCHAR(60) NOT NULL,
            objet VARCHAR(60) NOT NULL,
            cle VARCHAR(60) NOT NULL,
            acte UUID,
            motif VARCHAR(300) NOT NULL,
            adresse VARCHAR(60) NOT NULL,
            precedent VARCHAR(64) NOT NULL,
            empreinte VARCHAR(64) NOT NULL
        )""",
        "CREATE INDEX journal_cle ON journal (objet, cle, seq)",
        "CREATE INDEX journal_utilisateur ON journal (utilisateur, seq)",
        """CREATE TABLE journal_tete (
            id INTEGER PRIMARY KEY,
            nombre INTEGER NOT NULL,
            premier INTEGER NOT NULL,
            empreinte VARCHAR(64) NOT NULL
        )""",
        "INSERT INTO journal_tete (id, nombre, premier, empreinte) VALUES (1, 0, 1, '')",
    ],
    sqlite=[
        """CREATE TRIGGER journal_inalterable_modification BEFORE UPDATE ON journal
            BEGIN SELECT RAISE(ABORT, 'journal_inalterable'); END""",
        """CREATE TRIGGER journal_inalterable_suppression BEFORE DELETE ON journal
            WHEN OLD.seq >= (SELECT premier FROM journal_tete WHERE id = 1)
            BEGIN SELECT RAISE(ABORT, 'journal_inalterable'); END""",
    ],
    postgresql=[
        """CREATE FUNCTION journal_inalterable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.seq < (SELECT premier FROM journal_tete WHERE id = 1) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'journal_inalterable' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        """CREATE TRIGGER journal_inalterable BEFORE UPDATE OR DELETE ON journal
            FOR EACH ROW EXECUTE FUNCTION journal_inalterable()""",
    ],
)
