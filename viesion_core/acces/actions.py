"""Accounts: invitation by mail, first password, forgotten password, disabling."""

import datetime as dt
import re
import secrets
import uuid
from typing import Any

from viesion_core.acces import mots_de_passe
from viesion_core.acces.model import (
    DEMANDES_PAR_HEURE,
    DUREE_ACTIVATION,
    DUREE_REINITIALISATION,
    defaut_mot_de_passe,
)
from viesion_core.acces.queries import empreinte
from viesion_core.acces.sessions import fermer_sessions
from viesion_core.acces.tables import Utilisateur
from viesion_core.actes import Acte, acte
from viesion_core.contexte import LIBELLE_ROLE, Contexte, Role
from viesion_core.courriels.actions import deposer_courriel
from viesion_core.db import executer, lire_un, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.organismes.actions import exiger_administration

LIEN_PERIME = "Ce lien n'est plus valable. Demandez-en un nouveau par « Mot de passe oublié »."
_COURRIEL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


async def inviter_utilisateur(ctx: Contexte, valeurs: dict[str, Any], *, url: str) -> uuid.UUID:
    """Create an account and queue the mail with its identifier and a link of 24 h; return the user's id.

    `valeurs`: nom, prenom, courriel, telephone, fonction, role, organisme (UUID), sensible. The identifier
    is the mail address. `url` is the public address of VieSion, from the settings, never from the request.
    """
    exiger_administration(ctx)
    propre = _verifier(valeurs)
    identifiant = propre["courriel"].lower()
    if await lire_valeur("SELECT id FROM utilisateur WHERE identifiant = {}", identifiant):
        raise ErreurSaisie({"courriel": "Cette adresse est déjà celle d'un utilisateur."})
    async with acte(ctx, "utilisateur.inviter", f"Invitation de {propre['prenom']} {propre['nom']}") as a:
        ligne = await a.inserer(
            Utilisateur,
            {
                **propre,
                "identifiant": identifiant,
                "mot_de_passe": None,
                "actif": True,
                "desactive_le": None,
                "created_at": ctx.maintenant,
            },
        )
        utilisateur = uuid.UUID(str(ligne["id"]))
        await _envoyer_activation(utilisateur, propre["prenom"], identifiant, url, ctx.maintenant)
    return utilisateur


async def renvoyer_invitation(ctx: Contexte, utilisateur: uuid.UUID, *, url: str) -> None:
    """Queue the activation mail again: the former link stops working."""
    exiger_administration(ctx)
    ligne = await lire_un("SELECT prenom, identifiant, actif FROM utilisateur WHERE id = {}", utilisateur)
    if ligne is None or not ligne["actif"]:
        raise ErreurMetier("Ce compte est désactivé : réactivez-le d'abord.")
    async with transaction():
        await _envoyer_activation(utilisateur, ligne["prenom"], ligne["identifiant"], url, ctx.maintenant)


async def modifier_utilisateur(ctx: Contexte, utilisateur: uuid.UUID, valeurs: dict[str, Any], *, version: int) -> Acte:
    """Change an account. A changed role or organism ends the open sessions: rights apply at once.

    Administrators do not take their own role away, so that one always remains.
    """
    exiger_administration(ctx)
    propre = _verifier(valeurs)
    if utilisateur == ctx.utilisateur and propre["role"] != Role.ADMINISTRATEUR:
        raise ErreurSaisie({"role": "Vous ne pouvez pas retirer votre propre rôle d'administrateur."})
    async with acte(ctx, "utilisateur.modifier", f"Compte de {propre['prenom']} {propre['nom']}") as a:
        avant = await lire_un("SELECT role, organisme, sensible FROM utilisateur WHERE id = {}", utilisateur)
        await a.modifier(Utilisateur, utilisateur, propre, version=version)
        if avant and any(avant[champ] != propre[champ] for champ in avant):
            await fermer_sessions(utilisateur)
    return a


