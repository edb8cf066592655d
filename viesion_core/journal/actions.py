"""Writing of the journal: acts in their own transaction, reads in batches at most a second late."""

import asyncio
import contextlib
import logging
import uuid
import weakref
from collections.abc import Sequence

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, executer, inserer_rangees, lire_un, transaction
from viesion_core.journal.model import Ligne, empreinte

PERIODE = 1.0
_COLONNES = ("seq", *Ligne.__struct_fields__, "precedent", "empreinte")
_LOG = logging.getLogger("viesion.journal")
_en_attente: list[Ligne] = []
_verrous: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()


def journaliser_lecture(ctx: Contexte, operation: str, objet: str, cle: str, motif: str = "") -> None:
    """Record a reading; returns at once, the line is written at most a second later, or at the stop."""
    _en_attente.append(_ligne(ctx, operation, objet, cle, None, motif))


async def journaliser_acte(
    ctx: Contexte,
    operation: str,
    objet: str,
    cle: str,
    acte: uuid.UUID | None,
    motif: str = "",
    *,
    dossiers: Sequence[int] = (),
) -> None:
    """Record an act inside its transaction; called last, because it takes the chain's lock until the commit.

    `dossiers`: others that the act touches, a line each.
    """
    lignes = [_ligne(ctx, operation, objet, cle, acte, motif)]
    lignes += [_ligne(ctx, operation, "dossier", str(numero), acte, motif) for numero in dossiers]
    await _enchainer(lignes)


async def journaliser_reprise(lignes: Sequence[Ligne]) -> None:
    """Append the lines of acts taken over in bulk, inside the open transaction."""
    await _enchainer(lignes)


class Journal:
    """The writer of the pending reads of this process."""

    def __init__(self) -> None:
        self._tache: asyncio.Task[None] | None = None
        self._arret = asyncio.Event()

    async def demarrer(self) -> None:
        """Start writing every second."""
        self._arret.clear()
        self._tache = asyncio.create_task(self._tourner(), name="viesion-journal")

    async def arreter(self) -> None:
        """Let the writing under way finish, write what waits, then stop: nothing is cut in the middle."""
        if self._tache is not None:
            self._arret.set()
            await self._tache
            self._tache = None
        await vider()

    async def _tourner(self) -> None:
        while not self._arret.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arret.wait(), PERIODE)
            try:
                await vider()
            except Exception:
                _LOG.exception("the journal could not be written; its lines are kept")


async def vider() -> None:
    """Write the pending reads in one transaction; they are kept if it fails.

    One at a time: a line is never written twice, and what was pending before the call is written after it.
    """
    async with _verrous.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        lot = _en_attente[:]
        if not lot:
            return
        async with transaction():
            await _enchainer(lot)
        del _en_attente[: len(lot)]


async def _enchainer(lignes: Sequence[Ligne]) -> None:
    """Append lines to the chain, whose head is locked until the commit."""
    verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
    tete = await lire_un(f"SELECT nombre, empreinte FROM journal_tete WHERE id = 1{verrou}")
    if tete is None:
        msg = "the head of the journal is missing: the base was tampered with"
        raise RuntimeError(msg)
    seq, precedent = int(tete["nombre"]), str(tete["empreinte"])
    valeurs = []
    for ligne in lignes:
        seq += 1
        suivante = empreinte(seq, ligne, precedent)
        valeurs.append((seq, *msgspec.structs.astuple(ligne), precedent, suivante))
        precedent = suivante
    await inserer_rangees("journal", _COLONNES, valeurs)
    await executer("UPDATE journal_tete SET nombre = {}, empreinte = {} WHERE id = 1", seq, precedent)


def _ligne(ctx: Contexte, operation: str, objet: str, cle: str, acte: uuid.UUID | None, motif: str) -> Ligne:
    return Ligne(
        at=ctx.maintenant,
        utilisateur=ctx.utilisateur,
        organisme=ctx.organisme,
        role=str(ctx.role),
        operation=operation[:60],
        objet=objet[:60],
        cle=cle[:60],
        acte=acte,
        motif=motif[:300],
        adresse=ctx.adresse[:60],
    )
