"""Criteria that several rules share, and those on the answers of bilans: the same SQL on both engines.

In the conditions of the latter `x` is the bilan. An answer is stored as JSON: a code reads as « "OUI" », a yes as
« true ».
"""

from collections.abc import Sequence

from viesion_core.alertes.model import Critere, parmi

DOSSIER_ACTIF = Critere(
    "Dossier actif\u00a0: dans le dispositif, sans date de sortie",
    "s.entree_depuis IS NOT NULL",
    "Entrée dans le dispositif",
    "s.entree_depuis",
)


def repondu(question: str, *valeurs: str) -> str:
    """Return the SQL condition « the answer of bilan `x` to the question is one of these » (codes, "oui", "non")."""
    textes = ", ".join(_json(valeur) for valeur in valeurs)
    return (
        f"EXISTS (SELECT 1 FROM reponse r WHERE r.bilan = x.id AND r.question = '{question}' "
        f"AND CAST(r.valeur AS text) IN ({textes}))"
    )


def nombre_repondu(question: str) -> str:
    """Return the SQL value of the answer of bilan `x` to a question NOMBRE; NULL without an answer."""
    return (
        f"(SELECT CASE WHEN r.question = '{question}' THEN CAST(CAST(r.valeur AS text) AS numeric) END "
        f"FROM reponse r WHERE r.bilan = x.id AND r.question = '{question}')"
    )


def date_repondue(question: str) -> str:
    """Return the SQL value of the answer of bilan `x` to a DATE, to compare with `:seuil_texte`; NULL without one."""
    return (
        f"(SELECT trim(CAST(r.valeur AS text), '\"') FROM reponse r WHERE r.bilan = x.id AND r.question = '{question}')"
    )


def dernier_bilan_dit(libelle: str, questionnaires: Sequence[str], condition: str, *, nom: str = "") -> Critere:
    """Return the criterion « the latest bilan of one of these questionnaires meets `condition` » (SQL on `x`).

    Latest of its own questionnaire. `nom`: shows the date of that bilan under this name.
    """
    codes = ", ".join(f"'{code}'" for code in questionnaires)
    source = "bilan x JOIN questionnaire q ON q.id = x.questionnaire"
    dernier = (
        f"q.code IN ({codes}) AND NOT EXISTS (SELECT 1 FROM bilan y JOIN questionnaire p ON p.id = y.questionnaire "
        "WHERE y.beneficiaire = x.beneficiaire AND p.code = q.code AND (y.date_bilan > x.date_bilan "
        "OR (y.date_bilan = x.date_bilan AND y.created_at > x.created_at)))"
    )
    valeur = f"(SELECT max(x.date_bilan) FROM {source} WHERE x.beneficiaire = b.numero AND q.code IN ({codes}))"
    return parmi(libelle, source, f"{dernier} AND {condition}", nom=nom, valeur=valeur if nom else "")


def etape_en_cours(offre: str) -> Critere:
    """Return the criterion « an étape of the offre is open »."""
    return parmi(
        f"Étape {offre} en cours",
        "etape e",
        f"e.offre = '{offre}' AND e.fin_reelle IS NULL",
        nom=f"Étape {offre}",
        valeur=(
            "(SELECT max(e.debut_reel) FROM etape e "
            f"WHERE e.beneficiaire = b.numero AND e.offre = '{offre}' AND e.fin_reelle IS NULL)"
        ),
    )


def sans_etape_en_cours(offre: str) -> Critere:
    """Return the criterion « no étape of the offre is open »."""
    return Critere(
        f"Aucune étape {offre} en cours",
        "NOT EXISTS (SELECT 1 FROM etape e "
        f"WHERE e.beneficiaire = b.numero AND e.offre = '{offre}' AND e.fin_reelle IS NULL)",
    )


def _json(valeur: str) -> str:
    return {"oui": "'true'", "non": "'false'"}.get(valeur, f"'\"{valeur}\"'")
