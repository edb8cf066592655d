"""A flow that Solis sends: its lots composed once, laid or posted until they are answered, and its faults."""

import datetime as dt
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from viesion_solis.simulateur import dossier as depot
from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.etat import Suite
from viesion_solis.simulateur.scenario import ENVOIS, Genre

COMPTES = {"creees": "créées", "modifiees": "modifiées", "ignorees": "ignorées", "rejetees": "rejetées"}


class Entree(msgspec.Struct, frozen=True, kw_only=True):
    """A flow to VieSion.

    `composer` decides what the next lot holds ([] when there is nothing to say); `ligne` words one element of it;
    `repondre` hears the answer to a lot, with its refused lines. `api`: the lots are posted there, else laid as files.
    """

    flux: str
    colonnes: Sequence[str]
    suite: Suite
    dossier: pathlib.Path
    composer: Callable[[int], list[list[int]]]
    ligne: Callable[[list[int]], dict[str, str]]
    repondre: Callable[[list[list[int]], dict[str, Any]], None]
    dire: Callable[[str], None]
    api: Api | None = None

    def tourner(self, instant: dt.datetime, pannes: frozenset[Genre], *, envoyer: bool) -> None:
        """Read the answers, send again what has none, then send a new lot when it is time or a fault needs one."""
        self._lire_accuses(instant)
        self.renvoyer(instant)
        if envoyer or pannes & ENVOIS:
            self._envoyer(instant, pannes)
        if Genre.REJEU in pannes and self.suite.accuses and self.api is None:
            dernier = max(int(seq) for seq in self.suite.accuses)
            if str(dernier) in self.suite.lots:
                self._deposer(dernier, instant)

    def renvoyer(self, instant: dt.datetime) -> list[int]:
        """Send again the lots that nothing has answered, the oldest first; return their ranks."""
        manquants = self.suite.attendent()
        for seq in manquants:
            if self.api is not None:
                self._poster(self.api, seq, instant)
            elif not depot.attend(self.dossier, self.flux, seq):
                self._deposer(seq, instant)
        return manquants

    def _lire_accuses(self, instant: dt.datetime) -> None:
        """Take the answers; a file refused because it was cut is laid again, whole."""
        for accuse in depot.lire_accuses(self.dossier, self.flux):
            seq = accuse["nom"].rsplit("_", 1)[1]
            if accuse["etat"] == "REFUSE" and accuse["code"] in ("EMPREINTE", "SCHEMA_INVALIDE"):
                self.suite.accuses[seq] = accuse
                self.dire(f"{self.flux} {seq} refusé ({accuse['code']}) : renvoyé")
                self._deposer(int(seq), instant)
            else:
                self._accuser(seq, accuse)

    def _accuser(self, seq: str, accuse: dict[str, Any]) -> None:
        self.suite.accuses[seq] = accuse
        if accuse["etat"] == "TRAITE":
            self.repondre(self.suite.lots.get(seq, []), accuse)
            comptes = ", ".join(f"{accuse[champ]} {mot}" for champ, mot in COMPTES.items())
            self.dire(f"{self.flux} {seq} pris : {comptes}")

    def _envoyer(self, instant: dt.datetime, pannes: frozenset[Genre]) -> None:
        premier = self._composer()
        if premier is None:
            return
        if Genre.DOUBLON in pannes:
            self.suite.lots[str(premier)].append(self.suite.lots[str(premier)][0])
        if self.api is not None:
            self._poster(self.api, premier, instant)
            return
        if Genre.TROU in pannes and (second := self._composer()) is not None:
            self._deposer(second, instant)
            return  # the one before comes at the next turn, with the files that nothing has answered
        self._deposer(premier, instant, coupe=Genre.COUPE in pannes)

    def _composer(self) -> int | None:
        """Decide what the next lot says; return its rank, None when there is nothing to say."""
        lot = self.composer(self.suite.seq + 1)
        if not lot:
            return None
        self.suite.seq += 1
        self.suite.lots[str(self.suite.seq)] = lot
        return self.suite.seq

    def _deposer(self, seq: int, instant: dt.datetime, *, coupe: bool = False) -> None:
        lignes = [self.ligne(element) for element in self.suite.lots[str(seq)]]
        nom = depot.deposer(self.dossier, self.flux, seq, lignes, self.colonnes, instant, coupe=coupe)
        self.dire(f"{self.flux} {seq} déposé ({nom})")

    def _poster(self, api: Api, seq: int, instant: dt.datetime) -> None:
        lignes = [self.ligne(element) for element in self.suite.lots[str(seq)]]
        corps = {
            "seq": seq,
            "nature": "DELTA",
            "date_generation": instant.isoformat(),
            "lignes": [{c: v for c, v in li.items() if v} for li in lignes],
        }
        recu = api.envoyer(f"/{self.flux.lower()}/lots", corps, f"{self.flux.lower()}-{seq}")
        if recu.statut == 200:
            self._accuser(str(seq), {**recu.corps, "nom": f"api_{seq}"})
        else:
            self.dire(f"{self.flux} {seq} : {recu.dit}")
