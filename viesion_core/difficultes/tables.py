"""The tables of the difficultes room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme
from viesion_core.parcours.tables import Etape


class Difficulte(Table, tablename="difficulte"):
    """A difficulty spotted, followed, solved."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    etape = ForeignKey(Etape, null=True, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=True, on_delete=OnDelete.restrict, index=True)
    nature = Varchar(length=60)
    debut = Date()
    fin = Date(null=True, default=None)
    realisation = Varchar(length=60)
    commentaire = Text()
    actualisee_le = Date()
    version = Integer()
