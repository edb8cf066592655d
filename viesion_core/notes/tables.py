"""The tables of the notes room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme


class Note(Table, tablename="note"):
    """A note, personal or shared with the organism, about a person or not."""

    id = UUID(primary_key=True)
    auteur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    beneficiaire = ForeignKey(Beneficiaire, null=True, on_delete=OnDelete.cascade, index=True)
    texte = Text()
    rappel_le = Date(null=True, default=None)
    partagee = Boolean()
    faite_le = Date(null=True, default=None)
    created_at = Timestamptz()
    version = Integer()
