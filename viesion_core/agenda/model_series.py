"""What changing a series of ateliers means: what is asked for, which séances it reaches, what each becomes. Pure."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from viesion_core.agenda.model import CAPACITE_MAXIMALE, feries
from viesion_core.agenda.model_ateliers import TYPES, Seance
from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import DUREE_MAXIMALE, DUREE_MINIMALE
from viesion_core.formats import compte, date, duree, heure, pluriel
from viesion_core.nomenclatures.model import nomenclature

NOMMEES = 3
"""How many séances a refusal names before it counts the others."""
_RECOPIES = ("titre", "type", "collaborateur", "lieu", "adresse", "capacite")
_NOMS = {
    "titre": "titre",
    "type": "type",
    "collaborateur": "animateur",
    "lieu": "lieu",
    "adresse": "adresse",
    "capacite": "places",
}


class SaisieSeance(msgspec.Struct, frozen=True, kw_only=True):
    """What a séance is to be. `debut` is an aware instant, `duree` in minutes."""

    titre: str
    type: str
    collaborateur: uuid.UUID
    lieu: str
    adresse: str
    capacite: int
    debut: dt.datetime
    duree: int


class Serie(msgspec.Struct, frozen=True, kw_only=True):
    """The rule that made a series, and its last séance: what « Ajouter des séances » goes on from."""

    id: uuid.UUID
    jours: tuple[int, ...]
    semaines: int
    version: int
    derniere: Seance


class Partage(msgspec.Struct, frozen=True, kw_only=True):
    """The séances that a change reaches, and how many it leaves alone: past, or whose attendance is told."""

    changees: tuple[Seance, ...]
    passees: int
    pointees: int

    @property
    def inscrits(self) -> int:
        """How many places are held in the séances that change: who follows them."""
        return sum(s.pris for s in self.changees)

    @property
    def laissees(self) -> str:
        """« 1 laissée telle quelle (passée) », « 3 laissées… (2 passées, 1 aux présences saisies) »; "" for none."""
        if not self.passees and not self.pointees:
            return ""
        if self.passees and self.pointees:
            raisons = [compte(self.passees, "passée"), f"{self.pointees}\u00a0aux présences saisies"]
        else:
            raisons = [pluriel(self.passees, "passée") if self.passees else "présences saisies"]
        combien = compte(self.passees + self.pointees, "laissée telle quelle", "laissées telles quelles")
        return f"{combien} ({', '.join(raisons)})"


def partager(seances: Sequence[Seance], maintenant: dt.datetime) -> Partage:
    """Return which of these séances may still change: those that have not begun and where nobody is told."""
    pointees = [s for s in seances if s.pointee]
    passees = [s for s in seances if not s.pointee and s.debut <= maintenant]
    changees = tuple(s for s in seances if not s.pointee and s.debut > maintenant)
    return Partage(changees=changees, passees=len(passees), pointees=len(pointees))


def suivantes(seances: Sequence[Seance], vue: Seance) -> list[Seance]:
    """Return a séance and those of its series (in order of time) after it."""
    return [s for s in seances if (s.debut, s.id) >= (vue.debut, vue.id)]


def saisie_de(vue: Seance) -> SaisieSeance:
    """Return a séance as the form would give it, nothing changed."""
    return SaisieSeance(**{champ: getattr(vue, champ) for champ in SaisieSeance.__struct_fields__})


def changes(vue: Seance, saisie: SaisieSeance) -> frozenset[str]:
    """Return the fields by which `saisie` differs from the séance that was opened: they alone reach the next ones."""
    return frozenset(c for c in SaisieSeance.__struct_fields__ if getattr(vue, c) != getattr(saisie, c))


def colonnes_de(s: Seance, vue: Seance, saisie: SaisieSeance) -> dict[str, Any]:
    """Return the columns of a séance that change; shifted as `vue` is, in days and hours of Paris."""
    voulus = changes(vue, saisie)
    valeurs: dict[str, Any] = {champ: getattr(saisie, champ) for champ in _RECOPIES if champ in voulus}
    if voulus & {"debut", "duree"}:
        debut = decaler(s.debut, vue.debut, saisie.debut)
        minutes = saisie.duree if "duree" in voulus else s.duree
        valeurs |= {"debut": debut, "fin": debut + dt.timedelta(minutes=minutes)}
    return valeurs


def decaler(instant: dt.datetime, avant: dt.datetime, apres: dt.datetime) -> dt.datetime:
    """Return an instant shifted as another one was, in days and hours of Paris: 9 h stays 9 h across the seasons."""
    ecart = _local(apres) - _local(avant)
    return (_local(instant) + ecart).replace(tzinfo=PARIS).astimezone(dt.UTC)


def defauts_seance(
    vue: Seance, saisie: SaisieSeance, partage: Partage, maintenant: dt.datetime, collaborateurs: Collection[uuid.UUID]
) -> dict[str, str]:
    """Check what is typed for the séances that it reaches: French messages by field."""
    voulus = changes(vue, saisie)
    erreurs = {}
    if saisie.type not in TYPES:
        erreurs["type"] = "Choisissez un élément de la liste."
    if saisie.lieu and saisie.lieu not in nomenclature("LIEU").par_code():
        erreurs["lieu"] = "Choisissez un élément de la liste."
    if "collaborateur" in voulus and saisie.collaborateur not in collaborateurs:
        erreurs["collaborateur"] = "Choisissez un collaborateur de votre organisme."
    if not DUREE_MINIMALE <= saisie.duree <= DUREE_MAXIMALE:
        erreurs["a"] = f"Une séance dure de {duree(DUREE_MINIMALE)} à {duree(DUREE_MAXIMALE)}."
    if not 2 <= saisie.capacite <= CAPACITE_MAXIMALE:
        erreurs["capacite"] = f"La capacité est comprise entre 2 et {CAPACITE_MAXIMALE} personnes."
    elif "capacite" in voulus and (trop := [s for s in partage.changees if s.pris > saisie.capacite]):
        erreurs["capacite"] = defaut_capacite(trop, saisie.capacite)
    if "debut" in voulus and (defaut := _defaut_dates(vue, saisie, partage.changees, maintenant)):
        erreurs["date"] = defaut
    return erreurs


def defaut_capacite(trop: Sequence[Seance], capacite: int) -> str:
    """Return why places cannot be taken away: the séances where more people are registered."""
    dites = _citer([f"{s.pris} le {s.quand}" for s in trop])
    return f"Plus de {compte(capacite, 'personne')} inscrites\u00a0: {dites}. Retirez d'abord des inscriptions."


def _defaut_dates(vue: Seance, saisie: SaisieSeance, changees: Sequence[Seance], maintenant: dt.datetime) -> str:
    nouveaux = [decaler(s.debut, vue.debut, saisie.debut) for s in changees]
    if any(debut <= maintenant for debut in nouveaux):
        return "La nouvelle date est à venir."
    jours = {(debut.astimezone(PARIS).date()) for debut in nouveaux} - {s.jour for s in changees}
    chomes = sorted(jour for jour in jours if jour in feries(jour.year))
    if chomes and len(changees) > 1:
        return (
            f"Jour férié\u00a0: {_citer([date(j) for j in chomes])}. Déplacez ou annulez d'abord seule cette séance-là."
        )
    return ""


def dire_changement(vue: Seance, saisie: SaisieSeance, partage: Partage) -> str:
    """Return what an act did, for the toast and the history: which séances, what changed, how many were left."""
    voulus = changes(vue, saisie)
    plusieurs = len(partage.changees) > 1
    combien = compte(len(partage.changees), "séance") if plusieurs else "séance"
    premiere = decaler(partage.changees[0].debut, vue.debut, saisie.debut)
    vers = f"{'la première ' if plusieurs else ''}au {premiere.astimezone(PARIS):%d/%m/%Y} à {heure(premiere)}"
    if voulus == {"debut"}:
        quoi = f"déplacée{'s, ' if plusieurs else ' '}{vers}"
    else:
        details = [_NOMS[champ] for champ in _RECOPIES if champ in voulus]
        details += [vers] if "debut" in voulus else []
        details += [duree(saisie.duree)] if "duree" in voulus else []
        quoi = f"modifiée{'s' if plusieurs else ''} ({', '.join(details)})"
    return f"{vue.nom} du {vue.quand} : {combien} {quoi}{_suite(partage)}"


def dire_annulation(vue: Seance, partage: Partage) -> str:
    """Return what cancelling did, for the toast and the history."""
    plusieurs = len(partage.changees) > 1
    combien = compte(len(partage.changees), "séance") if plusieurs else "séance"
    return f"{vue.nom} du {vue.quand} : {combien} annulée{'s' if plusieurs else ''}{_suite(partage)}"


def prochaine_date(serie: Serie, aujourdhui: dt.date) -> dt.date:
    """Return the day on which a series goes on, by its rhythm: after its last séance, today at the earliest."""
    jour = serie.derniere.jour
    lundi = jour - dt.timedelta(days=jour.weekday())
    while True:
        for j in serie.jours:
            candidat = lundi + dt.timedelta(days=j)
            if candidat > jour and candidat >= aujourdhui:
                return candidat
        lundi += dt.timedelta(weeks=serie.semaines)


def jours_de_serie(jours: str, derniere: dt.date) -> tuple[int, ...]:
    """Return the days of a series: those of its rule, unless it has moved to another day since."""
    regle = tuple(sorted({int(j) for j in jours}))
    return regle if derniere.weekday() in regle else (derniere.weekday(),)


def _suite(partage: Partage) -> str:
    return f", {partage.laissees}" if partage.laissees else ""


def _citer(dites: Sequence[str]) -> str:
    reste = len(dites) - NOMMEES
    return ", ".join(dites[:NOMMEES]) + (f" et {compte(reste, 'autre')}" if reste > 0 else "")


def _local(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(PARIS).replace(tzinfo=None)
