"""What the forms of a permanence and of an atelier share: the days, who receives, an hour, a refusal."""

import datetime as dt
from typing import Any

from viesion_core.acces.queries import collaborateurs
from viesion_core.contexte import PARIS
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.formats import JOURS
from web.formulaire import Formulaire
from web.page import Page


async def listes_plage(page: Page) -> dict[str, Any]:
    """Return the choices of both forms: `choix` and `moi` (who receives), `jours`."""
    return {
        "choix": [(c.id, c.nom_complet) for c in await collaborateurs(page.ctx)],
        "moi": page.ctx.utilisateur,
        "jours": [(str(n), nom.capitalize()) for n, nom in enumerate(JOURS)],
    }


def lire_jours(f: Formulaire) -> tuple[int, ...]:
    """Return the days that are ticked, from 0 (Monday) to 6, once each and in order."""
    return tuple(sorted({int(j) for j in f.liste("jours") if j in set("0123456")}))


def minutes(instant: dt.datetime) -> int:
    """Return the minutes of an instant in its day of Paris."""
    local = instant.astimezone(PARIS)
    return local.hour * 60 + local.minute


def en_saisie(erreur: ErreurMetier) -> ErreurSaisie:
    """Return a refusal as mistakes by field; one of the whole is said beside the hour."""
    return erreur if isinstance(erreur, ErreurSaisie) else ErreurSaisie({"de": erreur.message})
