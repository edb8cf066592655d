"""Entretiens of a dossier: the list, « Nouvel entretien », « Modifier l'entretien », the réalisation in one click."""

import urllib.parse
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.convocations.queries import accord_de, convocations_de
from viesion_core.entretiens.actions import creer_entretien, modifier_entretien, realiser_entretien
from viesion_core.entretiens.model import SUITES
from viesion_core.entretiens.queries import PAR_PAGE, absences_a_dire, entretien, entretiens_page
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import nomenclature
from web.ecrans.creneaux import PROCHES, creneaux_proches
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.ecrans.entretien_page import Vue, formulaire, peut_modifier
from web.ecrans.entretien_saisie import Proposition, instant_propose, lignes_de, lire_saisie, retoucher
from web.formulaire import lire_formulaire
from web.page import PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, SUIVI, politique


class PriseDeRendezVousController(Controller):
    """« Prendre un rendez-vous avec un bénéficiaire », from a page that is not the person's."""

    path = "/entretiens/nouveau"
    opt = politique(SUIVI)

    @get()
    async def vers_la_personne(
        self, page: PageCourante, numero: FromQuery[int] = 0, date: FromQuery[str] = "", heure: FromQuery[str] = ""
    ) -> Response[Any]:
        """Go to the form of the person; without a person, to the list where one is chosen."""
        if numero <= 0:
            return page.rediriger("/beneficiaires")
        suite = urllib.parse.urlencode({nom: v for nom, v in (("date", date[:10]), ("heure", heure[:5])) if v})
        return page.rediriger(f"/beneficiaires/{numero}/entretiens/nouveau{'?' if suite else ''}{suite}")


class EntretienController(Controller):
    """The entretiens of one person."""

    path = "/beneficiaires/{numero:int}/entretiens"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(self, page: PageCourante, numero: FromPath[int], p: FromQuery[int] = 1) -> Response[Any]:
        """Show the entretiens, the latest first; those past and still « Prévu » ask for their réalisation."""
        courante = min(max(p, 1), 10_000)
        lignes, total = await entretiens_page(page.ctx, numero, page=courante)
        return await rendre_dossier(
            page,
            numero,
            "entretiens/liste.html",
            onglet="entretiens",
            entretiens=lignes,
            total=total,
            page_courante=courante,
            par_page=PAR_PAGE,
            suites=[(code, nomenclature("REALISATION").libelle_de(code)) for code in SUITES],
            peut_ecrire=page.ctx.peut_ecrire,
            absences=await absences_a_dire(page.ctx, numero),
            accord=await accord_de(page.ctx, numero),
            convocations=await convocations_de(page.ctx, numero),
            modifiables={e.id for e in lignes if peut_modifier(page, e)},
        )

    @get("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def nouveau(
        self,
        page: PageCourante,
        numero: FromPath[int],
        date: FromQuery[str] = "",
        heure: FromQuery[str] = "",
        reporte_de: FromQuery[uuid.UUID | None] = None,
        retour: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show « Nouvel entretien »; `reporte_de` postpones an entretien: the same, at another date."""
        remplace = await entretien(page.ctx, numero, reporte_de) if reporte_de else None
        proposition = Proposition(debut=instant_propose(date, heure), collaborateur=page.ctx.utilisateur)
        if remplace is not None:
            champs = ("duree", "collaborateur", "lieu", "vecteur", "dispositif", "etape", "type")
            repris: dict[str, Any] = {champ: getattr(remplace, champ) for champ in champs}
            proposition = Proposition(debut=proposition.debut, **repris)
        proches = await creneaux_proches(page, PROCHES) if remplace is None else []
        return await formulaire(
            page,
            numero,
            proposition,
            remplace=remplace,
            lignes=[],
            retour=retour_local(numero, retour, ""),
            creneaux=proches,
        )

    @post("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def creer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Plan the entretien."""
        f = await lire_formulaire(page.requete)
        reporte_de = f.identifiant("reporte_de")
        remplace = await entretien(page.ctx, numero, reporte_de) if reporte_de else None
        vue = Vue(page, numero, f, Proposition(), remplace=remplace)
        if (lignes := retoucher(f)) is not None:
            return await vue.a_nouveau(lignes)
        try:
            saisie = lire_saisie(f)
            fait = await creer_entretien(
                page.ctx,
                numero,
                saisie,
                reporte_de=reporte_de,
                version_reportee=f.entier("version_reportee") if reporte_de else None,
                confirme=f.case("confirme"),
            )
        except ErreurSaisie as erreur:
            return await vue.refuser(erreur)
        return page.rediriger(vue.retour, acte=fait.id)

    @get("/{identifiant:uuid}")
    async def fiche(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID], retour: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show « Modifier l'entretien »; to who may not change it, the entretien to read."""
        vu = await entretien(page.ctx, numero, identifiant)
        if not peut_modifier(page, vu):
            return await rendre_dossier(page, numero, "entretiens/lecture.html", onglet="entretiens", entretien=vu)
        return await formulaire(
            page,
            numero,
            vu,
            entretien=vu,
            lignes=lignes_de(vu),
            retour=retour_local(numero, retour, ""),
            accord=await accord_de(page.ctx, numero),
            convocation=(await convocations_de(page.ctx, numero)).get(identifiant),
        )

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """« Enregistrer les modifications »."""
        f = await lire_formulaire(page.requete)
        vu = await entretien(page.ctx, numero, identifiant)
        vue = Vue(page, numero, f, vu, entretien=vu)
        if (lignes := retoucher(f)) is not None:
            return await vue.a_nouveau(lignes)
        try:
            saisie = lire_saisie(f)
            version = f.entier("version", requis=True) or 0
            fait = await modifier_entretien(
                page.ctx, numero, identifiant, saisie, version=version, confirme=f.case("confirme")
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await vue.refuser(erreur)
        return page.rediriger(vue.retour, acte=fait.id if not fait.vide else None)

    @post("/{identifiant:uuid}/realisation", opt=politique(DOSSIER_ECRITURE))
    async def realiser(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Say in one click what happened; the toast undoes it."""
        f = await lire_formulaire(page.requete)
        realisation = f.texte("realisation", requis=True, maximum=20)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        fait = await realiser_entretien(page.ctx, numero, identifiant, realisation, version=version)
        liste = f"/beneficiaires/{numero}/entretiens"
        defaut = f"{liste}#e-{identifiant}"
        return page.rediriger(retour_local(numero, f.texte("retour", maximum=300), defaut), acte=fait.id)
