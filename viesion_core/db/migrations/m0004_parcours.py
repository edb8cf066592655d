"""Contrats, étapes, affectations, entretiens, difficultés: the rules of the deck, in the base too.

Two contracts of a person never overlap and a person has one référent de parcours at a time: an exclusion
constraint on PostgreSQL, triggers on SQLite (whose single writer makes them race-free).
"""

from viesion_core.db.migrations import Migration


def _exclusion_sqlite(nom: str, table: str, condition: str) -> list[str]:
    """Return the two triggers that refuse intersecting periods of one person."""
    corps = f"""BEGIN
            SELECT RAISE(ABORT, '{nom}') WHERE EXISTS (
                SELECT 1 FROM {table} autre
                WHERE autre.beneficiaire = NEW.beneficiaire AND autre.id <> NEW.id
                  AND {condition}
                  AND (autre.fin IS NULL OR autre.fin >= NEW.debut)
                  AND (NEW.fin IS NULL OR NEW.fin >= autre.debut)
            );
        END"""
    return [
        f"CREATE TRIGGER {nom}_ajout BEFORE INSERT ON {table} {corps}",
        f"CREATE TRIGGER {nom}_modification BEFORE UPDATE ON {table} {corps}",
    ]


MIGRATION = Migration(
    nom="0004_parcours",
    commun=[
        """CREATE TABLE contrat (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            type VARCHAR(3) NOT NULL,
            numero VARCHAR(30) NOT NULL,
            debut DATE NOT NULL,
            fin DATE NOT NULL,
            signature DATE,
            heures_hebdo INTEGER,
            dispense VARCHAR(120) NOT NULL,
            dispositif UUID REFERENCES entree_dispositif (id) ON DELETE RESTRICT,
            organisme UUID REFERENCES organisme (id) ON DELETE RESTRICT,
            referent UUID REFERENCES utilisateur (id) ON DELETE RESTRICT,
            commentaire TEXT NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT contrat_type CHECK (type IN ('CO', 'CER', 'CE')),
            CONSTRAINT contrat_dates CHECK (fin >= debut),
            CONSTRAINT contrat_heures CHECK (heures_hebdo IS NULL OR heures_hebdo BETWEEN 0 AND 35)
        )""",
        "CREATE INDEX contrat_beneficiaire ON contrat (beneficiaire, debut)",
        "CREATE INDEX contrat_dispositif ON contrat (dispositif)",
        "CREATE INDEX contrat_organisme ON contrat (organisme)",
        "CREATE INDEX contrat_referent ON contrat (referent)",
        "CREATE INDEX contrat_fin ON contrat (fin, beneficiaire)",
        """CREATE TABLE etape (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            dispositif UUID NOT NULL REFERENCES entree_dispositif (id) ON DELETE RESTRICT,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            offre_de_service UUID NOT NULL REFERENCES offre_de_service (id) ON DELETE RESTRICT,
            offre VARCHAR(30) NOT NULL,
            debut_prevu DATE,
            fin_prevue DATE,
            debut_reel DATE NOT NULL,
            fin_reelle DATE,
            motif_fin VARCHAR(60) NOT NULL,
            commentaire TEXT NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT etape_dates CHECK (fin_reelle IS NULL OR fin_reelle >= debut_reel),
            CONSTRAINT etape_cloture CHECK ((fin_reelle IS NULL) = (motif_fin = '')),
            CONSTRAINT etape_dates_prevues
                CHECK (fin_prevue IS NULL OR debut_prevu IS NULL OR fin_prevue >= debut_prevu)
        )""",
        "CREATE INDEX etape_beneficiaire ON etape (beneficiaire, debut_reel)",
        "CREATE INDEX etape_dispositif ON etape (dispositif)",
        "CREATE INDEX etape_offre_de_service ON etape (offre_de_service)",
        "CREATE INDEX etape_organisme ON etape (organisme, offre, debut_reel)",
        "CREATE INDEX etape_ouverte ON etape (organisme, beneficiaire) WHERE fin_reelle IS NULL",
        """CREATE TABLE affectation (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            referent UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            nature VARCHAR(10) NOT NULL,
            dispositif UUID REFERENCES entree_dispositif (id) ON DELETE RESTRICT,
            etape UUID REFERENCES etape (id) ON DELETE RESTRICT,
            debut DATE NOT NULL,
            fin DATE,
            version INTEGER NOT NULL,
            CONSTRAINT affectation_nature CHECK (nature IN ('PARCOURS', 'ETAPE')),
            CONSTRAINT affectation_dates CHECK (fin IS NULL OR fin >= debut),
            CONSTRAINT affectation_etape CHECK (nature = 'ETAPE' OR etape IS NULL)
        )""",
        "CREATE INDEX affectation_beneficiaire ON affectation (beneficiaire, nature, debut)",
        "CREATE INDEX affectation_referent ON affectation (referent, fin, beneficiaire)",
        "CREATE INDEX affectation_dispositif ON affectation (dispositif)",
        "CREATE INDEX affectation_etape_index ON affectation (etape)",
        """CREATE TABLE entretien (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            debut TIMESTAMPTZ NOT NULL,
            duree INTEGER NOT NULL,
            collaborateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            lieu VARCHAR(60) NOT NULL,
            vecteur VARCHAR(60) NOT NULL,
            dispositif UUID REFERENCES entree_dispositif (id) ON DELETE RESTRICT,
            etape UUID REFERENCES etape (id) ON DELETE RESTRICT,
            type VARCHAR(60) NOT NULL,
            realisation VARCHAR(20) NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT entretien_duree CHECK (duree BETWEEN 5 AND 600)
        )""",
        "CREATE INDEX entretien_beneficiaire ON entretien (beneficiaire, debut)",
        "CREATE INDEX entretien_collaborateur ON entretien (collaborateur, debut)",
        "CREATE INDEX entretien_organisme ON entretien (organisme, debut)",
        "CREATE INDEX entretien_dispositif ON entretien (dispositif)",
        "CREATE INDEX entretien_etape ON entretien (etape, realisation, debut)",
        "CREATE INDEX entretien_prevu ON entretien (debut) WHERE realisation = 'PREVU'",
        """CREATE TABLE entretien_theme (
            id UUID PRIMARY KEY,
            entretien UUID NOT NULL REFERENCES entretien (id) ON DELETE CASCADE,
            theme VARCHAR(60) NOT NULL,
            synthese TEXT NOT NULL,
            ordre INTEGER NOT NULL,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX entretien_theme_entretien ON entretien_theme (entretien, ordre)",
        """CREATE TABLE difficulte (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            etape UUID REFERENCES etape (id) ON DELETE RESTRICT,
            organisme UUID REFERENCES organisme (id) ON DELETE RESTRICT,
            nature VARCHAR(60) NOT NULL,
            debut DATE NOT NULL,
            fin DATE,
            realisation VARCHAR(60) NOT NULL,
            commentaire TEXT NOT NULL,
            actualisee_le DATE NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT difficulte_dates CHECK (fin IS NULL OR fin >= debut)
        )""",
        "CREATE INDEX difficulte_beneficiaire ON difficulte (beneficiaire, debut)",
        "CREATE INDEX difficulte_etape ON difficulte (etape)",
        "CREATE INDEX difficulte_organisme ON difficulte (organisme)",
    ],
    sqlite=[
        *_exclusion_sqlite("contrat_chevauchement", "contrat", "1 = 1"),
        *_exclusion_sqlite(
            "referent_parcours_unique", "affectation", "autre.nature = 'PARCOURS' AND NEW.nature = 'PARCOURS'"
        ),
    ],
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """ALTER TABLE contrat ADD CONSTRAINT contrat_chevauchement
            EXCLUDE USING gist (beneficiaire WITH =, daterange(debut, fin, '[]') WITH &&)""",
        """ALTER TABLE affectation ADD CONSTRAINT referent_parcours_unique
            EXCLUDE USING gist (beneficiaire WITH =, daterange(debut, fin, '[]') WITH &&)
            WHERE (nature = 'PARCOURS')""",
    ],
)
