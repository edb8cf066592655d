"""The words of Solis, in one place: `correspondance.toml`, and the département's own file over it."""

import functools
import os
import pathlib
import tomllib
from collections.abc import Iterable

VARIABLE = "SOLIS_CORRESPONDANCE"
"""The variable of the environment that names the département's file (TOML)."""


@functools.cache
def correspondance() -> dict[str, dict[str, str]]:
    """Return the tables of words; ValueError names the département's file when it is not what it must be."""
    tables = _lire(pathlib.Path(__file__).with_name("correspondance.toml"))
    propre = os.environ.get(VARIABLE, "")
    for nom, table in (_lire(pathlib.Path(propre)) if propre else {}).items():
        if nom not in tables:
            raise ValueError(f"{VARIABLE} : la table [{nom}] n'existe pas ({', '.join(sorted(tables))})")
        tables[nom] = {**tables[nom], **table}
    return tables


def colonnes(noms: Iterable[str]) -> tuple[str, ...]:
    """Return the names of some columns for Solis."""
    propres = correspondance()["colonnes"]
    return tuple(propres.get(nom, nom) for nom in noms)


def code(table: str, valeur: str) -> str:
    """Return how a code is written to Solis; one that the table does not name goes as it is."""
    return correspondance()[table].get(valeur, valeur)


def sens_inverse(table: str) -> dict[str, str]:
    """Return what the words of Solis mean, in capitals."""
    return {mot.upper(): valeur for valeur, mot in correspondance()[table].items()}


def _lire(chemin: pathlib.Path) -> dict[str, dict[str, str]]:
    try:
        lu = tomllib.loads(chemin.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as erreur:
        raise ValueError(f"{VARIABLE} : {chemin.name} est illisible ({erreur})") from erreur
    for nom, table in lu.items():
        if not isinstance(table, dict) or not all(isinstance(valeur, str) for valeur in table.values()):
            raise ValueError(f"{VARIABLE} : [{nom}] est une table de textes")
    return lu
