"""What an alert rule is: named criteria in SQL, that explain themselves.

A rule is a conjunction: each criterion is a condition on a person (`b`, the row of `beneficiaire`) with its French
sentence. The same criteria count, list, and answer « pourquoi cette personne ? » and « pourquoi pas ? ».
"""

import datetime as dt
import enum
import re
from collections.abc import Mapping
from typing import Any

import msgspec

_NOMMES = re.compile(r":([a-z_]+)")


class Unite(enum.StrEnum):
    """What the X of a rule counts."""

    MOIS = "mois"
    JOURS = "jours"
    POURCENT = "%"
    FOIS = "fois"


class Parametre(msgspec.Struct, frozen=True, kw_only=True):
    """The X of a rule, adjustable per user between its bounds."""

    defaut: int
    minimum: int
    maximum: int
    unite: Unite
    libelle: str = "X"


class Critere(msgspec.Struct, frozen=True):
    """A condition that the person meets: its French sentence, its SQL on `b`.

    SQL may name `:aujourdhui` (date), `:maintenant` (instant), `:x` (number) and `:seuil` (today minus X, a date when X
    counts months or days), and read any table of the core or of the plugin, correlated by `b.numero`.
    """

    libelle: str
    sql: str


class RegleAlerte(msgspec.Struct, frozen=True, kw_only=True):
    """An alert. `onglet` is the tab of the dossier that clears it, `action` the label of that act.

    `titre` and `description` may hold « X », shown with its value. `sensible`: its list tells of health, so only who
    may read health data sees it. `offre`: filled by the registry; "" for a rule of the core.
    """

    code: str
    titre: str
    description: str
    rubrique: str
    criteres: tuple[Critere, ...]
    parametre: Parametre | None = None
    onglet: str = ""
    action: str = "Ouvrir le dossier"
    sensible: bool = False
    offre: str = ""

    def condition(self, x: int | None, aujourdhui: dt.date, maintenant: dt.datetime) -> tuple[str, list[Any]]:
        """Return the SQL condition on `b` with `{}` placeholders, and its parameters in order."""
        morceaux, parametres = [], []
        for critere in self.criteres:
            sql, valeurs = lier(critere.sql, valeurs_de(self.parametre, x, aujourdhui, maintenant))
            morceaux.append(f"({sql})")
            parametres += valeurs
        return " AND ".join(morceaux), parametres


def valeurs_de(
    parametre: Parametre | None, x: int | None, aujourdhui: dt.date, maintenant: dt.datetime
) -> dict[str, Any]:
    """Return the values that a criterion may name."""
    valeurs: dict[str, Any] = {"aujourdhui": aujourdhui, "maintenant": maintenant}
    if parametre is not None:
        nombre = parametre.defaut if x is None else min(max(x, parametre.minimum), parametre.maximum)
        valeurs["x"] = nombre
        if parametre.unite in (Unite.MOIS, Unite.JOURS):
            valeurs["seuil"] = reculer(aujourdhui, nombre, parametre.unite)
    return valeurs


def lier(sql: str, valeurs: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the SQL with `{}` for each `:nom`, and the values in order; KeyError for an unknown name."""
    noms = _NOMMES.findall(sql)
    return _NOMMES.sub("{}", sql), [valeurs[nom] for nom in noms]


def reculer(date: dt.date, nombre: int, unite: Unite) -> dt.date:
    """Return the date some months (same day, or the last of the month) or days before."""
    if unite is Unite.JOURS:
        return date - dt.timedelta(days=nombre)
    annee, mois_0 = divmod(date.year * 12 + date.month - 1 - nombre, 12)
    suivant = dt.date(annee + (mois_0 == 11), (mois_0 + 1) % 12 + 1, 1)
    return dt.date(annee, mois_0 + 1, min(date.day, (suivant - dt.timedelta(days=1)).day))
