"""The engines (SQLite kept connections, PostgreSQL pool), transactions, migrations."""

import os

os.environ.setdefault("PICCOLO_CONF", "viesion_core.db.piccolo_conf")

from piccolo.table import Table

from viesion_core.db.base import Base, Dialecte, Ligne, base_courante, definir_base, interdire_ecritures
from viesion_core.db.compte import Compte, compter_requetes
from viesion_core.db.identifiants import Cle, identifiants
from viesion_core.db.requetes import (
    colonnes_json,
    convertir,
    dans_transaction,
    declarer_contraintes,
    en_date,
    en_instant,
    en_json,
    executer,
    executer_lot,
    executer_parmi,
    inserer_lot,
    inserer_rangees,
    lien_rompu,
    lire,
    lire_parmi,
    lire_un,
    lire_valeur,
    ouvrir_base,
    transaction,
)
from viesion_core.db.verrou import Bail, verrou

__all__ = [
    "Bail",
    "Base",
    "Cle",
    "Compte",
    "Dialecte",
    "Ligne",
    "Table",
    "base_courante",
    "colonnes_json",
    "compter_requetes",
    "convertir",
    "dans_transaction",
    "declarer_contraintes",
    "definir_base",
    "en_date",
    "en_instant",
    "en_json",
    "executer",
    "executer_lot",
    "executer_parmi",
    "identifiants",
    "inserer_lot",
    "inserer_rangees",
    "interdire_ecritures",
    "lien_rompu",
    "lire",
    "lire_parmi",
    "lire_un",
    "lire_valeur",
    "ouvrir_base",
    "transaction",
    "verrou",
]
