"""docs/hooks.md, written from `hookspecs.py`: every hook, its arguments, its answer, what its failure does."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from viesion_core import hookspecs
from viesion_core.kit.source import specifications

_CHEMIN = re.compile(r"\b(?:viesion_core|collections|typing)(?:\.\w+)*\.(?=\w)")
_TETE = """# The hooks

Written from `viesion_core/hookspecs.py` by `make docs`: change that file, not this one.

"""


def document() -> str:
    """Return the text of docs/hooks.md."""
    introduction = "\n".join(_lignes(inspect.getdoc(hookspecs) or ""))
    morceaux = [_TETE, introduction, "\n\n", "A hook is a function of the plugin's module marked `@hookimpl`; it may "]
    morceaux.append("leave out the arguments that it does not use.\n\n| Hook | Answers |\n|---|---|\n")
    crochets = specifications()
    for nom, fonction in crochets.items():
        morceaux.append(f"| [`{nom}`](#{nom}) | {_reponse(fonction)} |\n")
    for nom, fonction in crochets.items():
        morceaux.append(f"\n## {nom}\n\n```python\n{_signature(nom, fonction)}\n```\n\n")
        morceaux.append("\n".join(_lignes(inspect.getdoc(fonction) or "")) + "\n")
    return "".join(morceaux)


def _lignes(texte: str) -> list[str]:
    return [ligne.rstrip() for ligne in texte.splitlines()]


def _signature(nom: str, fonction: Callable[..., Any]) -> str:
    signature = inspect.signature(fonction)
    return _CHEMIN.sub("", f"def {nom}{signature}")


def _reponse(fonction: Callable[..., Any]) -> str:
    retour = inspect.signature(fonction).return_annotation
    texte = _CHEMIN.sub("", inspect.formatannotation(retour))
    return "nothing: it hears an event" if texte == "Any" else f"`{texte}`"
