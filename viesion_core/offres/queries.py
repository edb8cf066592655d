"""Reading a dossier for the plugins: once, inside the perimeter and the rights of who asks."""

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.bilans.queries import bilans_vus
from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.offres.model import DossierVu
from viesion_core.parcours.queries import affectations, contrats, etapes
from viesion_core.resume.model import Bandeau
from viesion_core.resume.queries import bandeau

RECENTS = 200


async def dossier_vu(ctx: Contexte, numero: int, fiche: Bandeau | None = None) -> DossierVu:
    """Return what plugins see of a dossier: the 200 latest entretiens and difficultés, all the rest.

    Health data is left out for who may not read it. `fiche` saves its reading when the page has it already.
    """
    entretiens, _ = await entretiens_page(ctx, numero, par_page=RECENTS)
    difficultes, _ = await difficultes_page(ctx, numero, par_page=RECENTS)
    return DossierVu(
        fiche=fiche or await bandeau(ctx, numero),
        aujourdhui=ctx.aujourdhui,
        caracteristiques=await _caracteristiques(ctx, numero),
        contrats=tuple(await contrats(ctx, numero)),
        etapes=tuple(await etapes(ctx, numero)),
        affectations=tuple(await affectations(ctx, numero)),
        entretiens=tuple(entretiens),
        difficultes=tuple(difficultes),
        bilans=tuple(await bilans_vus(ctx, numero)),
    )


async def _caracteristiques(ctx: Contexte, numero: int) -> dict[str, str]:
    condition, parametres = condition_perimetre(ctx, "k.beneficiaire")
    lignes = await lire(
        f"""SELECT k.code, k.valeur FROM caracteristique k
        WHERE k.beneficiaire = {{}} AND k.fin IS NULL AND {condition} LIMIT 200""",
        numero,
        *parametres,
    )
    sensibles = {d.code for d in definitions_caracteristiques() if d.sensible}
    return {li["code"]: li["valeur"] for li in lignes if ctx.sensible or li["code"] not in sensibles}
