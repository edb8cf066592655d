"""The core rules A23 and A24, on the exchanges with the partners: what waits for an answer, or for a decision.

Definitions: domain reference §5.1. A person that Solis assigns waits for the answer of the organism. A refused line is
often about nobody whom VieSion knows: A24 counts lines, and is the département's.
"""

from viesion_core.alertes.model import Critere, Objet, Parametre, RegleAlerte, Unite, parmi
from viesion_core.echanges.model import LIBELLE_CODE
from viesion_core.echanges.queries import PAR_PAGE
from viesion_core.portefeuille.model import EtatAffect

_AVANT = """(SELECT count(*) FROM echange_rejet z WHERE z.etat = 'A_TRAITER'
    AND (z.recu_le > o.recu_le OR (z.recu_le = o.recu_le AND z.id < o.id)))"""
"""How many lines the screen « Échanges » shows before this one."""

_EN_ATTENTE = f"g.etat = '{EtatAffect.RECUE}' AND g.recue_le < :seuil_instant"
_DES_SIENNES = f"FROM affectation_recue g WHERE g.beneficiaire = b.numero AND {_EN_ATTENTE}"

REGLES_D_ECHANGE: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A23",
        titre="Affectations Solis non prises en charge",
        description="Une personne affectée par Solis depuis plus de X jours, à laquelle l'organisme n'a pas répondu",
        rubrique="Échanges",
        parametre=Parametre(defaut=10, minimum=0, maximum=90, unite=Unite.JOURS),
        criteres=(
            parmi(
                "Une affectation reçue depuis plus de X jours est sans réponse",
                "affectation_recue g",
                _EN_ATTENTE,
                nom="Reçue le",
                valeur=f"(SELECT min(g.recue_le) {_DES_SIENNES})",
            ),
        ),
        onglet="/affectations",
        action="Répondre à Solis",
    ),
    RegleAlerte(
        code="A24",
        titre="Rejets d'échange non traités",
        description="Une ligne d'un fichier de Solis refusée depuis plus de X jours, et qui attend une décision",
        rubrique="Échanges",
        parametre=Parametre(defaut=5, minimum=0, maximum=90, unite=Unite.JOURS),
        criteres=(
            Critere(
                "Rejet à traiter, ni réglé ni abandonné",
                "o.etat = 'A_TRAITER'",
                "Fichier",
                "(SELECT e.nom FROM echange_fichier e WHERE e.id = o.fichier)",
            ),
            Critere("Refusé depuis plus de X jours", "o.recu_le < :seuil_instant", "Reçu le", "o.recu_le"),
        ),
        objet=Objet(
            source="echange_rejet o",
            titre="o.code",
            lien=f"'/echanges?p=' || (1 + {_AVANT} / {PAR_PAGE}) || '#rejet-' || o.id",
            ordre="o.recu_le",
            un="rejet",
            plusieurs="rejets",
            libelles=LIBELLE_CODE,
        ),
        action="Traiter le rejet",
    ),
)
