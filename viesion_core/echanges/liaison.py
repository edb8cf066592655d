"""What is kept of the exchanges with the partner's server: the last one, since when they fail, the last files."""

import datetime as dt

from viesion_core.db import convertir, executer, lire_un, transaction
from viesion_core.echanges.liaison_model import SFTP, Bilan, Liaison


async def noter_liaison(maintenant: dt.datetime, bilan: Bilan, erreur: str = "") -> None:
    """Keep how an exchange went: `erreur` is a Panne, "" when it went well."""
    async with transaction():
        await executer(
            """INSERT INTO echange_liaison (nom, essayee_le, erreur, echecs, echoue_depuis, reussie_le, fichiers_le,
                recus, envoyes) VALUES ({}, {}, '', 0, NULL, NULL, NULL, 0, 0) ON CONFLICT (nom) DO NOTHING""",
            SFTP,
            maintenant,
        )
        if erreur:
            await executer(
                """UPDATE echange_liaison SET essayee_le = {}, erreur = {}, echecs = echecs + 1,
                    echoue_depuis = coalesce(echoue_depuis, {}) WHERE nom = {}""",
                *(maintenant, erreur, maintenant, SFTP),
            )
        else:
            await executer(
                """UPDATE echange_liaison SET essayee_le = {}, erreur = '', echecs = 0, echoue_depuis = NULL,
                    reussie_le = {} WHERE nom = {}""",
                *(maintenant, maintenant, SFTP),
            )
        if bilan.total:
            await executer(
                "UPDATE echange_liaison SET fichiers_le = {}, recus = {}, envoyes = {} WHERE nom = {}",
                *(maintenant, bilan.recus, bilan.envoyes, SFTP),
            )


async def liaison() -> Liaison | None:
    """Return how the exchanges with the server go; None before the first one. Nobody's data."""
    ligne = await lire_un("SELECT * FROM echange_liaison WHERE nom = {}", SFTP)
    return convertir(Liaison, ligne) if ligne else None
