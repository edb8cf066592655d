"""The tables of the courriels room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Bytea, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar

from viesion_core.db import Table


class Courriel(Table, tablename="courriel"):
    """A mail waiting to be sent, or sent."""

    id = UUID(primary_key=True)
    destinataire = Varchar(length=160)
    sujet = Varchar(length=200)
    texte = Text()
    pieces = JSON()
    repondre_a = Varchar(length=160)
    cree_le = Timestamptz()
    envoye_le = Timestamptz(null=True, default=None)
    tentatives = Integer()
    prochain_essai = Timestamptz()
    erreur = Text()
    expire_le = Timestamptz(null=True, default=None)


class FichierCourriel(Table, tablename="courriel_fichier"):
    """A file of a mail that waits; gone when the mail has left."""

    id = UUID(primary_key=True)
    courriel = ForeignKey(Courriel, null=False, on_delete=OnDelete.cascade)
    rang = Integer()
    nom = Varchar(length=120)
    type_mime = Varchar(length=60)
    contenu = Bytea()
