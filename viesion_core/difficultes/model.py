"""What a difficulté is: values, and the rules of its dates and of who may read it."""

import datetime as dt
import functools
import uuid

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.nomenclatures.model import Element, libelle, nomenclature

LEVEE = "LEVEE"


class Saisie(msgspec.Struct, frozen=True, kw_only=True):
    """What the form « Nouvelles difficultés » gives."""

    debut: dt.date
    fin: dt.date | None = None
    realisation: str = ""
    commentaire: str = ""
    etape: uuid.UUID | None = None


class DifficulteResume(msgspec.Struct, frozen=True, kw_only=True):
    """A difficulté as the list and the form show it."""

    id: uuid.UUID
    beneficiaire: int
    nature: str
    debut: dt.date
    fin: dt.date | None
    realisation: str
    commentaire: str
    etape: uuid.UUID | None
    etape_nom: str | None
    etape_fin: dt.date | None
    organisme: uuid.UUID | None
    organisme_nom: str | None
    actualisee_le: dt.date
    version: int

    @property
    def nature_libelle(self) -> str:
        """« Sans permis »."""
        return libelle("DIFFICULTE", self.nature)

    @property
    def famille(self) -> str:
        """« Mobilité »; "" for a nature that no list has any more."""
        element = nomenclature("DIFFICULTE").par_code().get(self.nature)
        return element.famille if element else ""

    @property
    def realisation_libelle(self) -> str:
        """« En cours de traitement »; "" when not said."""
        return libelle("REALISATION_DIFFICULTE", self.realisation) if self.realisation else ""

    @property
    def ouverte(self) -> bool:
        """Whether it has no end."""
        return self.fin is None

    @property
    def sensible(self) -> bool:
        """Whether it is a health nature."""
        return self.nature in natures_sensibles()

    @property
    def a_reparer(self) -> str:
        """Return what is missing, in French, or "": no end though its étape is closed, closed without réalisation."""
        if self.fin is None and self.etape_fin is not None:
            return f"L'étape est close depuis le {self.etape_fin:%d/%m/%Y} : la fin est à saisir."
        if self.fin is not None and not self.realisation:
            return "La réalisation n'est pas renseignée."
        return ""


@functools.cache
def natures_sensibles() -> frozenset[str]:
    """Return the codes of the health natures: shown only to who may read health data."""
    return frozenset(e.code for e in nomenclature("DIFFICULTE").elements if e.donnees.get("sensible"))


def familles_proposees(ctx: Contexte) -> list[tuple[str, list[Element]]]:
    """Return the natures by family, as the field « Difficultés » offers them to this user."""
    groupes = []
    for famille, elements in nomenclature("DIFFICULTE").familles().items():
        visibles = [e for e in elements if ctx.sensible or e.code not in natures_sensibles()]
        if visibles:
            groupes.append((famille, visibles))
    return groupes


def defauts_saisie(saisie: Saisie, aujourdhui: dt.date) -> dict[str, str]:
    """Return the messages of the fields, by field."""
    erreurs = {}
    if saisie.debut > aujourdhui:
        erreurs["debut"] = "Le début est le jour du repérage : il ne peut pas être à venir."
    if saisie.fin is not None and saisie.fin < saisie.debut:
        erreurs["fin"] = "La fin précède le début."
    if saisie.realisation and saisie.realisation not in nomenclature("REALISATION_DIFFICULTE").par_code():
        erreurs["realisation"] = "Choisissez un élément de la liste."
    return erreurs


def modifiable(ctx: Contexte, organisme: uuid.UUID | None) -> bool:
    """Whether the user may change a difficulté: what an organism has written is its own."""
    return ctx.utilisateur is None or organisme is None or ctx.organisme == organisme
