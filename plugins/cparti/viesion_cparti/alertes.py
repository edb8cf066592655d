"""The alerts that only the C-PARTI can know."""

from viesion_core.api import (
    Critere,
    Parametre,
    RegleAlerte,
    Unite,
    date_compare,
    dernier_bilan_dit,
    etape_en_cours,
    nombre_compare,
    repondu,
)
from viesion_cparti.bilan import AGRI, APRES, OFFRE, POST, PRE
from viesion_cparti.controles import DETTES_LOURDES

_RUBRIQUE = "Création d'activité"
_CREATION_ANCIENNE = date_compare(("CPARTI_POST_05", "CPARTI_AGRI_05"), "< :seuil_texte")
_CHIFFRE = nombre_compare(("CPARTI_POST_08", "CPARTI_AGRI_08"), "<> 0")
_SANS_POST_CREATION = Critere(
    "Aucun bilan de post-création",
    "NOT EXISTS (SELECT 1 FROM bilan z JOIN questionnaire w ON w.id = z.questionnaire "
    f"WHERE z.beneficiaire = b.numero AND w.code IN ('{POST}', '{AGRI}'))",
)

REGLES: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="CPARTI-CHIFFRE",
        titre="C-PARTI : post-création sans chiffre d'affaires à X mois",
        description="Étape C-PARTI en cours, activité créée depuis plus de X mois, chiffre d'affaires absent ou nul",
        rubrique=_RUBRIQUE,
        parametre=Parametre(defaut=6, minimum=1, maximum=36, unite=Unite.MOIS),
        criteres=(
            etape_en_cours(OFFRE),
            dernier_bilan_dit(
                "Activité créée depuis plus de X mois, chiffre d'affaires des 12 derniers mois absent ou nul",
                APRES,
                f"{_CREATION_ANCIENNE} AND NOT {_CHIFFRE}",
                nom="Dernier bilan",
            ),
        ),
        onglet="bilans",
        action="Compléter le bilan",
    ),
    RegleAlerte(
        code="CPARTI-DETTES",
        titre="C-PARTI : dettes de plus de 10 000 €, ou déclarations en retard",
        description="Étape C-PARTI en cours, dettes de plus de 10 000 € ou déclarations sociales et fiscales en retard",
        rubrique=_RUBRIQUE,
        criteres=(
            etape_en_cours(OFFRE),
            dernier_bilan_dit(
                "Dettes de plus de 10 000 €, ou déclarations qui ne sont pas à jour",
                APRES,
                "("
                + " OR ".join(
                    f"{repondu(f'{code}_14', DETTES_LOURDES)} OR {repondu(f'{code}_13', 'NON')}" for code in APRES
                )
                + ")",
                nom="Dernier bilan",
            ),
        ),
        onglet="bilans",
        action="Revoir le bilan",
    ),
    RegleAlerte(
        code="CPARTI-CREATION",
        titre="C-PARTI : création effective, sans post-création depuis X jours",
        description="Création effective au bilan de pré-création, aucun bilan de post-création depuis plus de X jours",
        rubrique=_RUBRIQUE,
        parametre=Parametre(defaut=30, minimum=7, maximum=365, unite=Unite.JOURS),
        criteres=(
            dernier_bilan_dit(
                "Création effective depuis plus de X jours",
                (PRE,),
                f"{repondu('CPARTI_PRE_21', 'CREATION_EFFECTIVE')} AND x.date_bilan < :seuil",
                nom="Bilan de pré-création",
            ),
            _SANS_POST_CREATION,
        ),
        onglet="bilans",
        action="Ouvrir la post-création",
    ),
)
