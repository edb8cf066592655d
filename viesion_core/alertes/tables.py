"""The tables of the alertes room; their DDL, checks, indexes and triggers are in the migrations."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire


class AlerteReglage(Table, tablename="alerte_reglage"):
    """What a user has chosen for an alert: its X, its place among the favourites (none: not a favourite)."""

    id = UUID(primary_key=True)
    utilisateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.cascade, index=True)
    code = Varchar(length=30)
    x = Integer(null=True, default=None)
    rang = Integer(null=True, default=None)
    version = Integer()


class EtatDossier(Table, tablename="etat_dossier"):
    """What the rules need of a person, one row each, kept by triggers; today's date changes nothing in it.

    `entree_depuis`: oldest entry without end; `referent_debut`, `referent_fin`: the affectation that ends last
    (9999-12-31 without end); `premiere_etape`: start of the first étape while it is open; `caracteristique_depuis`:
    the required caractéristique confirmed longest ago; `reponses`: answers in all the bilans; `contrats_secants`: start
    of the last contract that overlaps another; `bilan_clos_part`: answers of the emptiest bilan of an étape that has
    ended, in whole per cent; `etape_close_suivie`: end of the first étape that has a référent without end;
    `orientation_le`, `orientation_parcours`, `orientation_mois`, `diagnostic_le`: the latest orientation notified, its
    path, its delay in months and its joint diagnosis; `engagement_le`: first contract (CE, CER) signed since then.
    """

    beneficiaire = ForeignKey(Beneficiaire, primary_key=True, null=False, on_delete=OnDelete.cascade, index=True)
    entree_depuis = Date(null=True, default=None)
    referent_debut = Date(null=True, default=None)
    referent_fin = Date(null=True, default=None)
    derniere_presence = Timestamptz(null=True, default=None)
    contrat_fin = Date(null=True, default=None)
    etape_depuis = Date(null=True, default=None)
    premiere_etape = Date(null=True, default=None)
    caracteristique_depuis = Date(null=True, default=None)
    reponses = Integer()
    contrats_secants = Date(null=True, default=None)
    bilan_clos_part = Integer(null=True, default=None)
    etape_close_suivie = Date(null=True, default=None)
    orientation_le = Date(null=True, default=None)
    orientation_parcours = Varchar(length=20, null=True, default=None)
    orientation_mois = Integer(null=True, default=None)
    diagnostic_le = Date(null=True, default=None)
    engagement_le = Date(null=True, default=None)
