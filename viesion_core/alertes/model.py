"""What an alert rule is: named criteria in SQL, that explain themselves.

A rule is a conjunction: each criterion is a condition on a person (`b`, the row of `beneficiaire`; `s`, that of
`etat_dossier`) with its French sentence. The same criteria count, list, and answer « pourquoi cette personne ? » and
« pourquoi pas ? ».
"""

import datetime as dt
import enum
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.contexte import minuit

_NOMMES = re.compile(r":([a-z_]+[0-9]*)")
_RECUL = re.compile(r"(mois|jours)_([0-9]+)")
_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,19}")
_COEUR = re.compile(r"A[0-9]{2}")
"""The codes of the core."""
_X = re.compile(r"\bX\b")


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
    """A condition that the person meets: its French sentence, its SQL on `b` and `s`.

    SQL may name `:aujourdhui` (date), `:maintenant` (instant), `:x` (number), `:seuil` (today minus X, when X counts
    months or days), `:seuil_texte` (the same, as a bilan keeps a date), `:seuil_instant` (its midnight in Paris) and
    `:horizon` (today plus X), `:mois_6` and `:jours_42` (today minus so much), and read any table of the core or of
    the plugin, correlated by `b.numero`. `valeur`: SQL of what the person has for it (a date, a number, a text, a code
    of `liste`), under the name `nom`. `ensemble`: the same condition as a query of dossier numbers, for a whole
    département (see `parmi`). No alias may be `b`, `s`, `n`.
    """

    libelle: str
    sql: str
    nom: str = ""
    valeur: str = ""
    ensemble: str = ""
    liste: str = ""


def parmi(libelle: str, source: str, condition: str, *, nom: str = "", valeur: str = "") -> Critere:
    """Return the criterion « has a row in `source` (« contrat k ») that meets `condition` »."""
    alias = source.split()[1]
    return Critere(
        libelle=libelle,
        sql=f"EXISTS (SELECT 1 FROM {source} WHERE {alias}.beneficiaire = b.numero AND {condition})",
        nom=nom,
        valeur=valeur,
        ensemble=f"SELECT {alias}.beneficiaire FROM {source} WHERE {condition}",
    )


class Objet(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule finds when it is no person: a refused line of a file, say. Nobody's but the département's.

    `source`: what follows FROM, whose row is `o` with a key `o.id`; the criteria are then conditions on it. `titre`:
    SQL of what names a row, a code of `libelles` if there are any. `lien`: SQL of the address where it is settled.
    `ordre`: SQL of the order of the list. `un`, `plusieurs`: the French words of its count.
    """

    source: str
    titre: str
    lien: str
    ordre: str
    un: str
    plusieurs: str
    libelles: Mapping[str, str] = {}


class RegleAlerte(msgspec.Struct, frozen=True, kw_only=True):
    """An alert. `onglet` is the tab of the dossier that clears it (or a screen, from « / »), `action` the label.

    `titre` and `description` may hold « X », shown with its value. `sensible`: its list tells of health, so only who
    may read health data sees it. `acte`: the act of `gestes.py` that its list offers in place ("": a
    link). `objet`: what it finds, when it is no person. `offre`: filled by the registry; "" for a rule of the core.
    """

    code: str
    titre: str
    description: str
    rubrique: str
    criteres: tuple[Critere, ...]
    parametre: Parametre | None = None
    onglet: str = ""
    action: str = "Ouvrir le dossier"
    acte: str = ""
    sensible: bool = False
    objet: Objet | None = None
    offre: str = ""

    def condition(
        self, x: int | None, aujourdhui: dt.date, maintenant: dt.datetime, *, ensembles: bool = False
    ) -> tuple[str, list[Any]]:
        """Return the SQL condition on `b` and `s` with `{}` placeholders, and its parameters in order.

        `ensembles`: write it with the sets of the criteria that have one.
        """
        morceaux, parametres = [], []
        for critere in self.criteres:
            texte = f"b.numero IN ({critere.ensemble})" if ensembles and critere.ensemble else critere.sql
            sql, valeurs = lier(texte, valeurs_de(self.parametre, x, aujourdhui, maintenant))
            morceaux.append(f"({sql})")
            parametres += valeurs
        return " AND ".join(morceaux), parametres

    def valeurs(self, x: int | None, aujourdhui: dt.date, maintenant: dt.datetime) -> tuple[str, list[Any]]:
        """Return the columns of what is known for each criterion that shows it, led by a comma, and their parameters.

        `v0` is that of the first criterion (`model_listes.faits` reads them).
        """
        valeurs = valeurs_de(self.parametre, x, aujourdhui, maintenant)
        colonnes, parametres = "", []
        for rang, critere in enumerate(self.criteres):
            if critere.valeur:
                sql, lies = lier(critere.valeur, valeurs)
                colonnes += f", {sql} AS v{rang}"
                parametres += lies
        return colonnes, parametres

    def nombre(self, x: int | None) -> int | None:
        """Return the X in force: the user's, between the bounds, else the default; None for a rule without."""
        if self.parametre is None:
            return None
        if x is None:
            return self.parametre.defaut
        return min(max(x, self.parametre.minimum), self.parametre.maximum)

    def en_clair(self, texte: str, x: int | None) -> str:
        """Return a sentence of the rule with the value of X."""
        nombre = self.nombre(x)
        return texte if nombre is None else _X.sub(str(nombre), texte)


def verifier_codes(regles: Iterable[RegleAlerte], pris: Container[str]) -> None:
    """Raise ValueError (French) for a plugin's rule whose code is not one, is a core rule's, or is taken."""
    vus: set[str] = set()
    for regle in regles:
        if not _CODE.fullmatch(regle.code) or _COEUR.fullmatch(regle.code):
            raise ValueError(f"«\u00a0{regle.code}\u00a0» n'est pas un code d'alerte d'extension.")
        if regle.code in pris or regle.code in vus:
            raise ValueError(f"le code d'alerte {regle.code} est déjà pris.")
        vus.add(regle.code)


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
            valeurs["horizon"] = reculer(aujourdhui, -nombre, parametre.unite)
            valeurs["seuil_texte"] = valeurs["seuil"].isoformat()
            valeurs["seuil_instant"] = minuit(valeurs["seuil"])
    return valeurs


def lier(sql: str, valeurs: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the SQL with `{}` for each `:nom`, and the values in order; KeyError for an unknown name."""
    noms = _NOMMES.findall(sql)
    return _NOMMES.sub("{}", sql), [_valeur(nom, valeurs) for nom in noms]


def _valeur(nom: str, valeurs: Mapping[str, Any]) -> Any:
    if recul := _RECUL.fullmatch(nom):
        return reculer(valeurs["aujourdhui"], int(recul[2]), Unite(recul[1]))
    return valeurs[nom]


def reculer(date: dt.date, nombre: int, unite: Unite) -> dt.date:
    """Return the date some months (same day, or the last of the month) or days before."""
    if unite is Unite.JOURS:
        return date - dt.timedelta(days=nombre)
    annee, mois_0 = divmod(date.year * 12 + date.month - 1 - nombre, 12)
    suivant = dt.date(annee + (mois_0 == 11), (mois_0 + 1) % 12 + 1, 1)
    return dt.date(annee, mois_0 + 1, min(date.day, (suivant - dt.timedelta(days=1)).day))
