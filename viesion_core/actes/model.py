"""What an act is: values, and the typing of the rows kept as JSON."""

import datetime as dt
import functools
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
from piccolo.table import TABLE_REGISTRY, Table

DELAI_ANNULATION = dt.timedelta(hours=24)


class ActeResume(msgspec.Struct, frozen=True, kw_only=True):
    """An act as the history and the toasts show it."""

    id: uuid.UUID
    nature: str
    libelle: str
    utilisateur: uuid.UUID | None
    auteur: str
    organisme: uuid.UUID | None
    beneficiaire: int | None
    at: dt.datetime
    annule: uuid.UUID | None
    annule_par: uuid.UUID | None
    annulable: bool = False


class RevisionVue(msgspec.Struct, frozen=True, kw_only=True):
    """One row changed by an act, as JSON has it: dates and identifiers are texts."""

    acte: uuid.UUID
    nom_table: str
    cle: str
    avant: dict[str, Any] | None
    apres: dict[str, Any] | None


class Changement(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a row changed by an act: « provenance » and « Afficher aussi l'historique »."""

    nom_table: str
    cle: str
    champ: str
    avant: Any
    apres: Any
    auteur: str
    at: dt.datetime
    acte: uuid.UUID


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a row since a version: that version if it is known, who saved last and when."""

    connue: Mapping[str, Any] | None = None
    auteur: str = ""
    at: dt.datetime | None = None


def table_nommee(nom: str) -> type[Table]:
    """Return the Piccolo table of a name; KeyError if its room or plugin is not installed."""
    for table in TABLE_REGISTRY:
        if table._meta.tablename == nom:
            return table
    raise KeyError(nom)


def sans_secrets(table: type[Table], ligne: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a row without its secret columns: an undo never brings a former password back."""
    secrets = {c._meta.name for c in table._meta.columns if c._meta.secret}
    return {nom: valeur for nom, valeur in ligne.items() if nom not in secrets} if ligne and secrets else ligne


@functools.cache
def colonnes(table: type[Table]) -> Mapping[str, tuple[str, bool]]:
    """Return the kind and the nullability of each column of a table, by name."""
    return {c._meta.name: (_genre(c), bool(c._meta.null)) for c in table._meta.columns}


def _genre(colonne: Any) -> str:
    """Return the kind of a column; a foreign key has the kind of the key it points at."""
    genre = type(colonne).__name__
    if genre != "ForeignKey":
        return genre
    return _genre(colonne._foreign_key_meta.resolved_references._meta.primary_key)


def completer(table: type[Table], valeurs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole row: what is not given is NULL where allowed, "" for a text, refused otherwise."""
    inconnus = set(valeurs) - set(colonnes(table))
    if inconnus:
        msg = f"{table._meta.tablename} has no column {', '.join(sorted(inconnus))}"
        raise KeyError(msg)
    ligne = {}
    for nom, (genre, nul) in colonnes(table).items():
        if nom in valeurs:
            ligne[nom] = valeurs[nom]
        elif nul:
            ligne[nom] = None
        elif genre in ("Varchar", "Text"):
            ligne[nom] = ""
        else:
            msg = f"{table._meta.tablename}.{nom} must be given"
            raise KeyError(msg)
    return ligne


_LECTEURS: dict[str, Any] = {
    "Date": dt.date.fromisoformat,
    "Timestamptz": dt.datetime.fromisoformat,
    "UUID": uuid.UUID,
}


def depuis_json(table: type[Table], ligne: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed row of a revision's JSON."""
    types = colonnes(table)
    resultat = {}
    for nom, valeur in ligne.items():
        lecteur = _LECTEURS.get(types[nom][0]) if nom in types else None
        resultat[nom] = lecteur(valeur) if lecteur and isinstance(valeur, str) else valeur
    return resultat
