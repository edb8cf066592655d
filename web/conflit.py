"""Two people on one form: what each of them wrote, field by field, and how to go on without losing either.

A field that only the other one changed takes their value; a field that only the user changed keeps theirs; a field
that both changed shows both values. The form comes back on the new version: saving again writes what it shows.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.actes import Divergence, divergence
from viesion_core.erreurs import ConflitVersion
from web.formulaire import lire_date
from web.rendu import pour_saisie


class ChampConflit(msgspec.Struct, frozen=True):
    """A field of a form and the column of the same name: its label, and how its posted value reads in French.

    `montrer` turns the posted text (a code, a date) into what the user reads: `lambda code: libelle("TYPE", code)`.
    """

    nom: str
    libelle: str
    montrer: Callable[[str], str] = str


class Ecart(msgspec.Struct, frozen=True, kw_only=True):
    """A field with two values: as they read (`enregistree`, `saisie`) and as the form posts them (`valeur_…`)."""

    nom: str
    libelle: str
    enregistree: str
    saisie: str
    valeur_enregistree: str
    valeur_saisie: str


class Conflit(msgspec.Struct, frozen=True, kw_only=True):
    """What a form shows after a 409: who saved and when, the fields that differ, those taken from the other one."""

    version: int
    auteur: str
    at: dt.datetime | None
    ecarts: tuple[Ecart, ...]
    repris: tuple[Ecart, ...]

    def ecart(self, nom: str) -> Ecart | None:
        """Return what is to be decided in a field, None when nothing is."""
        return next((ecart for ecart in self.ecarts if ecart.nom == nom), None)


async def comprendre(
    erreur: ConflitVersion, saisie: Mapping[str, Any], champs: Iterable[ChampConflit]
) -> tuple[Conflit, dict[str, Any]]:
    """Return the conflict as the form shows it, and what the form holds from now on.

    `saisie` is what was posted, `version` among it: the version that the page was opened on.
    """
    posee = str(saisie.get("version", ""))
    depuis = (
        await divergence(erreur.nom_table, erreur.cle, int(posee))
        if erreur.nom_table and posee.isdecimal()
        else Divergence()
    )
    ecarts, repris = comparer(saisie, erreur.actuelle, depuis.connue, champs)
    gardee = {**saisie, "version": str(erreur.version)}
    for ecart in repris:
        if ecart.valeur_enregistree:
            gardee[ecart.nom] = ecart.valeur_enregistree
        else:
            gardee.pop(ecart.nom, None)
    conflit = Conflit(
        version=erreur.version,
        auteur=depuis.auteur or "une autre personne",
        at=depuis.at,
        ecarts=tuple(ecarts),
        repris=tuple(repris),
    )
    return conflit, gardee


def comparer(
    saisie: Mapping[str, Any],
    actuelle: Mapping[str, Any],
    connue: Mapping[str, Any] | None,
    champs: Iterable[ChampConflit],
) -> tuple[list[Ecart], list[Ecart]]:
    """Return the fields to decide, then those that the other one alone changed (`connue`: the row as it was opened).

    When nobody knows what the page was opened on, every difference is to be decided.
    """
    ecarts, repris = [], []
    for champ in champs:
        if champ.nom not in actuelle:
            continue
        anciens = [actuelle[champ.nom]] if connue is None else [actuelle[champ.nom], connue.get(champ.nom)]
        leur = _posee(anciens[0])
        mienne = _typee(saisie.get(champ.nom), est_date=any(isinstance(valeur, dt.date) for valeur in anciens))
        if leur == mienne:
            continue
        ecart = Ecart(
            nom=champ.nom,
            libelle=champ.libelle,
            enregistree=champ.montrer(leur) if leur else "",
            saisie=champ.montrer(mienne) if mienne else "",
            valeur_enregistree=leur,
            valeur_saisie=mienne,
        )
        if connue is not None and _posee(anciens[1]) == mienne:
            repris.append(ecart)
        elif connue is None or _posee(anciens[1]) != leur:
            ecarts.append(ecart)
    return ecarts, repris


def _posee(valeur: Any) -> str:
    """Return a stored value as a form posts it: a ticked box is « oui », an unticked one is absent."""
    if isinstance(valeur, bool):
        return "oui" if valeur else ""
    return "" if valeur is None else pour_saisie(valeur)


def _typee(valeur: Any, *, est_date: bool) -> str:
    """Return what was typed as a form would show it again: dates in one writing, no outer space."""
    texte = str(valeur or "").replace("\r\n", "\n").strip()
    date = lire_date(texte) if est_date else None
    return pour_saisie(date) if date else texte
