"""The tables of the dossiers room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.acces.tables import Utilisateur
from viesion_core.db import Table
from viesion_core.nomenclatures.tables import Commune
from viesion_core.organismes.tables import Organisme


class Beneficiaire(Table, tablename="beneficiaire"):
    """The person followed: identity, address, right."""

    numero = Integer(primary_key=True, default=None)
    civilite = Varchar(length=10)
    nom_naissance = Varchar(length=80)
    nom_usage = Varchar(length=80)
    prenom = Varchar(length=80)
    date_naissance = Date()
    lieu_naissance = Varchar(length=80)
    nationalite = Varchar(length=40)
    nom_cle = Varchar(length=80)
    prenom_cle = Varchar(length=80)
    adresse = Varchar(length=160)
    complement = Varchar(length=160)
    code_postal = Varchar(length=5)
    commune = ForeignKey(Commune, null=True, on_delete=OnDelete.restrict, index=True)
    sans_domicile = Boolean()
    telephone = Varchar(length=20)
    telephone_2 = Varchar(length=20)
    courriel = Varchar(length=160)
    organisme_payeur = Varchar(length=3)
    matricule = Varchar(length=15)
    role_foyer = Varchar(length=3)
    id_individu = Varchar(length=20, null=True, default=None)
    numero_demande = Varchar(length=11)
    date_demande = Date(null=True, default=None)
    date_ouverture = Date(null=True, default=None)
    etat_droit = Varchar(length=1)
    soumis_droits_devoirs = Boolean()
    parcours = Varchar(length=20)
    commentaire = Text()
    source = Varchar(length=12)
    created_at = Timestamptz()
    version = Integer()


class Rattachement(Table, tablename="rattachement"):
    """The perimeter: this organism may see this dossier."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    nature = Varchar(length=12)
    motif = Varchar(length=300)
    debut = Date()
    fin = Date(null=True, default=None)
    version = Integer()


class EntreeDispositif(Table, tablename="entree_dispositif"):
    """An entry into a dispositif (« Accomp RSA - entrée le … »)."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    dispositif = Varchar(length=20)
    debut = Date()
    fin = Date(null=True, default=None)
    motif_fin = Varchar(length=60)
    commentaire = Text()
    version = Integer()


class Orientation(Table, tablename="orientation"):
    """An orientation notified to the person: the path, and the joint diagnosis that reviews a social one."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    parcours = Varchar(length=20)
    notifiee_le = Date()
    delai_mois = Integer()
    diagnostic_le = Date(null=True, default=None)
    version = Integer()


class Caracteristique(Table, tablename="caracteristique"):
    """A value of a caractéristique, current or past."""

    id = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    code = Varchar(length=20)
    valeur = Varchar(length=120)
    debut = Date()
    fin = Date(null=True, default=None)
    actualisee_le = Date()
    auteur = Varchar(length=160)
    version = Integer()


class CaracteristiqueCompte(Table, tablename="caracteristique_compte"):
    """How many required caractéristiques of a person are known today: a row per person, kept by triggers."""

    beneficiaire = ForeignKey(Beneficiaire, primary_key=True, null=False, on_delete=OnDelete.cascade, index=True)
    requises = Integer()


class Consultation(Table, tablename="consultation"):
    """The last time a user opened a dossier (« Bénéficiaires récents »)."""

    id = UUID(primary_key=True)
    utilisateur = ForeignKey(Utilisateur, null=False, on_delete=OnDelete.cascade, index=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    vue_le = Timestamptz()


class MotDossier(Table, tablename="mot_dossier"):
    """A word under which a person is found; derived from the names, written with them (`indexation`)."""

    id = Integer(primary_key=True, default=None)
    mot = Varchar(length=40)
    genre = Varchar(length=1)
    cle = Varchar(length=60)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)


class MotVariante(Table, tablename="mot_variante"):
    """A form that leads to a word in use: the word, the word less a letter, « ~ » and what the ear keeps of it."""

    id = Integer(primary_key=True, default=None)
    variante = Varchar(length=41)
    mot = Varchar(length=40)
