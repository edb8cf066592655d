"""The alerts that only the MOC can know."""

from viesion_core.api import (
    Parametre,
    RegleAlerte,
    Unite,
    dernier_bilan_dit,
    etape_en_cours,
    repondu,
    sans_etape_en_cours,
)
from viesion_moc.bilan import CODE, CPARTI, OFFRE

REGLES: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="MOC-RELAIS",
        titre="MOC : préconisation C-PARTI acceptée, sans étape ouverte depuis X jours",
        description="La préconisation C-PARTI est acceptée depuis plus de X jours, aucune étape C-PARTI n'est ouverte",
        rubrique="Création d'activité",
        parametre=Parametre(defaut=15, minimum=1, maximum=180, unite=Unite.JOURS),
        criteres=(
            dernier_bilan_dit(
                "Préconisation C-PARTI acceptée depuis plus de X jours",
                (CODE,),
                f"{repondu('MOC_17', *CPARTI)} AND {repondu('MOC_18', 'OUI')} AND x.date_bilan < :seuil",
                nom="Bilan MOC",
            ),
            sans_etape_en_cours("C-PARTI"),
        ),
        onglet="parcours",
        action="Ouvrir l'étape",
    ),
    RegleAlerte(
        code="MOC-REFLEXION",
        titre="MOC : préconisation « À réfléchir » depuis plus de X jours",
        description="La personne réfléchit à la préconisation du MOC depuis plus de X jours",
        rubrique="Création d'activité",
        parametre=Parametre(defaut=30, minimum=7, maximum=365, unite=Unite.JOURS),
        criteres=(
            dernier_bilan_dit(
                "Préconisation « À réfléchir » depuis plus de X jours",
                (CODE,),
                f"{repondu('MOC_18', 'A_REFLECHIR')} AND x.date_bilan < :seuil",
                nom="Bilan MOC",
            ),
        ),
        onglet="entretiens/nouveau",
        action="Prendre un rendez-vous",
    ),
    RegleAlerte(
        code="MOC-QUALIFICATION",
        titre="MOC : projet prêt à démarrer sans la qualification requise",
        description="Étape MOC en cours, projet prêt à démarrer ou immatriculé, qualification réglementée manquante",
        rubrique="Création d'activité",
        criteres=(
            etape_en_cours(OFFRE),
            dernier_bilan_dit(
                "Projet prêt ou immatriculé, qualification réglementée manquante",
                (CODE,),
                f"{repondu('MOC_10', 'MANQUANTE')} AND {repondu('MOC_08', 'PRET_A_DEMARRER', 'DEJA_IMMATRICULE')}",
                nom="Bilan MOC",
            ),
        ),
        onglet="bilans",
        action="Revoir le bilan",
    ),
)
