"""Parcours: étapes and référents of a person on one page."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from viesion_core.contexte import Contexte
from viesion_core.extensions import Registre
from viesion_core.parcours.controles import avertissements_etape, message_referent_parcours, terme_etape
from viesion_core.parcours.model import (
    ETAPE,
    PARCOURS,
    AffectationResume,
    EntreeResume,
    EtapeResume,
    SaisieEtape,
    terminer_la_veille,
)
from viesion_core.parcours.queries import affectations, entrees_dispositif, etapes
from web.ecrans.dossier_commun import rendre_dossier
from web.page import PageCourante
from web.politiques import DOSSIER_LECTURE, politique


class EtapeVue(msgspec.Struct, frozen=True, kw_only=True):
    """An étape as the page shows it: who follows it, until when its offre allows, whose it is."""

    etape: EtapeResume
    referents: tuple[AffectationResume, ...]
    modifiable: bool
    terme: dt.date | None
    avertissements: tuple[str, ...]

    @property
    def sans_referent(self) -> bool:
        """Whether it is the user's organism's, open, and followed by nobody."""
        return self.modifiable and self.etape.ouverte and not self.referents


class Acces(msgspec.Struct, frozen=True, kw_only=True):
    """What « M'ajouter comme référent » would do: nothing when one already is, who ends the day before, or why not."""

    nature: str
    libelle: str
    dispositif: uuid.UUID
    annonce: str = ""
    obstacle: str = ""


class ParcoursController(Controller):
    """The page of the parcours."""

    path = "/beneficiaires/{numero:int}/parcours"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def consulter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show étapes and référents, the current ones first, and what can be done in one click."""
        ctx = page.ctx
        liens = await affectations(ctx, numero)
        entrees = await entrees_dispositif(ctx, numero)
        vues = [_vue(ctx, page.registre, etape, liens) for etape in await etapes(ctx, numero)]
        vues.sort(key=lambda vue: vue.etape.organisme != ctx.organisme)
        courants = [lien for lien in liens if lien.fin is None or lien.fin >= ctx.aujourdhui]
        return await rendre_dossier(
            page,
            numero,
            "parcours/parcours.html",
            onglet="parcours",
            ouvertes=[vue for vue in vues if vue.etape.ouverte],
            closes=[vue for vue in vues if not vue.etape.ouverte],
            referents=courants,
            anciens=[lien for lien in liens if lien not in courants],
            acces=acces_en_un_clic(ctx, liens, entrees) if ctx.peut_ecrire else [],
            entree=next((entree for entree in entrees if entree.fin is None), None),
            ecriture=ctx.peut_ecrire,
        )


def modifiable(ctx: Contexte, etape: EtapeResume) -> bool:
    """Tell whether an étape is the user's organism's: the others' are read."""
    return ctx.peut_ecrire and etape.organisme == ctx.organisme


def acces_en_un_clic(ctx: Contexte, liens: Sequence[AffectationResume], entrees: Sequence[EntreeResume]) -> list[Acces]:
    """Return the « M'ajouter… » that make sense: not what one is already, and only in a dispositif still open."""
    ouvertes = [entree for entree in entrees if entree.fin is None]
    miens = [a for a in liens if a.referent == ctx.utilisateur and (a.fin is None or a.fin >= ctx.aujourdhui)]
    propositions = []
    if ouvertes and not any(lien.nature == PARCOURS for lien in miens):
        message, bloque = annonce_parcours(liens, ctx.aujourdhui, None)
        propositions.append(
            Acces(
                nature=PARCOURS,
                libelle="M'ajouter comme référent",
                dispositif=ouvertes[0].id,
                annonce="" if bloque else message,
                obstacle=message if bloque else "",
            )
        )
    propositions += [
        Acces(nature=ETAPE, libelle=f"M'ajouter comme référent d'étape {entree.libelle}", dispositif=entree.id)
        for entree in ouvertes
        if not any(lien.nature == ETAPE and lien.dispositif == entree.id for lien in miens)
    ]
    return propositions


def annonce_parcours(
    liens: Sequence[AffectationResume], debut: dt.date, fin: dt.date | None, sauf: uuid.UUID | None = None
) -> tuple[str, bool]:
    """Return what a new référent de parcours does to the former one, and whether it stands in the way."""
    parcours = [lien for lien in liens if lien.nature == PARCOURS]
    reglement = terminer_la_veille(parcours, debut, fin, sauf)
    return message_referent_parcours(reglement), bool(reglement.obstacles)


def _vue(ctx: Contexte, registre: Registre, etape: EtapeResume, liens: Sequence[AffectationResume]) -> EtapeVue:
    offre = registre.offre(etape.offre)
    duree = offre.duree_maximale if offre else None
    saisie = SaisieEtape(
        offre_de_service=etape.offre_de_service,
        dispositif=etape.dispositif,
        debut_reel=etape.debut_reel,
        fin_reelle=etape.fin_reelle,
    )
    return EtapeVue(
        etape=etape,
        referents=tuple(lien for lien in liens if lien.etape == etape.id),
        modifiable=modifiable(ctx, etape),
        terme=terme_etape(etape.debut_reel, duree) if duree else None,
        avertissements=tuple(avertissements_etape(saisie, duree, ctx.aujourdhui)) if etape.ouverte else (),
    )
