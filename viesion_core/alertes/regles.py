"""The core rules A01 to A07: the seven titles of the deck's page « Création raccourcie d'alertes », word for word.

Definitions: domain reference §5.1. « Dossier actif »: in the dispositif, without exit date. The sentences of the
criteria are what « pourquoi cette personne ? » shows.
"""

from collections.abc import Mapping

from viesion_core.alertes.criteres import DOSSIER_ACTIF
from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite, parmi
from viesion_core.alertes.regles_dossier import REGLES_DU_DOSSIER
from viesion_core.alertes.regles_echanges import REGLES_D_ECHANGE
from viesion_core.alertes.regles_orientation import REGLES_D_ORIENTATION
from viesion_core.alertes.regles_suivi import regles_de_suivi
from viesion_core.dossiers.model_caracteristiques import codes_requis

DROIT_OUVERT = Critere(
    "Droit RSA ouvert (ou état du droit non renseigné)",
    "b.etat_droit IN ('2', '')",
    "État du droit",
    "b.etat_droit",
    liste="ETAT_DROIT",
)
_VALIDE = "a.debut <= :aujourdhui AND (a.fin IS NULL OR a.fin >= :aujourdhui)"
SANS_REFERENT = Critere(
    "Aucun référent aujourd'hui",
    f"""s.referent_fin IS NULL OR s.referent_fin < :aujourdhui OR (s.referent_debut > :aujourdhui AND NOT EXISTS (
        SELECT 1 FROM affectation a WHERE a.beneficiaire = s.beneficiaire AND {_VALIDE}))""",
    "Dernière affectation jusqu'au",
    "s.referent_fin",
)
_REQUISES = len(codes_requis())

REGLES_DU_DECK: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A01",
        titre="Accompagnements dont la durée a dépassé les X mois",
        description="Tous les accompagnements sans date de sortie dont la date d'entrée est il y a plus de X mois",
        rubrique="Dispositif",
        parametre=Parametre(defaut=24, minimum=1, maximum=120, unite=Unite.MOIS),
        criteres=(
            Critere(
                "Entrée dans le dispositif il y a plus de X mois, sans date de sortie",
                "s.entree_depuis < :seuil",
                "Entrée dans le dispositif",
                "s.entree_depuis",
            ),
        ),
        onglet="dispositif",
        action="Revoir le dispositif",
    ),
    RegleAlerte(
        code="A02",
        titre="Bénéficiaires avec une caractéristique manquante",
        description="Bénéficiaires avec une caractéristique manquante",
        rubrique="Carac. bénéficiaire",
        criteres=(
            parmi(
                "Au moins une caractéristique requise sans valeur",
                "caracteristique_compte v",
                f"v.requises < {_REQUISES}",
                nom=f"Caractéristiques requises renseignées (sur {_REQUISES})",
                valeur="(SELECT v.requises FROM caracteristique_compte v WHERE v.beneficiaire = b.numero)",
            ),
        ),
        onglet="caracteristiques/completer",
        action="Compléter",
    ),
    RegleAlerte(
        code="A03",
        titre="Bénéficiaires avec une caractéristique non rafraichie",
        description="Bénéficiaires avec une caractéristique non rafraichie",
        rubrique="Carac. bénéficiaire",
        parametre=Parametre(defaut=12, minimum=1, maximum=60, unite=Unite.MOIS),
        criteres=(
            Critere(
                "Au moins une caractéristique requise actualisée il y a plus de X mois",
                "s.caracteristique_depuis < :seuil",
                "La plus ancienne",
                "s.caracteristique_depuis",
            ),
        ),
        onglet="caracteristiques",
        action="Revoir les caractéristiques",
        acte="caracteristiques",
    ),
    RegleAlerte(
        code="A04",
        titre="Contrats non renouvelés",
        description="Dernier contrat terminé, aucun suivant, dossier actif, droit ouvert",
        rubrique="Contrats",
        criteres=(
            Critere(
                "Dernier contrat terminé, aucun suivant", "s.contrat_fin < :aujourdhui", "Terminé le", "s.contrat_fin"
            ),
            DOSSIER_ACTIF,
            DROIT_OUVERT,
        ),
        onglet="contrats",
        action="Renouveler le contrat",
        acte="renouvellement",
    ),
    RegleAlerte(
        code="A05",
        titre="File active sans référent en cours",
        description="Dossiers actifs sans affectation de référent en cours",
        rubrique="Référents",
        criteres=(DOSSIER_ACTIF, SANS_REFERENT),
        onglet="parcours",
        action="Affecter un référent",
        acte="referent",
    ),
    RegleAlerte(
        code="A06",
        titre="Orientation initiale sans bilan",
        description="Première étape ouverte depuis plus de X jours et aucune réponse de bilan",
        rubrique="Bilans",
        parametre=Parametre(defaut=30, minimum=1, maximum=365, unite=Unite.JOURS),
        criteres=(
            Critere(
                "Première étape ouverte depuis plus de X jours",
                "s.premiere_etape < :seuil",
                "Première étape",
                "s.premiere_etape",
            ),
            Critere("Aucune réponse de bilan", "s.reponses = 0", "Réponses", "s.reponses"),
        ),
        onglet="bilans",
        action="Saisir le bilan",
    ),
    RegleAlerte(
        code="A07",
        titre="Bénéficiaires sans entretien depuis X mois",
        description="Étape ouverte depuis X mois au moins, et dernière «\u00a0Présence\u00a0» absente ou plus ancienne",
        rubrique="Entretiens",
        parametre=Parametre(defaut=3, minimum=1, maximum=36, unite=Unite.MOIS),
        criteres=(
            Critere("Étape ouverte depuis X mois au moins", "s.etape_depuis <= :seuil", "Étape", "s.etape_depuis"),
            Critere(
                "Aucune «\u00a0Présence\u00a0» depuis X mois",
                "s.derniere_presence IS NULL OR s.derniere_presence < :seuil_instant",
                "Dernière présence",
                "s.derniere_presence",
            ),
        ),
        onglet="entretiens/nouveau",
        action="Prendre un rendez-vous",
    ),
)


def regles_coeur(durees: Mapping[str, int]) -> list[RegleAlerte]:
    """Return every rule of the core by code; `durees`: the longest étape of each offre, in months."""
    regles = [
        *REGLES_DU_DECK,
        *regles_de_suivi(durees),
        *REGLES_D_ORIENTATION,
        *REGLES_DU_DOSSIER,
        *REGLES_D_ECHANGE,
    ]
    return sorted(regles, key=lambda regle: regle.code)
