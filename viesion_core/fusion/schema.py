"""The tree of the fields that a template may use, and where a name leads in it.

A field is written `beneficiaire.nom`; a list is marked with brackets: `entretiens[].date` is used inside
`{% for entretien in entretiens %}` as `entretien.date`. Plain values only, because the tree also goes to the process
that opens the templates.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from viesion_core.fusion.model import ChampFusion

Noeud = str | dict[str, Any] | list[Any]
"""A text (""), a group of fields (dict), a list (one element: what each of its elements is)."""

LISTE = "[]"


def arbre(noms: Iterable[str]) -> dict[str, Any]:
    """Return the tree of these names; ValueError when one is badly written or meets another kind of field."""
    racine: dict[str, Any] = {}
    for nom in noms:
        _poser(racine, nom.split("."), nom)
    return racine


def exemples(champs: Iterable[ChampFusion]) -> dict[str, Any]:
    """Return values made of the examples of the fields, two elements in each list."""
    connus = list(champs)
    modele = arbre(champ.nom for champ in connus)
    return dict(_remplir(modele, "", {champ.nom: champ.exemple for champ in connus}, vide=False))


def vides(noms: Iterable[str]) -> dict[str, Any]:
    """Return values where every text and every list is empty."""
    return dict(_remplir(arbre(noms), "", {}, vide=True))


def manquants(valeurs: Any, noms: Iterable[str]) -> list[str]:
    """Return the names that the values do not answer, among those that a template uses."""
    return sorted({nom for nom in noms if not _repond(valeurs, nom.split("."))})


def inattendus(valeurs: Any, noeud: Noeud, chemin: str = "") -> list[str]:
    """Return the names of the values that are not of the kind the tree says (a text, a group, a list)."""
    if isinstance(noeud, dict):
        if not isinstance(valeurs, Mapping):
            return [chemin]
        connus = ((cle, valeurs[cle], enfant) for cle, enfant in noeud.items() if cle in valeurs)
        return [nom for cle, valeur, enfant in connus for nom in inattendus(valeur, enfant, _joindre(chemin, cle))]
    if isinstance(noeud, list):
        if not isinstance(valeurs, list):
            return [chemin]
        return sorted({nom for element in valeurs for nom in inattendus(element, noeud[0], chemin + LISTE)})
    return [] if isinstance(valeurs, str) else [chemin]


def proches(nom: str, connus: Iterable[str]) -> list[str]:
    """Return the known names that resemble one, the closest first, two at most."""
    return difflib.get_close_matches(nom, list(connus), n=2, cutoff=0.6)


def ecriture(nom: str) -> tuple[str, str]:
    """Return how a field is written in Word, and the loops around it ("" outside any list).

    `entretiens[].date` is `{{ entretien.date }}` inside `{% for entretien in entretiens %}`.
    """
    boucles = []
    *groupes, dernier = nom.split(LISTE + ".")
    racine = ""
    for groupe in groupes:
        liste = _joindre(racine, groupe)
        racine = groupe.split(".")[-1].removesuffix("s")
        boucles.append(f"{{% for {racine} in {liste} %}}")
    return f"{{{{ {_joindre(racine, dernier)} }}}}", " ".join(boucles)


def feuilles(noeud: Noeud, chemin: str = "") -> list[str]:
    """Return the full names of the texts of a tree."""
    if isinstance(noeud, dict):
        return [nom for cle, enfant in noeud.items() for nom in feuilles(enfant, _joindre(chemin, cle))]
    if isinstance(noeud, list):
        return feuilles(noeud[0], chemin + LISTE)
    return [chemin]


def _poser(noeud: dict[str, Any], morceaux: list[str], nom: str) -> None:
    tete, *reste = morceaux
    cle = tete.removesuffix(LISTE)
    if not cle.isidentifier():
        raise ValueError(f"« {nom} » n'est pas un nom de champ.")
    enfant: Noeud = [{} if reste else ""] if tete.endswith(LISTE) else ({} if reste else "")
    pose: Noeud = noeud.setdefault(cle, enfant)
    interieur, attendu = (n[0] if isinstance(n, list) else n for n in (pose, enfant))
    if type(pose) is not type(enfant) or type(interieur) is not type(attendu):
        raise ValueError(f"« {nom} » est à la fois un champ et un groupe de champs.")
    if isinstance(interieur, dict):
        _poser(interieur, reste, nom)


def _remplir(noeud: Noeud, chemin: str, textes: Mapping[str, str], *, vide: bool) -> Any:
    if isinstance(noeud, dict):
        return {cle: _remplir(n, _joindre(chemin, cle), textes, vide=vide) for cle, n in noeud.items()}
    if isinstance(noeud, list):
        return [] if vide else [_remplir(noeud[0], chemin + LISTE, textes, vide=vide) for _ in range(2)]
    return "" if vide else textes.get(chemin, "")


def _repond(valeurs: Any, morceaux: list[str]) -> bool:
    if not morceaux:
        return True
    tete, *reste = morceaux
    cle = tete.removesuffix(LISTE)
    if not isinstance(valeurs, Mapping) or cle not in valeurs:
        return False
    if not tete.endswith(LISTE):
        return _repond(valeurs[cle], reste)
    return isinstance(valeurs[cle], list) and all(_repond(element, reste) for element in valeurs[cle])


def _joindre(chemin: str, cle: str) -> str:
    return f"{chemin}.{cle}" if chemin else cle
