"""The core rule A24, on the exchanges with the partners: what waits for a decision of the département.

Definition: domain reference §5.1. A refused line is often about nobody whom VieSion knows: the rule counts lines.
"""

from viesion_core.alertes.model import Critere, Objet, Parametre, RegleAlerte, Unite
from viesion_core.echanges.model import LIBELLE_CODE
from viesion_core.echanges.queries import PAR_PAGE

_AVANT = """(SELECT count(*) FROM echange_rejet z WHERE z.etat = 'A_TRAITER'
    AND (z.recu_le > o.recu_le OR (z.recu_le = o.recu_le AND z.id < o.id)))"""
"""How many lines the screen « Échanges » shows before this one."""

REGLES_D_ECHANGE: tuple[RegleAlerte, ...] = (
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
