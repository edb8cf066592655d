"""Alerts: what each user has chosen, and one row per person with what the rules need (`etat_dossier`).

Triggers keep `etat_dossier` in the transaction of the act, so that no writer (use case, undo, import, merge) can
forget it: row by row on SQLite; a statement at a time on PostgreSQL, which locks the rows first, so that two people
who write about the same person at once are told one after the other. It holds nothing that today's date changes.
"""

from collections.abc import Mapping

from viesion_core.db.migrations import Migration
from viesion_core.db.migrations.m0006b_listes import REQUISES

SANS_FIN = "9999-12-31"
"""The end of a period that has none."""
_REQUIS = ", ".join(f"'{code}'" for code in REQUISES)
EXPRESSIONS: dict[str, dict[str, str]] = {
    "entree_dispositif": {
        "entree_depuis": "(SELECT min(d.debut) FROM entree_dispositif d WHERE d.beneficiaire = {de} AND d.fin IS NULL)",
    },
    "affectation": {
        "referent_debut": f"""(SELECT a.debut FROM affectation a WHERE a.beneficiaire = {{de}}
            ORDER BY coalesce(a.fin, '{SANS_FIN}') DESC, a.debut LIMIT 1)""",
        "referent_fin": f"""(SELECT max(coalesce(a.fin, '{SANS_FIN}')) FROM affectation a
            WHERE a.beneficiaire = {{de}})""",
    },
    "entretien": {
        "derniere_presence": """(SELECT max(x.debut) FROM entretien x
            WHERE x.beneficiaire = {de} AND x.realisation = 'PRESENCE')""",
    },
    "contrat": {"contrat_fin": "(SELECT max(k.fin) FROM contrat k WHERE k.beneficiaire = {de})"},
    "etape": {
        "etape_depuis": """(SELECT min(e.debut_reel) FROM etape e
            WHERE e.beneficiaire = {de} AND e.fin_reelle IS NULL)""",
        "premiere_etape": """(SELECT CASE WHEN e.fin_reelle IS NULL THEN e.debut_reel END FROM etape e
            WHERE e.beneficiaire = {de} ORDER BY e.debut_reel, e.id LIMIT 1)""",
    },
    "bilan": {
        "reponses": """(SELECT coalesce(sum(q.nombre_reponses), 0) FROM bilan q WHERE q.beneficiaire = {de})""",
    },
    "caracteristique": {
        "caracteristique_depuis": f"""(SELECT min(v.actualisee_le) FROM caracteristique v
            WHERE v.beneficiaire = {{de}} AND v.fin IS NULL AND v.code IN ({_REQUIS}))""",
    },
}
"""What each column of the state is, by the table it is read from; `{de}` is the dossier number."""


Expressions = Mapping[str, Mapping[str, str]]


def _affectations(expressions: Expressions, table: str, de: str) -> str:
    return ", ".join(f"{colonne} = {sql.format(de=de)}" for colonne, sql in expressions[table].items())


def declencheurs_sqlite(expressions: Expressions, table: str) -> list[str]:
    """Return the four triggers by which a table keeps its columns of the state."""

    def suivre(de: str) -> str:
        return f"UPDATE etat_dossier SET {_affectations(expressions, table, de)} WHERE beneficiaire = {de};"

    return [
        f"CREATE TRIGGER etat_dossier_{table}_ajout AFTER INSERT ON {table} BEGIN {suivre('NEW.beneficiaire')} END",
        f"CREATE TRIGGER etat_dossier_{table}_retrait AFTER DELETE ON {table} BEGIN {suivre('OLD.beneficiaire')} END",
        f"""CREATE TRIGGER etat_dossier_{table}_changement AFTER UPDATE ON {table} BEGIN
            {suivre("NEW.beneficiaire")}
        END""",
        f"""CREATE TRIGGER etat_dossier_{table}_transfert AFTER UPDATE OF beneficiaire ON {table}
            WHEN OLD.beneficiaire <> NEW.beneficiaire BEGIN
            {suivre("OLD.beneficiaire")}
        END""",
    ]


