"""The alerts that only the MOS can know: what its bilan says and nobody has done since. All of them tell of health."""

import json

from viesion_core.api import Critere, Parametre, RegleAlerte, Unite

_BILAN = "bilan q JOIN questionnaire v ON v.id = q.questionnaire AND v.code = 'MOS'"


def _repond(question: str, *valeurs: str | bool) -> str:
    """Return the SQL « the bilan `q` answers one of these to the question »."""
    liste = ", ".join(f"'{json.dumps(valeur)}'" for valeur in valeurs)
    return f"""EXISTS (SELECT 1 FROM reponse r
        WHERE r.bilan = q.id AND r.question = '{question}' AND CAST(r.valeur AS TEXT) IN ({liste}))"""


def _bilan(libelle: str, condition: str) -> Critere:
    """Return the criterion « a MOS bilan meets `condition` », with the date of the last that does."""
    return Critere(
        libelle=libelle,
        sql=f"EXISTS (SELECT 1 FROM {_BILAN} WHERE q.beneficiaire = b.numero AND {condition})",
        nom="Bilan MOS du",
        valeur=f"(SELECT max(q.date_bilan) FROM {_BILAN} WHERE q.beneficiaire = b.numero AND {condition})",
        ensemble=f"SELECT q.beneficiaire FROM {_BILAN} WHERE {condition}",
    )


_SUIVIE = Critere("Personne encore dans le dispositif", "s.entree_depuis IS NOT NULL")
_PSME = f"{_repond('MOS_32', 'PSME_FLASH', 'PSME_ACCOMPAGNEMENT')} AND {_repond('MOS_34', 'OUI')}"
_NON_TRANSMIS = """q.date_bilan < :seuil
    AND EXISTS (SELECT 1 FROM reponse r WHERE r.bilan = q.id AND r.question = 'MOS_32')
    AND NOT EXISTS (SELECT 1 FROM reponse r WHERE r.bilan = q.id AND r.question = 'MOS_36')"""

REGLES = (
    RegleAlerte(
        code="MOS-PSME",
        titre="Préconisations PSME acceptées sans étape PSME",
        description="La personne accepte un PSME, et aucune étape PSME n'est ouverte",
        rubrique="Bilans",
        criteres=(
            _bilan("Le bilan MOS préconise un PSME, et la personne l'accepte", _PSME),
            Critere(
                "Aucune étape PSME n'est ouverte, ni commencée depuis ce bilan",
                f"""NOT EXISTS (SELECT 1 FROM etape e WHERE e.beneficiaire = b.numero AND e.offre LIKE 'PSME%'
                    AND (e.fin_reelle IS NULL OR e.debut_reel >= (SELECT max(q.date_bilan) FROM {_BILAN}
                        WHERE q.beneficiaire = e.beneficiaire AND {_PSME})))""",
            ),
            _SUIVIE,
        ),
        onglet="parcours",
        action="Ouvrir l'étape PSME",
        sensible=True,
    ),
    RegleAlerte(
        code="MOS-TRANSMISSION",
        titre="Préconisations MOS non transmises depuis X jours",
        description="Une préconisation est saisie depuis plus de X jours, et le référent unique ne l'a pas reçue",
        rubrique="Bilans",
        parametre=Parametre(defaut=15, minimum=1, maximum=180, unite=Unite.JOURS),
        criteres=(
            _bilan(
                "Un bilan MOS d'il y a plus de X jours a une préconisation, sans date de transmission", _NON_TRANSMIS
            ),
            _SUIVIE,
        ),
        onglet="bilans",
        action="Saisir la transmission",
        sensible=True,
    ),
    RegleAlerte(
        code="MOS-MDPH",
        titre="Démarches MDPH à engager",
        description="Le bilan MOS dit une démarche MDPH à engager, et aucune RQTH n'est demandée ni obtenue",
        rubrique="Bilans",
        criteres=(
            _bilan("Le bilan MOS dit une démarche MDPH à engager", _repond("MOS_21", True)),
            Critere(
                "Aucune RQTH demandée ni obtenue",
                """NOT EXISTS (SELECT 1 FROM caracteristique c WHERE c.beneficiaire = b.numero AND c.code = 'RQTH'
                    AND c.fin IS NULL AND c.valeur IN ('Oui', 'En cours'))""",
            ),
            _SUIVIE,
        ),
        onglet="caracteristiques",
        action="Actualiser la RQTH",
        sensible=True,
    ),
)
