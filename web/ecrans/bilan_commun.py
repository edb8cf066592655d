"""What the screens of bilans share: a bilan that the user may read, and its page."""

import uuid
from typing import Any

import msgspec
from litestar import Response

from viesion_core.bilans.actions import SANS_ACCES
from viesion_core.bilans.model import BilanResume, Constat, lisible
from viesion_core.bilans.queries import bilan, conclusion_de, listes, questionnaire_de, reponses
from viesion_core.bilans.regles import refus_modification
from viesion_core.erreurs import Interdit
from web.ecrans.bilan_vues import bilan_page
from web.ecrans.documents import modeles_du_sujet
from web.ecrans.dossier_commun import rendre_dossier
from web.page import Page

GABARIT = "bilans/bilan.html"
LECTURE_SEULE = "Votre rôle permet de lire ce bilan, non de le modifier."


def installees(page: Page) -> frozenset[str]:
    """Return the offres whose plugin runs."""
    return frozenset(offre.code for offre in page.registre.offres())


async def bilan_lisible(page: Page, numero: int, identifiant: uuid.UUID) -> BilanResume:
    """Return a bilan that the user may read: health ones are for those entitled."""
    fiche = await bilan(page.ctx, numero, identifiant)
    if not lisible(page.ctx, fiche.sensible):
        raise Interdit(SANS_ACCES)
    return fiche


async def consulter_conclusion(page: Page, numero: int, fiche: BilanResume) -> Response[str]:
    """Return the page of the conclusion that the person agreed to transmit; Interdit for who does not open it."""
    vue = await conclusion_de(page.ctx, fiche)
    if vue is None:
        raise Interdit(SANS_ACCES)
    return await rendre_dossier(page, numero, "bilans/conclusion.html", onglet="bilans", bilan=fiche, conclusion=vue)


async def consulter_bilan(
    page: Page,
    numero: int,
    fiche: BilanResume,
    *,
    statut: int = 200,
    gabarit: str = GABARIT,
    constats: tuple[Constat, ...] = (),
    **donnees: Any,
) -> Response[str]:
    """Return the page of a bilan: its form, or its reading with the reason why it does not change."""
    questionnaire = await questionnaire_de(fiche)
    actuelles = await reponses(fiche.id)
    connues = await listes(questionnaire, {r.question: r.valeur for r in actuelles})
    refus = refus_modification(page.ctx, fiche, installees(page)) if page.ctx.peut_ecrire else LECTURE_SEULE
    ouvert = msgspec.structs.replace(fiche, clos_le=None)
    peut_rouvrir = fiche.clos and page.ctx.peut_ecrire
    return await rendre_dossier(
        page,
        numero,
        gabarit,
        onglet="bilans",
        statut=statut,
        bilan=fiche,
        vue=bilan_page(page.ctx, fiche, questionnaire, actuelles, connues, constats),
        refus=refus,
        peut_rouvrir=peut_rouvrir and not refus_modification(page.ctx, ouvert, installees(page)),
        modeles_fusion=await modeles_du_sujet(page, questionnaire=fiche.code),
        sujet_fusion={"bilan": fiche.id},
        **{"cloture": None, "date_saisie": "", **donnees},
    )
