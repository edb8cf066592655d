"""The alerts that only the PSME can know. Their lists tell of health: for who may read health data only."""

from viesion_core.api import (
    Critere,
    Parametre,
    RegleAlerte,
    Unite,
    dernier_bilan_dit,
    etape_en_cours,
    nombre_en_baisse,
    repondu,
    sans_etape_en_cours,
)
from viesion_psme.bilan import ACCOMPAGNEMENT, FLASH, OFFRE
from viesion_psme.controles import BIEN_ETRE

_BAISSE = " OR ".join(nombre_en_baisse(avant, apres) for avant, apres in BIEN_ETRE.values())
_SANS_PRESENCE = Critere(
    "Aucune « Présence » depuis X jours",
    "s.derniere_presence IS NULL OR s.derniere_presence < :seuil_instant",
    "Dernière présence",
    "s.derniere_presence",
)

REGLES: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="PSME-BIEN-ETRE",
        titre="PSME : bien-être perçu en baisse",
        description="Au dernier bilan PSME, le bien-être perçu à la sortie est plus bas qu'à l'entrée",
        rubrique="Santé",
        criteres=(
            dernier_bilan_dit(
                "Bien-être perçu plus bas à la sortie qu'à l'entrée",
                (FLASH, ACCOMPAGNEMENT),
                f"({_BAISSE})",
                nom="Dernier bilan PSME",
            ),
        ),
        onglet="bilans",
        action="Revoir le bilan",
        sensible=True,
    ),
    RegleAlerte(
        code="PSME-RELAIS",
        titre="PSME : accompagnement accepté après un flash, sans étape ouverte",
        description="Le bilan flash propose un accompagnement PSME, la personne l'accepte, aucune étape n'est ouverte",
        rubrique="Santé",
        criteres=(
            dernier_bilan_dit(
                "Suite proposée « PSME accompagnement », acceptée",
                (FLASH,),
                f"{repondu('PSME_FLASH_12', 'PSME_ACCOMPAGNEMENT')} AND {repondu('PSME_FLASH_13', 'oui')}",
                nom="Bilan flash",
            ),
            sans_etape_en_cours(OFFRE),
        ),
        onglet="parcours",
        action="Ouvrir l'étape",
        sensible=True,
    ),
    RegleAlerte(
        code="PSME-RUPTURE",
        titre="PSME : participation irrégulière ou rompue, sans présence depuis X jours",
        description="Étape PSME en cours, participation irrégulière ou en rupture, aucune présence depuis X jours",
        rubrique="Santé",
        parametre=Parametre(defaut=30, minimum=7, maximum=180, unite=Unite.JOURS),
        criteres=(
            etape_en_cours(OFFRE),
            dernier_bilan_dit(
                "Participation irrégulière ou en rupture",
                (ACCOMPAGNEMENT,),
                repondu("PSME_ACC_15", "IRREGULIERE", "RUPTURE"),
                nom="Bilan d'accompagnement",
            ),
            _SANS_PRESENCE,
        ),
        onglet="entretiens/nouveau",
        action="Prendre un rendez-vous",
        sensible=True,
    ),
)
