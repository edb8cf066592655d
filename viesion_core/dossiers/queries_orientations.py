"""Reads of the orientations of a person, inside the perimeter."""

import uuid

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, en_date, lire, lire_un
from viesion_core.dossiers.model_orientations import OrientationResume
from viesion_core.erreurs import Introuvable

_ORIENTATION = """SELECT o.id, o.beneficiaire, o.parcours, o.notifiee_le, o.delai_mois, o.diagnostic_le, o.version,
    (SELECT min(k.signature) FROM contrat k WHERE k.beneficiaire = o.beneficiaire AND k.type IN ('CE', 'CER')
        AND k.signature >= o.notifiee_le) AS engagement_le
FROM orientation o"""


async def orientations(ctx: Contexte, numero: int) -> list[OrientationResume]:
    """Return the orientations of a person, the last notified first."""
    condition, parametres = condition_perimetre(ctx, "o.beneficiaire")
    lignes = await lire(
        f"{_ORIENTATION} WHERE o.beneficiaire = {{}} AND {condition} ORDER BY o.notifiee_le DESC LIMIT 100",
        numero,
        *parametres,
    )
    return [_resume(ligne) for ligne in lignes]


async def orientation(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> OrientationResume:
    """Return one orientation of a person; Introuvable when it is not theirs."""
    condition, parametres = condition_perimetre(ctx, "o.beneficiaire")
    ligne = await lire_un(
        f"{_ORIENTATION} WHERE o.id = {{}} AND o.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return _resume(ligne)


def _resume(ligne: dict[str, object]) -> OrientationResume:
    return convertir(OrientationResume, {**ligne, "engagement_le": en_date(ligne["engagement_le"])})
