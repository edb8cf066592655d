"""The alerts that a user sees: those of the core, and those of the plugins whose offre is enabled."""

import msgspec

from viesion_core.alertes.model import RegleAlerte
from viesion_core.alertes.regles import regles_coeur
from viesion_core.contexte import Contexte
from viesion_core.extensions.registre import Registre
from viesion_core.organismes.queries import offres_ouvertes


class Catalogue(msgspec.Struct, frozen=True):
    """The rules that a user sees, in order, and the plugins whose rules are not available (French sentences)."""

    regles: tuple[RegleAlerte, ...]
    indisponibles: tuple[str, ...] = ()

    def par_code(self) -> dict[str, RegleAlerte]:
        """Return the rules by their code."""
        return {regle.code: regle for regle in self.regles}


async def catalogue_alertes(ctx: Contexte, registre: Registre) -> Catalogue:
    """Return the rules of the core, then those of the offres enabled for the organism today (all, for the pilote).

    A rule whose list tells of health is left out for who may not read health data; one that finds no people, for who
    does not follow the département.
    """
    offres = {offre.code for offre in registre.offres()} if ctx.departement else set(await offres_ouvertes(ctx))
    durees = {offre.code: offre.duree_maximale for offre in registre.offres() if offre.duree_maximale}
    regles = [*regles_coeur(durees), *registre.regles_alerte(offres)]
    return Catalogue(
        regles=tuple(
            regle
            for regle in regles
            if (ctx.sensible or not regle.sensible) and (ctx.departement or regle.objet is None)
        ),
        indisponibles=tuple(registre.regles_indisponibles(offres)),
    )
