"""The outbox: domain events delivered after commit, at least once, a failure tried again later."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from viesion_core.db import convertir, executer, lire, transaction

DELAIS = (dt.timedelta(seconds=10), dt.timedelta(minutes=1), dt.timedelta(minutes=10), dt.timedelta(hours=1))


class Evenement(msgspec.Struct, frozen=True, kw_only=True):
    """A domain event: `contrat_enregistre`, `etape_close`… and the references it carries."""

    id: uuid.UUID
    nom: str
    donnees: dict[str, Any]
    organisme: uuid.UUID | None
    beneficiaire: int | None
    tentatives: int


Livreur = Callable[[Evenement], Awaitable[str]]


async def livrer_evenements(livrer: Livreur, maintenant: dt.datetime, *, limite: int = 50) -> int:
    """Give each due event to `livrer`, which returns "" or what failed; return how many were delivered."""
    lignes = await lire(
        """SELECT e.id, e.nom, e.donnees, e.tentatives, a.organisme, a.beneficiaire
        FROM evenement e JOIN acte a ON a.id = e.acte
        WHERE e.livre_le IS NULL AND e.prochain_essai <= {} ORDER BY e.prochain_essai, e.at LIMIT {}""",
        maintenant,
        limite,
    )
    livres = 0
    for evenement in (_evenement(ligne) for ligne in lignes):
        erreur = await livrer(evenement)
        async with transaction():
            if erreur:
                attente = DELAIS[min(evenement.tentatives, len(DELAIS) - 1)]
                await executer(
                    "UPDATE evenement SET tentatives = tentatives + 1, prochain_essai = {}, erreur = {} WHERE id = {}",
                    maintenant + attente,
                    erreur[:2000],
                    evenement.id,
                )
            else:
                await executer("UPDATE evenement SET livre_le = {} WHERE id = {}", maintenant, evenement.id)
                livres += 1
    return livres


def _evenement(ligne: dict[str, Any]) -> Evenement:
    """Return the event of a row; one of an act over several dossiers says in its data whose it is."""
    evenement = convertir(Evenement, ligne)
    if evenement.beneficiaire is None and isinstance(evenement.donnees.get("beneficiaire"), int):
        return msgspec.structs.replace(evenement, beneficiaire=evenement.donnees["beneficiaire"])
    return evenement
