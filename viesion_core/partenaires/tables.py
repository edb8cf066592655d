"""The tables of the partenaires room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table


class PartenaireCle(Table, tablename="partenaire_cle"):
    """A key of the API: the digest of its secret, and its first characters, by which people know it."""

    id = UUID(primary_key=True)
    nom = Varchar(length=80)
    emetteur = Varchar(length=20)
    portees = Varchar(length=80)
    empreinte = Varchar(length=64)
    debut = Varchar(length=12)
    limite = Integer()
    creee_le = Timestamptz()
    creee_par = Varchar(length=160)
    vue_le = Timestamptz(null=True, default=None)
    revoquee_le = Timestamptz(null=True, default=None)


class PartenaireReponse(Table, tablename="partenaire_reponse"):
    """The answer to an Idempotency-Key of a key; without `statut`, the request is being carried out."""

    id = UUID(primary_key=True)
    cle = ForeignKey(PartenaireCle, null=False, on_delete=OnDelete.cascade, index=True)
    idempotence = Varchar(length=80)
    empreinte = Varchar(length=64)
    statut = Integer(null=True, default=None)
    corps = Text()
    recue_le = Timestamptz()
