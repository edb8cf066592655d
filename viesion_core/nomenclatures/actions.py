"""Writing the shipped reference lists to the base: at each migration, idempotent."""

import uuid

import msgspec

from viesion_core.db import executer, executer_lot, transaction
from viesion_core.nomenclatures.model import cle, communes, nomenclatures

_ESPACE = uuid.UUID("5b6a7c1e-3f0d-4d29-9a2e-34a0c0de0034")


async def charger_nomenclatures() -> None:
    """Bring the lists and communes of the base to the shipped version.

    Elements that a new version no longer has stay, inactive, so that old dossiers keep their labels.
    """
    elements = [
        (
            uuid.uuid5(_ESPACE, f"{liste.liste}/{element.code}"),
            liste.liste,
            element.code,
            element.libelle,
            element.famille,
            ordre,
            msgspec.json.encode(element.donnees).decode(),
        )
        for liste in nomenclatures().values()
        for ordre, element in enumerate(liste.elements)
    ]
    lignes_communes = [
        (c.code_insee, c.nom, cle(c.nom), c.codes_postaux, c.population, c.epci, c.sdi, c.secteur) for c in communes()
    ]
    async with transaction():
        await executer("UPDATE element SET actif = FALSE")
        await executer_lot(
            """INSERT INTO element (id, liste, code, libelle, famille, ordre, donnees, actif)
            VALUES ({}, {}, {}, {}, {}, {}, {}, TRUE)
            ON CONFLICT (liste, code) DO UPDATE SET libelle = excluded.libelle,
                famille = excluded.famille, ordre = excluded.ordre,
                donnees = excluded.donnees, actif = TRUE""",
            elements,
        )
        await executer_lot(
            """INSERT INTO commune
                (code_insee, nom, nom_cle, codes_postaux, population, epci, sdi, secteur)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {})
            ON CONFLICT (code_insee) DO UPDATE SET nom = excluded.nom, nom_cle = excluded.nom_cle,
                codes_postaux = excluded.codes_postaux, population = excluded.population,
                epci = excluded.epci, sdi = excluded.sdi, secteur = excluded.secteur""",
            lignes_communes,
        )
