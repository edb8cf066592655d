"""The tables of the actes room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table


class Acte(Table, tablename="acte"):
    """A use case that was carried out: who, when, on which dossier, what in French."""

    id = UUID(primary_key=True)
    nature = Varchar(length=60)
    libelle = Varchar(length=300)
    utilisateur = UUID(null=True, default=None)
    auteur = Varchar(length=160)
    organisme = UUID(null=True, default=None)
    beneficiaire = Integer(null=True, default=None)
    at = Timestamptz()
    annule = UUID(null=True, default=None)
    annule_par = UUID(null=True, default=None)


class Revision(Table, tablename="revision"):
    """One row changed by an act: before and after."""

    id = UUID(primary_key=True)
    acte = ForeignKey(Acte, null=False, on_delete=OnDelete.cascade, index=True)
    ordre = Integer()
    nom_table = Varchar(length=60)
    cle = Varchar(length=60)
    version = Integer()
    avant = JSON(null=True, default=None)
    apres = JSON(null=True, default=None)


class EvenementEnAttente(Table, tablename="evenement"):
    """A domain event of the outbox, delivered to plugins after commit, at least once."""

    id = UUID(primary_key=True)
    acte = ForeignKey(Acte, null=False, on_delete=OnDelete.cascade, index=True)
    nom = Varchar(length=60)
    donnees = JSON()
    at = Timestamptz()
    livre_le = Timestamptz(null=True, default=None)
    tentatives = Integer()
    prochain_essai = Timestamptz()
    erreur = Text()
