"""The tables of the parcours room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif
from viesion_core.organismes.tables import OffreDeService, Organisme


class Contrat(Table, tablename="contrat"):
    """A contrat RSA: CO, CER or contrat d'engagement."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    type = Varchar(length=3)
    numero = Varchar(length=30)
    debut = Date()
    fin = Date()
    signature = Date(null=True, default=None)
    heures_hebdo = Integer(null=True, default=None)
    dispense = Varchar(length=120)
    dispositif = ForeignKey(EntreeDispositif, null=True, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=True, on_delete=OnDelete.restrict, index=True)
    referent = ForeignKey(Utilisateur, null=True, on_delete=OnDelete.restrict, index=True)
    commentaire = Text()
    version = Integer()


class Etape(Table, tablename="etape"):
    """The accompaniment by an organism on one offre de service."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    dispositif = ForeignKey(EntreeDispositif, null=False, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    offre_de_service = ForeignKey(OffreDeService, null=False, on_delete=OnDelete.restrict, index=True)
    offre = Varchar(length=30)
    debut_prevu = Date(null=True, default=None)
    fin_prevue = Date(null=True, default=None)
    debut_reel = Date()
    fin_reelle = Date(null=True, default=None)
    motif_fin = Varchar(length=60)
    commentaire = Text()
    version = Integer()


class Affectation(Table, tablename="affectation"):
    """A référent of a person: référent de parcours or référent d'étape."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    referent = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.restrict, index=True)
    nature = Varchar(length=10)
    dispositif = ForeignKey(EntreeDispositif, null=True, on_delete=OnDelete.restrict, index=True)
    etape = ForeignKey(Etape, null=True, on_delete=OnDelete.restrict, index=True)
    debut = Date()
    fin = Date(null=True, default=None)
    version = Integer()
