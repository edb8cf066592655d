"""What the tests of contrats and parcours share: dates around today (the screens read the real clock), forms."""

import datetime as dt
import re
import uuid
from typing import Any

import httpx

from viesion_core.actes import Acte
from viesion_core.contexte import PARIS, Contexte
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.model import EtapeResume, SaisieContrat, SaisieEtape
from viesion_core.parcours.queries import etapes
from viesion_core.testing import Monde

AUJOURDHUI = dt.datetime.now(PARIS).date()
MOTIF = "OBJECTIF_DE_L_ETAPE_ATTEINT"


def jours(n: int) -> dt.date:
    """Return the day `n` days from today."""
    return AUJOURDHUI + dt.timedelta(days=n)


def ecrite(date: dt.date) -> str:
    """Return a date as it is typed."""
    return f"{date:%d/%m/%Y}"


async def poser_contrat(
    ctx: Contexte, numero: int, debut: dt.date, fin: dt.date, type_contrat: str = "CER", **autres: object
) -> Acte:
    """Save a contract through the core."""
    valeurs = {"type": type_contrat, "debut": debut, "fin": fin, **autres}
    return await enregistrer_contrat(ctx, numero, SaisieContrat(**valeurs))


async def ouvrir_dossier(monde: Monde, **autres: Any) -> tuple[int, uuid.UUID]:
    """Open a dossier whose entry into the dispositif is old enough for what the tests do."""
    return await monde.dossier(entree=jours(-400), **autres)


def acte_de(reponse: httpx.Response) -> uuid.UUID:
    """Return the act that a redirection announces (the toast with « Annuler »)."""
    assert reponse.status_code == 303, reponse.text[:2000]
    trouve = re.search(r"acte=([0-9a-f-]{36})", reponse.headers["location"])
    assert trouve, reponse.headers["location"]
    return uuid.UUID(trouve[1])


def texte(reponse: httpx.Response) -> str:
    """Return the visible words of a page, spaces and no-break spaces alike."""
    corps = re.sub(r"<(script|style|template)\b.*?</\1>", " ", reponse.text, flags=re.S)
    mots = re.sub(r"<[^>]+>", " ", corps)
    for code, signe in (
        ("&nbsp;", " "),
        ("&#39;", "'"),
        ("&#34;", '"'),
        ("&amp;", "&"),
        ("\u00a0", " "),
        ("\u202f", " "),
    ):
        mots = mots.replace(code, signe)
    return " ".join(mots.split())


def saisie_etape(monde: Monde, entree: uuid.UUID, debut: dt.date, **autres: str) -> dict[str, str]:
    """Return what the form of a new étape sends."""
    champs = {"offre_de_service": str(monde.offre_de_service), "dispositif": str(entree), "debut_reel": ecrite(debut)}
    return champs | autres


async def ouvrir_etape(monde: Monde, numero: int, entree: uuid.UUID, debut: dt.date, **autres: Any) -> EtapeResume:
    """Open an étape of the référent's organism through the core."""
    valeurs = SaisieEtape(offre_de_service=monde.offre_de_service, dispositif=entree, debut_reel=debut)
    await enregistrer_etape(monde.referent, numero, valeurs, **autres)
    return (await etapes(monde.referent, numero))[0]
