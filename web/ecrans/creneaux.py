"""Créneaux: the hours of a permanence published, listed, withdrawn; a free one booked for a person."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from viesion_core.acces.queries import collaborateurs
from viesion_core.agenda.actions import publier_creneaux, reserver_creneau, retirer_creneau
from viesion_core.agenda.model import CAPACITE_MAXIMALE, Creneau, CreneauPris, SaisiePlage
from viesion_core.agenda.queries import PAR_PAGE, creneau, creneaux_libres, creneaux_publies
from viesion_core.agenda.queries_ateliers import seances_ouvertes
from viesion_core.entretiens.actions import CONFIRMATION
from viesion_core.entretiens.model import DUREE_MAXIMALE, DUREE_MINIMALE
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.nomenclatures.model import nomenclature
from web.ecrans.dossier_commun import rendre_dossier
from web.ecrans.plages_commun import en_saisie, lire_jours, listes_plage, minutes
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_ORGANISME, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, SUIVI, politique

LISTE = "/agenda/creneaux"
PROCHES = 3
"""How many free slots the form of an entretien proposes."""
_PROPOSES = 50
_PERIODE = dt.timedelta(days=60)


class CreneauController(Controller):
    """The slots of the organism."""

    path = LISTE
    opt = politique(SUIVI)

    @get()
    async def lister(self, page: PageCourante, de: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the slots to come, of the organism or of one collaborateur."""
        choix = [("", "Tout l'organisme"), *((str(c.id), c.nom_complet) for c in await collaborateurs(page.ctx))]
        if de not in dict(choix):
            raise Introuvable
        courante = min(max(p, 1), 10_000)
        lignes, total = await creneaux_publies(page.ctx, collaborateur=uuid.UUID(de) if de else None, page=courante)
        return await page.rendre(
            "agenda/creneaux.html",
            creneaux=lignes,
            total=total,
            page_courante=courante,
            par_page=PAR_PAGE,
            de=de,
            choix=choix,
            filtres={"de": de} if de else {},
        )

    @get("/publier")
    async def formulaire(self, page: PageCourante) -> Response[Any]:
        """Show « Publier des créneaux »."""
        return await page.rendre("agenda/publier.html", **await _listes(page))

    @post("/publier")
    async def publier(self, page: PageCourante) -> Response[Any]:
        """Publish the slots; the toast withdraws them all at once."""
        f = await lire_formulaire(page.requete)
        try:
            fait = await publier_creneaux(page.ctx, _saisie(f))
        except ErreurMetier as erreur:
            return await page.rendre_erreurs("agenda/publier.html", en_saisie(erreur), f.brut, **await _listes(page))
        return page.rediriger(LISTE, acte=fait.id)

    @post("/{identifiant:uuid}/retirer")
    async def retirer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Withdraw a slot that nobody holds; the toast brings it back."""
        await creneau(page.ctx, identifiant)  # before the form: another's answers like an unknown one
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        fait = await retirer_creneau(page.ctx, identifiant, version=version)
        return page.rediriger(LISTE, acte=fait.id)


class ReservationController(Controller):
    """A free slot for a person."""

    path = "/beneficiaires/{numero:int}/entretiens/creneaux"
    opt = politique(DOSSIER_ECRITURE)

    @get()
    async def proposer(
        self,
        page: PageCourante,
        numero: FromPath[int],
        type_entretien: Annotated[str, QueryParameter(name="type")] = "",
        lieu: FromQuery[str] = "",
        de: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show the free slots of the organism, or those of a type, of a lieu, of one collaborateur."""
        filtres = {"type": type_entretien, "lieu": lieu, "de": de}
        return await _rendre(page, numero, await creneaux_proches(page, None), filtres=filtres)

    @post("/{identifiant:uuid}")
    async def reserver(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Book it: the entretien « Prévu » is made. Taken meanwhile: 409 and the three nearest others."""
        try:
            fait = await reserver_creneau(page.ctx, identifiant, numero)
        except CreneauPris as erreur:
            return await _rendre(page, numero, list(erreur.alternatives), erreur.message, 409, pris=True)
        except Introuvable:
            raise
        except ErreurMetier as erreur:
            libres = await creneaux_proches(page, None)
            return await _rendre(page, numero, libres, _raison(erreur), 422)
        liste = f"/beneficiaires/{numero}/entretiens"
        return page.rediriger(f"{liste}#e-{fait.entretien}", acte=fait.acte.id)


async def creneaux_proches(page: Page, limite: int | None) -> list[Creneau]:
    """Return the nearest free slots of the organism for one person, within 60 days; `limite` None for all."""
    jour = page.ctx.aujourdhui
    libres = await creneaux_libres(page.ctx, jour, jour + _PERIODE)
    return [c for c in libres if c.capacite == 1][:limite]


def _choix(creneaux: list[Creneau]) -> dict[str, list[tuple[str, str]]]:
    """Return by what the free slots can be chosen: the types, the places, the people that are among them."""
    return {
        "type": sorted({c.type: c.type_libelle for c in creneaux}.items(), key=lambda x: x[1]),
        "lieu": sorted({c.lieu: c.lieu_libelle for c in creneaux if c.lieu}.items(), key=lambda x: x[1]),
        "de": sorted({str(c.collaborateur): c.collaborateur_nom for c in creneaux}.items(), key=lambda x: x[1]),
    }


def _retenir(creneaux: list[Creneau], filtres: Mapping[str, str]) -> list[Creneau]:
    """Return the slots that answer to every filter."""
    return [
        c
        for c in creneaux
        if filtres.get("type", "") in ("", c.type)
        and filtres.get("lieu", "") in ("", c.lieu)
        and filtres.get("de", "") in ("", str(c.collaborateur))
    ][:_PROPOSES]


async def _rendre(
    page: Page,
    numero: int,
    creneaux: list[Creneau],
    message: str = "",
    statut: int = 200,
    *,
    pris: bool = False,
    filtres: Mapping[str, str] | None = None,
) -> Response[Any]:
    choix, voulus = _choix(creneaux), filtres or {}
    return await rendre_dossier(
        page,
        numero,
        "agenda/reserver.html",
        onglet="entretiens",
        statut=statut,
        creneaux=_retenir(creneaux, voulus),
        message=message,
        pris=pris,
        # What was asked for stays chosen, even when no slot answers to it any more.
        filtres={nom: valeur if valeur in dict(choix[nom]) else "" for nom, valeur in voulus.items()},
        filtre=any(voulus.values()),
        choix={} if pris else choix,
        ateliers=[] if pris else await seances_ouvertes(page.ctx, numero, _PERIODE.days, _PROPOSES),
    )


def _raison(erreur: ErreurMetier) -> str:
    """Return why the slot is not booked, in a sentence."""
    if not isinstance(erreur, ErreurSaisie):
        return erreur.message
    return erreur.erreurs.get(CONFIRMATION) or " ".join(erreur.erreurs.values())


async def _listes(page: Page) -> dict[str, Any]:
    return {
        "listes": {
            liste: [(e.code, e.libelle) for e in nomenclature(liste).elements]
            for liste in ("LIEU", "VECTEUR", "TYPE_ENTRETIEN")
        },
        **await listes_plage(page),
    }


def _saisie(f: Formulaire) -> SaisiePlage:
    """Return the permanence that the form gives; raises ErreurSaisie by field."""
    debut, fin = f.date("debut", requis=True), f.date("fin", requis=True)
    de, jusqua = f.instant("debut", "de", requis=True), f.instant("debut", "a", requis=True)
    valeurs: dict[str, Any] = {
        "jours": lire_jours(f),
        "type": f.choix("type", nomenclature("TYPE_ENTRETIEN").par_code(), requis=True),
        "lieu": f.choix("lieu", nomenclature("LIEU").par_code()),
        "vecteur": f.choix("vecteur", nomenclature("VECTEUR").par_code()),
        "adresse": f.texte("adresse", maximum=160),
        "collaborateur": f.identifiant("collaborateur", requis=True),
        "duree": f.entier("duree", requis=True, minimum=DUREE_MINIMALE, maximum=DUREE_MAXIMALE),
        "capacite": f.entier("capacite", requis=True, minimum=1, maximum=CAPACITE_MAXIMALE),
        "semaines": 2 if f.texte("semaines") == "2" else 1,
    }
    f.verifier()
    garder_saisie(f, {"adresse": LECTEURS_ORGANISME})
    assert debut is not None and fin is not None and de is not None and jusqua is not None  # noqa: S101, PT018 - `verifier` has refused empty ones
    return SaisiePlage(debut=debut, fin=fin, de=minutes(de), a=minutes(jusqua), **valeurs)
