"""Three more columns in the state of a dossier, and narrow indexes: what A10 to A14, A17, A25 and A28 read.

Two of the columns are read from two tables: the triggers of both keep them.
"""

from viesion_core.db.migrations import Migration
from viesion_core.db.migrations.m0013_alertes import EXPRESSIONS as PREMIERES
from viesion_core.db.migrations.m0013_alertes import declencheurs_sqlite, fonctions_postgresql

_COLONNES = {
    "contrats_secants": """(SELECT max(l.debut) FROM contrat l JOIN contrat k
        ON k.beneficiaire = l.beneficiaire AND k.id <> l.id AND k.debut <= l.debut AND k.fin >= l.debut
        WHERE l.beneficiaire = {de})""",
    "bilan_clos_part": """(SELECT min(q.nombre_reponses * 100 / nullif(q.nombre_questions, 0))
        FROM bilan q JOIN etape e ON e.id = q.etape
        WHERE q.beneficiaire = {de} AND e.fin_reelle IS NOT NULL)""",
    "etape_close_suivie": """(SELECT min(e.fin_reelle) FROM affectation a JOIN etape e ON e.id = a.etape
        WHERE a.beneficiaire = {de} AND a.fin IS NULL)""",
}
_DE_TABLE = {
    "contrat": ("contrats_secants",),
    "bilan": ("bilan_clos_part",),
    "etape": ("bilan_clos_part", "etape_close_suivie"),
    "affectation": ("etape_close_suivie",),
}
EXPRESSIONS: dict[str, dict[str, str]] = {
    table: {**colonnes, **{colonne: _COLONNES[colonne] for colonne in _DE_TABLE.get(table, ())}}
    for table, colonnes in PREMIERES.items()
}
"""What each column of the state is, by the tables it is read from; `{de}` is the dossier number."""

MIGRATION = Migration(
    nom="0021_alertes_etat",
    commun=[
        "ALTER TABLE etat_dossier ADD COLUMN contrats_secants DATE",
        "ALTER TABLE etat_dossier ADD COLUMN bilan_clos_part INTEGER",
        "ALTER TABLE etat_dossier ADD COLUMN etape_close_suivie DATE",
        f"""UPDATE etat_dossier SET {
            ", ".join(f"{c} = {sql.format(de='etat_dossier.beneficiaire')}" for c, sql in _COLONNES.items())
        }""",
        "CREATE INDEX etape_sans_motif ON etape (beneficiaire) WHERE fin_reelle IS NOT NULL AND motif_fin = ''",
        "DROP INDEX beneficiaire_doublon",
        "CREATE INDEX beneficiaire_doublon ON beneficiaire (date_naissance, nom_cle, prenom_cle, numero)",
        "CREATE INDEX etat_dossier_sans_presence ON etat_dossier (beneficiaire) WHERE derniere_presence IS NULL",
    ],
    sqlite=[
        *(
            f"DROP TRIGGER etat_dossier_{table}_{suffixe}"
            for table in _DE_TABLE
            for suffixe in ("ajout", "retrait", "changement", "transfert")
        ),
        *(declencheur for table in _DE_TABLE for declencheur in declencheurs_sqlite(EXPRESSIONS, table)),
    ],
    postgresql=[
        fonction for table in _DE_TABLE for fonction in fonctions_postgresql(EXPRESSIONS, table, "CREATE OR REPLACE")
    ],
)
