"""Render the gabarits: one strict Jinja environment, French filters, cacheable addresses of static files."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from viesion_core.formats import date, heure_saisie
from web.formats import FILTRES
from web.garde import attributs_garde
from web.statique import paquet, statique, url_statique

GABARITS = Path(__file__).parent / "gabarits"
ICONES = "images/icones.svg"


def creer_environnement(*dossiers: Path) -> Environment:
    """Return an environment that looks in `dossiers` first, then in `web/gabarits`; a missing value is an error."""
    environnement = Environment(
        loader=FileSystemLoader([*dossiers, GABARITS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environnement.filters.update(FILTRES)
    environnement.globals.update(
        url_statique=url_statique,
        paquet=paquet,
        icone=icone,
        attributs_garde=attributs_garde,
        valeur_champ=valeur_champ,
        valeurs_champ=valeurs_champ,
        url_avec=url_avec,
        pages_voisines=pages_voisines,
    )
    return environnement


@lru_cache(maxsize=1)
def environnement() -> Environment:
    """Return the environment of the application, made at the first use."""
    return creer_environnement()


@lru_cache(maxsize=1)
def icones() -> frozenset[str]:
    """Return the names of the icons that `static/images/icones.svg` draws."""
    return frozenset(re.findall(r'<symbol id="([a-z-]+)"', statique().fichiers[ICONES].contenu.decode()))


@lru_cache(maxsize=256)
def icone(nom: str, classe: str = "") -> Markup:
    """Return an icon, decorative: the word beside it says the same. Raise KeyError for a name that is not drawn."""
    if nom not in icones():
        raise KeyError(nom)
    return Markup('<svg class="icone{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
        f" {classe}" if classe else "", url_statique(ICONES), nom
    )


def rendre_bloc(gabarit: str, bloc: str, **donnees: Any) -> str:
    """Render one block of a page alone: the fragment that htmx swaps comes from the same gabarit as the page."""
    modele = environnement().get_template(gabarit)
    return "".join(modele.blocks[bloc](modele.new_context(donnees)))


def valeur_champ(saisie: Mapping[str, Any] | None, nom: str, valeur: Any = None, indice: int = 0) -> str:
    """Return the text of a field: what was typed if the form comes back, else the stored value, as inputs want it.

    `indice` picks one of several fields of the same name (the themes of an entretien).
    """
    if saisie is not None:
        typee = saisie.get(nom, "")
        if isinstance(typee, list | tuple):
            return str(typee[indice]) if indice < len(typee) else ""
        return str(typee) if indice == 0 else ""
    return "" if valeur is None else pour_saisie(valeur)


def pour_saisie(valeur: Any) -> str:
    """Return a stored value as it is typed: dates jj/mm/aaaa (at the time of Paris), hours 10:30."""
    if isinstance(valeur, dt.date):
        return date(valeur)
    return heure_saisie(valeur) if isinstance(valeur, dt.time) else str(valeur)


def valeurs_champ(saisie: Mapping[str, Any] | None, nom: str, valeurs: Any = ()) -> frozenset[str]:
    """Return the ticked values of a group of boxes: what was typed if the form comes back, else the stored ones."""
    source = valeurs if saisie is None else saisie.get(nom, ())
    if source is None or isinstance(source, str | bool | int):
        source = () if source in (None, "", False) else (source,)
    return frozenset(str(valeur) for valeur in source)


def url_avec(chemin: str, parametres: Mapping[str, Any], **changes: Any) -> str:
    """Return the address of a list with its filters, some changed; None or "" removes one.

    The address carries the filters so that a link can be shared: `url_avec(chemin, filtres, tri="nom", p=2)`.
    """
    gardes = {cle: valeur for cle, valeur in {**parametres, **changes}.items() if valeur not in (None, "", [], ())}
    return f"{chemin}?{urlencode(gardes, doseq=True)}" if gardes else chemin


def pages_voisines(courante: int, derniere: int) -> list[int]:
    """Return the page numbers worth a link, 0 for an ellipsis: « 1 … 4 5 6 … 12 »."""
    gardees = sorted({1, derniere, *range(max(1, courante - 1), min(derniere, courante + 1) + 1)})
    numeros: list[int] = []
    for numero in gardees:
        if numeros and numero - numeros[-1] > 1:
            numeros.append(0)
        numeros.append(numero)
    return numeros
