"""Keeping the questionnaires of the plugins in the base; a plugin whose questionnaire was tampered with is refused."""

import datetime as dt

from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.extensions.registre import Registre


async def garder_questionnaires(registre: Registre, maintenant: dt.datetime) -> list[str]:
    """Bring the base to the questionnaires of the running plugins; return in French what is refused.

    The plugin of a refused version is refused as a whole: its old bilans stay readable, the administration page says
    why, the rest runs.
    """
    refuses = await charger_questionnaires(registre.tous_questionnaires(), maintenant)
    for refus in refuses:
        registre.refuser(refus.offre, refus.message)
    return [refus.message for refus in refuses]
