"""What the simulated Solis knows: one value, kept in a JSON file after each turn."""

from typing import Any

import msgspec

MEMOIRE = 1_000
"""How many lots, bookings, affectations and messages are remembered."""
RECIT = 200
"""How many sentences of what happened are remembered."""


class Suite(msgspec.Struct):
    """The lots of a flow to VieSion, by rank: what each holds until it is answered, and the answers."""

    seq: int = 0
    lots: dict[str, list[list[int]]] = {}
    """Of ALLOC (person, version) for each line, of AFFECT (affectation, version)."""
    accuses: dict[str, dict[str, Any]] = {}

    def attendent(self) -> list[int]:
        """Return the ranks of the lots that nothing has answered, the oldest first."""
        return sorted(int(seq) for seq in self.lots if seq not in self.accuses)

    def oublier(self) -> None:
        """Forget the lots that are answered, but the last one, and the old answers."""
        faits = sorted(int(seq) for seq, accuse in self.accuses.items() if accuse["etat"] == "TRAITE")
        for seq in faits[:-1]:
            self.lots.pop(str(seq), None)
        for seq in faits[:-MEMOIRE]:
            del self.accuses[str(seq)]


class Recu(msgspec.Struct):
    """What VieSion has told of one object: the last version taken, how many times it had an effect, or had none."""

    version: int
    dit: dict[str, str]
    id_solis: str = ""
    effets: int = 1
    doubles: int = 0


class Affectation(msgspec.Struct):
    """A person assigned to an organism, and what the organism answered (« REJET … » when VieSion refused the line)."""

    uuid: str
    individu: str
    siret: str
    debut: str
    version: int = 1
    reponse: str = ""
    motif: str = ""
    premier_rdv: str = ""


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
    alloc: Suite = msgspec.field(default_factory=Suite)
    affect: Suite = msgspec.field(default_factory=Suite)
    versions: dict[str, int] = {}
    organismes: list[str] = []
    """The SIRET that VieSion has named."""
    affectations: dict[str, Affectation] = {}
    recus: dict[str, dict[str, Recu]] = {}
    """By flow, then by the identifier of the object."""
    reservations: dict[str, Resa] = {}
    pannes: dict[str, int] = {}
    recit: list[str] = []

    def recu(self, flux: str) -> dict[str, Recu]:
        """Return what was told in a flow."""
        return self.recus.setdefault(flux, {})

    def nommer(self, siret: str) -> None:
        """Remember an organism."""
        if siret and siret not in self.organismes:
            self.organismes.append(siret)

    def oublier(self) -> None:
        """Forget what is old: the memory stays small however long it runs."""
        self.alloc.oublier()
        self.affect.oublier()
        for cle in list(self.reservations)[:-MEMOIRE]:
            del self.reservations[cle]
        for recus in self.recus.values():
            for cle in list(recus)[:-MEMOIRE]:
                del recus[cle]
        del self.recit[:-RECIT]
