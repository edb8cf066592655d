"""Building the demo in a test, and reading it as one of its accounts."""

import datetime as dt
from typing import Any

from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.contexte import PARIS, Contexte, Role
from viesion_core.db import lire_un, lire_valeur
from viesion_core.demo import Parametres, construire_demo
from viesion_core.extensions import charger_extensions
from viesion_core.nomenclatures.model import definitions_caracteristiques

MAINTENANT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)
AUJOURDHUI = MAINTENANT.astimezone(PARIS).date()
REQUISES = ", ".join(f"'{d.code}'" for d in definitions_caracteristiques() if d.requise)
ACTIF = "EXISTS (SELECT 1 FROM entree_dispositif e WHERE e.beneficiaire = b.numero AND e.fin IS NULL)"


def parametres(beneficiaires: int, graine: int = 34) -> Parametres:
    return Parametres(beneficiaires=beneficiaires, graine=graine, maintenant=MAINTENANT)


async def construire(beneficiaires: int) -> None:
    registre = charger_extensions()
    try:
        await charger_questionnaires(registre.tous_questionnaires(), MAINTENANT)
        await construire_demo(parametres(beneficiaires), registre)
    finally:
        registre.fermer()


async def compter(condition: str, *valeurs: Any) -> int:
    return int(await lire_valeur(f"SELECT count(*) AS n FROM beneficiaire b WHERE {condition}", *valeurs))


async def contexte(nom: str) -> Contexte:
    ligne = await lire_un("SELECT * FROM utilisateur WHERE identifiant = {}", f"{nom}@demo.test")
    assert ligne is not None
    return Contexte(
        utilisateur=ligne["id"],
        nom=f"{ligne['prenom']} {ligne['nom'].upper()}",
        role=Role(ligne["role"]),
        organisme=ligne["organisme"],
        maintenant=MAINTENANT,
        sensible=ligne["sensible"],
    )
