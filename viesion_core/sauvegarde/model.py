"""What an archive says of itself, and what a restore found. Pure values."""

import datetime as dt

import msgspec

FORMAT = 1
MANIFESTE = "manifeste.json"
BASE_SQLITE = "base.sqlite"
TABLES = "tables/"
DOCUMENTS = "documents/"
SECRET = "secret"  # noqa: S105 - the name of a member


class Manifeste(msgspec.Struct, frozen=True, kw_only=True):
    """The last member of an archive: an archive cut short has none.

    `migrations`: application → name → fingerprint. `tables`: how many rows each has. `fichiers`: SHA-256 by member.
    """

    format: int = FORMAT
    cree_le: dt.datetime
    dialecte: str
    migrations: dict[str, dict[str, str]]
    tables: dict[str, int]
    fichiers: dict[str, str]

    def migrations_inconnues(self, connues: dict[str, dict[str, str]]) -> list[str]:
        """Return the migrations of the archive that this version does not have, or has with another text."""
        return sorted(
            f"{application}/{nom}"
            for application, noms in self.migrations.items()
            for nom, empreinte in noms.items()
            if connues.get(application, {}).get(nom) != empreinte
        )


class Compte(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved or restored: rows, documents, bytes; `anomalies` in French (none: all is well)."""

    lignes: int
    documents: int
    octets: int
    anomalies: tuple[str, ...] = ()


def nom_admis(nom: str) -> bool:
    """Whether a member may be in an archive: nothing else is ever written to the disk."""
    parties = nom.split("/")
    if nom.startswith("/") or "" in parties or ".." in parties or "\\" in nom:
        return False
    return nom in (MANIFESTE, BASE_SQLITE, SECRET) or nom.startswith((TABLES, DOCUMENTS))
