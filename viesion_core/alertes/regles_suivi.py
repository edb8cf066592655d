"""The core rules A08 to A17: entretiens, étapes, contrats. Definitions: domain reference §5.1.

« Étape ouverte »: real start today at the latest, no real end.
"""

from collections.abc import Mapping

from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite, parmi
from viesion_core.dossiers.model import ACCOMP_RSA

_ABSENCES = "{de}.realisation = 'ABS_NON_JUST' AND {de}.debut >= :seuil_instant AND {de}.debut <= :maintenant"


def _dernier(colonne: str, source: str, condition: str, fonction: str = "max") -> str:
    """Return the SQL of the date shown for a row that `parmi` looks for."""
    alias = source.split()[1]
    return f"(SELECT {fonction}({colonne}) FROM {source} WHERE {alias}.beneficiaire = b.numero AND {condition})"


_PREVU = "t.realisation = 'PREVU' AND t.debut < :seuil_instant"
_AFFECTE = "a.debut < :seuil AND (a.fin IS NULL OR a.fin >= :aujourdhui)"
_HORS_DISPOSITIF = ("etape e JOIN entree_dispositif d ON d.id = e.dispositif", f"d.dispositif <> '{ACCOMP_RSA}'")
_SANS_MOTIF = "e.fin_reelle IS NOT NULL AND e.motif_fin = ''"

ENTRETIENS: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A08",
        titre="Entretiens passés restés «\u00a0Prévu\u00a0»",
        description="Un entretien d'il y a plus de X jours dont la réalisation est encore «\u00a0Prévu\u00a0»",
        rubrique="Entretiens",
        parametre=Parametre(defaut=2, minimum=0, maximum=90, unite=Unite.JOURS),
        criteres=(
            parmi(
                "Un entretien d'il y a plus de X jours est resté «\u00a0Prévu\u00a0»",
                "entretien t",
                _PREVU,
                nom="Le plus ancien",
                valeur=_dernier("t.debut", "entretien t", _PREVU, "min"),
            ),
        ),
        onglet="entretiens",
        action="Dire la réalisation",
        acte="realisation",
    ),
    RegleAlerte(
        code="A09",
        titre="Absences non justifiées répétées",
        description="Au moins 2 absences non justifiées sur les X derniers mois",
        rubrique="Entretiens",
        parametre=Parametre(defaut=6, minimum=1, maximum=36, unite=Unite.MOIS),
        criteres=(
            Critere(
                "Au moins 2 absences non justifiées sur les X derniers mois",
                f"""(SELECT count(*) FROM entretien t
                    WHERE t.beneficiaire = b.numero AND {_ABSENCES.format(de="t")}) >= 2""",
                "Absences non justifiées",
                f"""(SELECT count(*) FROM entretien t
                    WHERE t.beneficiaire = b.numero AND {_ABSENCES.format(de="t")})""",
                f"""SELECT t.beneficiaire FROM entretien t WHERE {_ABSENCES.format(de="t")}
                    GROUP BY t.beneficiaire HAVING count(*) >= 2""",
            ),
        ),
        onglet="entretiens/nouveau",
        action="Prendre un rendez-vous",
    ),
    RegleAlerte(
        code="A10",
        titre="Premier entretien non tenu",
        description="Un référent affecté depuis plus de X jours, et aucune «\u00a0Présence\u00a0»",
        rubrique="Entretiens",
        parametre=Parametre(defaut=15, minimum=1, maximum=180, unite=Unite.JOURS),
        criteres=(
            Critere(
                "Un référent affecté depuis plus de X jours",
                f"""s.referent_fin >= :aujourdhui AND (s.referent_debut < :seuil
                    OR EXISTS (SELECT 1 FROM affectation a WHERE a.beneficiaire = b.numero AND {_AFFECTE}))""",
                "Référent depuis le",
                _dernier("a.debut", "affectation a", _AFFECTE, "min"),
            ),
            Critere("Aucune «\u00a0Présence\u00a0» à un entretien", "s.derniere_presence IS NULL"),
        ),
        onglet="entretiens/nouveau",
        action="Prendre un rendez-vous",
    ),
)


