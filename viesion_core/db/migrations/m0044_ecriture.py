"""Quicker writing of people by thousands: indexes that nobody reads go, two checks are made set by set on PostgreSQL.

What each index served, and what serves it now:

- `beneficiaire_naissance`: the search by birth, by `beneficiaire_doublon`, which begins with the same columns;
- `acte_utilisateur`: nothing, an act is read by its id or its dossier;
- `entree_dispositif_active`: nothing since `etat_dossier` holds the entry of each person;
- `journal_utilisateur`, `entree_dispositif_sortie`: kept for the rows that are looked for, a named author and an exit;
- the keys of `mot_dossier` and `mot_variante` on PostgreSQL: numbers that nobody reads; what makes a row unique is
  the key now (on SQLite the number is the row itself and costs nothing).

On PostgreSQL two entries of a person in a dispositif were kept apart by a GiST exclusion, an eighth of an import. A
trigger does it by statement: it locks the row of the state of each person, as the triggers of the state do, so that
two people who write at once are told one after the other; then the second sees the first's row, and is refused.

Three tables that are only made of others (the words of the search, the state, the count of caractéristiques) had a
foreign key checked row by row, a seventh of an import. The same is checked by statement, with the same lock on the
person, and a person who is deleted takes them along: `LIENS` tells those who read the links from the catalogue.
"""

from viesion_core.db.migrations import Migration

_DOUBLES = """DELETE FROM mot_dossier WHERE EXISTS (SELECT 1 FROM mot_dossier m
    WHERE m.beneficiaire = mot_dossier.beneficiaire AND m.mot = mot_dossier.mot AND m.id < mot_dossier.id)"""
_PLAN = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
"""Each row is looked for by its index: the plan is kept from the first call, when the tables may be empty."""

_DERIVEES = ("caracteristique_compte", "etat_dossier", "mot_dossier")
LIENS = tuple((table, "beneficiaire") for table in _DERIVEES)
"""The links (child, parent) that triggers keep on PostgreSQL, which the catalogue does not know."""


def _lien(table: str) -> list[str]:
    """Return what keeps the link of a table to the person, instead of its foreign key."""
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_beneficiaire_fkey",
        f"""CREATE TRIGGER {table}_lien AFTER INSERT ON {table} REFERENCING NEW TABLE AS nouvelles
            FOR EACH STATEMENT EXECUTE FUNCTION beneficiaire_connu()""",
        f"""CREATE TRIGGER {table}_lien_modif AFTER UPDATE OF beneficiaire ON {table}
            FOR EACH ROW WHEN (OLD.beneficiaire <> NEW.beneficiaire) EXECUTE FUNCTION lien_inalterable()""",
    ]


MIGRATION = Migration(
    nom="0044_ecriture",
    commun=[
        "DROP INDEX beneficiaire_naissance",
        "DROP INDEX acte_utilisateur",
        "DROP INDEX entree_dispositif_active",
        "DROP INDEX journal_utilisateur",
        "CREATE INDEX journal_utilisateur ON journal (utilisateur, seq) WHERE utilisateur IS NOT NULL",
        "DROP INDEX entree_dispositif_sortie",
        """CREATE INDEX entree_dispositif_sortie ON entree_dispositif (fin, motif_fin, beneficiaire)
            WHERE fin IS NOT NULL""",
        _DOUBLES,
        "DROP INDEX mot_dossier_beneficiaire",
    ],
    sqlite=["CREATE UNIQUE INDEX mot_dossier_beneficiaire ON mot_dossier (beneficiaire, mot)"],
    postgresql=[
        "ALTER TABLE mot_dossier DROP CONSTRAINT mot_dossier_pkey, ADD PRIMARY KEY (beneficiaire, mot)",
        "DROP INDEX mot_variante_unique",
        "ALTER TABLE mot_variante DROP CONSTRAINT mot_variante_pkey, ADD PRIMARY KEY (variante, mot)",
        "DROP INDEX echange_nir_beneficiaire",
        "ALTER TABLE entree_dispositif DROP CONSTRAINT entree_dispositif_chevauchement",
        f"""CREATE FUNCTION entree_dispositif_chevauchement() RETURNS trigger LANGUAGE plpgsql {_PLAN} AS $$
        BEGIN
            PERFORM 1 FROM etat_dossier s WHERE s.beneficiaire IN (SELECT n.beneficiaire FROM nouvelles n)
                ORDER BY s.beneficiaire FOR UPDATE;
            IF EXISTS (SELECT 1 FROM nouvelles n JOIN entree_dispositif autre
                ON autre.beneficiaire = n.beneficiaire AND autre.dispositif = n.dispositif AND autre.id <> n.id
                AND (autre.fin IS NULL OR autre.fin >= n.debut) AND (n.fin IS NULL OR n.fin >= autre.debut))
            THEN
                RAISE EXCEPTION 'entree_dispositif_chevauchement'
                    USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'entree_dispositif_chevauchement';
            END IF;
            RETURN NULL;
        END $$""",
        *(
            f"""CREATE TRIGGER entree_dispositif_chevauchement_{suffixe} AFTER {quand} ON entree_dispositif
            REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION entree_dispositif_chevauchement()"""
            for suffixe, quand in (("ajout", "INSERT"), ("modif", "UPDATE"))
        ),
        "DROP TRIGGER etat_dossier_entree_dispositif_ajout ON entree_dispositif",
        f"""CREATE FUNCTION etat_dossier_entree_dispositif_ajout() RETURNS trigger LANGUAGE plpgsql {_PLAN} AS $$
        BEGIN
            UPDATE etat_dossier s SET entree_depuis = least(s.entree_depuis, n.debut)
            FROM (SELECT l.beneficiaire, min(l.debut) AS debut FROM lignes l WHERE l.fin IS NULL
                GROUP BY l.beneficiaire) n
            WHERE s.beneficiaire = n.beneficiaire;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER etat_dossier_entree_dispositif_ajout AFTER INSERT ON entree_dispositif
            REFERENCING NEW TABLE AS lignes FOR EACH STATEMENT
            EXECUTE FUNCTION etat_dossier_entree_dispositif_ajout()""",
        f"""CREATE FUNCTION beneficiaire_connu() RETURNS trigger LANGUAGE plpgsql {_PLAN} AS $$
        DECLARE
            connus INTEGER;
        BEGIN
            PERFORM 1 FROM beneficiaire b WHERE b.numero IN (SELECT n.beneficiaire FROM nouvelles n) FOR KEY SHARE;
            GET DIAGNOSTICS connus = ROW_COUNT;
            IF connus <> (SELECT count(DISTINCT n.beneficiaire) FROM nouvelles n) THEN
                RAISE EXCEPTION 'beneficiaire_inconnu' USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE FUNCTION lien_inalterable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'lien_inalterable' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        *(declaration for table in _DERIVEES for declaration in _lien(table)),
        f"""CREATE FUNCTION beneficiaire_suites() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {
            " ".join(
                f"DELETE FROM {table} WHERE beneficiaire IN (SELECT a.numero FROM anciens a);" for table in _DERIVEES
            )
        }
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER beneficiaire_suites AFTER DELETE ON beneficiaire REFERENCING OLD TABLE AS anciens
            FOR EACH STATEMENT EXECUTE FUNCTION beneficiaire_suites()""",
    ],
)
