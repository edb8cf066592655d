"""What the simulated Solis knows and does: one turn sends, takes, answers, books; its state is kept after each."""

import datetime as dt
import pathlib
import random
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from viesion_solis.simulateur import dossier as depot
from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.population import individu, ligne
from viesion_solis.simulateur.scenario import Genre, Scenario

MEMOIRE = 1_000
"""How many lots and bookings are remembered."""
SUIVIES = 20
"""How many bookings, the latest, are read again at each turn."""


class Contrat(msgspec.Struct):
    """A contract as VieSion has told it: the last version taken, and how many times something changed."""

    id_solis: str
    version: int
    statut: str
    effets: int = 1


class Resa(msgspec.Struct):
    """A booking: what was asked and what is known of it."""

    uuid_resa: str
    uuid_creneau: str
    id_individu: str
    etat: str = "RESERVE"
    statut: str = ""
    repondue: bool = False


class Etat(msgspec.Struct):
    """All that Solis knows."""

    tour: int = 0
    seq: int = 0
    versions: dict[str, int] = {}
    lots: dict[str, list[list[int]]] = {}
    """The lots not yet answered, by rank: (person, version) of each line."""
    accuses: dict[str, dict[str, Any]] = {}
    contrats: dict[str, Contrat] = {}
    en_attente: list[str] = []
    reservations: dict[str, Resa] = {}


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
        self.scenario, self.dossier, self.memoire, self.api, self.dire = scenario, dossier, memoire, api, dire
        self.etat = msgspec.json.decode(memoire.read_bytes(), type=Etat) if memoire.exists() else Etat()

    def tourner(self, instant: dt.datetime) -> None:
        """Do one turn, and keep what is known."""
        self.etat.tour += 1
        pannes = self.scenario.pannes(self.etat.tour)
        for genre in sorted(pannes):
            self.dire(f"tour {self.etat.tour} : panne « {genre} »")
        self._lire_accuses(instant)
        self.renvoyer(instant)
        if self.etat.tour % self.scenario.alloc.chaque == 0 or pannes & {Genre.TROU, Genre.COUPE, Genre.DOUBLON}:
            self._envoyer_alloc(instant, pannes)
        if Genre.REJEU in pannes:
            self._rejouer(instant)
        self._prendre_contrats(pannes)
        if self.api is not None:
            self.api.panne = Genre.ERREUR_500 in pannes
            self._rendez_vous(self.api)
        self._oublier()
        depot.poser(self.memoire, msgspec.json.encode(self.etat))

    def _oublier(self) -> None:
        """Forget what is answered and old: the memory stays small however long it runs."""
        faits = sorted(int(seq) for seq, accuse in self.etat.accuses.items() if accuse["etat"] == "TRAITE")
        for seq in faits[:-1]:
            self.etat.lots.pop(str(seq), None)
        for seq in faits[:-MEMOIRE]:
            del self.etat.accuses[str(seq)]
        for resa in list(self.etat.reservations)[:-MEMOIRE]:
            del self.etat.reservations[resa]

    def _lire_accuses(self, instant: dt.datetime) -> None:
        """Take the answers; a file refused because it was cut is laid again, whole."""
        for accuse in depot.lire_accuses(self.dossier):
            seq = accuse["nom"].rsplit("_", 1)[1]
            self.etat.accuses[seq] = accuse
            if accuse["etat"] == "REFUSE" and accuse["code"] in ("EMPREINTE", "SCHEMA_INVALIDE"):
                self.dire(f"ALLOC {seq} refusé ({accuse['code']}) : renvoyé")
                self._deposer(int(seq), instant)
            elif accuse["etat"] == "TRAITE":
                self.dire(f"ALLOC {seq} : {accuse['creees']} créées, {accuse['modifiees']} modifiées")

    def _envoyer_alloc(self, instant: dt.datetime, pannes: frozenset[Genre]) -> None:
        premier = self._composer()
        if Genre.DOUBLON in pannes:
            self.etat.lots[str(premier)].append(self.etat.lots[str(premier)][0])
        if self.scenario.alloc.par == "api" and self.api is not None:
            self._envoyer_par_api(self.api, premier, instant)
            return
        if Genre.TROU in pannes:
            self._deposer(self._composer(), instant)
            return  # the one before comes at the next turn, with the files that nothing has answered
        self._deposer(premier, instant, coupe=Genre.COUPE in pannes)

    def _composer(self) -> int:
        """Decide what the next lot says; return its rank."""
        self.etat.seq += 1
        voulu = self.scenario.alloc
        r = random.Random(f"{self.scenario.graine}/lot/{self.etat.seq}")  # noqa: S311  # invented data
        connus = len(self.etat.versions)
        anciens = r.sample(range(1, connus + 1), min(voulu.modifications, connus))
        lot = []
        nouveaux = range(connus + 1, min(connus + voulu.creations, voulu.population) + 1)
        for rang in [*nouveaux, *anciens]:
            version = self.etat.versions.get(individu(rang), 0) + 1
            self.etat.versions[individu(rang)] = version
            lot.append([rang, version])
        self.etat.lots[str(self.etat.seq)] = lot
        return self.etat.seq

    def _lignes(self, seq: int) -> list[dict[str, str]]:
        return [ligne(self.scenario.graine, rang, version) for rang, version in self.etat.lots[str(seq)]]

    def _deposer(self, seq: int, instant: dt.datetime, *, coupe: bool = False) -> None:
        nom = depot.deposer_alloc(self.dossier, seq, self._lignes(seq), instant, coupe=coupe)
        self.dire(f"ALLOC {seq} déposé ({nom})")

    def _rejouer(self, instant: dt.datetime) -> None:
        if self.etat.accuses:
            self._deposer(max(int(seq) for seq in self.etat.accuses), instant)

    def _envoyer_par_api(self, api: Api, seq: int, instant: dt.datetime) -> None:
        corps = {
            "seq": seq,
            "nature": "DELTA",
            "date_generation": instant.isoformat(),
            "lignes": [{c: v for c, v in li.items() if v} for li in self._lignes(seq)],
        }
        recu = api.envoyer("/alloc/lots", corps, f"alloc-{seq}")
        if recu.statut == 200:
            self.etat.accuses[str(seq)] = {**recu.corps, "nom": f"api_{seq}"}
            self.dire(f"ALLOC {seq} par l'API : {recu.corps['creees']} créées")

    def renvoyer(self, instant: dt.datetime) -> list[int]:
        """Send again the lots that nothing has answered, the oldest first; return their ranks."""
        manquants = sorted(int(seq) for seq in self.etat.lots if seq not in self.etat.accuses)
        for seq in manquants:
            if self.scenario.alloc.par == "api" and self.api is not None:
                self._envoyer_par_api(self.api, seq, instant)
            elif not list((self.dossier / "in").glob(f"SOLIS_VIESION_ALLOC_*_{seq}.csv")):
                self._deposer(seq, instant)
        return manquants

    def _prendre_contrats(self, pannes: frozenset[Genre]) -> None:
        """Take what VieSion told and answer; each version of a contract has its effect once."""
        for ctl in depot.a_prendre(self.dossier):
            if Genre.RETARD in pannes:
                continue
            prendre = self._prendre_contrat if "_CONTRAT_" in ctl.stem else _prendre_autre
            reponses = [prendre(li) for li in depot.lire_sortie(ctl)]
            depot.repondre(self.dossier, ctl.stem, reponses * (2 if Genre.DOUBLE in pannes else 1))
            ctl.with_suffix(".csv").unlink()
            ctl.unlink()
            self.dire(f"{ctl.stem} : {len(reponses)} messages pris")

    def _prendre_contrat(self, li: dict[str, str]) -> dict[str, Any]:
        connu, version = self.etat.contrats.get(li["uuid_contrat"]), int(li["version"])
        if connu is None:
            identifiant = f"SOL-{len(self.etat.contrats) + 1:06d}"
            connu = self.etat.contrats[li["uuid_contrat"]] = Contrat(identifiant, version, li["statut"])
        elif version > connu.version:
            connu.version, connu.statut, connu.effets = version, li["statut"], connu.effets + 1
        return {
            "id_message": li["id_message"],
            "version": version,
            "accepte": True,
            "id_externe": connu.id_solis,
        }

    def _rendez_vous(self, api: Api) -> None:
        """Ask again what was not answered, book a slot when it is time, read what became of the bookings."""
        for resa in self.etat.reservations.values():
            if not resa.repondue:
                self._demander(api, resa)
        voulu = self.scenario.rdv
        if self.etat.tour % voulu.chaque == 0:
            self._reserver(api)
        for rang, resa in list(enumerate(self.etat.reservations.values(), 1))[-SUIVIES:]:
            if not resa.repondue or resa.etat == "ANNULE" or resa.statut == "REFUSE":
                continue
            if voulu.annulations and rang % voulu.annulations == 0:
                resa.etat, resa.repondue = "ANNULE", False
                self._demander(api, resa)
                continue
            lu = api.lire(f"/rdv/{resa.uuid_resa}")
            if lu.statut == 200 and lu.corps["statut"] != resa.statut:
                resa.statut = lu.corps["statut"]
                self.dire(f"RDV de {resa.id_individu} : {lu.corps['statut_libelle']}")

    def _reserver(self, api: Api) -> None:
        libres = api.lire("/creneaux")
        if libres.statut != 200 or not libres.corps["creneaux"]:
            return
        graine, tour = self.scenario.graine, self.etat.tour
        r = random.Random(f"{graine}/rdv/{tour}")  # noqa: S311  # invented data
        for essai in range(5):  # a person whom the organism of the slot does not follow is refused: ask for another
            resa = Resa(
                uuid_resa=str(uuid.uuid5(uuid.NAMESPACE_OID, f"simulateur/{graine}/rdv/{tour}/{essai}")),
                uuid_creneau=r.choice(libres.corps["creneaux"])["uuid_creneau"],
                id_individu=self.scenario.rdv.individus.format(r.randint(1, self.scenario.rdv.nombre)),
            )
            self.etat.reservations[resa.uuid_resa] = resa
            if self._demander(api, resa) or not resa.repondue:
                return

    def _demander(self, api: Api, resa: Resa) -> bool:
        """Book or give back; return whether it was done. Without an answer, it is asked again at the next turn."""
        corps = {champ: getattr(resa, champ) for champ in ("uuid_resa", "uuid_creneau", "id_individu", "etat")}
        recu = api.envoyer("/rdv", corps, f"{resa.etat.lower()}-{resa.uuid_resa}")
        if recu.statut in (0, 429) or recu.statut >= 500:
            return False
        resa.repondue = True
        if recu.statut in (200, 201):
            resa.statut = recu.corps["statut"]
            self.dire(f"RDV de {resa.id_individu} : {recu.corps['statut_libelle']}")
            return True
        resa.statut = "REFUSE"
        return False


def _prendre_autre(li: dict[str, str]) -> dict[str, Any]:
    """Take a message of another flow (AFFECT, RDV), which says what became of what Solis asked."""
    return {"id_message": li["id_message"], "version": int(li["version"]), "accepte": True}
