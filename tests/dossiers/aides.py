"""Makers of the tests of dossiers: obviously synthetic people."""

import datetime as dt
from typing import Any

from viesion_core.contexte import Contexte
from viesion_core.dossiers.actions import ouvrir_dossier
from viesion_core.dossiers.model import SaisieDossier, SaisieIdentite

J = dt.date
NAISSANCE = J(1985, 3, 12)
ENTREE = J(2026, 1, 5)


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
