"""ALLOC: a line of Solis about an allocataire, read into a command. The one place of the mapping."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeVar

from viesion_core.api import Action, Commande, Flux, LigneRefusee, SaisieIdentite
from viesion_solis.champs import date, date_requise, exiger_lisible, individu, requis, un_uuid, version

T = TypeVar("T")
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
_NIR = re.compile(r"[1-478]\d{2}\d{2}(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
_ACTIONS = {action.value: action for action in Action}


def lire(ligne: Mapping[str, str]) -> Commande:
    """Return the command of a line; LigneRefusee names the column, never its value."""
    exiger_lisible(ligne)
    action = _code(ligne, "action", _ACTIONS)
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
        civilite=_code(ligne, "civilite", _CIVILITES),
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
        soumis_droits_devoirs=_code(ligne, "soumis_dd", _OUI_NON),
        parcours=ligne["parcours"].strip().upper(),
    )
    return Commande(
        id_message=un_uuid(ligne, "id_message", "L'identifiant du message"),
        version=version(ligne),
        action=action,
        id_individu=individu(ligne),
        identite=identite,
        nir=_nir(ligne["nir"]),
    )


def cle_nir(treize: str) -> int:
    """Return the check key of a NIR of 13 characters; Corsica's 2A and 2B count as 19 and 18."""
    return 97 - int(treize.replace("2A", "19").replace("2B", "18")) % 97


def _nir(saisi: str) -> str:
    """Return the 13 characters of a NIR, or ""."""
    nir = saisi.replace(" ", "").upper()
    if not nir:
        return ""
    if not _NIR.fullmatch(nir) or not nir.isascii():
        raise LigneRefusee("NIR_INVALIDE", "nir", "Le NIR n'a pas la forme attendue.")
    if len(nir) == 15 and int(nir[13:]) != cle_nir(nir[:13]):
        raise LigneRefusee("NIR_INVALIDE", "nir", "La clé du NIR est fausse.")
    return nir[:13]


def _code(ligne: Mapping[str, str], champ: str, codes: Mapping[str, T]) -> T:
    valeur = ligne[champ].strip().upper()
    if valeur not in codes:
        raise LigneRefusee("CODE_INCONNU", champ, "Ce code n'est pas dans la liste.")
    return codes[valeur]


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
