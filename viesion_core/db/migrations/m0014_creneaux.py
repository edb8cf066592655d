"""Plages and créneaux: a référent publishes slots, an entretien takes a place of one.

A place is taken once: a unique index on the entretiens that stand. Cancelled or postponed, an entretien leaves its
place by itself, whatever screen, import or undo did it. Two published slots of a référent never meet: an exclusion
constraint on PostgreSQL, triggers on SQLite.
"""

from viesion_core.db.migrations import Migration

_TIENT = "creneau IS NOT NULL AND realisation NOT IN ('REPORTE', 'ANNULE_STR')"
_CHEVAUCHE = """BEGIN
    SELECT RAISE(ABORT, 'creneau_chevauchement') WHERE NEW.retire_le IS NULL AND EXISTS (
        SELECT 1 FROM creneau autre
        WHERE autre.collaborateur = NEW.collaborateur AND autre.id <> NEW.id AND autre.retire_le IS NULL
          AND autre.debut < NEW.fin AND autre.fin > NEW.debut
    );
END"""

MIGRATION = Migration(
    nom="0014_creneaux",
    commun=[
        """CREATE TABLE plage (
            id UUID PRIMARY KEY,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            collaborateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            titre VARCHAR(80) NOT NULL,
            lieu VARCHAR(60) NOT NULL,
            adresse VARCHAR(160) NOT NULL,
            vecteur VARCHAR(60) NOT NULL,
            type VARCHAR(60) NOT NULL,
            jours VARCHAR(7) NOT NULL,
            semaines INTEGER NOT NULL,
            debut DATE NOT NULL,
            fin DATE NOT NULL,
            de INTEGER NOT NULL,
            a INTEGER NOT NULL,
            duree INTEGER NOT NULL,
            capacite INTEGER NOT NULL,
            created_at TIMESTAMPTZ NOT NULL,
            version INTEGER NOT NULL,
            CONSTRAINT plage_dates CHECK (fin >= debut),
            CONSTRAINT plage_heures CHECK (de >= 0 AND de < a AND a <= 1440),
            CONSTRAINT plage_duree CHECK (duree BETWEEN 5 AND 600),
            CONSTRAINT plage_capacite CHECK (capacite BETWEEN 1 AND 200)
        )""",
        "CREATE INDEX plage_organisme ON plage (organisme, fin)",
        "CREATE INDEX plage_collaborateur ON plage (collaborateur, fin)",
        """CREATE TABLE creneau (
            id UUID PRIMARY KEY,
            plage UUID NOT NULL REFERENCES plage (id) ON DELETE RESTRICT,
            organisme UUID NOT NULL REFERENCES organisme (id) ON DELETE RESTRICT,
            collaborateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE RESTRICT,
            debut TIMESTAMPTZ NOT NULL,
            fin TIMESTAMPTZ NOT NULL,
            capacite INTEGER NOT NULL,
            retire_le TIMESTAMPTZ,
            version INTEGER NOT NULL,
            CONSTRAINT creneau_capacite CHECK (capacite BETWEEN 1 AND 200)
        )""",
        "CREATE INDEX creneau_plage ON creneau (plage, debut)",
        "CREATE INDEX creneau_organisme ON creneau (organisme, debut)",
        "CREATE INDEX creneau_collaborateur ON creneau (collaborateur, debut)",
        "ALTER TABLE entretien ADD COLUMN creneau UUID REFERENCES creneau (id) ON DELETE RESTRICT",
        "ALTER TABLE entretien ADD COLUMN place INTEGER",
        "CREATE INDEX entretien_creneau ON entretien (creneau)",
        f"CREATE UNIQUE INDEX entretien_creneau_place ON entretien (creneau, place) WHERE {_TIENT}",
        f"CREATE UNIQUE INDEX entretien_creneau_personne ON entretien (creneau, beneficiaire) WHERE {_TIENT}",
    ],
    sqlite=[
        f"CREATE TRIGGER creneau_chevauchement_ajout BEFORE INSERT ON creneau {_CHEVAUCHE}",
        f"CREATE TRIGGER creneau_chevauchement_modification BEFORE UPDATE ON creneau {_CHEVAUCHE}",
    ],
    postgresql=[
        """ALTER TABLE creneau ADD CONSTRAINT creneau_chevauchement
            EXCLUDE USING gist (collaborateur WITH =, tstzrange(debut, fin) WITH &&) WHERE (retire_le IS NULL)""",
    ],
)
