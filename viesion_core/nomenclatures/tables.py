"""The tables of the nomenclatures room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Boolean, Integer, Text, Varchar

from viesion_core.db import Table


class Element(Table, tablename="element"):
    """An element of a reference list (nomenclature)."""

    id = UUID(primary_key=True)
    liste = Varchar(length=40)
    code = Varchar(length=60)
    libelle = Text()
    famille = Varchar(length=80)
    ordre = Integer()
    donnees = JSON()
    actif = Boolean()


class Commune(Table, tablename="commune"):
    """A commune of the Hérault (INSEE code) and its insertion territory."""

    code_insee = Varchar(length=5, primary_key=True)
    nom = Varchar(length=80)
    nom_cle = Varchar(length=80)
    codes_postaux = Varchar(length=60)
    population = Integer()
    epci = Varchar(length=80)
    sdi = Varchar(length=40)
    secteur = Varchar(length=60)
