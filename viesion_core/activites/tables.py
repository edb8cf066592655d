"""The tables of the activités room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.organismes.tables import Organisme


class Activite(Table, tablename="activite"):
    """An event of a collaborateur that is no entretien; `journee`: whole days, from a midnight of Paris to another."""

    id = UUID(primary_key=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    collaborateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    nature = Varchar(length=12)
    titre = Varchar(length=80)
    lieu = Varchar(length=160)
    journee = Boolean()
    debut = Timestamptz()
    fin = Timestamptz()
    created_at = Timestamptz()
    version = Integer()
