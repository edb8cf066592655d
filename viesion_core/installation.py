"""Bringing a base to this version: migrations of the core and of the plugins, nomenclatures, questionnaires."""

import datetime as dt

import msgspec

from viesion_core.db.migrer import migrations_en_attente, migrer
from viesion_core.extensions import Registre, garder_questionnaires
from viesion_core.nomenclatures.actions import charger_nomenclatures


class MiseANiveau(msgspec.Struct, frozen=True):
    """What was done: the migrations applied now, and what deserves attention (French)."""

    migrations: list[str]
    avertissements: list[str]


async def mettre_a_niveau(registre: Registre, maintenant: dt.datetime) -> MiseANiveau:
    """Migrate the current base and load what the code and the plugins ship."""
    faites = await migrer(registre.migrations())
    await charger_nomenclatures()
    await garder_questionnaires(registre, maintenant)
    refusees = [f"L'extension {e.nom} n'est pas chargée. {e.erreur}" for e in registre.etats() if e.erreur]
    return MiseANiveau(faites, refusees)


async def en_attente(registre: Registre) -> list[str]:
    """Return the migrations, plugins' included, that the current base lacks; all of them for an empty base."""
    return await migrations_en_attente(registre.migrations())
