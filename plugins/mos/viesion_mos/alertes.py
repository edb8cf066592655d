"""The alerts that only the MOS can know: what its bilan says and nobody has done since. All of them tell of health."""

from viesion_core.api import Critere, Parametre, RegleAlerte, Unite, bilan_dit, repondu

_BILAN = "bilan x JOIN questionnaire q ON q.id = x.questionnaire AND q.code = 'MOS'"
_NOM = "Bilan MOS du"
_SUIVIE = Critere("Personne encore dans le dispositif", "s.entree_depuis IS NOT NULL")
_PSME = f"{repondu('MOS_32', 'PSME_FLASH', 'PSME_ACCOMPAGNEMENT')} AND {repondu('MOS_34', 'OUI')}"
_NON_TRANSMIS = f"x.date_bilan < :seuil AND {repondu('MOS_32')} AND NOT {repondu('MOS_36')}"

REGLES = (
    RegleAlerte(
        code="MOS-PSME",
        titre="Préconisations PSME acceptées sans étape PSME",
        description="La personne accepte un PSME, et aucune étape PSME n'est ouverte",
        rubrique="Bilans",
        criteres=(
            bilan_dit("Le bilan MOS préconise un PSME, et la personne l'accepte", ("MOS",), _PSME, nom=_NOM),
            Critere(
                "Aucune étape PSME n'est ouverte, ni commencée depuis ce bilan",
                f"""NOT EXISTS (SELECT 1 FROM etape e WHERE e.beneficiaire = b.numero AND e.offre LIKE 'PSME%'
                    AND (e.fin_reelle IS NULL OR e.debut_reel >= (SELECT max(x.date_bilan) FROM {_BILAN}
                        WHERE x.beneficiaire = e.beneficiaire AND {_PSME})))""",
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
            bilan_dit(
                "Un bilan MOS d'il y a plus de X jours a une préconisation, sans date de transmission",
                ("MOS",),
                _NON_TRANSMIS,
                nom=_NOM,
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
            bilan_dit("Le bilan MOS dit une démarche MDPH à engager", ("MOS",), repondu("MOS_21", "oui"), nom=_NOM),
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
