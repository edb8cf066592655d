"""The tables of the agenda room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.entretiens.tables import Entretien
from viesion_core.organismes.tables import Organisme


class Plage(Table, tablename="plage"):
    """The rule of a permanence: which days, from when to when (minutes of the day, Paris), where, what for."""

    id = UUID(primary_key=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    collaborateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    titre = Varchar(length=80)
    lieu = Varchar(length=60)
    adresse = Varchar(length=160)
    vecteur = Varchar(length=60)
    type = Varchar(length=60)
    jours = Varchar(length=7)
    semaines = Integer()
    debut = Date()
    fin = Date()
    de = Integer()
    a = Integer()
    duree = Integer()
    capacite = Integer()
    created_at = Timestamptz()
    version = Integer()


class Creneau(Table, tablename="creneau"):
    """A slot of a plage, as it was published or changed since; the entretiens that take its places point at it."""

    id = UUID(primary_key=True)
    plage = ForeignKey(Plage, null=False, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    collaborateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    debut = Timestamptz()
    fin = Timestamptz()
    capacite = Integer()
    titre = Varchar(length=80)
    type = Varchar(length=60)
    lieu = Varchar(length=60)
    adresse = Varchar(length=160)
    retire_le = Timestamptz(null=True, default=None)
    version = Integer()


class Attente(Table, tablename="attente"):
    """A person on the waiting list of a créneau that is full; the first come has the next place."""

    id = UUID(primary_key=True)
    creneau = ForeignKey(Creneau, null=False, on_delete=OnDelete.restrict, index=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    inscrit_le = Timestamptz()
    version = Integer()


class RdvPartenaire(Table, tablename="rdv_partenaire"):
    """A rendez-vous that a partner took, under the identifier that the partner gave it."""

    id = UUID(primary_key=True)
    emetteur = Varchar(length=20)
    uuid_resa = UUID()
    creneau = ForeignKey(Creneau, null=False, on_delete=OnDelete.restrict, index=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    entretien = ForeignKey(Entretien, null=True, on_delete=OnDelete.set_null, index=True)
    recu_le = Timestamptz()
    entretien_pris = UUID(null=True, default=None)  # the same, and stays when the entretien is deleted


class AgendaAdresse(Table, tablename="agenda_adresse"):
    """The calendar address of an account: the digest of its secret."""

    utilisateur = ForeignKey(Utilisateur, primary_key=True, null=False, on_delete=OnDelete.cascade)
    empreinte = Varchar(length=64)
    avec_numero = Boolean()
    creee_le = Timestamptz()
    lue_le = Timestamptz(null=True, default=None)
