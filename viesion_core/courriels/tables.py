"""The tables of the courriels room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Integer, Text, Timestamptz, Varchar

from viesion_core.db import Table


class Courriel(Table, tablename="courriel"):
    """A mail waiting to be sent, or sent."""

    id = UUID(primary_key=True)
    destinataire = Varchar(length=160)
    sujet = Varchar(length=200)
    texte = Text()
    pieces = JSON()
    cree_le = Timestamptz()
    envoye_le = Timestamptz(null=True, default=None)
    tentatives = Integer()
    prochain_essai = Timestamptz()
    erreur = Text()
    expire_le = Timestamptz(null=True, default=None)
