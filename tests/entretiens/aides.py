"""Makers of the tests of entretiens and difficultés."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.actes import acte
from viesion_core.contexte import PARIS, Contexte
from viesion_core.entretiens.model import Saisie
from viesion_core.parcours.tables import Etape
from viesion_core.testing import Monde


def paris(texte: str) -> dt.datetime:
    """« 2026-11-24 10:00 », the hour of Paris, as an aware UTC instant."""
    return dt.datetime.fromisoformat(texte).replace(tzinfo=PARIS).astimezone(dt.UTC)


def une_saisie(ctx: Contexte, quand: str = "2026-12-01 10:00", **autres: Any) -> Saisie:
    valeurs = {"debut": paris(quand), "collaborateur": ctx.utilisateur, "type": "ENTRETIEN_D_ACCUEIL", **autres}
    return Saisie(**valeurs)


async def ouvrir_etape(
    monde: Monde,
    numero: int,
    dispositif: uuid.UUID,
    debut: dt.date = dt.date(2026, 2, 1),
    fin: dt.date | None = None,
    organisme: uuid.UUID | None = None,
) -> uuid.UUID:
    async with acte(monde.referent, "etape.ouvrir", "Étape", beneficiaire=numero) as a:
        ligne = await a.inserer(
            Etape,
            {
                "beneficiaire": numero,
                "dispositif": dispositif,
                "organisme": organisme or monde.organisme,
                "offre_de_service": monde.offre_de_service,
                "offre": "MOS",
                "debut_reel": debut,
                "fin_reelle": fin,
                "motif_fin": "" if fin is None else "OBJECTIF_DE_L_ETAPE_ATTEINT",
            },
        )
    return uuid.UUID(str(ligne["id"]))
