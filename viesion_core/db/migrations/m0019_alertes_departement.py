"""Narrow indexes for the alerts of a whole département: A09, A19, A22, A25 and A26 read little else."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0019_alertes_departement",
    commun=[
        "CREATE INDEX entretien_absence ON entretien (debut, beneficiaire) WHERE realisation = 'ABS_NON_JUST'",
        "CREATE INDEX difficulte_ouverte ON difficulte (actualisee_le, beneficiaire) WHERE fin IS NULL",
        "CREATE INDEX beneficiaire_doublon ON beneficiaire (nom_cle, prenom_cle, date_naissance, numero)",
        "CREATE INDEX beneficiaire_droit ON beneficiaire (etat_droit, numero)",
        "CREATE INDEX beneficiaire_sans_parcours ON beneficiaire (date_ouverture, etat_droit) WHERE parcours = ''",
    ],
)
