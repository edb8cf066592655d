"""Bilans of a dossier: the list by questionnaire, and the form that saves itself."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.actions_reponses import ConflitReponse, enregistrer_reponses
from viesion_core.bilans.model import lisible
from viesion_core.bilans.queries import bilan, bilans, conclusions_ouvertes, listes, questionnaire_de
from viesion_core.erreurs import ErreurSaisie
from viesion_core.offres.queries import dossier_vu
from viesion_core.organismes.queries import offres_ouvertes
from viesion_core.parcours.model import EtapeResume
from viesion_core.parcours.queries import etapes
from web.ecrans.bilan_commun import bilan_lisible, consulter_bilan, consulter_conclusion, installees
from web.ecrans.bilan_saisie import lire_reponses, messages_refus
from web.ecrans.dossier_commun import rendre_dossier
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique


class BilanController(Controller):
    """The bilans of one person."""

    path = "/beneficiaires/{numero:int}/bilans"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(self, page: PageCourante, numero: FromPath[int], bilan: FromQuery[str] = "") -> Response[Any]:
        """Show the bilans, the latest first; `bilan` keeps one questionnaire (deck: the menu under « Bilans »)."""
        return await _lister(page, numero, bilan[:40])

    @post(opt=politique(DOSSIER_ECRITURE))
    async def creer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Create a bilan, prefilled with what the dossier knows, and open it."""
        f = await lire_formulaire(page.requete)
        try:
            code = f.texte("questionnaire", requis="Choisissez un bilan de la liste.", maximum=40)
            etape = f.identifiant("etape", requis="Choisissez l'étape.")
            jour = f.date("date_bilan", requis="La date du bilan est requise.")
            f.verifier()
            assert etape is not None  # noqa: S101 - verifier() has refused an empty one
            assert jour is not None  # noqa: S101 - verifier() has refused an empty one
            acte, identifiant = await creer_bilan(
                page.ctx,
                numero,
                etape_choisie=etape,
                code=code,
                date_bilan=jour,
                installees=installees(page),
                preremplir=lambda visee: _preremplir(page, numero, code, visee),
            )
        except ErreurSaisie as erreur:
            return await _lister(page, numero, "", erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=acte.id)

    @get("/{identifiant:uuid}")
    async def consulter(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form; closed, of another organism or of a disabled offre, it is read only.

        The département reads of a health bilan the conclusion that the person agreed to transmit, and no more.
        """
        fiche = await bilan(page.ctx, numero, identifiant)
        if lisible(page.ctx, fiche.sensible):
            return await consulter_bilan(page, numero, fiche)
        return await consulter_conclusion(page, numero, fiche)

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def enregistrer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Save the whole form of a browser without JavaScript; what is refused comes back as it was typed."""
        fiche = await bilan_lisible(page, numero, identifiant)
        f = await lire_formulaire(page.requete)
        questionnaire = await questionnaire_de(fiche)
        touchees = lire_reponses(f, questionnaire)
        fait = await enregistrer_reponses(page.ctx, numero, identifiant, touchees, installees=installees(page))
        if not fait.refus:
            return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=fait.acte)
        valeurs = {code: reponse.valeur for code, reponse in fait.reponses.items()}
        messages = messages_refus(dict(fait.refus), questionnaire, await listes(questionnaire, valeurs))
        conflit = any(isinstance(erreur, ConflitReponse) for erreur in fait.refus.values())
        saisie = {code: valeur for code, valeur in f.brut.items() if not code.startswith("avant-")}
        return await consulter_bilan(
            page,
            numero,
            fiche,
            statut=409 if conflit else 422,
            erreurs=messages,
            message_erreur="Ces réponses ne sont pas enregistrées ; les autres le sont.",
            saisie=saisie,
        )


async def _preremplir(page: Page, numero: int, code: str, etape: EtapeResume) -> dict[str, Any]:
    """Ask the plugin of a questionnaire what the dossier already answers."""
    offre = next((q.offre for q in page.registre.questionnaires() if q.code == code), "")
    return await page.registre.preremplir_bilan(offre, await dossier_vu(page.ctx, numero), code, etape)


async def _lister(
    page: Page,
    numero: int,
    code: str,
    *,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[str]:
    ctx = page.ctx
    lignes = await bilans(ctx, numero)
    ouvertes = await offres_ouvertes(ctx) & installees(page)
    proposes = [q for q in page.registre.questionnaires(ouvertes) if lisible(ctx, q.sensible)]
    miennes = [e for e in await etapes(ctx, numero) if e.organisme == ctx.organisme and e.offre in ouvertes]
    menu = {q.code: q.libelle for q in proposes} | {fiche.code: fiche.libelle for fiche in lignes}
    choisi = code if code in menu else ""
    peut_ecrire = ctx.peut_ecrire
    creables = [q for q in proposes if any(e.offre == q.offre for e in miennes)] if peut_ecrire else []
    suivies = {fiche.etape for fiche in lignes}
    lien = f"/beneficiaires/{numero}/bilans?bilan="
    return await rendre_dossier(
        page,
        numero,
        "bilans/liste.html",
        onglet="bilans",
        erreur=erreur,
        saisie=saisie,
        bilans=[fiche for fiche in lignes if fiche.code == (choisi or fiche.code)],
        total=len(lignes),
        choisi=choisi,
        onglets_bilans=[
            (nom, lien + c, c == choisi, sum(fiche.code == c for fiche in lignes)) for c, nom in menu.items()
        ],
        creables=[(q.code, q.libelle) for q in creables],
        etapes_choix=[(e.id, e.nom_date) for e in miennes],
        a_creer=[(e, q) for e in miennes if e.ouverte and e.id not in suivies for q in creables if q.offre == e.offre],
        lisibles={fiche.id for fiche in lignes if lisible(ctx, fiche.sensible)},
        conclusions=await conclusions_ouvertes(ctx, lignes),
        peut_ecrire=peut_ecrire,
        aujourdhui=ctx.aujourdhui,
    )
