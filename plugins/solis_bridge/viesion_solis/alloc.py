"""ALLOC: a line of Solis about an allocataire, read into a command. The one place of the mapping."""

import datetime as dt
from collections.abc import Mapping

from viesion_core.api import Action, Commande, Flux, SaisieIdentite
from viesion_solis.champs import (
    choisir,
    cle_nir,
    date,
    date_requise,
    exiger_lisible,
    individu,
    nir,
    requis,
    un_uuid,
    version,
)

__all__ = ["CHAMPS", "COLONNES", "FLUX", "LIBELLES", "cle_nir", "lire"]

COLONNES = (
    "id_message", "version", "horodatage", "action", "id_individu", "id_dossier", "numdemrsa", "matricule", "fonorg",
    "numorg", "role", "nir", "civilite", "nom_naissance", "nom_usage", "prenom", "date_naissance", "adresse",
    "code_insee", "code_postal", "tel", "email", "date_demande", "date_ouverture", "etat_dossier", "soumis_dd",
    "code_sdi", "parcours", "ru",
)  # fmt: skip
"""The header, in this order (exchange contract, schema 1)."""
LIBELLES = {
    "id_message": "Identifiant du message",
    "version": "Version",
    "horodatage": "Horodatage",
    "action": "Action (C, M ou F)",
    "id_individu": "Identifiant Solis de la personne",
    "id_dossier": "Identifiant Solis du dossier",
    "numdemrsa": "Numéro de demande RSA",
    "matricule": "Numéro d'allocataire",
    "fonorg": "Organisme payeur (CAF ou MSA)",
    "numorg": "Numéro de l'organisme",
    "role": "Rôle dans le foyer (DEM, CJT, ENF ou AUT)",
    "nir": "NIR",
    "civilite": "Civilité (M ou MME)",
    "nom_naissance": "Nom de naissance",
    "nom_usage": "Nom d'usage",
    "prenom": "Prénom",
    "date_naissance": "Date de naissance (AAAA-MM-JJ)",
    "adresse": "Adresse",
    "code_insee": "Commune (code INSEE)",
    "code_postal": "Code postal",
    "tel": "Téléphone",
    "email": "Courriel",
    "date_demande": "Date de la demande (AAAA-MM-JJ)",
    "date_ouverture": "Ouverture du droit (AAAA-MM-JJ)",
    "etat_dossier": "État du droit (0 à 6)",
    "soumis_dd": "Soumis aux droits et devoirs (1 ou 0)",
    "code_sdi": "Service départemental d'insertion",
    "parcours": "Parcours",
    "ru": "Référent unique",
}
CHAMPS = {
    "telephone": "tel", "courriel": "email", "commune": "code_insee", "organisme_payeur": "fonorg",
    "role_foyer": "role", "numero_demande": "numdemrsa", "etat_droit": "etat_dossier",
    "soumis_droits_devoirs": "soumis_dd",
}  # fmt: skip
"""The column of each field of the identity that has another name."""
_CIVILITES = {"": "", "M": "M", "MME": "MME", "MLE": "MME"}
_OUI_NON = {"": True, "1": True, "0": False}
_ACTIONS = {action.value: action for action in Action}


def lire(ligne: Mapping[str, str]) -> Commande:
    """Return the command of a line; LigneRefusee names the column, never its value."""
    exiger_lisible(ligne)
    action = choisir(ligne, "action", _ACTIONS)
    fermeture = action is Action.FERMER
    if fermeture and not ligne["date_naissance"].strip():
        naissance = dt.date(1900, 1, 1)
    else:
        naissance = date_requise(ligne, "date_naissance")
    identite = SaisieIdentite(
        nom_naissance=ligne["nom_naissance"] if fermeture else requis(ligne, "nom_naissance"),
        nom_usage=ligne["nom_usage"],
        prenom=ligne["prenom"] if fermeture else requis(ligne, "prenom"),
        date_naissance=naissance,
        civilite=choisir(ligne, "civilite", _CIVILITES),
        adresse=ligne["adresse"],
        code_postal=ligne["code_postal"],
        commune=ligne["code_insee"].strip() or None,
        telephone=ligne["tel"],
        courriel=ligne["email"],
        organisme_payeur=ligne["fonorg"].strip().upper(),
        matricule=ligne["matricule"],
        role_foyer=ligne["role"].strip().upper(),
        numero_demande=ligne["numdemrsa"],
        date_demande=date(ligne, "date_demande"),
        date_ouverture=date(ligne, "date_ouverture"),
        etat_droit=ligne["etat_dossier"].strip(),
        soumis_droits_devoirs=choisir(ligne, "soumis_dd", _OUI_NON),
        parcours=ligne["parcours"].strip().upper(),
    )
    return Commande(
        id_message=un_uuid(ligne, "id_message", "L'identifiant du message"),
        version=version(ligne),
        action=action,
        id_individu=individu(ligne),
        identite=identite,
        nir=nir(ligne["nir"]),
    )


FLUX = Flux(
    emetteur="SOLIS",
    code="ALLOC",
    libelle="Création automatique des allocataires",
    colonnes=COLONNES,
    cle="id_individu",
    action="action",
    lecteur="viesion_solis.alloc:lire",
    libelles=LIBELLES,
    champs=CHAMPS,
)
