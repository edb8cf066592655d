"""Reading and writing: the functions that every room uses, the same on both engines."""

import contextlib
import datetime as dt
import pathlib
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg
import msgspec
from piccolo.table import Table

from viesion_core.db.base import (
    Base,
    Connexion,
    Ligne,
    Transaction,
    base_courante,
    definir_base,
    ecritures_interdites,
    traduire,
    transaction_courante,
)
from viesion_core.db.compte import noter
from viesion_core.db.postgresql import BasePostgresql
from viesion_core.db.sqlite import BaseSqlite
from viesion_core.erreurs import ErreurMetier

T = TypeVar("T")
_GENRES: tuple[tuple[type, str], ...] = ((int, "int"), (dt.date, "date"))


async def ouvrir_base(url: str, *, pool: int = 10) -> Base:
    """Open `sqlite:///chemin` or `postgresql://…` and make it the current base of the process."""
    base: Base
    if url.startswith("sqlite:///"):
        base = BaseSqlite(pathlib.Path(url.removeprefix("sqlite:///")))
    else:
        base = await BasePostgresql.ouvrir(url, maximum=pool)
    definir_base(base)
    return base


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Open the one transaction of a use case. A nested one is refused: joining silently would hide its rollback."""
    if ecritures_interdites():
        msg = "a data hook of a plugin may not write to the base"
        raise RuntimeError(msg)
    if _ouverte() is not None:
        msg = "a transaction is already open in this task: a use case has exactly one"
        raise RuntimeError(msg)
    with _contraintes_traduites():
        async with base_courante().ecrire() as connexion:
            ouverte = Transaction(connexion)
            jeton = transaction_courante.set(ouverte)
            try:
                yield
            finally:
                ouverte.active = False
                transaction_courante.reset(jeton)


def dans_transaction() -> bool:
    """Tell whether the task is inside its transaction."""
    return _ouverte() is not None


async def lire(requete: str, *parametres: Any) -> list[Ligne]:
    """Return the rows of a statement whose `{}` are the parameters in order.

    Dates, instants (UTC), UUIDs, booleans and JSON come back as Python values on both engines; an expression
    such as max(date) is a text on SQLite (see `en_date`).
    """
    base = base_courante()
    noter(requete)
    ouverte = _ouverte()
    texte = traduire(requete, base.dialecte)
    return await (ouverte.lire(texte, parametres) if ouverte else base.lire(texte, parametres))


async def lire_un(requete: str, *parametres: Any) -> Ligne | None:
    """Return the first row, or None."""
    lignes = await lire(requete, *parametres)
    return lignes[0] if lignes else None


async def lire_valeur(requete: str, *parametres: Any) -> Any:
    """Return the first column of the first row, or None."""
    ligne = await lire_un(requete, *parametres)
    return next(iter(ligne.values())) if ligne else None


async def executer(requete: str, *parametres: Any) -> int:
    """Run one write inside the open transaction; return how many rows it touched."""
    noter(requete)
    return await _exiger().executer(traduire(requete, base_courante().dialecte), parametres)


async def executer_lot(requete: str, lignes: Sequence[Sequence[Any]]) -> None:
    """Run one write for many rows inside the open transaction."""
    noter(requete)
    if lignes:
        await _exiger().executer_lot(traduire(requete, base_courante().dialecte), lignes)


async def inserer_lot(table: type[Table], lignes: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows as fast as the engine can (COPY on PostgreSQL). JSON values are encoded here."""
    if not lignes:
        return
    colonnes = list(lignes[0])
    encoder = colonnes_json(table)
    valeurs: list[Sequence[Any]]
    if encoder:
        valeurs = [[en_json(ligne[c]) if c in encoder else ligne[c] for c in colonnes] for ligne in lignes]
    else:
        valeurs = [list(map(ligne.__getitem__, colonnes)) for ligne in lignes]
    await inserer_rangees(table._meta.tablename, colonnes, valeurs)


async def inserer_rangees(table: str, colonnes: Sequence[str], rangees: Sequence[Sequence[Any]]) -> None:
    """Insert many rows, values in the order of the columns, as fast as the engine can; JSON is text already."""
    if rangees:
        noter(f"INSERT INTO {table}")
        await _exiger().inserer_lot(table, colonnes, rangees)


async def lire_parmi(requete: str, valeurs: Collection[tuple[Any, ...]], *parametres: Any) -> list[Ligne]:
    """Return the rows of a reading whose `{parmi}` is a table of these rows, in columns named `v1`, `v2` and so on.

    For hundreds of values: one parameter a column, one plan, whatever their number (« FROM {parmi} p CROSS JOIN t
    WHERE t.cle = p.v1 », which SQLite too begins with the values). Texts, whole numbers or dates, a kind a column.
    `{parmi}` stands once, before every other parameter.
    """
    if not valeurs:
        return []
    table, siens = _table_de(valeurs)
    return await lire(requete.replace("{parmi}", table), *siens, *parametres)


