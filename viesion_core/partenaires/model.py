"""What a key of the API is: values, the share of requests of each, the signature of a message. Pure."""

import datetime as dt
import enum
import hashlib
import hmac
import uuid

import msgspec

PREFIXE = "vsn_"
"""How every key begins: a leaked one is recognised in a log or in a repository."""
LIMITE_PAR_DEFAUT, LIMITE_MAXIMALE = 120, 6_000
"""Requests a minute of one key."""
DUREE_REPONSE = dt.timedelta(hours=24)
"""How long an answer is kept to be given again to the same Idempotency-Key."""
DUREE_EN_COURS = dt.timedelta(seconds=60)
"""After how long a request without answer is taken as cut by a stop: it may be sent again."""
EMETTEUR = "SOLIS"


class Portee(enum.StrEnum):
    """What a key opens: one flow each."""

    ALLOC = "alloc"
    AFFECT = "affect"
    CONTRAT = "contrat"
    CRENEAUX = "creneaux"


LIBELLE_PORTEE = {
    Portee.ALLOC: "Allocataires (ALLOC)",
    Portee.AFFECT: "Affectations et leurs réponses (AFFECT)",
    Portee.CONTRAT: "Contrats (CONTRAT)",
    Portee.CRENEAUX: "Créneaux et rendez-vous",
}


class Cle(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the screens show it: not its secret. Instants are UTC; `vue_le` is at most a minute late."""

    id: uuid.UUID
    nom: str
    emetteur: str
    portees: str
    debut: str
    limite: int
    creee_le: dt.datetime
    creee_par: str
    vue_le: dt.datetime | None
    revoquee_le: dt.datetime | None

    @property
    def ouvre(self) -> frozenset[Portee]:
        """What it may do."""
        return frozenset(Portee(p) for p in self.portees.split())

    @property
    def libelles(self) -> list[str]:
        """What it may do, in French."""
        return [libelle for portee, libelle in LIBELLE_PORTEE.items() if portee in self.ouvre]


class CleNouvelle(msgspec.Struct, frozen=True):
    """A key just made: its secrets, given this once."""

    id: uuid.UUID
    jeton: str
    signature: str


class Depassement(Exception):
    """A key asks too much; `attente`: whole seconds before it may ask again."""

    def __init__(self, attente: int) -> None:
        super().__init__(f"{attente} s")
        self.attente = attente


class RequeteDifferente(Exception):
    """The same Idempotency-Key came with another request."""


class RequeteEnCours(Exception):
    """The same request is being carried out."""


class Reponse(msgspec.Struct, frozen=True):
    """An answer kept: its status and its JSON text."""

    statut: int
    corps: str


class Debit:
    """The share of each key in this process: `limite` requests at once, then one every 60 / `limite` seconds."""

    def __init__(self) -> None:
        self._restes: dict[uuid.UUID, tuple[float, dt.datetime]] = {}

    def prendre(self, cle: uuid.UUID, limite: int, maintenant: dt.datetime) -> None:
        """Count a request; Depassement when the share is used up."""
        reste, depuis = self._restes.get(cle, (float(limite), maintenant))
        ecoule = max((maintenant - depuis).total_seconds(), 0.0)
        reste = min(float(limite), reste + ecoule * limite / 60)
        if reste < 1:
            self._restes[cle] = reste, maintenant
            raise Depassement(max(1, round((1 - reste) * 60 / limite)))
        self._restes[cle] = reste - 1, maintenant


def secret_signature(secret: str, cle: uuid.UUID) -> str:
    """Return the secret with which a partner signs its messages: made from VieSion's own, kept nowhere."""
    return hmac.new(secret.encode(), b"signature:" + cle.bytes, hashlib.sha256).hexdigest()


def signer(secret: str, corps: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 of its bytes, in hexadecimal (the form of rdv-insertion)."""
    return hmac.new(secret.encode(), corps, hashlib.sha256).hexdigest()