def depassement(durees: Mapping[str, int]) -> RegleAlerte:
    """Return A11; `durees`: the longest étape of each offre, in months. Without any, nobody is found."""
    offres = [
        f"(e.offre = '{offre.replace(chr(39), chr(39) * 2)}' AND e.debut_reel < :mois_{mois})"
        for offre, mois in sorted(durees.items())
    ]
    condition = f"e.fin_reelle IS NULL AND ({' OR '.join(offres) or '1 = 0'})"
    return RegleAlerte(
        code="A11",
        titre="Étapes dépassant la durée maximale de l'offre",
        description="Une étape ouverte depuis plus longtemps que la durée maximale de son offre",
        rubrique="Étapes",
        criteres=(
            parmi(
                "Une étape ouverte a dépassé la durée maximale de son offre",
                "etape e",
                condition,
                nom="Étape commencée le",
                valeur=_dernier("e.debut_reel", "etape e", condition, "min"),
            ),
        ),
        onglet="parcours",
        action="Revoir l'étape",
    )


ETAPES: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A12",
        titre="Étapes closes sans motif de fin",
        description="Une étape dont la fin réelle est saisie, et dont le motif de fin est vide (la saisie le refuse)",
        rubrique="Étapes",
        criteres=(
            parmi(
                "Une étape est close sans motif de fin",
                "etape e",
                _SANS_MOTIF,
                nom="Fin réelle",
                valeur=_dernier("e.fin_reelle", "etape e", _SANS_MOTIF),
            ),
        ),
        onglet="parcours",
        action="Saisir le motif",
    ),
    RegleAlerte(
        code="A13",
        titre="Étapes closes avec bilan incomplet",
        description="Une étape close dont un bilan a moins de X\u00a0% de réponses",
        rubrique="Bilans",
        parametre=Parametre(defaut=80, minimum=1, maximum=100, unite=Unite.POURCENT),
        criteres=(
            Critere(
                "Le bilan d'une étape close a moins de X\u00a0% de réponses",
                "s.bilan_clos_part < :x",
                "Réponses (en\u00a0%)",
                "s.bilan_clos_part",
            ),
        ),
        onglet="bilans",
        action="Compléter le bilan",
    ),
    RegleAlerte(
        code="A14",
        titre="Étapes closes avec référent d'étape actif",
        description="Une étape finie, dont l'affectation du référent d'étape n'a pas de fin",
        rubrique="Référents",
        criteres=(
            Critere(
                "Un référent d'une étape close est encore affecté",
                "s.etape_close_suivie < :aujourdhui",
                "Étape finie le",
                "s.etape_close_suivie",
            ),
        ),
        onglet="parcours",
        action="Terminer l'affectation",
        acte="referent_etape",
    ),
    RegleAlerte(
        code="A15",
        titre="Étapes non rattachées au dispositif",
        description="Une étape qui ne relève pas du dispositif «\u00a0Accompagnement RSA\u00a0»",
        rubrique="Étapes",
        criteres=(
            parmi(
                "Une étape ne relève pas du dispositif «\u00a0Accompagnement RSA\u00a0»",
                *_HORS_DISPOSITIF,
                nom="Étape commencée le",
                valeur=_dernier("e.debut_reel", *_HORS_DISPOSITIF),
            ),
        ),
        onglet="parcours",
        action="Revoir l'étape",
    ),
)

CONTRATS: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A16",
        titre="Contrats arrivant à échéance",
        description="Un contrat qui finit dans les X jours, aucun suivant",
        rubrique="Contrats",
        parametre=Parametre(defaut=45, minimum=1, maximum=180, unite=Unite.JOURS),
        criteres=(
            Critere(
                "Le dernier contrat finit d'ici X jours",
                "s.contrat_fin BETWEEN :aujourdhui AND :horizon",
                "Finit le",
                "s.contrat_fin",
            ),
        ),
        onglet="contrats",
        action="Renouveler le contrat",
        acte="renouvellement",
    ),
    RegleAlerte(
        code="A17",
        titre="Contrats qui se chevauchent",
        description="Deux contrats d'une même personne, aux périodes sécantes (la saisie le refuse)",
        rubrique="Contrats",
        criteres=(
            Critere(
                "Deux contrats ont des périodes sécantes",
                "s.contrats_secants IS NOT NULL",
                "À partir du",
                "s.contrats_secants",
            ),
        ),
        onglet="contrats",
        action="Revoir les contrats",
    ),
)


def regles_de_suivi(durees: Mapping[str, int]) -> list[RegleAlerte]:
    """Return A08 to A17, in order."""
    return [*ENTRETIENS, depassement(durees), *ETAPES, *CONTRATS]
