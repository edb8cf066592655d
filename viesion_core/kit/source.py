"""What the source of a plugin says before anything of it is called: its imports, the signatures of its hooks."""

import ast
import difflib
import inspect
import pathlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from viesion_core import hookspecs

_PORTE = "viesion_core.api"
_INTERDITS = frozenset(
    {"viesion_core", "web", "litestar", "piccolo", "sqlite3", "aiosqlite", "asyncpg", "pluggy", "stevedore"}
)
_MARQUE = f"{hookspecs.PROJET}_impl"


def specifications() -> Mapping[str, Any]:
    """Return the hooks by name, in the order of the file."""
    marque = f"{hookspecs.PROJET}_spec"
    return {nom: objet for nom, objet in vars(hookspecs).items() if hasattr(objet, marque)}


def imports_interdits(paquet: pathlib.Path) -> Iterator[str]:
    """Yield the imports of a package that do not go through the one door, each with its file and line."""
    for fichier in sorted(paquet.rglob("*.py")):
        try:
            arbre = ast.parse(fichier.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as erreur:
            yield f"{fichier.name} est illisible : {erreur}."
            continue
        for noeud in ast.walk(arbre):
            for module in _modules(noeud):
                if _interdit(module, paquet.name):
                    ligne = getattr(noeud, "lineno", 1)
                    yield f"{fichier.name}, ligne {ligne} : {module} n'est pas à importer, passez par {_PORTE}."


def _modules(noeud: ast.AST) -> list[str]:
    if isinstance(noeud, ast.Import):
        return [alias.name for alias in noeud.names]
    if isinstance(noeud, ast.ImportFrom) and not noeud.level:
        if noeud.module == "viesion_core":
            return [f"viesion_core.{alias.name}" for alias in noeud.names]
        return [noeud.module or ""]
    return []


def _interdit(module: str, paquet: str) -> bool:
    racine = module.partition(".")[0]
    if module == _PORTE or racine == paquet:
        return False
    return racine in _INTERDITS or racine.startswith("viesion_")


def crochets(module: ModuleType) -> list[str]:
    """Return the hooks that no hookspec knows, that lack their mark, or that ask for arguments that do not exist."""
    connus = specifications()
    trouves = []
    for nom, objet in vars(module).items():
        if not inspect.isfunction(objet) or objet.__module__ != module.__name__:
            continue
        if not hasattr(objet, _MARQUE):
            if nom in connus:
                trouves.append(f"{nom} n'est pas marqué @hookimpl : il ne serait jamais appelé.")
            continue
        if nom not in connus:
            proche = difflib.get_close_matches(nom, connus, 1)
            conseil = f", voulez-vous dire {proche[0]} ?" if proche else "."
            trouves.append(f"{nom} n'est pas un crochet{conseil}")
            continue
        admis = list(inspect.signature(connus[nom]).parameters)
        for argument in inspect.signature(objet).parameters:
            if argument not in admis:
                possibles = ", ".join(admis) or "aucun"
                trouves.append(f"{nom} demande « {argument} », qui n'existe pas (arguments : {possibles}).")
    return trouves
