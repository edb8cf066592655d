"""A line of the journal and the chain that makes it tamper-evident."""

import datetime as dt
import functools
import hashlib
import uuid

import msgspec


class Ligne(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what on which object, when: a reference, never a value (CNIL 2021-122)."""

    at: dt.datetime
    utilisateur: uuid.UUID | None
    organisme: uuid.UUID | None
    role: str
    operation: str
    objet: str
    cle: str
    acte: uuid.UUID | None
    motif: str
    adresse: str


class LigneLue(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the administration shows it; `auteur` is "" for the system and for a purged account."""

    seq: int
    at: dt.datetime
    utilisateur: uuid.UUID | None
    auteur: str
    organisme_nom: str
    role: str
    operation: str
    objet: str
    cle: str
    motif: str
    adresse: str


def empreinte(seq: int, ligne: Ligne, precedent: str) -> str:
    """Return the SHA-256 that chains a line to the one before it."""
    corps = msgspec.json.encode(
        [
            seq,
            _instant(ligne.at),
            str(ligne.utilisateur or ""),
            str(ligne.organisme or ""),
            ligne.role,
            ligne.operation,
            ligne.objet,
            ligne.cle,
            str(ligne.acte or ""),
            ligne.motif,
            ligne.adresse,
            precedent,
        ]
    )
    return hashlib.sha256(corps).hexdigest()


@functools.lru_cache(maxsize=64)
def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
