"""The messages of the API, as the partner writes and reads them: instants carry their offset of Paris."""

import datetime as dt
import uuid

import msgspec

from viesion_core.agenda.model import Creneau
from viesion_core.agenda.rdv_model import EtatRdv, RdvPartenaire
from viesion_core.contexte import PARIS
from viesion_core.echanges.envois_api import EtatMessage
from viesion_core.echanges.envois_model import ReponseMessage


class EtatCle(msgspec.Struct, frozen=True, kw_only=True):
    """What the key opens."""

    nom: str
    emetteur: str
    portees: tuple[str, ...]
    demandes_par_minute: int
    maintenant: dt.datetime


class CreneauLu(msgspec.Struct, frozen=True, kw_only=True):
    """A published slot with a place left. `duree` in minutes; `lieu` and `type` are codes of the nomenclatures."""

    uuid_creneau: uuid.UUID
    organisme: str
    siret: str
    lieu: str
    lieu_libelle: str
    adresse: str
    type: str
    type_libelle: str
    titre: str
    debut: dt.datetime
    duree: int
    capacite: int
    restant: int

    @classmethod
    def du_creneau(cls, c: Creneau) -> "CreneauLu":
        """Return a slot as the partner reads it; nothing of the référent who receives."""
        return cls(
            uuid_creneau=c.id,
            organisme=c.organisme_nom,
            siret=c.organisme_siret,
            lieu=c.lieu,
            lieu_libelle=c.lieu_libelle,
            adresse=c.adresse,
            type=c.type,
            type_libelle=c.type_libelle,
            titre=c.titre,
            debut=c.debut.astimezone(PARIS),
            duree=c.duree,
            capacite=c.capacite,
            restant=c.restant,
        )


class Creneaux(msgspec.Struct, frozen=True):
    """The free slots of a period, in order of time; `complet` is false when there are more: ask a shorter period."""

    creneaux: list[CreneauLu]
    complet: bool


class RdvLu(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as it stands. `statut` is the réalisation (PREVU, PRESENCE, ABS_JUST, ABS_NON_JUST, ANNULE_STR…).

    `version` grows at each change; `debut` follows a rendez-vous that the référent has moved.
    """

    uuid_resa: uuid.UUID
    uuid_creneau: uuid.UUID
    id_individu: str
    etat: EtatRdv
    statut: str
    statut_libelle: str
    debut: dt.datetime
    duree: int
    version: int

    @classmethod
    def du_rdv(cls, r: RdvPartenaire) -> "RdvLu":
        """Return a booking as the partner reads it."""
        return cls(
            uuid_resa=r.uuid_resa,
            uuid_creneau=r.creneau,
            id_individu=r.id_individu,
            etat=r.etat,
            statut=r.realisation,
            statut_libelle=r.realisation_libelle,
            debut=r.debut.astimezone(PARIS),
            duree=r.duree,
            version=r.version,
        )


class RejetLu(msgspec.Struct, frozen=True, kw_only=True):
    """A refused line: its rank from 1, the code, the column, a French message without any personal value."""

    ligne: int
    id_message: str
    cle: str
    code: str
    champ: str
    message: str
    rejouable: bool


class Accuse(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: recues = creees + modifiees + ignorees + rejetees."""

    emetteur: str
    flux: str
    seq: int
    etat: str
    recues: int
    creees: int
    modifiees: int
    ignorees: int
    rejetees: int
    rejets: list[RejetLu]


class Accuses(msgspec.Struct, frozen=True):
    """What the partner answers about messages of VieSion."""

    messages: list[ReponseMessage]


class EtatsMessages(msgspec.Struct, frozen=True):
    """Where each message answered stands (ACQUITTE, REFUSE, REMPLACE by a later version, INCONNU)."""

    messages: list[EtatMessage]


class LotLignes(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of a flow. Each line maps the columns of the contract to texts; an absent one is empty."""

    seq: int
    nature: str
    date_generation: dt.datetime
    lignes: list[dict[str, str]]
    version_schema: int = 1
