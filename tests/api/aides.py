"""What the tests of the API share: a key, its client, people whom Solis knows, slots to come."""

import contextlib
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx

from tests.serveur import Serveur
from viesion_core.agenda.actions import publier_creneaux
from viesion_core.agenda.model import Creneau, SaisiePlage, feries
from viesion_core.agenda.queries import creneaux_libres
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, transaction
from viesion_core.partenaires.actions import creer_cle
from viesion_core.partenaires.model import CleNouvelle, Portee
from viesion_core.testing import Monde
from web.api.service import PREFIXE
from web.securite import maintenant

SIRET = "73282932000074"


async def une_cle(serveur: Serveur, *portees: Portee, **autres: Any) -> CleNouvelle:
    """Make a key, of every flow unless told."""
    valeurs = {"nom": "Solis, essais", "emetteur": "SOLIS", "portees": portees or tuple(Portee), **autres}
    return await creer_cle(contexte_systeme(maintenant()), secret=serveur.settings.secret, **valeurs)


@contextlib.asynccontextmanager
async def client_api(serveur: Serveur, cle: CleNouvelle | None) -> AsyncIterator[httpx.AsyncClient]:
    """Return the client of a partner: its key, no cookie."""
    entetes = {"Authorization": f"Bearer {cle.jeton}"} if cle else {}
    async with httpx.AsyncClient(base_url=serveur.url + PREFIXE, headers=entetes, timeout=60) as client:
        yield client


async def une_personne(monde: Monde, individu: str, ctx: Contexte | None = None, nom: str = "Exemple") -> int:
    """Open a dossier that Solis knows under that identifier."""
    numero, _ = await monde.dossier(ctx, nom=nom)
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = {} WHERE numero = {}", individu, numero)
    return numero


def un_jour(apres: int = 20) -> dt.date:
    """Return a working day to come, whatever the day of the run."""
    jour = maintenant().date() + dt.timedelta(days=apres)
    while jour.weekday() >= 5 or jour in feries(jour.year):
        jour += dt.timedelta(days=1)
    return jour


async def des_creneaux(
    ctx: Contexte, *, siret: str = SIRET, jour: dt.date | None = None, **autres: Any
) -> list[Creneau]:
    """Publish three slots of an hour from 9 h, give the organism its SIRET, and return them."""
    jour = jour or un_jour()
    async with transaction():
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", siret, ctx.organisme)
    valeurs = {
        "jours": (jour.weekday(),),
        "debut": jour,
        "fin": jour,
        "de": 540,
        "a": 720,
        "duree": 60,
        "type": "SUIVI",
    }
    await publier_creneaux(ctx, SaisiePlage(**{**valeurs, **autres}))
    return await creneaux_libres(ctx, jour, jour)


def une_demande(creneau: Creneau, individu: str, **autres: Any) -> dict[str, Any]:
    """Return the message of a booking."""
    return {"uuid_resa": str(uuid.uuid4()), "uuid_creneau": str(creneau.id), "id_individu": individu, **autres}
