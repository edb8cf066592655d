"""The tables of the entretiens room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif
from viesion_core.organismes.tables import Organisme
from viesion_core.parcours.tables import Etape


class Entretien(Table, tablename="entretien"):
    """An interview, planned or held."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    debut = Timestamptz()
    duree = Integer()
    collaborateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    lieu = Varchar(length=60)
    vecteur = Varchar(length=60)
    dispositif = ForeignKey(EntreeDispositif, null=True, on_delete=OnDelete.restrict, index=True)
    etape = ForeignKey(Etape, null=True, on_delete=OnDelete.restrict, index=True)
    type = Varchar(length=60)
    realisation = Varchar(length=20)
    reporte_de: ForeignKey["Entretien"] = ForeignKey("self", null=True, on_delete=OnDelete.set_null, index=True)
    modifie_le = Timestamptz(null=True, default=None)
    creneau = UUID(null=True, default=None)  # its link is in the base: the agenda stands above this room
    place = Integer(null=True, default=None)
    version = Integer()


class EntretienTheme(Table, tablename="entretien_theme"):
    """A theme of an interview and its synthèse."""

    id = UUID(primary_key=True)
    entretien = ForeignKey(Entretien, null=False, on_delete=OnDelete.cascade, index=True)
    theme = Varchar(length=60)
    synthese = Text()
    ordre = Integer()
    version = Integer()