def fonctions_postgresql(expressions: Expressions, table: str, verbe: str = "CREATE") -> list[str]:
    """Return a function per table for insertions and deletions, another for changes (whose person may change)."""
    declarations = []
    for nom, lignes in (
        (f"etat_dossier_{table}", "SELECT l.beneficiaire FROM lignes l"),
        (
            f"etat_dossier_{table}_change",
            "SELECT l.beneficiaire FROM nouvelles l UNION SELECT l.beneficiaire FROM anciennes l",
        ),
    ):
        declarations.append(f"""{verbe} FUNCTION {nom}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM 1 FROM etat_dossier s WHERE s.beneficiaire IN ({lignes})
                    ORDER BY s.beneficiaire FOR UPDATE;
                UPDATE etat_dossier s SET {_affectations(expressions, table, "s.beneficiaire")}
                    WHERE s.beneficiaire IN ({lignes});
                RETURN NULL;
            END $$""")
    return declarations


def declencheurs_postgresql(expressions: Expressions, table: str) -> list[str]:
    """Return the functions and the triggers by which a table keeps its columns of the state."""
    declarations = fonctions_postgresql(expressions, table)
    for suffixe, quand, references, fonction in (
        ("ajout", "INSERT", "NEW TABLE AS lignes", f"etat_dossier_{table}"),
        ("retrait", "DELETE", "OLD TABLE AS lignes", f"etat_dossier_{table}"),
        ("changement", "UPDATE", "NEW TABLE AS nouvelles OLD TABLE AS anciennes", f"etat_dossier_{table}_change"),
    ):
        declarations.append(f"""CREATE TRIGGER etat_dossier_{table}_{suffixe} AFTER {quand} ON {table}
            REFERENCING {references} FOR EACH STATEMENT EXECUTE FUNCTION {fonction}()""")
    return declarations


_COLONNES = {colonne: sql for colonnes in EXPRESSIONS.values() for colonne, sql in colonnes.items()}

MIGRATION = Migration(
    nom="0013_alertes",
    commun=[
        """CREATE TABLE alerte_reglage (
            id UUID PRIMARY KEY,
            utilisateur UUID NOT NULL REFERENCES utilisateur (id) ON DELETE CASCADE,
            code VARCHAR(30) NOT NULL,
            x INTEGER,
            rang INTEGER,
            version INTEGER NOT NULL,
            CONSTRAINT alerte_reglage_x CHECK (x IS NULL OR x BETWEEN 0 AND 10000),
            CONSTRAINT alerte_reglage_rang CHECK (rang IS NULL OR rang >= 0)
        )""",
        "CREATE UNIQUE INDEX alerte_reglage_unique ON alerte_reglage (utilisateur, code)",
        """CREATE TABLE etat_dossier (
            beneficiaire INTEGER PRIMARY KEY REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            entree_depuis DATE,
            referent_debut DATE,
            referent_fin DATE,
            derniere_presence TIMESTAMPTZ,
            contrat_fin DATE,
            etape_depuis DATE,
            premiere_etape DATE,
            caracteristique_depuis DATE,
            reponses INTEGER NOT NULL DEFAULT 0
        )""",
        "CREATE INDEX etat_dossier_actif ON etat_dossier (beneficiaire) WHERE entree_depuis IS NOT NULL",
        f"""INSERT INTO etat_dossier (beneficiaire, {", ".join(_COLONNES)})
            SELECT b.numero, {", ".join(sql.format(de="b.numero") for sql in _COLONNES.values())}
            FROM beneficiaire b""",
    ],
    sqlite=[
        """CREATE TRIGGER etat_dossier_personne AFTER INSERT ON beneficiaire BEGIN
            INSERT INTO etat_dossier (beneficiaire) VALUES (NEW.numero);
        END""",
        *(declencheur for table in EXPRESSIONS for declencheur in declencheurs_sqlite(EXPRESSIONS, table)),
    ],
    postgresql=[
        """CREATE FUNCTION etat_dossier_personne() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO etat_dossier (beneficiaire) SELECT n.numero FROM nouvelles n;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER etat_dossier_personne AFTER INSERT ON beneficiaire
            REFERENCING NEW TABLE AS nouvelles FOR EACH STATEMENT EXECUTE FUNCTION etat_dossier_personne()""",
        *(declencheur for table in EXPRESSIONS for declencheur in declencheurs_postgresql(EXPRESSIONS, table)),
    ],
)
