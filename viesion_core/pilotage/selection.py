"""Which bilans are compiled, as SQL: the perimeter and the filters; and what a condition asks of an answer."""

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.bilans.model import Condition, TypeQuestion
from viesion_core.contexte import Contexte
from viesion_core.pilotage.model import CLOSE, OUVERTE, Filtres


class Selection(msgspec.Struct, frozen=True):
    """The bilans of the perimeter that the filters keep: a FROM, a WHERE, their parameters in order."""

    source: str
    condition: str
    parametres: tuple[Any, ...]


def selection(ctx: Contexte, filtres: Filtres, questionnaire: uuid.UUID | None = None) -> Selection:
    """Return the bilans `x` that a user may compile and the filters keep, of one version of a questionnaire if said."""
    perimetre, siens = condition_perimetre(ctx, "x.beneficiaire")
    source = "bilan x"
    conditions = ["x.date_bilan >= {}", "x.date_bilan <= {}", perimetre]
    parametres: list[Any] = [filtres.debut, filtres.fin, *siens]
    # A director compiles what their organism did, not what others did with the same people.
    organisme = filtres.organisme if ctx.departement else ctx.organisme
    if questionnaire is not None:
        conditions.append("x.questionnaire = {}")
        parametres.append(questionnaire)
    if organisme is not None:
        conditions.append("x.organisme = {}")
        parametres.append(organisme)
    if filtres.secteur:
        source += " JOIN beneficiaire b ON b.numero = x.beneficiaire JOIN commune k ON k.code_insee = b.commune"
        conditions.append("k.secteur = {}")
        parametres.append(filtres.secteur)
    if filtres.etape in (OUVERTE, CLOSE):
        source += " JOIN etape e ON e.id = x.etape"
        conditions.append(f"e.fin_reelle IS {'NOT ' if filtres.etape == CLOSE else ''}NULL")
    return Selection(source, " AND ".join(conditions), tuple(parametres))


def remplie(condition: Condition, genre: TypeQuestion) -> tuple[str, list[str]]:
    """Return the SQL of a condition on the JSON text of an answer `p`, and its parameters."""
    if genre is TypeQuestion.CHOIX_MULTIPLE:
        motifs = ['%"' + code.replace("\\", "\\\\").replace("_", "\\_") + '"%' for code in condition.valeurs]
        return " OR ".join("CAST(p.valeur AS TEXT) LIKE {} ESCAPE '\\'" for _ in motifs), motifs
    if genre is TypeQuestion.OUI_NON:
        textes = [{"oui": "true", "non": "false"}.get(valeur, valeur) for valeur in condition.valeurs]
    elif genre is TypeQuestion.NOMBRE:
        textes = list(condition.valeurs)
    else:
        textes = [msgspec.json.encode(valeur).decode() for valeur in condition.valeurs]
    return f"CAST(p.valeur AS TEXT) IN ({marques(textes)})", textes


def marques(valeurs: Iterable[Any]) -> str:
    """Return the places of some parameters."""
    return ", ".join("{}" for _ in valeurs)
