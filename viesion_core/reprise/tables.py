"""The tables of the reprise room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.echanges.tables import EchangeFichier
from viesion_core.organismes.tables import Organisme


class Reprise(Table, tablename="reprise"):
    """A spreadsheet that was laid: its columns, and how far the worker is; the counts are those of the last run."""

    id = UUID(primary_key=True)
    nom = Varchar(length=120)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    fichier_nom = Varchar(length=160)
    feuille = Varchar(length=80)
    entetes = JSON()
    correspondance = JSON()
    avertissements = JSON()
    lignes = Integer()
    etat = Varchar(length=12)
    curseur = Integer()
    creees = Integer()
    modifiees = Integer()
    ignorees = Integer()
    rejetees = Integer()
    echange = ForeignKey(EchangeFichier, null=True, on_delete=OnDelete.restrict, index=True)
    auteur = Varchar(length=160)
    cree_le = Timestamptz()
    fini_le = Timestamptz(null=True, default=None)
    version_lignes = Integer()
    version = Integer()


class RepriseLigne(Table, tablename="reprise_ligne"):
    """What became of a line, dry or for real; `cle` finds the person again when the same file comes back."""

    id = UUID(primary_key=True)
    reprise = ForeignKey(Reprise, null=False, on_delete=OnDelete.cascade, index=True)
    essai = Boolean()
    rang = Integer()
    resultat = Varchar(length=10)
    cle = Varchar(length=20)
    champ = Varchar(length=40)
    message = Text()
    beneficiaire = ForeignKey(Beneficiaire, null=True, on_delete=OnDelete.cascade, index=True)


class RepriseCorrespondance(Table, tablename="reprise_correspondance"):
    """How the columns of an organism matched the last time, under a name."""

    id = UUID(primary_key=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.cascade, index=True)
    nom = Varchar(length=120)
    champs = JSON()
