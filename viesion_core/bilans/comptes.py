"""The counts of a bilan follow from its answers, through an undo too; what an undo may not do to a bilan."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.bilans.model import Avancement, Questionnaire
from viesion_core.bilans.regles import avancement
from viesion_core.db import executer, lire, lire_valeur
from viesion_core.erreurs import ErreurMetier


async def recompter(identifiant: uuid.UUID, etat: Avancement) -> None:
    """Write the counts of a bilan inside an act; they have no revision of their own."""
    await executer(
        "UPDATE bilan SET nombre_questions = {}, nombre_reponses = {} WHERE id = {}",
        etat.total,
        etat.reponses,
        identifiant,
    )


async def suivre_reponses(cles: Sequence[str]) -> None:
    """Bring the bilans of some answers, just moved back by an undo, to their answers; a closed one refuses."""
    marques = ", ".join("{}" for _ in cles)
    lignes = await lire(f"SELECT avant, apres FROM revision WHERE nom_table = 'reponse' AND cle IN ({marques})", *cles)
    touches = {uuid.UUID((ligne["apres"] or ligne["avant"])["bilan"]) for ligne in lignes}
    for bilan in await _bilans(touches):
        if bilan["clos_le"] is not None:
            raise ErreurMetier("Ce bilan est clos : rouvrez-le avant d'annuler une de ses réponses.")
        await _suivre(bilan)


async def suivre_bilans(cles: Sequence[str]) -> None:
    """Bring bilans just moved back by an undo to the count of their answers."""
    for bilan in await _bilans({uuid.UUID(cle) for cle in cles}):
        await _suivre(bilan)


async def _bilans(identifiants: set[uuid.UUID]) -> list[dict[str, Any]]:
    if not identifiants:
        return []
    marques = ", ".join("{}" for _ in identifiants)
    return await lire(
        f"""SELECT x.id, x.clos_le, q.contenu FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire
        WHERE x.id IN ({marques})""",
        *identifiants,
    )


async def _suivre(bilan: dict[str, Any]) -> None:
    lignes = await lire("SELECT question, valeur FROM reponse WHERE bilan = {} LIMIT 1000", bilan["id"])
    questionnaire = msgspec.convert(bilan["contenu"], Questionnaire)
    await recompter(bilan["id"], avancement(questionnaire, {li["question"]: li["valeur"] for li in lignes}))


async def garder_creation(identifiant: uuid.UUID) -> None:
    """Refuse to undo the creation of a bilan that was answered or printed since: that would be lost."""
    if await lire_valeur("SELECT count(*) AS n FROM reponse WHERE bilan = {}", identifiant):
        raise ErreurMetier("Des réponses ont été saisies depuis la création de ce bilan : elle ne s'annule plus.")
    if await lire_valeur("SELECT count(*) AS n FROM document WHERE bilan = {}", identifiant):
        raise ErreurMetier("Un document a été créé depuis ce bilan : sa création ne s'annule plus.")
