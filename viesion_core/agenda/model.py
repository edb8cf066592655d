"""What a plage and a créneau are: values, and the rule that makes slots. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import DUREE_MAXIMALE, DUREE_MINIMALE
from viesion_core.erreurs import ErreurMetier
from viesion_core.nomenclatures.model import libelle, nomenclature

CRENEAUX_MAXIMUM = 500
"""Slots of one publication."""
HORIZON = dt.timedelta(days=366)
CAPACITE_MAXIMALE = 200
ALTERNATIVES = 3
SEMAINES_MAXIMUM = 8


class SaisiePlage(msgspec.Struct, frozen=True, kw_only=True):
    """A permanence to publish: `jours` from 0 (Monday) to 6, `de` and `a` in minutes of the day (Paris).

    `semaines`: 1 each week, n one week out of n from the one of `debut`. `duree` of a slot, in minutes; `capacite`
    above 1 for a collective one, then the whole of `de`-`a` may be one slot. `collaborateur` None is the user.
    """

    jours: tuple[int, ...]
    debut: dt.date
    fin: dt.date
    de: int
    a: int
    duree: int
    type: str
    lieu: str = ""
    adresse: str = ""
    vecteur: str = ""
    titre: str = ""
    capacite: int = 1
    semaines: int = 1
    collaborateur: uuid.UUID | None = None


class CreneauPublie(msgspec.Struct, frozen=True, kw_only=True):
    """What a published slot is, for one person or for several. Instants are UTC; `pris` counts those who hold it."""

    id: uuid.UUID
    plage: uuid.UUID
    organisme: uuid.UUID
    collaborateur: uuid.UUID
    collaborateur_nom: str
    debut: dt.datetime
    fin: dt.datetime
    titre: str
    lieu: str
    adresse: str
    type: str
    capacite: int
    pris: int
    version: int

    @property
    def restant(self) -> int:
        """How many places are left."""
        return max(0, self.capacite - self.pris)

    @property
    def duree(self) -> int:
        """Its length in minutes."""
        return int((self.fin - self.debut).total_seconds()) // 60

    @property
    def jour(self) -> dt.date:
        """The date in Paris."""
        return self.debut.astimezone(PARIS).date()

    @property
    def type_libelle(self) -> str:
        """« Entretien d'accueil », « Atelier collectif »."""
        return libelle("TYPE_ENTRETIEN", self.type)

    @property
    def lieu_libelle(self) -> str:
        """« Individuel - Physique dans une permanence »; "" when not said."""
        return libelle("LIEU", self.lieu) if self.lieu else ""


class Creneau(CreneauPublie, frozen=True, kw_only=True):
    """A slot as lists and partners read it."""

    organisme_nom: str
    organisme_siret: str
    vecteur: str


class CreneauPris(ErreurMetier):
    """No place is left (409, `CRENEAU_PRIS` for an exchange); `alternatives`: the nearest free slots, three at most."""

    def __init__(self, alternatives: Sequence[Creneau] = ()) -> None:
        super().__init__("Ce créneau vient d'être pris : choisissez-en un autre.")
        self.alternatives = tuple(alternatives)


def paques(annee: int) -> dt.date:
    """Return Easter Sunday (Meeus, Gregorian calendar)."""
    a, (b, c) = annee % 19, divmod(annee, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    mois, jour = divmod(h + m - 7 * n + 114, 31)
    return dt.date(annee, mois, jour + 1)


def feries(annee: int) -> frozenset[dt.date]:
    """Return the eleven public holidays of a year (Code du travail, article L3133-1)."""
    fixes = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    mobiles = (paques(annee) + dt.timedelta(days=n) for n in (1, 39, 50))
    return frozenset([*(dt.date(annee, mois, jour) for mois, jour in fixes), *mobiles])


def periodes(saisie: SaisiePlage) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the UTC start and end of each slot of the rule, public holidays left out, in order of time."""
    lundi = saisie.debut - dt.timedelta(days=saisie.debut.weekday())
    trouvees = []
    for n in range((saisie.fin - saisie.debut).days + 1):
        jour = saisie.debut + dt.timedelta(days=n)
        semaine = (jour - lundi).days // 7
        if jour.weekday() not in saisie.jours or semaine % saisie.semaines or jour in feries(jour.year):
            continue
        for minute in range(saisie.de, saisie.a - saisie.duree + 1, saisie.duree):
            debut = dt.datetime.combine(jour, dt.time(minute // 60, minute % 60), tzinfo=PARIS).astimezone(dt.UTC)
            trouvees.append((debut, debut + dt.timedelta(minutes=saisie.duree)))
    return trouvees


def defauts_plage(saisie: SaisiePlage, aujourdhui: dt.date) -> dict[str, str]:
    """Check what is typed: French messages by field."""
    erreurs = _defauts_listes(saisie)
    if saisie.debut < aujourdhui:
        erreurs["debut"] = "La plage commence aujourd'hui ou plus tard."
    if saisie.fin < saisie.debut:
        erreurs["fin"] = "La fin précède le début."
    elif saisie.fin - saisie.debut > HORIZON:
        erreurs["fin"] = "Une plage dure un an au plus."
    if not DUREE_MINIMALE <= saisie.duree <= DUREE_MAXIMALE:
        erreurs["duree"] = f"La durée est comprise entre {DUREE_MINIMALE} et {DUREE_MAXIMALE} minutes."
    if not 0 <= saisie.de < saisie.a <= 24 * 60:
        erreurs["a"] = "L'heure de fin suit l'heure de début."
    elif saisie.a - saisie.de < saisie.duree:
        erreurs.setdefault("duree", "Aucun créneau de cette durée ne tient entre ces heures.")
    return erreurs or _defauts_nombre(len(periodes(saisie)))


def _defauts_listes(saisie: SaisiePlage) -> dict[str, str]:
    erreurs = {}
    for champ, liste in (("type", "TYPE_ENTRETIEN"), ("lieu", "LIEU"), ("vecteur", "VECTEUR")):
        code = getattr(saisie, champ)
        if (code or champ == "type") and code not in nomenclature(liste).par_code():
            erreurs[champ] = "Choisissez un élément de la liste."
    if not saisie.jours or not set(saisie.jours) <= set(range(7)):
        erreurs["jours"] = "Choisissez au moins un jour."
    if not 1 <= saisie.capacite <= CAPACITE_MAXIMALE:
        erreurs["capacite"] = f"La capacité est comprise entre 1 et {CAPACITE_MAXIMALE} personnes."
    if not 1 <= saisie.semaines <= SEMAINES_MAXIMUM:
        erreurs["semaines"] = f"Choisissez un rythme de 1 à {SEMAINES_MAXIMUM} semaines."
    return erreurs


def _defauts_nombre(nombre: int) -> dict[str, str]:
    if not nombre:
        return {"jours": "Aucun de ces jours ne tombe dans la période, hors jours fériés."}
    if nombre > CRENEAUX_MAXIMUM:
        return {"fin": f"{nombre} créneaux : {CRENEAUX_MAXIMUM} au plus à la fois, raccourcissez la période."}
    return {}
