"""Indexes of what pilotage counts over a period: entrées and sorties, waits, entretiens, bilans; who an offre follows.

Each count reads one index alone, in its order: no sort, no row of the table.
"""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0027_pilotage",
    commun=[
        "CREATE INDEX entree_dispositif_entree ON entree_dispositif (debut, fin, beneficiaire, id)",
        "CREATE INDEX entree_dispositif_sortie ON entree_dispositif (fin, motif_fin, beneficiaire)",
        "DROP INDEX etape_dispositif",
        "CREATE INDEX etape_dispositif ON etape (dispositif, debut_reel)",
        "CREATE INDEX entretien_realisation ON entretien (realisation, debut, organisme)",
        "CREATE INDEX etape_suivie ON etape (offre_de_service, beneficiaire) WHERE fin_reelle IS NULL",
        "ANALYZE entree_dispositif",
        "ANALYZE etape",
        "ANALYZE entretien",
    ],
    sqlite=[
        "DROP INDEX bilan_questionnaire",
        """CREATE INDEX bilan_questionnaire ON bilan (questionnaire, date_bilan, beneficiaire, organisme, clos_le,
            nombre_reponses, nombre_questions)""",
        "ANALYZE bilan",
    ],
)
