"""The dossier being made: what the nouns that come later need to know of the earlier ones."""

import datetime as dt
import random
import uuid

from viesion_core.demo.lot import Lot
from viesion_core.demo.model import Compte, OffreDemo, Parametres, Personne, alea, identifiant
from viesion_core.demo.organismes import Monde


class Entree:
    """A stay in the dispositif; no end: still there."""

    __slots__ = ("debut", "fin", "id", "motif")

    def __init__(self, cle: uuid.UUID, debut: dt.date, fin: dt.date | None, motif: str) -> None:
        self.id = cle
        self.debut = debut
        self.fin = fin
        self.motif = motif


class EtapeDemo:
    """An étape; `premiere`: the first of the person, « orientation initiale »."""

    __slots__ = ("debut", "entree", "fin", "id", "offre", "premiere", "referent")

    def __init__(
        self, cle: uuid.UUID, entree: Entree, offre: OffreDemo, referent: Compte, debut: dt.date, fin: dt.date | None
    ) -> None:
        self.id = cle
        self.entree = entree
        self.offre = offre
        self.referent = referent
        self.debut = debut
        self.fin = fin
        self.premiere = False


class Dossier:
    """One person in the making: `r` is their own random source, so that nobody else's draws change theirs."""

    def __init__(self, p: Parametres, monde: Monde, lot: Lot, personne: Personne) -> None:
        self.p = p
        self.monde = monde
        self.lot = lot
        self.personne = personne
        self.numero = personne.numero
        self.r: random.Random = alea(p.graine, "dossier", personne.numero)
        self.entrees: list[Entree] = []
        self.etapes: list[EtapeDemo] = []
        self.parcours = ""
        self.signatures: list[dt.date] = []
        """When contracts that engage (CE, CER) were signed."""
        self.acces: dict[uuid.UUID, tuple[str, dt.date]] = {}
        """The organisms that may see the dossier: how and since when."""

    @property
    def aujourdhui(self) -> dt.date:
        """Today in Paris."""
        return self.p.aujourdhui

    @property
    def suivi_par(self) -> Compte:
        """The référent of the person."""
        if self.personne.referent is None:
            msg = "the plan gives everybody a référent"
            raise LookupError(msg)
        return self.personne.referent

    @property
    def etape_ouverte(self) -> EtapeDemo | None:
        """The étape that is going on."""
        return next((etape for etape in self.etapes if etape.fin is None), None)

    def cle(self) -> uuid.UUID:
        """Return a key for one row."""
        return identifiant(self.r, self.numero)

    def ouvrir_acces(self, compte: Compte, nature: str, debut: dt.date) -> None:
        """Put the dossier in the perimeter of the organism of an account."""
        connu = self.acces.get(compte.organisme.id)
        if connu is None or debut < connu[1]:
            self.acces[compte.organisme.id] = (connu[0] if connu else nature, debut)

    def instant(self, jour: dt.date, heure: int) -> dt.datetime:
        """Return an instant of a working day at about that hour (UTC), never later than now."""
        moment = dt.datetime(jour.year, jour.month, jour.day, heure, self.r.randrange(60), tzinfo=dt.UTC)
        return min(moment, self.p.maintenant - dt.timedelta(minutes=self.r.randrange(5, 90)))
