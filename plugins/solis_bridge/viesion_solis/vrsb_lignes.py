"""VRSB: a line of the CNAF's flow read into the command of an allocataire, the same as Solis's."""

from collections.abc import Mapping

from viesion_core.api import Action, Commande, Flux, LigneRefusee, SaisieIdentite
from viesion_solis.champs import choisir, date, date_requise, exiger_lisible, nir, requis, un_uuid, version
from viesion_solis.vrsb import CLOS, COLONNES, FIN, REPETEE

LIBELLES = {
    "id_message": "Identifiant du message",
    "version": "Instant du flux (secondes depuis 2000)",
    "cle": "Demande, rôle et prénom",
    "action": "Action (C ou F), d'après l'état du droit",
    "anomalie": "Anomalie (effacez-la pour passer outre)",
    "numdemrsa": "Numéro de demande RSA",
    "date_demande": "Date de la demande (AAAA-MM-JJ)",
    "fonorg": "Organisme payeur (CAF ou MSA)",
    "numorg": "Numéro de l'organisme",
    "matricule": "Numéro d'allocataire",
    "role": "Rôle dans le foyer (DEM ou CJT)",
    "nir": "NIR",
    "civilite": "Civilité (M ou MME)",
    "nom": "Nom d'usage",
    "nom_naissance": "Nom de naissance",
    "prenom": "Prénom",
    "date_naissance": "Date de naissance (AAAA-MM-JJ)",
    "lieu_naissance": "Commune de naissance",
    "adresse": "Adresse",
    "code_insee": "Commune (code INSEE)",
    "code_postal": "Code postal",
    "etat_dossier": "État du droit (0 à 6)",
    "soumis_dd": "Soumis aux droits et devoirs (1 ou 0)",
    "sans_domicile": "Sans domicile fixe (1 ou 0)",
}
CHAMPS = {
    "nom_usage": "nom", "commune": "code_insee", "organisme_payeur": "fonorg", "role_foyer": "role",
    "numero_demande": "numdemrsa", "etat_droit": "etat_dossier", "soumis_droits_devoirs": "soumis_dd",
}  # fmt: skip
_CIVILITES = {"": "", "M": "M", "MME": "MME"}
_ROLES = {"DEM": "DEM", "CJT": "CJT"}
_ETATS = {etat: etat for etat in "0123456"}
_PAR_DEFAUT_OUI = {"": True, "1": True, "TRUE": True, "0": False, "FALSE": False}
_PAR_DEFAUT_NON = {**_PAR_DEFAUT_OUI, "": False}


def lire(ligne: Mapping[str, str]) -> Commande:
    """Return the command of a line; LigneRefusee names the column, never its value."""
    if ligne["anomalie"] == REPETEE:
        raise LigneRefusee("PERSONNE_REPETEE", "anomalie", f"{REPETEE}.")
    if ligne["anomalie"].strip():
        raise LigneRefusee("VALEUR_INVALIDE", "anomalie", "La CNAF signale une anomalie sur ce foyer.")
    exiger_lisible(ligne)
    requis(ligne, "etat_dossier")
    etat = choisir(ligne, "etat_dossier", _ETATS)
    requis(ligne, "role")
    naissance = requis(ligne, "nom_naissance")
    usage = ligne["nom"].strip()
    return Commande(
        id_message=un_uuid(ligne, "id_message"),
        version=version(ligne),
        action=Action.FERMER if etat in CLOS else Action.CREER,
        id_individu="",
        cle=requis(ligne, "cle")[:20],
        facultative=True,
        en_capitales=True,
        identite=SaisieIdentite(
            nom_naissance=naissance,
            nom_usage="" if usage == naissance else usage,
            prenom=requis(ligne, "prenom").title(),
            date_naissance=date_requise(ligne, "date_naissance"),
            lieu_naissance=ligne["lieu_naissance"].title(),
            civilite=choisir(ligne, "civilite", _CIVILITES),
            adresse=ligne["adresse"],
            code_postal=ligne["code_postal"],
            commune=ligne["code_insee"].strip() or None,
            sans_domicile=choisir(ligne, "sans_domicile", _PAR_DEFAUT_NON),
            organisme_payeur=ligne["fonorg"].strip().upper(),
            matricule=requis(ligne, "matricule"),
            role_foyer=choisir(ligne, "role", _ROLES),
            numero_demande=requis(ligne, "numdemrsa"),
            date_demande=date(ligne, "date_demande"),
            etat_droit=etat,
            soumis_droits_devoirs=choisir(ligne, "soumis_dd", _PAR_DEFAUT_OUI),
        ),
        nir=nir(ligne["nir"]),
    )


FLUX = Flux(
    emetteur="CNAF",
    code="VRSB",
    libelle="Bénéficiaires du RSA (CAF et MSA)",
    colonnes=COLONNES,
    cle="cle",
    action="action",
    lecteur="viesion_solis.vrsb_lignes:lire",
    libelles=LIBELLES,
    champs=CHAMPS,
    fichiers="*.xml",
    transcripteur="viesion_solis.vrsb:transcrire",
    fin=FIN,
    seuil_clotures=0.5,
)
