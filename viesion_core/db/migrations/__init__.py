"""Migrations: ordered SQL, recorded, the same history on SQLite and PostgreSQL; each plugin has its own.

Piccolo's migration commands cannot express what the bases need (CHECK inside CREATE TABLE, triggers, exclusion
constraints, rebuilding a table on SQLite without emptying its children), so a migration here is a value: raw SQL for
both engines, then what only one of them needs.
"""

import collections.abc
import hashlib
import importlib
import pkgutil

import msgspec


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the schema. `{cle_auto}` is an auto-numbered integer primary key."""

    nom: str
    commun: list[str]
    sqlite: list[str] = []
    postgresql: list[str] = []

    @property
    def empreinte(self) -> str:
        """SHA-256 of the text: an applied migration that is edited afterwards is refused."""
        texte = "\x00".join([*self.commun, "\x01", *self.sqlite, "\x01", *self.postgresql])
        return hashlib.sha256(texte.encode()).hexdigest()


def migrations_du_paquet(paquet: str) -> collections.abc.Sequence[Migration]:
    """Return the `MIGRATION` of each module `mNNNN_…` of a package, in the order of their names."""
    racine = importlib.import_module(paquet)
    noms = sorted(m.name for m in pkgutil.iter_modules(racine.__path__) if m.name.startswith("m"))
    trouvees: list[Migration] = [importlib.import_module(f"{paquet}.{nom}").MIGRATION for nom in noms]
    return trouvees
