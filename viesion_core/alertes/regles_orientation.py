"""The core rules A18 to A20: what the law of 18 December 2023 asks after an orientation, and within which delays.

Definitions: domain reference §5.1 and §2. « Contrat signé »: contrat d'engagement or CER, signed from the day of the
notification on, for a new orientation starts the delay again; a contrat d'orientation is no engagement.
"""

from viesion_core.alertes.criteres import DOSSIER_ACTIF
from viesion_core.alertes.model import Critere, RegleAlerte
from viesion_core.dossiers.model_orientations import DELAI_DEROGATOIRE, SOCIAL

REGLES_D_ORIENTATION: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A18",
        titre="Contrat d'engagement non signé à 1 mois",
        description="Orientation notifiée depuis plus d'un mois, aucun contrat signé depuis",
        rubrique="Orientation",
        criteres=(
            Critere(
                "Orientation notifiée depuis plus d'un mois",
                "s.orientation_le < :mois_1",
                "Notifiée le",
                "s.orientation_le",
            ),
            Critere(
                "Aucun contrat d'engagement (ni CER) signé depuis cette notification",
                "s.engagement_le IS NULL",
                "Signé le",
                "s.engagement_le",
            ),
            DOSSIER_ACTIF,
        ),
        onglet="contrats",
        action="Faire signer le contrat",
    ),
    RegleAlerte(
        code="A19",
        titre="Orientation non faite à 6 semaines",
        description="Droit ouvert depuis plus de 6 semaines, aucune orientation",
        rubrique="Orientation",
        criteres=(
            Critere(
                "Droit RSA ouvert depuis plus de 6 semaines",
                "b.date_ouverture < :jours_42 AND b.etat_droit IN ('2', '')",
                "Ouverture du droit",
                "b.date_ouverture",
            ),
            Critere(
                "Aucun parcours, aucune étape",
                "b.parcours = '' AND NOT EXISTS (SELECT 1 FROM etape e WHERE e.beneficiaire = b.numero)",
            ),
        ),
        onglet="orientations",
        action="Saisir l'orientation",
    ),
    RegleAlerte(
        code="A20",
        titre="Parcours social sans diagnostic conjoint",
        description=(
            "Contrat d'un parcours social signé depuis plus de 6 mois (12 par dérogation), sans diagnostic conjoint "
            "de France Travail et du référent unique"
        ),
        rubrique="Orientation",
        criteres=(
            Critere(
                "La dernière orientation notifiée est un parcours social",
                f"s.orientation_parcours = '{SOCIAL}'",
                "Parcours",
                "s.orientation_parcours",
                liste="PARCOURS",
            ),
            Critere(
                "Contrat signé depuis plus de 6 mois (12 par dérogation)",
                f"""(s.orientation_mois < {DELAI_DEROGATOIRE} AND s.engagement_le < :mois_6)
                    OR s.engagement_le < :mois_12""",
                "Signé le",
                "s.engagement_le",
            ),
            Critere(
                "Aucun diagnostic conjoint",
                "s.diagnostic_le IS NULL",
                "Diagnostic du",
                "s.diagnostic_le",
            ),
            DOSSIER_ACTIF,
        ),
        onglet="orientations",
        action="Saisir le diagnostic conjoint",
        acte="diagnostic",
    ),
)