async def desactiver_utilisateur(ctx: Contexte, utilisateur: uuid.UUID, *, version: int) -> Acte:
    """Disable an account: its sessions end at once, its past acts keep its name."""
    exiger_administration(ctx)
    if utilisateur == ctx.utilisateur:
        raise ErreurMetier("Vous ne pouvez pas désactiver votre propre compte.")
    async with acte(ctx, "utilisateur.desactiver", "Désactivation d'un compte") as a:
        await a.modifier(Utilisateur, utilisateur, {"actif": False, "desactive_le": ctx.maintenant}, version=version)
        await fermer_sessions(utilisateur)
        await executer("DELETE FROM jeton WHERE utilisateur = {}", utilisateur)
    return a


async def reactiver_utilisateur(ctx: Contexte, utilisateur: uuid.UUID, *, version: int) -> Acte:
    """Enable a disabled account again, with its former password."""
    exiger_administration(ctx)
    async with acte(ctx, "utilisateur.reactiver", "Réactivation d'un compte") as a:
        await a.modifier(Utilisateur, utilisateur, {"actif": True, "desactive_le": None}, version=version)
    return a


async def demander_mot_de_passe(identifiant: str, *, url: str, maintenant: dt.datetime) -> None:
    """« Mot de passe oublié »: queue a link of one hour, if the account exists. The answer never tells.

    Three mails an hour for an identifier, then none: nobody floods a mailbox. An unknown identifier is counted too,
    so that it costs the same write.
    """
    propre = identifiant.strip().lower()
    ligne = await lire_un("SELECT id, prenom, courriel FROM utilisateur WHERE identifiant = {} AND actif", propre)
    async with transaction():
        demandes = await _compter_demande(propre, maintenant)
        if ligne is None or demandes > DEMANDES_PAR_HEURE:
            return
        jeton = await _deposer_jeton(ligne["id"], "REINITIALISATION", maintenant, DUREE_REINITIALISATION)
        await deposer_courriel(
            ligne["courriel"],
            "VieSion : choisir un nouveau mot de passe",
            f"Bonjour {ligne['prenom']},\n\n"
            "Un nouveau mot de passe a été demandé pour votre compte VieSion.\n"
            f"Pour le choisir, ouvrez ce lien dans l'heure : {url}/connexion/mot-de-passe/{jeton}\n\n"
            "Si vous n'avez rien demandé, ne faites rien : votre mot de passe ne change pas.\n",
            maintenant,
        )


async def _compter_demande(identifiant: str, maintenant: dt.datetime) -> int:
    """Count a request for a new password, inside the open transaction; return how many in this hour."""
    return int(
        await lire_valeur(
            """INSERT INTO tentative (cle, echecs, derniere, prochaine) VALUES ({}, 1, {}, {})
            ON CONFLICT (cle) DO UPDATE SET derniere = excluded.derniere,
                echecs = CASE WHEN tentative.prochaine <= excluded.derniere THEN 1 ELSE tentative.echecs + 1 END,
                prochaine = CASE WHEN tentative.prochaine <= excluded.derniere
                    THEN excluded.prochaine ELSE tentative.prochaine END
            RETURNING echecs""",
            f"oubli:{identifiant[:160]}",
            maintenant,
            maintenant + dt.timedelta(hours=1),
        )
    )


async def lire_jeton(jeton: str, maintenant: dt.datetime) -> str:
    """Return the identifier that a link belongs to, without consuming it; ErreurMetier if it is over."""
    ligne = await lire_un(
        """SELECT u.identifiant FROM jeton j JOIN utilisateur u ON u.id = j.utilisateur
        WHERE j.empreinte = {} AND j.consomme_le IS NULL AND j.expire_le > {} AND u.actif""",
        empreinte(jeton),
        maintenant,
    )
    if ligne is None:
        raise ErreurMetier(LIEN_PERIME)
    return str(ligne["identifiant"])


