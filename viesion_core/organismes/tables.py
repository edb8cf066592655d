"""The tables of the organismes room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table


class Organisme(Table, tablename="organisme"):
    """A conventioned organism, or the département itself."""

    id = UUID(primary_key=True)
    code = Varchar(length=30)
    nom = Varchar(length=120)
    nature = Varchar(length=12)
    siret = Varchar(length=14)
    adresse = Varchar(length=160)
    code_postal = Varchar(length=5)
    commune = Varchar(length=80)
    telephone = Varchar(length=20)
    courriel = Varchar(length=160)
    ferme_le = Date(null=True, default=None)
    version = Integer()


class OffreDeService(Table, tablename="offre_de_service"):
    """An offre enabled for an organism on a territory between dates (the convention)."""

    id = UUID(primary_key=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    offre = Varchar(length=30)
    libelle = Varchar(length=160)
    territoire = Varchar(length=80)
    debut = Date()
    fin = Date(null=True, default=None)
    capacite = Integer(null=True, default=None)
    version = Integer()
