"""What a nomenclature is: pure values, and the reader of the shipped data files.

Each file of `donnees/` is one list with its version and its source; the base receives them at each migration
(`actions.charger_nomenclatures`), so that SQL can join labels, while the process reads them from here.
"""

import csv
import functools
import importlib.resources
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

_DONNEES = importlib.resources.files("viesion_core.nomenclatures") / "donnees"


class Element(msgspec.Struct, frozen=True):
    """One element of a list: its stable code, its French label, its family, and what the list adds."""

    code: str
    libelle: str
    famille: str = ""
    donnees: dict[str, Any] = {}


class Nomenclature(msgspec.Struct, frozen=True):
    """A reference list. `source` says where its elements come from (deck, law, France Travail…)."""

    liste: str
    libelle: str
    version: int
    source: str
    elements: tuple[Element, ...]

    def codes(self) -> list[str]:
        """Return the codes in the order of the list."""
        return [element.code for element in self.elements]

    def par_code(self) -> Mapping[str, Element]:
        """Return the elements by code."""
        return _par_code(self.liste)

    def libelle_de(self, code: str) -> str:
        """Return the label of a code; an unknown code (older data) is shown as it is."""
        element = _par_code(self.liste).get(code)
        return element.libelle if element else code

    def familles(self) -> dict[str, list[Element]]:
        """Return the elements grouped by family, in order."""
        groupes: dict[str, list[Element]] = {}
        for element in self.elements:
            groupes.setdefault(element.famille, []).append(element)
        return groupes


class Commune(msgspec.Struct, frozen=True):
    """A commune of the Hérault: INSEE code, postal codes separated by « | », insertion territory."""

    code_insee: str
    nom: str
    codes_postaux: str
    population: int
    epci: str
    sdi: str
    secteur: str


class DefinitionCaracteristique(msgspec.Struct, frozen=True):
    """A caractéristique: type CHOIX or NOMBRE, its values, whether required, sensitive, valid how long."""

    code: str
    libelle: str
    requise: bool
    sensible: bool
    type: str
    valeurs: tuple[str, ...]
    validite_mois: int


@functools.cache
def nomenclatures() -> dict[str, Nomenclature]:
    """Return every shipped list by its name, for example `nomenclatures()["REALISATION"]`."""
    listes = [
        msgspec.json.decode(fichier.read_bytes(), type=Nomenclature)
        for fichier in sorted(_DONNEES.iterdir(), key=lambda fichier: fichier.name)
        if fichier.name.endswith(".json")
    ]
    return {liste.liste: liste for liste in listes}


def nomenclature(liste: str) -> Nomenclature:
    """Return one list; KeyError for a name that no data file has."""
    return nomenclatures()[liste]


def libelle(liste: str, code: str) -> str:
    """Return the French label of a code of a list."""
    return nomenclature(liste).libelle_de(code)


@functools.cache
def definitions_caracteristiques() -> tuple[DefinitionCaracteristique, ...]:
    """Return the 22 caractéristiques, 16 of them required, in the order of the form."""
    return tuple(
        msgspec.convert(
            {"code": element.code, "libelle": element.libelle, **element.donnees}, DefinitionCaracteristique
        )
        for element in nomenclature("CARACTERISTIQUE").elements
    )


@functools.cache
def communes() -> tuple[Commune, ...]:
    """Return the 341 communes of the Hérault, by INSEE code."""
    texte = (_DONNEES / "communes_34.csv").read_text(encoding="utf-8")
    lignes = csv.DictReader(texte.splitlines(), delimiter=";")
    return tuple(msgspec.convert(ligne, Commune, strict=False) for ligne in lignes)


@functools.cache
def communes_par_code() -> Mapping[str, Commune]:
    """Return the communes by INSEE code."""
    return {commune.code_insee: commune for commune in communes()}


def cle(texte: str) -> str:
    """Return the normalised key of a name: upper case, no accents, punctuation to single spaces.

    « Saint-Étienne d'Œuf » gives "SAINT ETIENNE D OEUF". One key serves search, order and duplicates.
    """
    if texte.isascii():
        return " ".join(texte.translate(_ASCII).split())
    return _cle_accentuee(texte)


_ASCII = {code: (chr(code).upper() if chr(code).isalnum() else " ") for code in range(128)}


@functools.lru_cache(maxsize=16_384)
def _cle_accentuee(texte: str) -> str:
    plat = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
    lettres = (c if c.isalnum() else " " for c in plat if not unicodedata.combining(c))
    return " ".join("".join(lettres).upper().split())


@functools.cache
def _par_code(liste: str) -> Mapping[str, Element]:
    return {element.code: element for element in nomenclature(liste).elements}
