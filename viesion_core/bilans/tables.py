"""The tables of the bilans room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Boolean, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme
from viesion_core.parcours.tables import Etape


class QuestionnaireVersion(Table, tablename="questionnaire"):
    """A version of a questionnaire, as it was when first used."""

    id = UUID(primary_key=True)
    code = Varchar(length=40)
    version = Integer()
    libelle = Varchar(length=160)
    offre = Varchar(length=30)
    sensible = Boolean()
    contenu = JSON()
    empreinte = Varchar(length=64)
    charge_le = Timestamptz()


class Bilan(Table, tablename="bilan"):
    """A dated bilan of an étape."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    etape = ForeignKey(Etape, null=False, on_delete=OnDelete.restrict, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    questionnaire = ForeignKey(QuestionnaireVersion, null=False, on_delete=OnDelete.restrict, index=True)
    date_bilan = Date()
    nombre_questions = Integer()
    nombre_reponses = Integer()
    clos_le = Date(null=True, default=None)
    created_at = Timestamptz()
    version = Integer()


class Reponse(Table, tablename="reponse"):
    """One answer to one question of a bilan."""

    id = UUID(primary_key=True)
    bilan = ForeignKey(Bilan, null=False, on_delete=OnDelete.cascade, index=True)
    question = Varchar(length=40)
    valeur = JSON()
    auteur = ForeignKey(Utilisateur, null=True, on_delete=OnDelete.restrict, index=True)
    auteur_nom = Varchar(length=160)
    at = Timestamptz()
    version = Integer()
