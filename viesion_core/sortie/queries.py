"""The reads of the exit: everything that the checklist and the plugins need, once, inside the perimeter."""

import uuid
from collections.abc import Iterable

import msgspec

from viesion_core.bilans.model import BilanResume
from viesion_core.bilans.queries import bilans_et_vus
from viesion_core.contexte import Contexte
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.dossiers.model_caracteristiques import CaracteristiqueCourante
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.offres.model import DossierVu, PointSortie
from viesion_core.parcours.model import EtapeResume
from viesion_core.parcours.queries import affectations, contrats
from viesion_core.resume.model import Bandeau
from viesion_core.sortie.model import Verification, verifier

MAXIMUM = 500


class DossierSortie(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as the exit reads it: what plugins see, and what only the checklist needs."""

    vu: DossierVu
    bilans: tuple[BilanResume, ...]
    caracteristiques: tuple[CaracteristiqueCourante, ...]

    def etape(self, identifiant: uuid.UUID | None) -> EtapeResume | None:
        """Return one étape of the person, None for an unknown one."""
        return next((etape for etape in self.vu.etapes if etape.id == identifiant), None)

    def verifier(self, ctx: Contexte, etape: EtapeResume, extensions: Iterable[PointSortie] = ()) -> Verification:
        """Return the checklist of one étape."""
        return verifier(
            etape,
            etapes=self.vu.etapes,
            entretiens=self.vu.entretiens,
            bilans=self.bilans,
            difficultes=self.vu.difficultes,
            caracteristiques=self.caracteristiques,
            affectations=self.vu.affectations,
            maintenant=ctx.maintenant,
            aujourdhui=ctx.aujourdhui,
            extensions=extensions,
        )


async def dossier_sortie(ctx: Contexte, numero: int, fiche: Bandeau, toutes: Iterable[EtapeResume]) -> DossierSortie:
    """Return a dossier for the exit: the 500 latest entretiens and difficultés, all the rest; `toutes`: its étapes."""
    entretiens, _ = await entretiens_page(ctx, numero, par_page=MAXIMUM)
    difficultes, _ = await difficultes_page(ctx, numero, par_page=MAXIMUM)
    connues = await caracteristiques(ctx, numero)
    fiches, vus = await bilans_et_vus(ctx, numero)
    vu = DossierVu(
        fiche=fiche,
        aujourdhui=ctx.aujourdhui,
        caracteristiques={c.code: c.valeur for c in connues if c.presente and not c.masquee},
        contrats=tuple(await contrats(ctx, numero)),
        etapes=tuple(toutes),
        affectations=tuple(await affectations(ctx, numero)),
        entretiens=tuple(entretiens),
        difficultes=tuple(difficultes),
        bilans=tuple(vus),
    )
    return DossierSortie(vu=vu, bilans=tuple(fiches), caracteristiques=tuple(connues))
