"""The tables of the fusion room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, Bytea, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.bilans.tables import Bilan
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme


class ModeleFusionVersion(Table, tablename="modele_fusion"):
    """A version of a Word template."""

    id = UUID(primary_key=True)
    code = Varchar(length=60)
    version = Integer()
    libelle = Varchar(length=160)
    offre = Varchar(length=30)
    questionnaire = Varchar(length=40)
    origine = Varchar(length=14)
    contenu = Bytea()
    empreinte = Varchar(length=64)
    depose_le = Timestamptz()
    depose_par = Varchar(length=160)
    actif = Boolean()


class Document(Table, tablename="document"):
    """A file kept on a dossier: merged or uploaded."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    nom = Varchar(length=200)
    nature = Varchar(length=10)
    type_mime = Varchar(length=120)
    taille = Integer()
    empreinte = Varchar(length=64)
    fichier = Varchar(length=80)
    sensible = Boolean()
    bilan = ForeignKey(Bilan, null=True, on_delete=OnDelete.restrict, index=True)
    modele = ForeignKey(ModeleFusionVersion, null=True, on_delete=OnDelete.restrict, index=True)
    auteur = ForeignKey(Utilisateur, null=True, on_delete=OnDelete.restrict, index=True)
    auteur_nom = Varchar(length=160)
    created_at = Timestamptz()
    version = Integer()
