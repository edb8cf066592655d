"""A dossier at one glance: the next act, where the person stands, the frise, the notes; and its history."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from litestar import Controller, Response, get
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, FromQuery

from viesion_core.actes import ActeResume, historique, revisions
from viesion_core.dossiers.actions import noter_consultation
from viesion_core.dossiers.model import Identite, nom_officiel
from viesion_core.dossiers.model_caracteristiques import message_manquantes
from viesion_core.dossiers.queries import identite
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.entretiens.model import jour_de
from viesion_core.entretiens.queries import absences_a_dire
from viesion_core.notes.queries import notes_du_dossier
from viesion_core.offres.queries import dossier_vu
from viesion_core.organismes.queries import offres_ouvertes
from viesion_core.parcours.queries import nombre_actes
from viesion_core.resume.elements import LIBELLE_VOIE, Element, Voie, situation
from viesion_core.resume.frise import dessiner
from viesion_core.resume.historique import details
from viesion_core.resume.prochain import prochain_acte
from viesion_core.resume.queries import bandeau, elements
from web.ecrans.dossier_commun import rendre_dossier
from web.page import PageCourante
from web.politiques import DOSSIER_LECTURE, politique

PAR_PAGE = 20

_PAGES = {
    Voie.DISPOSITIF: "dispositif",
    Voie.CONTRAT: "contrats",
    Voie.ETAPE: "parcours",
    Voie.REFERENT: "parcours",
    Voie.ENTRETIEN: "entretiens",
    Voie.BILAN: "bilans",
    Voie.DIFFICULTE: "difficultes",
}
_FICHES = {
    Voie.ETAPE: "/etapes/{id}",
    Voie.ENTRETIEN: "/{id}",
    Voie.BILAN: "/{id}",
    Voie.DIFFICULTE: "#d-{id}",
    Voie.DISPOSITIF: "#entree-{id}",
}
_FORMULAIRES = {Voie.CONTRAT: "/{id}", Voie.REFERENT: "/referents/{id}"}
"""Where an element is in the page of its lane: for everybody, then for who may write."""


class DossierController(Controller):
    """The first screen of a dossier, and what it is made of."""

    path = "/beneficiaires/{numero:int}"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def resume(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Résumé »; the opening is remembered after the answer has left (« Bénéficiaires récents »)."""
        fiche = await bandeau(page.ctx, numero)
        vie = await elements(page.ctx, numero)
        personne = await identite(page.ctx, numero)
        reponse = await rendre_dossier(
            page,
            numero,
            "dossier/resume.html",
            onglet="resume",
            fiche=fiche,
            prochain=prochain_acte(page.ctx, fiche, vie),
            situation=situation(vie, page.ctx.maintenant),
            frise=dessiner(vie, page.ctx.maintenant),
            elements=vie,
            libelles_voies=LIBELLE_VOIE,
            adresse=_adresse(numero, ecriture=page.ctx.peut_ecrire),
            adresse_voie=lambda voie: f"/beneficiaires/{numero}/{_PAGES[voie]}",
            personne=personne,
            reperes=_reperes(personne),
            caracteristiques=await caracteristiques(page.ctx, numero),
            message_manquantes=message_manquantes(fiche.caracteristiques_manquantes),
            notes=await notes_du_dossier(page.ctx, numero),
            absences=await absences_a_dire(page.ctx, numero),
            aujourdhui=page.ctx.aujourdhui,
            ecriture=page.ctx.peut_ecrire,
        )
        reponse.background = BackgroundTask(noter_consultation, page.ctx, numero)
        return reponse

    @get("/panneaux")
    async def panneaux(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show what the enabled plugins say of the dossier: apart, so that a slow one delays no page."""
        offres = await offres_ouvertes(page.ctx)
        fiche = await bandeau(page.ctx, numero)
        proposes = await page.registre.panneaux(offres, await dossier_vu(page.ctx, numero, fiche))
        if page.htmx:
            return page.fragment("dossier/panneaux_fragment.html", fiche=fiche, panneaux=proposes)
        return await rendre_dossier(
            page, numero, "dossier/panneaux.html", onglet="resume", fiche=fiche, panneaux=proposes
        )

    @get("/historique")
    async def historique(self, page: PageCourante, numero: FromPath[int], p: FromQuery[int] = 1) -> Response[Any]:
        """Show who did what when, the latest first, with what can still be undone."""
        courante = min(max(p, 1), 10_000)
        actes = await historique(page.ctx, numero, page=courante, par_page=PAR_PAGE)
        return await rendre_dossier(
            page,
            numero,
            "dossier/historique.html",
            onglet="historique",
            jours=_par_jour(actes),
            details=details(page.ctx, await revisions([acte.id for acte in actes])),
            total=await nombre_actes(page.ctx, numero),
            page_courante=courante,
            par_page=PAR_PAGE,
            ecriture=page.ctx.peut_ecrire,
        )


def _reperes(personne: Identite) -> list[tuple[str, str]]:
    """Return what the résumé says of the person, label and value."""
    ville = " ".join(partie for partie in (personne.code_postal, personne.commune_nom) if partie)
    adresse = [personne.adresse, personne.complement, ville, "Sans domicile stable" if personne.sans_domicile else ""]
    naissance = f"{personne.date_naissance:%d/%m/%Y}"
    return [
        ("Nom", f"{nom_officiel(personne.nom_naissance, personne.nom_usage)} {personne.prenom}"),
        ("Naissance", f"{naissance}, {personne.lieu_naissance}" if personne.lieu_naissance else naissance),
        ("Adresse", "\n".join(partie for partie in adresse if partie)),
        ("Téléphone", "\n".join(numero for numero in (personne.telephone, personne.telephone_2) if numero)),
        ("Courriel", personne.courriel),
        ("Droit", personne.etat_droit_libelle),
        ("Parcours", personne.parcours_libelle),
        ("N° allocataire", f"{personne.organisme_payeur} {personne.matricule}".strip()),
    ]


def _par_jour(actes: Iterable[ActeResume]) -> list[tuple[dt.date, list[ActeResume]]]:
    """Return the acts by day of Paris, in their order."""
    return [(jour, list(siens)) for jour, siens in itertools.groupby(actes, key=lambda a: jour_de(a.at))]


def _adresse(numero: int, *, ecriture: bool) -> Callable[[Element], str]:
    """Return the function that gives the address of an element of the frise."""
    fiches = {**_FICHES, **_FORMULAIRES} if ecriture else _FICHES

    def adresse(element: Element) -> str:
        fiche = fiches.get(element.voie, "").replace("{id}", str(element.id))
        return f"/beneficiaires/{numero}/{_PAGES[element.voie]}{fiche}"

    return adresse
