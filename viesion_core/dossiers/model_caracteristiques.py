"""Caractéristiques: 22 facts about a person, 16 of them required; values, and the rules of what may be typed.

Source: the deck's page « Ergonomie de l'écran bénéficiaire »; the list is the nomenclature CARACTERISTIQUE.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Iterable, Mapping

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.nomenclatures.model import DefinitionCaracteristique, definitions_caracteristiques

MASQUE = "Donnée de santé"
NOMBRE_MAXIMAL = 30


class CaracteristiqueCourante(msgspec.Struct, frozen=True, kw_only=True):
    """What is known today about one caractéristique of a person; `id` None when nothing is.

    `masquee`: health data that the reader may not see: it is known (`presente`) but `valeur` is "".
    """

    definition: DefinitionCaracteristique
    id: uuid.UUID | None = None
    valeur: str = ""
    debut: dt.date | None = None
    actualisee_le: dt.date | None = None
    auteur: str = ""
    version: int = 0
    presente: bool = False
    masquee: bool = False

    @property
    def code(self) -> str:
        """The stable code, and the name of the field in forms."""
        return self.definition.code

    @property
    def libelle(self) -> str:
        """« Situation familiale »."""
        return self.definition.libelle

    @property
    def affichage(self) -> str:
        """The value, « Donnée de santé » when it is not for the reader, "" when nothing is known."""
        return MASQUE if self.masquee else self.valeur

    @property
    def manquante(self) -> bool:
        """Whether it is required and has no current value."""
        return self.definition.requise and not self.presente

    def a_rafraichir(self, jour: dt.date) -> bool:
        """Whether nobody has confirmed it for longer than it is valid (12 months)."""
        if self.actualisee_le is None:
            return False
        return il_y_a(jour, self.definition.validite_mois) > self.actualisee_le

    def anciennete(self, jour: dt.date) -> int | None:
        """How many days ago it was last confirmed; None when nothing is known."""
        return None if self.actualisee_le is None else (jour - self.actualisee_le).days


class CaracteristiqueHistorique(msgspec.Struct, frozen=True, kw_only=True):
    """A value, current or past, of the history (« Afficher aussi l'historique », « Modification détaillée »)."""

    id: uuid.UUID
    code: str
    valeur: str
    debut: dt.date
    fin: dt.date | None
    actualisee_le: dt.date
    auteur: str
    version: int
    masquee: bool = False

    @property
    def definition(self) -> DefinitionCaracteristique | None:
        """Its definition; None for one that the list has no more."""
        return par_code().get(self.code)

    @property
    def libelle(self) -> str:
        """« Situation familiale »; the code for one that the list has no more."""
        return self.definition.libelle if self.definition else self.code

    @property
    def affichage(self) -> str:
        """The value, or « Donnée de santé »."""
        return MASQUE if self.masquee else self.valeur

    @property
    def courante(self) -> bool:
        """Whether it is the value of the day."""
        return self.fin is None


class SaisieDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What « Modification détaillée » gives: a value and its dates."""

    valeur: str
    debut: dt.date
    fin: dt.date | None = None


@functools.cache
def par_code() -> Mapping[str, DefinitionCaracteristique]:
    """Return the definitions by code."""
    return {definition.code: definition for definition in definitions_caracteristiques()}


@functools.cache
def codes_requis() -> tuple[str, ...]:
    """Return the codes of the required ones."""
    return tuple(d.code for d in definitions_caracteristiques() if d.requise)


@functools.cache
def codes_sensibles() -> frozenset[str]:
    """Return the codes of the health data (RQTH, santé): read and written with `ctx.sensible` only."""
    return frozenset(d.code for d in definitions_caracteristiques() if d.sensible)


def lisible(ctx: Contexte, code: str) -> bool:
    """Whether the user may read and write the value of a caractéristique."""
    return ctx.sensible or code not in codes_sensibles()


def manquantes(caracteristiques: Iterable[CaracteristiqueCourante]) -> list[CaracteristiqueCourante]:
    """Return the required ones that have no value: those of « N caractéristiques requises sont manquantes »."""
    return [caracteristique for caracteristique in caracteristiques if caracteristique.manquante]


def message_manquantes(nombre: int) -> str:
    """Return « 9 caractéristiques requises sont manquantes », "" when none is."""
    if nombre == 0:
        return ""
    if nombre == 1:
        return "1 caractéristique requise est manquante"
    return f"{nombre} caractéristiques requises sont manquantes"


def defaut_valeur(ctx: Contexte, code: str, valeur: str) -> str | None:
    """Return why a value is refused (French), or None: its list (CHOIX), its bounds (NOMBRE), the right to write it."""
    definition = par_code().get(code)
    if definition is None:
        return "Cette caractéristique n'existe pas."
    if not lisible(ctx, code):
        return "Donnée de santé : vous n'êtes pas habilité à la saisir."
    if definition.type == "NOMBRE":
        if not valeur.isascii() or not valeur.isdigit() or int(valeur) > NOMBRE_MAXIMAL:
            return f"Saisissez un nombre entier entre 0 et {NOMBRE_MAXIMAL}."
        return None
    return None if valeur in definition.valeurs else "Choisissez un élément de la liste."


def propre(code: str, valeur: str) -> str:
    """Return a value in its one shape: « 02 » children are 2."""
    valeur = " ".join(valeur.split())
    definition = par_code().get(code)
    if definition is not None and definition.type == "NOMBRE" and valeur.isascii() and valeur.isdigit():
        return str(int(valeur[:6]))
    return valeur


def defauts_detail(
    saisie: SaisieDetail,
    code: str,
    autres: Iterable[CaracteristiqueHistorique],
    aujourdhui: dt.date,
    sauf: uuid.UUID | None = None,
) -> dict[str, str]:
    """Check the dates of « Modification détaillée »: in order, not to come, two values never at once."""
    defauts = {}
    if saisie.debut > aujourdhui:
        defauts["debut"] = "Le début ne peut pas être à venir."
    if saisie.fin is not None and saisie.fin < saisie.debut:
        defauts["fin"] = f"La fin précède le début ({saisie.debut:%d/%m/%Y})."
    for autre in autres:
        if autre.code != code or autre.id == sauf:
            continue
        if (saisie.fin is None or autre.debut <= saisie.fin) and (autre.fin is None or autre.fin >= saisie.debut):
            periode = (
                f"depuis le {autre.debut:%d/%m/%Y}"
                if autre.fin is None
                else f"du {autre.debut:%d/%m/%Y} au {autre.fin:%d/%m/%Y}"
            )
            defauts.setdefault("debut", f"Une autre valeur couvre déjà ces dates ({periode}).")
    return defauts


def il_y_a(jour: dt.date, mois: int) -> dt.date:
    """Return the same day some months before, or the last day of that month."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 - mois, 12)
    for numero in range(jour.day, 0, -1):
        try:
            return dt.date(annee, rang + 1, numero)
        except ValueError:
            continue
    return jour
