"""What goes back to a partner: the message that the core writes, how a plugin words it, what the partner answers."""

import datetime as dt
import enum
import functools
import pkgutil
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from viesion_core.nomenclatures.model import libelle

CONTRAT, AFFECT, RDV = "CONTRAT", "AFFECT", "RDV"
DELAIS = (dt.timedelta(minutes=15), dt.timedelta(hours=1), dt.timedelta(hours=6), dt.timedelta(days=1))
"""After how long a message without answer leaves again; the last one repeats."""
ATTENTE_IDENTIFIANT = dt.timedelta(hours=1)
"""How often a message waits for the partner's identifier of its person."""


class EtatEnvoi(enum.StrEnum):
    """Where a message stands."""

    A_ENVOYER = "A_ENVOYER"
    ENVOYE = "ENVOYE"
    ACQUITTE = "ACQUITTE"
    REFUSE = "REFUSE"
    REMPLACE = "REMPLACE"


LIBELLE_ETAT = {
    EtatEnvoi.A_ENVOYER: "À envoyer",
    EtatEnvoi.ENVOYE: "Envoyé",
    EtatEnvoi.ACQUITTE: "Acquitté",
    EtatEnvoi.REFUSE: "Refusé",
    EtatEnvoi.REMPLACE: "Remplacé",
}


class ADeposer(msgspec.Struct, frozen=True, kw_only=True):
    """What a room wants told to the partners about one of its rows.

    `donnees`: plain values (texts, numbers, ISO dates). `echeance`: the last day on which it stays true by itself.
    `destinataire`: the partner that it is for, "" for the one that takes the flow.
    """

    cle: uuid.UUID
    beneficiaire: int
    donnees: dict[str, Any]
    echeance: dt.date | None = None
    destinataire: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message about to leave. The receiver knows it by `id_message`, and orders those of a `cle` by `version`."""

    id_message: uuid.UUID
    version: int
    horodatage: dt.datetime
    cle: uuid.UUID
    id_individu: str
    donnees: dict[str, Any]


class FluxSortant(msgspec.Struct, frozen=True, kw_only=True):
    """A flow to a partner that a plugin words: its header, and the pure function from a message to a line.

    `redacteur` names the function (« paquet.module:fonction »): it takes a Message and returns the value of every
    column. `code` is the flow of the core whose messages it takes (CONTRAT, AFFECT, RDV).
    """

    destinataire: str
    code: str
    libelle: str
    colonnes: tuple[str, ...]
    redacteur: str

    def rediger(self, message: Message) -> dict[str, str]:
        """Return the line of a message; ValueError when it has not exactly the columns, as texts."""
        ligne = dict(_redacteur(self.redacteur)(message))
        if set(ligne) != set(self.colonnes) or not all(isinstance(valeur, str) for valeur in ligne.values()):
            msg = f"{self.redacteur} must give {', '.join(self.colonnes)}, as texts"
            raise ValueError(msg)
        return ligne

    def verifier(self) -> None:
        """Raise ValueError unless the function can be found."""
        try:
            _redacteur(self.redacteur)
        except (ImportError, AttributeError) as erreur:
            msg = f"{self.redacteur} est introuvable"
            raise ValueError(msg) from erreur


@functools.cache
def _redacteur(nom: str) -> Callable[[Message], Mapping[str, str]]:
    redacteur: Callable[[Message], Mapping[str, str]] = pkgutil.resolve_name(nom)
    return redacteur


class ReponseMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What the partner answers about one message; `id_externe` is its own identifier (id_contrat_solis)."""

    id_message: uuid.UUID
    version: int
    accepte: bool
    code: str = ""
    motif: str = ""
    id_externe: str = ""


class ReponseFichier(msgspec.Struct, frozen=True, kw_only=True):
    """The acknowledgement that a partner lays in « ack » (JSON): the file that it took, and each message of it."""

    fichier: str
    messages: tuple[ReponseMessage, ...]


class EnvoiVu(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the screens show it."""

    id: uuid.UUID
    flux: str
    cle: uuid.UUID
    version_message: int
    beneficiaire: int
    donnees: dict[str, Any]
    etat: EtatEnvoi
    cree_le: dt.datetime
    envoye_le: dt.datetime | None
    repondu_le: dt.datetime | None
    tentatives: int
    prochain_essai: dt.datetime
    code: str
    motif: str
    id_externe: str
    connu: bool
    nom_naissance: str = ""
    nom_usage: str = ""
    prenom: str = ""

    @property
    def etat_libelle(self) -> str:
        """« À envoyer », « Envoyé », « Acquitté », « Refusé »."""
        return LIBELLE_ETAT[self.etat]

    @property
    def attend_identifiant(self) -> bool:
        """Whether it cannot leave yet: the partner has not told its identifier of the person."""
        return self.etat is EtatEnvoi.A_ENVOYER and not self.connu

    def jour(self, champ: str) -> dt.date | None:
        """Return a date of what is told; None when it says none."""
        return dt.date.fromisoformat(self.donnees[champ]) if self.donnees.get(champ) else None

    def instant(self, champ: str) -> dt.datetime | None:
        """Return an instant of what is told; None when it says none."""
        return dt.datetime.fromisoformat(self.donnees[champ]) if self.donnees.get(champ) else None

    @property
    def realisation_libelle(self) -> str:
        """« présence », of a rendez-vous."""
        return libelle("REALISATION", self.donnees["statut"]).lower()

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{(self.nom_usage or self.nom_naissance).upper()} {self.prenom}".strip()


def prochain_essai(maintenant: dt.datetime, tentatives: int) -> dt.datetime:
    """Return when a message sent for the n-th time (from 0) leaves again unless it is answered."""
    return maintenant + DELAIS[min(tentatives, len(DELAIS) - 1)]
