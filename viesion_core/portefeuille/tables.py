"""The table of the portefeuille room; its DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme
from viesion_core.parcours.tables import Affectation


class AffectationRecue(Table, tablename="affectation_recue"):
    """A person assigned by a partner: `referent` whom it asks for, `affectation` what the organism made of it."""

    id = UUID(primary_key=True)
    emetteur = Varchar(length=20)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    offre = Varchar(length=30)
    role = Varchar(length=10)
    referent = ForeignKey(Utilisateur, null=True, on_delete=OnDelete.restrict, index=True)
    debut = Date()
    fin = Date(null=True, default=None)
    motif = Varchar(length=300)
    etat = Varchar(length=16)
    motif_reponse = Varchar(length=300)
    premier_rdv = Date(null=True, default=None)
    affectation = ForeignKey(Affectation, null=True, on_delete=OnDelete.set_null, index=True)
    lot = UUID(null=True, default=None)
    acte = UUID(null=True, default=None)
    recue_le = Timestamptz()
    repondue_le = Timestamptz(null=True, default=None)
    version_message = Integer()
    version = Integer()
