"""The tables of the employabilite room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire


class Atout(Table, tablename="atout"):
    """A métier visé, an experience, a diploma, a language or a permit."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    rubrique = Varchar(length=12)
    code = Varchar(length=20)
    intitule = Varchar(length=120)
    detail = Varchar(length=120)
    niveau = Varchar(length=20)
    niveau_ecrit = Varchar(length=20)
    annee_debut = Integer(null=True, default=None)
    annee_fin = Integer(null=True, default=None)
    commentaire = Text()
    actualise_le = Date()
    auteur = Varchar(length=160)
    version = Integer()


class Disponibilite(Table, tablename="disponibilite"):
    """Where and when a person can work; one row at most."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    zone = Varchar(length=20)
    zone_precision = Varchar(length=160)
    disponibilite = Varchar(length=20)
    disponible_le = Date(null=True, default=None)
    temps = Varchar(length=20)
    contraintes = Text()
    actualise_le = Date()
    auteur = Varchar(length=160)
    version = Integer()