async def executer_parmi(requete: str, valeurs: Collection[tuple[Any, ...]], *parametres: Any) -> int:
    """Run one write over a table of these rows, as `lire_parmi` reads; return how many rows it touched.

    On SQLite « INSERT … SELECT … FROM {parmi} p » needs « WHERE true » before « ON CONFLICT ».
    """
    if not valeurs:
        return 0
    table, siens = _table_de(valeurs)
    return await executer(requete.replace("{parmi}", table), *siens, *parametres)


def _table_de(valeurs: Collection[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """Return the SQL of a table of these rows, and its parameters."""
    colonnes = [list(colonne) for colonne in zip(*valeurs, strict=True)]
    if base_courante().dialecte == "sqlite":
        extraits = ", ".join(f"json_extract(value, '$[{rang}]') AS v{rang + 1}" for rang in range(len(colonnes)))
        return f"(SELECT {extraits} FROM json_each({{}}))", [en_json(list(valeurs))]
    genres = [next((nom for type_, nom in _GENRES if isinstance(c[0], type_)), "text") for c in colonnes]
    tableaux = ", ".join(f"{{}}::{genre}[]" for genre in genres)
    noms = ", ".join(f"v{rang + 1}" for rang in range(len(colonnes)))
    return f"(SELECT * FROM unnest({tableaux}) AS u ({noms}))", colonnes


def colonnes_json(table: type[Table]) -> frozenset[str]:
    """Return the names of the JSON columns of a table."""
    return frozenset(c._meta.name for c in table._meta.columns if type(c).__name__ in ("JSON", "JSONB"))


def en_json(valeur: Any) -> str | None:
    """Return the JSON text of a value, as both engines store it."""
    return None if valeur is None else msgspec.json.encode(valeur).decode()


def convertir(structure: type[T], ligne: Mapping[str, Any]) -> T:
    """Return the Struct of a row; UUIDs, dates and instants are taken as they come, codes become enums."""
    return msgspec.convert(ligne, structure, strict=False)


def en_date(valeur: Any) -> dt.date | None:
    """Return the date of an expression such as max(fin), a text on SQLite."""
    return dt.date.fromisoformat(valeur) if isinstance(valeur, str) else valeur


def en_instant(valeur: Any) -> dt.datetime | None:
    """Return the instant of an expression such as max(debut), a text on SQLite."""
    return dt.datetime.fromisoformat(valeur) if isinstance(valeur, str) else valeur


LIEN = "D'autres informations s'y rattachent : supprimez-les ou détachez-les d'abord."
_MESSAGES: dict[str, str] = {
    "contrat_chevauchement": "Deux contrats d'une même personne ne peuvent pas se chevaucher.",
    "referent_parcours_unique": "Une personne n'a qu'un référent de parcours à la fois.",
    "etape_cloture": "La fin réelle et le motif de fin d'étape se saisissent ensemble.",
    "etape_dates": "La fin réelle précède le début réel.",
    "contrat_dates": "La fin du contrat précède son début.",
    "caracteristique_courante": "Cette caractéristique vient d'être saisie par une autre personne.",
}


def declarer_contraintes(messages: Mapping[str, str]) -> None:
    """Give the French message of database constraints (a plugin's own, for instance)."""
    _MESSAGES.update(messages)


def lien_rompu(erreur: BaseException) -> bool:
    """Tell whether the base refused because a row is still pointed at (a foreign key)."""
    return isinstance(erreur, asyncpg.ForeignKeyViolationError) or (
        isinstance(erreur, sqlite3.IntegrityError) and "FOREIGN KEY" in str(erreur)
    )


@contextlib.contextmanager
def _contraintes_traduites() -> Iterator[None]:
    """Turn the refusal of a named constraint into its French message; others stay defects."""
    try:
        yield
    except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError) as erreur:
        texte = f"{getattr(erreur, 'constraint_name', '')} {erreur}"
        for nom, message in _MESSAGES.items():
            if nom in texte:
                raise ErreurMetier(message) from erreur
        if isinstance(erreur, asyncpg.ForeignKeyViolationError) or "FOREIGN KEY" in texte:
            raise ErreurMetier(LIEN) from erreur
        raise


def _ouverte() -> Connexion | None:
    ouverte = transaction_courante.get()
    if ouverte is None:
        return None
    if not ouverte.active:
        msg = "this task outlived the transaction it was started in"
        raise RuntimeError(msg)
    return ouverte.connexion


def _exiger() -> Connexion:
    connexion = _ouverte()
    if connexion is None:
        msg = "a write needs a transaction: async with transaction() or acte(...)"
        raise RuntimeError(msg)
    return connexion
