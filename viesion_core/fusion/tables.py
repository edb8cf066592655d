"""The tables of the fusion room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Boolean, Bytea, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.bilans.tables import Bilan
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme


class ModeleFusionContenu(Table, tablename="modele_fusion_contenu"):
    """The bytes of a Word template, by their SHA-256."""

    empreinte = Varchar(length=64, primary_key=True)
    contenu = Bytea()
    taille = Integer()


class ModeleFusionVersion(Table, tablename="modele_fusion"):
    """A version (edition) of a Word template; one is active for each code."""

    id = UUID(primary_key=True)
    code = Varchar(length=60)
    edition = Integer()
    libelle = Varchar(length=160)
    offre = Varchar(length=30)
    questionnaire = Varchar(length=40)
    origine = Varchar(length=14)
    empreinte = Varchar(length=64)
    depose_le = Timestamptz()
    depose_par = Varchar(length=160)
    actif = Boolean()
    champs = JSON()
    version = Integer()


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
