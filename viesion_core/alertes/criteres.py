"""Criteria that several rules share, and those on the answers of bilans: the same SQL on both engines.

In the conditions of the latter `x` is the bilan. An answer is stored as JSON: a code reads as « "OUI" », a yes as
« true ». A condition written with the functions below is read in two ways, of the same meaning: from the bilan to its
answers for a few people, from the answers to their bilans for a whole département (index `reponse_codee`).
"""

from collections.abc import Sequence

from viesion_core.alertes.model import Critere, parmi

DOSSIER_ACTIF = Critere(
    "Dossier actif\u00a0: dans le dispositif, sans date de sortie",
    "s.entree_depuis IS NOT NULL",
    "Entrée dans le dispositif",
    "s.entree_depuis",
)
_TEXTE = "CAST(r.valeur AS text)"
_COURTE = f"length({_TEXTE}) <= 60"
"""What the index holds: every answer but the free texts."""
_DU_BILAN = "EXISTS (SELECT 1 FROM reponse r WHERE r.bilan = x.id AND "
_DES_REPONSES = "x.id IN (SELECT r.bilan FROM reponse r WHERE "


def repondu(question: str, *valeurs: str) -> str:
    """Return the SQL condition « the answer of bilan `x` to the question is one of these » (codes, "oui", "non").

    Without values: « the question, which is no free text, has an answer ».
    """
    parmi_elles = f" AND {_TEXTE} IN ({', '.join(_json(valeur) for valeur in valeurs)})" if valeurs else ""
    return f"{_DU_BILAN}r.question = '{question}' AND {_COURTE}{parmi_elles})"


def nombre_compare(questions: Sequence[str], comparaison: str) -> str:
    """Return the condition « bilan `x` answers one of these questions NOMBRE, and the answer is `> 0` » (say)."""
    return f"{_DU_BILAN}{_une_de(questions)} AND {_COURTE} AND {_nombre(_une_de(questions))} {comparaison})"


def date_compare(questions: Sequence[str], comparaison: str) -> str:
    """Return the condition « bilan `x` answers one of these questions DATE, and the answer is `< :seuil_texte` »."""
    return f"{_DU_BILAN}{_une_de(questions)} AND {_COURTE} AND trim({_TEXTE}, '\"') {comparaison})"


def nombre_en_baisse(avant: str, apres: str) -> str:
    """Return the condition « bilan `x` answers both questions NOMBRE, `apres` with less than `avant` »."""
    valeurs = [f"max({_nombre(_une_de([question]))})" for question in (apres, avant)]
    return f"{_DU_BILAN}{_une_de((avant, apres))} AND {_COURTE} GROUP BY r.bilan HAVING {valeurs[0]} < {valeurs[1]})"


def nombre_repondu(question: str) -> str:
    """Return the SQL value of the answer of bilan `x` to a question NOMBRE; NULL without an answer."""
    return f"(SELECT {_nombre(_une_de([question]))} FROM reponse r WHERE r.bilan = x.id AND r.question = '{question}')"


def date_repondue(question: str) -> str:
    """Return the SQL value of the answer of bilan `x` to a DATE, to compare with `:seuil_texte`; NULL without one."""
    return f"(SELECT trim({_TEXTE}, '\"') FROM reponse r WHERE r.bilan = x.id AND r.question = '{question}')"


def bilan_dit(libelle: str, questionnaires: Sequence[str], condition: str, *, nom: str = "") -> Critere:
    """Return the criterion « a bilan of one of these questionnaires meets `condition` » (SQL on `x`).

    `nom`: shows the date of the last that does under this name.
    """
    codes = ", ".join(f"'{code}'" for code in questionnaires)
    dite = f"q.code IN ({codes}) AND {condition}"
    return _critere(libelle, dite, nom, dite)


def dernier_bilan_dit(libelle: str, questionnaires: Sequence[str], condition: str, *, nom: str = "") -> Critere:
    """Return the criterion « the latest bilan of one of these questionnaires meets `condition` » (SQL on `x`).

    Latest of its own questionnaire. `nom`: shows the date of that bilan under this name.
    """
    codes = ", ".join(f"'{code}'" for code in questionnaires)
    dernier = (
        f"q.code IN ({codes}) AND NOT EXISTS (SELECT 1 FROM bilan y JOIN questionnaire p ON p.id = y.questionnaire "
        "WHERE y.beneficiaire = x.beneficiaire AND p.code = q.code AND (y.date_bilan > x.date_bilan "
        "OR (y.date_bilan = x.date_bilan AND y.created_at > x.created_at)))"
    )
    return _critere(libelle, f"{condition} AND {dernier}", nom, f"q.code IN ({codes})")


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


def _critere(libelle: str, condition: str, nom: str, montre: str) -> Critere:
    """Return the criterion on a bilan `x`; `montre`: which ones the date shown is read from."""
    source = "bilan x JOIN questionnaire q ON q.id = x.questionnaire"
    return Critere(
        libelle=libelle,
        sql=f"EXISTS (SELECT 1 FROM {source} WHERE x.beneficiaire = b.numero AND {condition})",
        nom=nom,
        valeur=f"(SELECT max(x.date_bilan) FROM {source} WHERE x.beneficiaire = b.numero AND {montre})" if nom else "",
        ensemble=f"SELECT x.beneficiaire FROM {source} WHERE {condition.replace(_DU_BILAN, _DES_REPONSES)}",
    )


def _une_de(questions: Sequence[str]) -> str:
    return f"r.question IN ({', '.join(repr(question) for question in questions)})"


def _nombre(condition: str) -> str:
    """Return the number of an answer; the condition is repeated, for a base may cast before it filters."""
    return f"CASE WHEN {condition} THEN CAST({_TEXTE} AS numeric) END"


def _json(valeur: str) -> str:
    return {"oui": "'true'", "non": "'false'"}.get(valeur, f"'\"{valeur}\"'")
