"""Orientations: the path, the day of its notification, the joint diagnosis; and what the state of a dossier keeps.

Two alerts read it: A18 (no contrat d'engagement a month after the notification) and A20 (no joint diagnosis six or
twelve months after the contract of a social path). `engagement_le` is read from two tables: the triggers of both keep
it.
"""

from viesion_core.db.migrations import Migration
from viesion_core.db.migrations.m0013_alertes import (
    declencheurs_postgresql,
    declencheurs_sqlite,
    fonctions_postgresql,
)
from viesion_core.db.migrations.m0021_alertes_etat import EXPRESSIONS as PRECEDENTES


def _derniere(colonne: str) -> str:
    return f"""(SELECT {colonne} FROM orientation o WHERE o.beneficiaire = {{de}}
        ORDER BY o.notifiee_le DESC LIMIT 1)"""


_COLONNES = {
    "orientation_le": _derniere("o.notifiee_le"),
    "orientation_parcours": _derniere("o.parcours"),
    "orientation_mois": _derniere("o.delai_mois"),
    "diagnostic_le": _derniere("o.diagnostic_le"),
    "engagement_le": """(SELECT min(k.signature) FROM contrat k
        WHERE k.beneficiaire = {de} AND k.type IN ('CE', 'CER')
            AND k.signature >= (SELECT max(o.notifiee_le) FROM orientation o WHERE o.beneficiaire = {de}))""",
}
EXPRESSIONS: dict[str, dict[str, str]] = {
    **PRECEDENTES,
    "contrat": {**PRECEDENTES["contrat"], "engagement_le": _COLONNES["engagement_le"]},
    "orientation": _COLONNES,
}
"""What each column of the state is, by the tables it is read from; `{de}` is the dossier number."""

_QUAND = ("ajout", "retrait", "changement", "transfert")

MIGRATION = Migration(
    nom="0022_orientations",
    commun=[
        """CREATE TABLE orientation (
            id UUID PRIMARY KEY,
            beneficiaire INTEGER NOT NULL REFERENCES beneficiaire (numero) ON DELETE CASCADE,
            parcours VARCHAR(20) NOT NULL,
            notifiee_le DATE NOT NULL,
            delai_mois INTEGER NOT NULL,
            diagnostic_le DATE,
            version INTEGER NOT NULL,
            CONSTRAINT orientation_delai CHECK (delai_mois IN (6, 12)),
            CONSTRAINT orientation_diagnostic CHECK (diagnostic_le IS NULL OR diagnostic_le >= notifiee_le)
        )""",
        "CREATE UNIQUE INDEX orientation_notifiee ON orientation (beneficiaire, notifiee_le)",
        "ALTER TABLE etat_dossier ADD COLUMN orientation_le DATE",
        "ALTER TABLE etat_dossier ADD COLUMN orientation_parcours VARCHAR(20)",
        "ALTER TABLE etat_dossier ADD COLUMN orientation_mois INTEGER",
        "ALTER TABLE etat_dossier ADD COLUMN diagnostic_le DATE",
        "ALTER TABLE etat_dossier ADD COLUMN engagement_le DATE",
        """CREATE INDEX etat_dossier_sans_engagement ON etat_dossier (orientation_le, beneficiaire)
            WHERE orientation_le IS NOT NULL AND engagement_le IS NULL""",
        """CREATE INDEX etat_dossier_sans_diagnostic ON etat_dossier (engagement_le, beneficiaire)
            WHERE orientation_parcours = 'SOCIAL' AND diagnostic_le IS NULL""",
    ],
    sqlite=[
        *(f"DROP TRIGGER etat_dossier_contrat_{quand}" for quand in _QUAND),
        *declencheurs_sqlite(EXPRESSIONS, "contrat"),
        *declencheurs_sqlite(EXPRESSIONS, "orientation"),
    ],
    postgresql=[
        *fonctions_postgresql(EXPRESSIONS, "contrat", "CREATE OR REPLACE"),
        *declencheurs_postgresql(EXPRESSIONS, "orientation"),
    ],
)
