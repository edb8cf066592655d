"""Makers of the tests of dossiers: obviously synthetic people."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.actes import acte
from viesion_core.contexte import Contexte
from viesion_core.dossiers.actions import ouvrir_dossier
from viesion_core.dossiers.model import SaisieDossier, SaisieIdentite
from viesion_core.dossiers.queries import entrees
from viesion_core.parcours.tables import Etape
from viesion_core.testing import Monde

J = dt.date
NAISSANCE = J(1985, 3, 12)
ENTREE = J(2026, 1, 5)
ETAPE = J(2026, 2, 1)


def une_personne(
    nom: str = "Exemple", prenom: str = "Camille", naissance: dt.date = NAISSANCE, **autres: Any
) -> SaisieIdentite:
    return SaisieIdentite(nom_naissance=nom, prenom=prenom, date_naissance=naissance, **autres)


async def ouvrir(
    ctx: Contexte, nom: str = "Exemple", prenom: str = "Camille", naissance: dt.date = NAISSANCE, **autres: Any
) -> int:
    """Open a dossier whatever its duplicates; return its number."""
    fait = await ouvrir_dossier(
        ctx, SaisieDossier(identite=une_personne(nom, prenom, naissance, **autres), entree=ENTREE), confirme=True
    )
    assert fait.beneficiaire is not None
    return fait.beneficiaire


async def ouvrir_etape(monde: Monde, numero: int, debut: dt.date = ETAPE, fin: dt.date | None = None) -> uuid.UUID:
    """Open an étape on the first entry of a person."""
    entree = (await entrees(monde.referent, numero))[0]
    async with acte(monde.referent, "etape.ouvrir", "Étape", beneficiaire=numero) as a:
        ligne = await a.inserer(
            Etape,
            {
                "beneficiaire": numero,
                "dispositif": entree.id,
                "organisme": monde.organisme,
                "offre_de_service": monde.offre_de_service,
                "offre": "MOS",
                "debut_reel": debut,
                "fin_reelle": fin,
                "motif_fin": "" if fin is None else "OBJECTIF_DE_L_ETAPE_ATTEINT",
            },
        )
    return uuid.UUID(str(ligne["id"]))
