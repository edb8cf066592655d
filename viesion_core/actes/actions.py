"""The writing of acts: every use case of the core goes through `acte`."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from piccolo.table import Table

from viesion_core.actes.model import colonnes, completer, sans_secrets
from viesion_core.contexte import Contexte
from viesion_core.db import (
    base_courante,
    colonnes_json,
    en_json,
    executer,
    executer_lot,
    inserer_lot,
    lire,
    lire_un,
    lire_valeur,
    transaction,
)
from viesion_core.erreurs import ConflitVersion, Introuvable
from viesion_core.journal import journaliser_acte

_LOT = 500
"""Rows read by one statement of `modifier_lot`: engines bound the number of parameters."""


class Ecriture(msgspec.Struct):
    """One row written by an act: what it was (None: inserted) and what it is (None: deleted)."""

    nom_table: str
    cle: str
    version: int
    avant: dict[str, Any] | None
    apres: dict[str, Any] | None


class Acte:
    """An act being carried out, inside its transaction: rows are written through it alone."""

    def __init__(self, ctx: Contexte, nature: str, libelle: str, beneficiaire: int | None) -> None:
        self.id = uuid.uuid4()
        self.ctx = ctx
        self.nature = nature
        self.libelle = libelle
        self.beneficiaire = beneficiaire
        self.motif = ""
        """Why the act is done, when a rule asks for a reason: kept by the journal."""
        self.annule: uuid.UUID | None = None
        self.dossiers: set[int] = set()
        """Other dossiers that the act touches: it is in the history of each, and the journal has a line for each."""
        self._revisions: list[Ecriture] = []
        self._evenements: list[tuple[str, dict[str, Any]]] = []

    async def inserer(self, table: type[Table], valeurs: Mapping[str, Any], *, version: int = 1) -> dict[str, Any]:
        """Insert one row and return it. The key is chosen here unless given; an absent text is "".

        Raises KeyError for an unknown column or a required one that is absent (a defect, not a mistake of
        the user), and the French ErreurMetier of a database constraint.
        """
        cle = table._meta.primary_key._meta.name
        donnees = {"version": version, **valeurs}
        if colonnes(table)[cle][0] == "UUID":
            donnees.setdefault(cle, uuid.uuid4())
            ligne = completer(table, donnees)
            await self._inserer(table, ligne)
        elif cle in donnees:
            ligne = completer(table, donnees)
            await self._inserer(table, ligne)
        else:
            ligne = completer(table, {**donnees, cle: 0})
            del ligne[cle]
            ligne = {cle: await self._inserer(table, ligne, retour=cle), **ligne}
        self._noter(table, str(ligne[cle]), version, None, ligne)
        return ligne

    async def inserer_lot(self, table: type[Table], lignes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Insert many rows with UUID keys in one statement, one revision each."""
        cle = table._meta.primary_key._meta.name
        completes = [completer(table, {cle: uuid.uuid4(), "version": 1, **ligne}) for ligne in lignes]
        await inserer_lot(table, completes)
        for ligne in completes:
            self._noter(table, str(ligne[cle]), 1, None, ligne)
        return completes

    async def modifier(
        self, table: type[Table], cle: Any, valeurs: Mapping[str, Any], *, version: int | None
    ) -> dict[str, Any]:
        """Change one row known at `version` and return it; nothing is written when nothing differs.

        Raises ConflitVersion when somebody saved since, Introuvable when the row is gone. `version` None is
        for a row that this very act has decided on, never for one that a person edits.
        """
        avant = await self._lire(table, cle, version)
        differentes = {champ: valeur for champ, valeur in valeurs.items() if avant[champ] != valeur}
        if not differentes:
            return avant
        apres = {**avant, **differentes, "version": avant["version"] + 1}
        encoder = colonnes_json(table)
        champs = [*differentes, "version"]
        nom_cle = table._meta.primary_key._meta.name
        await executer(
            f"UPDATE {table._meta.tablename} SET {', '.join(f'{c} = {{}}' for c in champs)} WHERE {nom_cle} = {{}}",
            *(en_json(apres[c]) if c in encoder else apres[c] for c in champs),
            cle,
        )
        self._noter(table, str(cle), apres["version"], avant, apres)
        return apres

    async def modifier_lot(
        self, table: type[Table], lignes: Mapping[Any, Mapping[str, Any]], versions: Mapping[Any, int] | None = None
    ) -> None:
        """Change many rows of one table, the same columns of each, in the order given; a row alike is left alone.

        Raises ConflitVersion for one that is not at its version in `versions`, Introuvable when one is gone.
        """
        nom, nom_cle = table._meta.tablename, table._meta.primary_key._meta.name
        verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
        avant: dict[Any, dict[str, Any]] = {}
        cles = list(lignes)
        for debut in range(0, len(cles), _LOT):
            lot = cles[debut : debut + _LOT]
            trouvees = await lire(
                f"SELECT * FROM {nom} WHERE {nom_cle} IN ({', '.join('{}' for _ in lot)}){verrou}", *lot
            )
            avant |= {ligne[nom_cle]: ligne for ligne in trouvees}
        if avant.keys() != lignes.keys():
            raise Introuvable
        changees = {}
        for cle, valeurs in lignes.items():
            if versions is not None and versions[cle] != avant[cle]["version"]:
                raise ConflitVersion(avant[cle], avant[cle]["version"], nom_table=nom, cle=str(cle))
            if any(avant[cle][champ] != valeur for champ, valeur in valeurs.items()):
                changees[cle] = {**avant[cle], **valeurs, "version": avant[cle]["version"] + 1}
        if not changees:
            return
        champs = [*next(iter(lignes.values())), "version"]
        await executer_lot(
            f"UPDATE {nom} SET {', '.join(f'{c} = {{}}' for c in champs)} WHERE {nom_cle} = {{}}",
            [(*(apres[c] for c in champs), cle) for cle, apres in changees.items()],
        )
        for cle, apres in changees.items():
            self._noter(table, str(cle), apres["version"], avant[cle], apres)

    async def supprimer(self, table: type[Table], cle: Any, *, version: int | None) -> dict[str, Any]:
        """Delete one row known at `version` and return what it was."""
        avant = await self._lire(table, cle, version)
        nom_cle = table._meta.primary_key._meta.name
        await executer(f"DELETE FROM {table._meta.tablename} WHERE {nom_cle} = {{}}", cle)
        self._noter(table, str(cle), avant["version"], avant, None)
        return avant

    async def supprimer_sous(self, table: type[Table], colonne: str, valeur: Any) -> list[dict[str, Any]]:
        """Delete the rows whose `colonne` is `valeur` (those under a row that goes) and return what they were."""
        condition = f"{table._meta.tablename} WHERE {colonne} = {{}}"
        verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
        lignes = await lire(f"SELECT * FROM {condition}{verrou}", valeur)
        await executer(f"DELETE FROM {condition}", valeur)
        cle = table._meta.primary_key._meta.name
        for ligne in lignes:
            self._noter(table, str(ligne[cle]), ligne["version"], ligne, None)
        return lignes

    def evenement(self, nom: str, donnees: Mapping[str, Any]) -> None:
        """Announce a domain event: delivered to the plugins after commit (`dossier_ouvert`, `etape_close`…)."""
        self._evenements.append((nom, dict(donnees)))

    async def prevenir(self) -> None:
        """Let those who follow a table know what became of its rows, each once, inside the transaction."""
        for nom_table, observateurs in _OBSERVATEURS.items():
            nettes: dict[str, Ecriture] = {}
            for r in self._revisions:
                if r.nom_table == nom_table:
                    premiere = nettes.get(r.cle, r)
                    nettes[r.cle] = Ecriture(nom_table, r.cle, r.version, premiere.avant, r.apres)
            for observateur in observateurs if nettes else ():
                await observateur(self, list(nettes.values()))

    @property
    def vide(self) -> bool:
        """Whether nothing was changed nor announced."""
        return not self._revisions and not self._evenements

    async def ecrire(self) -> None:
        """Write the act, its revisions, its events and its line of the journal; called once, at the end."""
        ctx = self.ctx
        await executer(
            """INSERT INTO acte (id, nature, libelle, utilisateur, auteur, organisme, beneficiaire, at, annule)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})""",
            self.id,
            self.nature,
            self.libelle[:300],
            ctx.utilisateur,
            ctx.nom,
            ctx.organisme,
            self.beneficiaire,
            ctx.maintenant,
            self.annule,
        )
        await executer_lot(
            """INSERT INTO revision (id, acte, ordre, nom_table, cle, version, avant, apres)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {})""",
            [
                (uuid.uuid4(), self.id, ordre, r.nom_table, r.cle, r.version, en_json(r.avant), en_json(r.apres))
                for ordre, r in enumerate(self._revisions)
            ],
        )
        await executer_lot(
            """INSERT INTO evenement (id, acte, nom, donnees, at, tentatives, prochain_essai, erreur)
            VALUES ({}, {}, {}, {}, {}, 0, {}, '')""",
            [
                (uuid.uuid4(), self.id, nom, en_json(donnees), ctx.maintenant, ctx.maintenant)
                for nom, donnees in self._evenements
            ],
        )
        autres = sorted(self.dossiers - {self.beneficiaire})
        if autres:
            await executer_lot(
                "INSERT INTO acte_dossier (acte, beneficiaire) VALUES ({}, {})", [(self.id, autre) for autre in autres]
            )
        cle = str(self.beneficiaire) if self.beneficiaire is not None else ""
        objet = "dossier" if cle else ""
        await journaliser_acte(ctx, self.nature, objet, cle, self.id, self.motif, dossiers=autres)

    async def _inserer(self, table: type[Table], ligne: Mapping[str, Any], retour: str = "") -> Any:
        encoder = colonnes_json(table)
        requete = f"INSERT INTO {table._meta.tablename} ({', '.join(ligne)}) VALUES ({', '.join('{}' for _ in ligne)})"
        valeurs = [en_json(v) if c in encoder else v for c, v in ligne.items()]
        if retour:
            return int(await lire_valeur(f"{requete} RETURNING {retour}", *valeurs))
        return await executer(requete, *valeurs)

    async def _lire(self, table: type[Table], cle: Any, version: int | None) -> dict[str, Any]:
        """Return the row, locked until the end of the act, or raise Introuvable / ConflitVersion."""
        nom_cle = table._meta.primary_key._meta.name
        verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
        ligne = await lire_un(f"SELECT * FROM {table._meta.tablename} WHERE {nom_cle} = {{}}{verrou}", cle)
        if ligne is None:
            raise Introuvable
        if version is not None and ligne["version"] != version:
            raise ConflitVersion(ligne, ligne["version"], nom_table=table._meta.tablename, cle=str(cle))
        return ligne

    def _noter(
        self,
        table: type[Table],
        cle: str,
        version: int,
        avant: dict[str, Any] | None,
        apres: dict[str, Any] | None,
    ) -> None:
        avant, apres = sans_secrets(table, avant), sans_secrets(table, apres)
        self._revisions.append(Ecriture(table._meta.tablename, cle, version, avant, apres))


