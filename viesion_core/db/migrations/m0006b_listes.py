"""Lists of a whole département: indexes on what rows are filtered by, and how many required caractéristiques are known.

`caracteristique_compte` has a row per person. Triggers keep it, so that no writer (act, undo, import) can forget it:
row by row on SQLite, a statement at a time on PostgreSQL. The codes are the required ones of the nomenclature; a
test compares them, a version of the list that changes them needs a migration.
"""

from viesion_core.db.migrations import Migration

REQUISES = (
    "SITFAM",
    "ENFANTS",
    "ISOLE",
    "LOGEMENT",
    "FORMATION",
    "PERMIS",
    "TRANSPORT",
    "FT",
    "SANS_EMPLOI",
    "ACTIVITE",
    "RESSOURCES",
    "ANC_RSA",
    "FRANCAIS",
    "NUMERIQUE",
    "RQTH",
    "QPV",
)
_CODES = ", ".join(f"'{code}'" for code in REQUISES)
_COMPTE = f"""(SELECT count(*) FROM caracteristique v
    WHERE v.beneficiaire = {{de}} AND v.fin IS NULL AND v.code IN ({_CODES}))"""
_NOUVELLE = f"NEW.fin IS NULL AND NEW.code IN ({_CODES})"
_ANCIENNE = f"OLD.fin IS NULL AND OLD.code IN ({_CODES})"


def _recompter_sqlite(de: str) -> str:
    return f"""UPDATE caracteristique_compte SET requises = {_COMPTE.format(de=de)}
        WHERE beneficiaire = {de};"""


def _declencheur_postgresql(nom: str, table: str, quand: str, references: str, corps: str) -> list[str]:
    """Return the function and the trigger that runs it once per statement."""
    return [
        f"""CREATE FUNCTION {nom}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {corps}
            RETURN NULL;
        END $$""",
        f"""CREATE TRIGGER {nom} AFTER {quand} ON {table} REFERENCING {references}
            FOR EACH STATEMENT EXECUTE FUNCTION {nom}()""",
    ]


def _recompter_postgresql(lignes: str) -> str:
    return f"""UPDATE caracteristique_compte c SET requises = {_COMPTE.format(de="c.beneficiaire")}
            WHERE c.beneficiaire IN (SELECT l.beneficiaire FROM {lignes} l);"""


MIGRATION = Migration(
    nom="0006b_listes",
    commun=[
        """CREATE TABLE caracteristique_compte (
            beneficiaire INTEGER PRIMARY KEY REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            requises INTEGER NOT NULL
        )""",
        f"""INSERT INTO caracteristique_compte (beneficiaire, requises)
            SELECT b.numero, {_COMPTE.format(de="b.numero")} FROM beneficiaire b""",
        f"""CREATE INDEX caracteristique_compte_manquantes ON caracteristique_compte (beneficiaire)
            WHERE requises < {len(REQUISES)}""",
        "CREATE INDEX affectation_periode ON affectation (beneficiaire, debut, fin)",
        "CREATE INDEX contrat_echeance ON contrat (beneficiaire, fin)",
        "CREATE INDEX etape_ouverte_offre ON etape (offre, beneficiaire) WHERE fin_reelle IS NULL",
    ],
    sqlite=[
        """CREATE TRIGGER caracteristique_compte_personne AFTER INSERT ON beneficiaire BEGIN
            INSERT INTO caracteristique_compte (beneficiaire, requises) VALUES (NEW.numero, 0);
        END""",
        f"""CREATE TRIGGER caracteristique_compte_ajout AFTER INSERT ON caracteristique WHEN {_NOUVELLE} BEGIN
            UPDATE caracteristique_compte SET requises = requises + 1 WHERE beneficiaire = NEW.beneficiaire;
        END""",
        f"""CREATE TRIGGER caracteristique_compte_retrait AFTER DELETE ON caracteristique WHEN {_ANCIENNE} BEGIN
            UPDATE caracteristique_compte SET requises = requises - 1 WHERE beneficiaire = OLD.beneficiaire;
        END""",
        f"""CREATE TRIGGER caracteristique_compte_changement
            AFTER UPDATE OF beneficiaire, code, fin ON caracteristique BEGIN
            {_recompter_sqlite("NEW.beneficiaire")}
            {_recompter_sqlite("OLD.beneficiaire")}
        END""",
    ],
    postgresql=[
        *_declencheur_postgresql(
            "caracteristique_compte_personne",
            "beneficiaire",
            "INSERT",
            "NEW TABLE AS nouvelles",
            "INSERT INTO caracteristique_compte (beneficiaire, requises) SELECT n.numero, 0 FROM nouvelles n;",
        ),
        *_declencheur_postgresql(
            "caracteristique_compte_ajout",
            "caracteristique",
            "INSERT",
            "NEW TABLE AS nouvelles",
            f"""UPDATE caracteristique_compte c SET requises = requises + s.nombre
            FROM (SELECT v.beneficiaire, count(*) AS nombre FROM nouvelles v
                WHERE v.fin IS NULL AND v.code IN ({_CODES}) GROUP BY v.beneficiaire) s
            WHERE c.beneficiaire = s.beneficiaire;""",
        ),
        *_declencheur_postgresql(
            "caracteristique_compte_retrait",
            "caracteristique",
            "DELETE",
            "OLD TABLE AS anciennes",
            _recompter_postgresql("anciennes"),
        ),
        *_declencheur_postgresql(
            "caracteristique_compte_changement",
            "caracteristique",
            "UPDATE",
            "NEW TABLE AS nouvelles OLD TABLE AS anciennes",
            _recompter_postgresql("nouvelles") + _recompter_postgresql("anciennes"),
        ),
    ],
)
