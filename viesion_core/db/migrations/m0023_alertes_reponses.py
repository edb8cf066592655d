"""Two narrow indexes for the alerts that read answers of bilans over a whole département.

`reponse_codee` holds the short answers (a code, yes or no, a number, a date), by question then by answer: a rule finds
its bilans from the answer, without reading a row. The text of an answer is read the same way in `alertes/criteres.py`.
"""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0023_alertes_reponses",
    commun=[
        """CREATE INDEX reponse_codee ON reponse (question, (CAST(valeur AS text)), bilan)
            WHERE length(CAST(valeur AS text)) <= 60""",
        "CREATE INDEX etape_en_cours ON etape (offre, beneficiaire) WHERE fin_reelle IS NULL",
        "ANALYZE reponse",
        "ANALYZE etape",
    ],
)
