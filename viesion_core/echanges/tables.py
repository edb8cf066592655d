"""The tables of the echanges room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import JSON, UUID, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire


class EchangeFichier(Table, tablename="echange_fichier"):
    """A file taken: `curseur` lines of it are carried out, its counts are theirs."""

    id = UUID(primary_key=True)
    emetteur = Varchar(length=20)
    flux = Varchar(length=20)
    seq = Integer()
    nature = Varchar(length=10)
    nom = Varchar(length=160)
    sha256 = Varchar(length=64)
    etat = Varchar(length=10)
    recu_le = Timestamptz()
    fini_le = Timestamptz(null=True, default=None)
    recues = Integer()
    creees = Integer()
    modifiees = Integer()
    ignorees = Integer()
    rejetees = Integer()
    curseur = Integer()


class EchangeVersion(Table, tablename="echange_version"):
    """The last version carried out of what a partner says about a key; the rank of the last file that spoke of it."""

    id = UUID(primary_key=True)
    flux = Varchar(length=20)
    cle = Varchar(length=20)
    version_recue = Integer()
    rang = Integer(null=True, default=None)


class EchangeReconciliation(Table, tablename="echange_reconciliation"):
    """What the comparison of a night found."""

    jour = Date(primary_key=True)
    faite_le = Timestamptz()
    rapport = JSON()


class EchangeNir(Table, tablename="echange_nir"):
    """The keyed digest of a person's NIR, to recognise them, and the NIR encrypted ("" when taken before that)."""

    beneficiaire = ForeignKey(Beneficiaire, primary_key=True, null=False, on_delete=OnDelete.cascade, index=True)
    empreinte = Varchar(length=64)
    chiffre = Varchar(length=120, secret=True)


class EchangeRejet(Table, tablename="echange_rejet"):
    """A refused line, and what a person decided about it."""

    id = UUID(primary_key=True)
    fichier = ForeignKey(EchangeFichier, null=False, on_delete=OnDelete.cascade, index=True)
    ligne = Integer()
    id_message = Varchar(length=36)
    flux = Varchar(length=20)
    cle = Varchar(length=36)
    code = Varchar(length=20)
    champ = Varchar(length=40)
    message = Text()
    commande = JSON(null=True, default=None)
    empreinte = Varchar(length=64)
    candidat = ForeignKey(Beneficiaire, null=True, on_delete=OnDelete.set_null, index=True)
    etat = Varchar(length=10)
    motif = Varchar(length=300)
    decide_par = Varchar(length=160)
    recu_le = Timestamptz()
    version = Integer()
    ligne_chiffree = Text(secret=True)


class EchangeLiaison(Table, tablename="echange_liaison"):
    """How the last exchanges with the partner's server went."""

    nom = Varchar(length=20, primary_key=True)
    essayee_le = Timestamptz()
    erreur = Varchar(length=20)
    echecs = Integer()
    echoue_depuis = Timestamptz(null=True, default=None)
    reussie_le = Timestamptz(null=True, default=None)
    fichiers_le = Timestamptz(null=True, default=None)
    recus = Integer()
    envoyes = Integer()


class EchangeSortie(Table, tablename="echange_sortie"):
    """A file that carries messages to a partner; one not written yet is written again after a stop."""

    id = UUID(primary_key=True)
    destinataire = Varchar(length=20)
    flux = Varchar(length=20)
    seq = Integer()
    nom = Varchar(length=160)
    nombre = Integer()
    cree_le = Timestamptz()
    ecrit_le = Timestamptz(null=True, default=None)


class EchangeEnvoi(Table, tablename="echange_envoi"):
    """A message to a partner, written with what it tells: its id and the version of its key make it unique."""

    id = UUID(primary_key=True)
    flux = Varchar(length=20)
    cle = UUID()
    version_message = Integer()
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    donnees = JSON()
    echeance = Date(null=True, default=None)
    ligne = JSON(null=True, default=None)
    sortie = ForeignKey(EchangeSortie, null=True, on_delete=OnDelete.set_null, index=True)
    etat = Varchar(length=10)
    cree_le = Timestamptz()
    envoye_le = Timestamptz(null=True, default=None)
    repondu_le = Timestamptz(null=True, default=None)
    tentatives = Integer()
    prochain_essai = Timestamptz()
    code = Varchar(length=20)
    motif = Varchar(length=300)
    id_externe = Varchar(length=40)
    destinataire = Varchar(length=20)