async def definir_mot_de_passe(jeton: str, mot: str, confirmation: str, *, maintenant: dt.datetime) -> str:
    """Set the password through the link of a mail, consume the link, end all sessions; return the identifier."""
    identifiant = await lire_jeton(jeton, maintenant)
    if defaut := defaut_mot_de_passe(mot, identifiant):
        raise ErreurSaisie({"mot_de_passe": defaut})
    if mot != confirmation:
        raise ErreurSaisie({"confirmation": "Les deux saisies sont différentes."})
    hache = await mots_de_passe.hacher(mot)
    async with transaction():
        ligne = await lire_un(
            """UPDATE jeton SET consomme_le = {} WHERE empreinte = {} AND consomme_le IS NULL AND expire_le > {}
            RETURNING utilisateur""",
            maintenant,
            empreinte(jeton),
            maintenant,
        )
        if ligne is None:
            raise ErreurMetier(LIEN_PERIME)
        await executer("UPDATE utilisateur SET mot_de_passe = {} WHERE id = {}", hache, ligne["utilisateur"])
        await executer("DELETE FROM tentative WHERE cle = {}", f"compte:{identifiant}")
        await fermer_sessions(ligne["utilisateur"])
    return identifiant


async def _envoyer_activation(
    utilisateur: uuid.UUID, prenom: str, identifiant: str, url: str, maintenant: dt.datetime
) -> None:
    jeton = await _deposer_jeton(utilisateur, "ACTIVATION", maintenant, DUREE_ACTIVATION)
    await deposer_courriel(
        identifiant,
        "VieSion : votre identifiant",
        f"Bonjour {prenom},\n\n"
        "Un compte VieSion vient d'être ouvert pour vous.\n"
        f"Votre identifiant : {identifiant}\n"
        f"Choisissez votre mot de passe dans les 24 heures : {url}/connexion/mot-de-passe/{jeton}\n\n"
        "Vous vous connecterez ensuite avec cet identifiant et ce mot de passe.\n",
        maintenant,
    )


async def _deposer_jeton(utilisateur: uuid.UUID, nature: str, maintenant: dt.datetime, duree: dt.timedelta) -> str:
    """Store the hash of a new single-use link, drop the user's former ones; return the secret."""
    jeton = secrets.token_urlsafe(32)
    await executer("DELETE FROM jeton WHERE utilisateur = {}", utilisateur)
    await executer(
        """INSERT INTO jeton (id, empreinte, utilisateur, nature, cree_le, expire_le)
        VALUES ({}, {}, {}, {}, {}, {})""",
        uuid.uuid4(),
        empreinte(jeton),
        utilisateur,
        nature,
        maintenant,
        maintenant + duree,
    )
    return jeton


def _verifier(valeurs: dict[str, Any]) -> dict[str, Any]:
    """Return the cleaned values of an account, or raise ErreurSaisie."""
    textes = ("nom", "prenom", "courriel", "telephone", "fonction")
    propre: dict[str, Any] = {champ: str(valeurs.get(champ) or "").strip() for champ in textes}
    erreurs = {}
    for champ, nom in (("nom", "Le nom"), ("prenom", "Le prénom")):
        if not propre[champ]:
            erreurs[champ] = f"{nom} est requis."
    if not _COURRIEL.fullmatch(propre["courriel"]):
        erreurs["courriel"] = "L'adresse de courriel est requise, par exemple prenom.nom@organisme.fr."
    if valeurs.get("role") not in set(Role):
        erreurs["role"] = "Choisissez un rôle : " + ", ".join(LIBELLE_ROLE.values()) + "."
    if not isinstance(valeurs.get("organisme"), uuid.UUID):
        erreurs["organisme"] = "Choisissez l'organisme."
    if erreurs:
        raise ErreurSaisie(erreurs)
    propre["role"] = str(valeurs["role"])
    propre["organisme"] = valeurs["organisme"]
    propre["sensible"] = bool(valeurs.get("sensible"))
    return propre
