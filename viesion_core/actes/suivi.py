"""Many acts at once: an act, its revisions, its events and its line of the journal for each, written set by set.

For importers, which write the rows themselves: the history, the provenance and « tel que connu le » of each dossier
are as true as for a typed one.
"""

from collections.abc import Mapping
from typing import Any

from viesion_core.contexte import Contexte
from viesion_core.db import Cle, en_json, identifiants, inserer_rangees
from viesion_core.journal.actions import journaliser_reprise
from viesion_core.journal.model import Ligne

_ACTE = (
    "id", "nature", "libelle", "utilisateur", "auteur", "organisme", "beneficiaire", "at", "annule", "annule_par",
)  # fmt: skip
_REVISION = ("id", "acte", "ordre", "nom_table", "cle", "version", "avant", "apres")
_EVENEMENT = ("id", "acte", "nom", "donnees", "at", "livre_le", "tentatives", "prochain_essai", "erreur")


class Suivi:
    """The acts of a batch by one author at one instant, before they are written."""

    def __init__(self, ctx: Contexte) -> None:
        self.ctx = ctx
        self._cles = identifiants(ctx.maintenant)
        self._actes: list[tuple[Any, ...]] = []
        self._revisions: list[tuple[Any, ...]] = []
        self._evenements: list[tuple[Any, ...]] = []
        self._journal: list[Ligne] = []

    def cle(self) -> Cle:
        """Return a key for a row of the batch, greater than those before."""
        return next(self._cles)

    def acte(self, nature: str, libelle: str, beneficiaire: int) -> Cle:
        """Add an act about a dossier, and its line of the journal; return its id."""
        ctx, cle = self.ctx, next(self._cles)
        self._actes.append(
            (
                cle, nature, libelle[:300], ctx.utilisateur, ctx.nom, ctx.organisme, beneficiaire, ctx.maintenant,
                None, None,
            )
        )  # fmt: skip
        self._journal.append(
            Ligne(
                at=ctx.maintenant,
                utilisateur=ctx.utilisateur,
                organisme=ctx.organisme,
                role=str(ctx.role),
                operation=nature,
                objet="dossier",
                cle=str(beneficiaire),
                acte=cle,
                motif="",
                adresse=ctx.adresse,
            )
        )
        return cle

    def revision(self, acte: Cle, ordre: int, table: str, cle: object, avant: Any, apres: Mapping[str, Any]) -> None:
        """Add what an act changed in a row: `avant` is None for a new one."""
        self._revisions.append(
            (next(self._cles), acte, ordre, table, str(cle), apres["version"], en_json(avant), en_json(apres))
        )

    def evenement(self, acte: Cle, nom: str, donnees: Mapping[str, Any]) -> None:
        """Announce a domain event: delivered to the plugins after the commit."""
        instant = self.ctx.maintenant
        self._evenements.append((next(self._cles), acte, nom, en_json(donnees), instant, None, 0, instant, ""))

    async def ecrire(self) -> None:
        """Write everything inside the open transaction; called last, because it takes the lock of the journal."""
        await inserer_rangees("acte", _ACTE, self._actes)
        await inserer_rangees("revision", _REVISION, self._revisions)
        await inserer_rangees("evenement", _EVENEMENT, self._evenements)
        await journaliser_reprise(self._journal)
