"""What the simulated Solis does: one turn sends, takes, answers, books; its state is kept after each."""

import datetime as dt
import functools
import pathlib
import random
from collections.abc import Callable
from typing import Any

import msgspec

from viesion_solis import affect, alloc
from viesion_solis.simulateur import affectations, rendez_vous, sorties
from viesion_solis.simulateur import dossier as depot
from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.entrees import Entree
from viesion_solis.simulateur.etat import Etat
from viesion_solis.simulateur.population import individu, ligne
from viesion_solis.simulateur.scenario import API, FICHIER, Genre, Panne, Scenario


class Solis:
    """A small Solis over a folder, and over the API when there is one. `dire` hears what happens, in French."""

    def __init__(
        self,
        scenario: Scenario,
        dossier: pathlib.Path,
        memoire: pathlib.Path,
        api: Api | None = None,
        dire: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.scenario, self.dossier, self.memoire, self.api, self._dire = scenario, dossier, memoire, api, dire
        self.voies = sorties.prend_par(scenario.reponses.par)
        self.etat = msgspec.json.decode(memoire.read_bytes(), type=Etat) if memoire.exists() else Etat()
        self.alloc = self._entree("ALLOC", alloc.COLONNES, scenario.alloc.par)
        self.affect = self._entree("AFFECT", affect.COLONNES, scenario.affect.par)
        self._jour = ""

    def tourner(self, instant: dt.datetime) -> None:
        """Do one turn, and keep what is known."""
        etat, scenario = self.etat, self.scenario
        etat.tour += 1
        self._jour = instant.date().isoformat()
        pannes = functools.partial(scenario.pannes, etat.tour)
        for genre in sorted(pannes()):
            etat.pannes[genre] = etat.pannes.get(genre, 0) + 1
            self.dire(f"panne « {genre} »")
        if self.api is not None:
            self.api.panne = Genre.ERREUR_500 in pannes()
        self.alloc.tourner(instant, pannes("ALLOC"), envoyer=etat.tour % scenario.alloc.chaque == 0)
        self.affect.tourner(instant, pannes("AFFECT"), envoyer=etat.tour % scenario.affect.chaque == 0)
        if FICHIER in self.voies:
            sorties.prendre_fichiers(self.dossier, etat, pannes, self.dire)
        if self.api is not None:
            if API in self.voies:
                sorties.prendre_api(self.api, etat, pannes, self.dire)
            rendez_vous.tourner(self.api, etat, scenario, self.dire)
        etat.oublier()
        depot.poser(self.memoire, msgspec.json.encode(etat))

    def dire(self, texte: str) -> None:
        """Tell what happens, and remember it."""
        phrase = f"tour {self.etat.tour} : {texte}"
        self.etat.recit.append(phrase)
        self._dire(phrase)

    def casser(self, genre: Genre, flux: str = "") -> None:
        """Have a fault at the next turn."""
        self.scenario = self.scenario.avec(Panne(tour=self.etat.tour + 1, genre=genre, flux=flux))

    def _entree(self, flux: str, colonnes: tuple[str, ...], par: str) -> Entree:
        ici = flux == "ALLOC"
        return Entree(
            flux=flux,
            colonnes=colonnes,
            suite=self.etat.alloc if ici else self.etat.affect,
            dossier=self.dossier,
            composer=self._composer_alloc if ici else self._composer_affect,
            ligne=self._ligne_alloc if ici else self._ligne_affect,
            repondre=self._lire_rejets,
            dire=self.dire,
            api=self.api if par == API else None,
        )

    def _composer_alloc(self, seq: int) -> list[list[int]]:
        """Decide who is opened and who moves house."""
        etat, voulu = self.etat, self.scenario.alloc
        r = random.Random(f"{self.scenario.graine}/lot/{seq}")  # noqa: S311  # invented data
        connus = len(etat.versions)
        anciens = r.sample(range(1, connus + 1), min(voulu.modifications, connus))
        lot = []
        nouveaux = range(connus + 1, min(connus + voulu.creations, voulu.population) + 1)
        for rang in [*nouveaux, *anciens]:
            version = etat.versions.get(individu(rang), 0) + 1
            etat.versions[individu(rang)] = version
            lot.append([rang, version])
        return lot

    def _ligne_alloc(self, element: list[int]) -> dict[str, str]:
        return ligne(self.scenario.graine, *element)

    def _composer_affect(self, seq: int) -> list[list[int]]:
        return affectations.composer(self.etat, self.scenario.affect, self.scenario.graine, seq, self._jour)

    def _ligne_affect(self, element: list[int]) -> dict[str, str]:
        return affectations.ligne(self.etat, self.scenario.graine, *element)

    def _lire_rejets(self, lot: list[list[int]], accuse: dict[str, Any]) -> None:
        if accuse["flux"] == "AFFECT":
            affectations.refuser(self.etat, lot, accuse.get("rejets", []))