Observateur = Callable[[Acte, Sequence[Ecriture]], Awaitable[None]]
_OBSERVATEURS: dict[str, list[Observateur]] = {}


def declarer_observateur(nom_table: str, observateur: Observateur) -> None:
    """Ask for `observateur(acte, ecritures)` in every transaction that writes rows of a table, undoing included.

    For what must be written together with them (an outbox): whoever writes the rows, nothing can be forgotten.
    """
    _OBSERVATEURS.setdefault(nom_table, []).append(observateur)


@contextlib.asynccontextmanager
async def acte(ctx: Contexte, nature: str, libelle: str, *, beneficiaire: int | None = None) -> AsyncIterator[Acte]:
    """Carry out one use case: one transaction, one act.

    `nature` is the act's name (« contrat.enregistrer »), `libelle` what the history and the toast say, in
    French. An act that changes nothing leaves no trace.
    """
    async with transaction(), acte_joint(ctx, nature, libelle, beneficiaire=beneficiaire) as courant:
        yield courant


@contextlib.asynccontextmanager
async def acte_joint(
    ctx: Contexte, nature: str, libelle: str, *, beneficiaire: int | None = None
) -> AsyncIterator[Acte]:
    """Carry out an act inside the transaction that is open: with what an importer writes there, or not at all."""
    courant = Acte(ctx, nature, libelle, beneficiaire)
    yield courant
    if not courant.vide:
        await courant.prevenir()
        await courant.ecrire()
