"""The tables of the acces room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.organismes.tables import Organisme


class Utilisateur(Table, tablename="utilisateur"):
    """A user's account."""

    id = UUID(primary_key=True)
    identifiant = Varchar(length=160)
    nom = Varchar(length=80)
    prenom = Varchar(length=80)
    courriel = Varchar(length=160)
    telephone = Varchar(length=20)
    fonction = Varchar(length=80)
    role = Varchar(length=20)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    sensible = Boolean()
    mot_de_passe = Varchar(length=200, null=True, default=None, secret=True)
    actif = Boolean()
    desactive_le = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    version = Integer()


class Session(Table, tablename="session"):
    """An open session: SHA-256 of the cookie's token, never the token."""

    id = UUID(primary_key=True)
    empreinte = Varchar(length=64)
    utilisateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.cascade, index=True)
    ouverte_le = Timestamptz()
    vue_le = Timestamptz()
    expire_le = Timestamptz()
    adresse = Varchar(length=60)
    agent = Varchar(length=200)


class Jeton(Table, tablename="jeton"):
    """A single-use link sent by mail: activation or reset."""

    id = UUID(primary_key=True)
    empreinte = Varchar(length=64)
    utilisateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.cascade, index=True)
    nature = Varchar(length=20)
    cree_le = Timestamptz()
    expire_le = Timestamptz()
    consomme_le = Timestamptz(null=True, default=None)


class Tentative(Table, tablename="tentative"):
    """Failed connections per account and per address."""

    cle = Varchar(length=200, primary_key=True)
    echecs = Integer()
    derniere = Timestamptz()
    prochaine = Timestamptz()
