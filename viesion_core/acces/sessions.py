"""Opening and closing of sessions, with throttling.

The cookie carries a random token, the base its SHA-256. A login makes a new token, a change of password or a
disabled account ends all sessions of the user.
"""

import datetime as dt
import secrets
import uuid

from viesion_core.acces import mots_de_passe
from viesion_core.acces.model import delai_apres
from viesion_core.acces.queries import empreinte
from viesion_core.db import executer, lire, lire_un, transaction
from viesion_core.erreurs import ErreurSaisie

REFUS = "L'identifiant ou le mot de passe est incorrect."
_TOLERANCE_ADRESSE = 20


async def ouvrir_session(
    identifiant: str, mot: str, *, maintenant: dt.datetime, duree: dt.timedelta, adresse: str, agent: str
) -> tuple[str, uuid.UUID]:
    """Check identifier and password and open a session; return the cookie's token and the user.

    Raises ErreurSaisie with the deck's words for an empty field, the same message for an unknown identifier
    as for a wrong password, and how long to wait after repeated failures (account and address).
    """
    identifiant = identifiant.strip().lower()
    erreurs = {}
    if not identifiant:
        erreurs["identifiant"] = "Le champs Identifiant est requis."
    if not mot:
        erreurs["mot_de_passe"] = "Le champs Mot de passe est requis."
    if erreurs:
        raise ErreurSaisie(erreurs)
    cles = (f"compte:{identifiant[:160]}", f"adresse:{adresse}")
    await _exiger_delai(cles, maintenant)
    ligne = await lire_un("SELECT id, mot_de_passe, actif FROM utilisateur WHERE identifiant = {}", identifiant)
    correct = await mots_de_passe.verifier(ligne["mot_de_passe"] if ligne else None, mot[:200])
    if ligne is None or not correct or not ligne["actif"]:
        await _noter_echec(cles, maintenant)
        raise ErreurSaisie({"mot_de_passe": REFUS}, REFUS)
    jeton = secrets.token_urlsafe(32)
    async with transaction():
        await executer("DELETE FROM tentative WHERE cle = {}", cles[0])
        await executer("DELETE FROM session WHERE expire_le <= {}", maintenant)
        await _inserer_session(jeton, ligne["id"], maintenant, duree, adresse, agent)
    return jeton, ligne["id"]


async def fermer_session(jeton: str) -> None:
    """Close the session of a cookie's token; nothing happens for an unknown one."""
    async with transaction():
        await executer("DELETE FROM session WHERE empreinte = {}", empreinte(jeton))


async def fermer_sessions(utilisateur: uuid.UUID) -> None:
    """Close every session of a user, inside the open transaction."""
    await executer("DELETE FROM session WHERE utilisateur = {}", utilisateur)


async def noter_vue(session: uuid.UUID, maintenant: dt.datetime) -> None:
    """Push back the idle limit. A closed session is not revived: the row must still be there."""
    async with transaction():
        await executer("UPDATE session SET vue_le = {} WHERE id = {}", maintenant, session)


async def _inserer_session(
    jeton: str, utilisateur: uuid.UUID, maintenant: dt.datetime, duree: dt.timedelta, adresse: str, agent: str
) -> None:
    await executer(
        """INSERT INTO session (id, empreinte, utilisateur, ouverte_le, vue_le, expire_le, adresse, agent)
        VALUES ({}, {}, {}, {}, {}, {}, {}, {})""",
        uuid.uuid4(),
        empreinte(jeton),
        utilisateur,
        maintenant,
        maintenant,
        maintenant + duree,
        adresse[:60],
        agent[:200],
    )


async def _exiger_delai(cles: tuple[str, str], maintenant: dt.datetime) -> None:
    lignes = await lire("SELECT prochaine FROM tentative WHERE cle IN ({}, {})", *cles)
    attente = max((ligne["prochaine"] - maintenant for ligne in lignes), default=dt.timedelta(0))
    if attente > dt.timedelta(0):
        secondes = int(attente.total_seconds()) + 1
        duree = f"{secondes} s" if secondes < 60 else f"{secondes // 60 + 1} min"
        message = f"Trop d'essais infructueux. Réessayez dans {duree}, ou demandez un nouveau mot de passe."
        raise ErreurSaisie({"mot_de_passe": message}, message)


async def _noter_echec(cles: tuple[str, str], maintenant: dt.datetime) -> None:
    """Count the failure for the account and for the address; an address is shared, so it waits later."""
    async with transaction():
        for cle, tolerance in zip(cles, (0, _TOLERANCE_ADRESSE), strict=True):
            ligne = await lire_un("SELECT echecs, derniere FROM tentative WHERE cle = {}", cle)
            recent = ligne is not None and maintenant - ligne["derniere"] < dt.timedelta(hours=24)
            echecs = (ligne["echecs"] if ligne and recent else 0) + 1
            await executer(
                """INSERT INTO tentative (cle, echecs, derniere, prochaine) VALUES ({}, {}, {}, {})
                ON CONFLICT (cle) DO UPDATE SET echecs = excluded.echecs, derniere = excluded.derniere,
                    prochaine = excluded.prochaine""",
                cle,
                echecs,
                maintenant,
                maintenant + delai_apres(max(0, echecs - tolerance)),
            )
