"""Contrats: the list, the « contract composer », renewal, deletion."""

import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.echanges.envois_model import CONTRAT
from viesion_core.echanges.envois_queries import envois_du_dossier
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.actions import enregistrer_contrat, renouveler_contrat, supprimer_contrat
from viesion_core.parcours.model import (
    ChevauchementContrat,
    ContratResume,
    EntreeResume,
    SaisieContrat,
    dernier_contrat,
    rangs_renouvellement,
    saisie_renouvellement,
)
from viesion_core.parcours.queries import contrat, contrats, entrees_dispositif
from web.conflit import ChampConflit
from web.ecrans.contrats_composition import composer, duree_contrat
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

ECHEANCE = dt.timedelta(days=45)
"""A contract that ends within this time is to be renewed (alert « Contrats arrivant à échéance »)."""

CHAMPS = (
    ChampConflit("type", "Type de contrat", lambda code: libelle("TYPE_CONTRAT", code)),
    ChampConflit("numero", "Numéro"),
    ChampConflit("debut", "Début"),
    ChampConflit("fin", "Fin"),
    ChampConflit("signature", "Date de signature"),
    ChampConflit("heures_hebdo", "Heures hebdomadaires"),
    ChampConflit("dispense", "Motif de dispense", lambda code: libelle("DISPENSE", code)),
    ChampConflit("commentaire", "Commentaire"),
)


class ContratController(Controller):
    """The contrats RSA of a person: CO, CER, contrat d'engagement."""

    path = "/beneficiaires/{numero:int}/contrats"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the contracts, the latest first, and the renewal when its time has come."""
        lignes = await contrats(page.ctx, numero)
        dernier = dernier_contrat(lignes)
        return await rendre_dossier(
            page,
            numero,
            "contrats/liste.html",
            onglet="contrats",
            contrats=lignes,
            dernier=dernier,
            renouvellement=saisie_renouvellement(dernier) if dernier else None,
            rangs=rangs_renouvellement(lignes),
            a_renouveler=dernier is not None and dernier.fin <= page.ctx.aujourdhui + ECHEANCE,
            composition=composer(lignes, {}, page.ctx.aujourdhui),
            ecriture=page.ctx.peut_ecrire,
            duree=duree_contrat,
            envois=await envois_du_dossier(page.ctx, numero, CONTRAT) if _envoyes(page) else None,
        )

    @get("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def nouveau(
        self,
        page: PageCourante,
        numero: FromPath[int],
        suite: FromQuery[uuid.UUID | None] = None,
        retour: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show « Nouveau Contrat RSA »; `suite` names the contract whose renewal is proposed."""
        propose = saisie_renouvellement(await contrat(page.ctx, numero, suite)) if suite else None
        return await self._formulaire(page, numero, propose=propose, retour=retour)

    @post("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def ajouter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Save a new contract."""
        return await self._enregistrer(page, numero, None)

    @get("/apercu")
    async def apercu(
        self,
        page: PageCourante,
        numero: FromPath[int],
        debut: FromQuery[str] = "",
        fin: FromQuery[str] = "",
        sauf: FromQuery[uuid.UUID | None] = None,
    ) -> Response[Any]:
        """Return what the dates being typed meet (fragment)."""
        lignes = await contrats(page.ctx, numero)
        composition = composer(lignes, {"debut": debut[:20], "fin": fin[:20]}, page.ctx.aujourdhui, sauf)
        return page.fragment("contrats/apercu.html", composition=composition, base=_base(numero))

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of a contract."""
        return await self._formulaire(page, numero, await contrat(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def enregistrer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Save a contract known at a version."""
        return await self._enregistrer(page, numero, await contrat(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}/renouveler", opt=politique(DOSSIER_ECRITURE))
    async def renouveler(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Renew a contract with the dates proposed; when another one follows already, show the composer instead."""
        f = await lire_formulaire(page.requete)
        retour = f.texte("retour", maximum=300)
        try:
            a = await renouveler_contrat(page.ctx, numero, identifiant)
        except ErreurSaisie as erreur:
            propose = saisie_renouvellement(await contrat(page.ctx, numero, identifiant))
            return await self._formulaire(page, numero, propose=propose, erreur=erreur, retour=retour)
        return page.rediriger(retour_local(numero, retour, _base(numero)), acte=a.id)

    @post("/{identifiant:uuid}/supprimer", opt=politique(DOSSIER_ECRITURE))
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Delete a contract; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_contrat(page.ctx, numero, identifiant, version=version)
        return page.rediriger(_base(numero), acte=a.id)

    async def _enregistrer(self, page: Page, numero: int, existant: ContratResume | None) -> Response[Any]:
        f = await lire_formulaire(page.requete)
        saisie, retour = f.brut, f.texte("retour", maximum=300)
        if f.texte("fin_retenue"):
            saisie["fin"] = f.texte("fin_retenue")
        try:
            a = await enregistrer_contrat(
                page.ctx,
                numero,
                _lire(f),
                identifiant=existant.id if existant else None,
                version=f.entier("version") or 0 if existant else None,
                terminer_precedent=f.case("terminer_precedent"),
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await self._formulaire(page, numero, existant, erreur=erreur, saisie=saisie, retour=retour)
        return page.rediriger(retour_local(numero, retour, _base(numero)), acte=a.id)

    async def _formulaire(
        self,
        page: Page,
        numero: int,
        existant: ContratResume | None = None,
        *,
        propose: SaisieContrat | None = None,
        erreur: ErreurSaisie | ConflitVersion | None = None,
        saisie: dict[str, Any] | None = None,
        retour: str = "",
    ) -> Response[Any]:
        lignes = await contrats(page.ctx, numero)
        entrees = await entrees_dispositif(page.ctx, numero)
        valeurs = existant or propose
        dates = {"debut": f"{valeurs.debut}", "fin": f"{valeurs.fin}"} if valeurs else {}
        dernier = dernier_contrat(lignes)
        return await rendre_dossier(
            page,
            numero,
            "contrats/formulaire.html",
            onglet="contrats",
            erreur=erreur,
            saisie=saisie,
            champs=CHAMPS,
            existant=existant,
            valeurs=valeurs,
            type_propose=valeurs.type if valeurs else dernier.type if dernier else "",
            accompagnement=valeurs.dispositif if valeurs else _accompagnement(entrees),
            accompagnements=[(entree.id, entree.depuis) for entree in entrees],
            types=[(element.code, element.libelle) for element in nomenclature("TYPE_CONTRAT").elements],
            dispenses=[(element.code, element.libelle) for element in nomenclature("DISPENSE").elements],
            composition=composer(lignes, saisie or dates, page.ctx.aujourdhui, existant.id if existant else None),
            chevauchement=isinstance(erreur, ChevauchementContrat),
            base=_base(numero),
            retour=retour_local(numero, retour, ""),
        )


def _lire(f: Formulaire) -> SaisieContrat:
    """Read « Nouveau Contrat RSA »; hours and motif de dispense are those of a contrat d'engagement alone."""
    type_contrat = f.choix("type", nomenclature("TYPE_CONTRAT").codes(), requis="Choisissez le type du contrat.")
    debut = f.date("debut", requis="Le début est requis.")
    fin = f.date("fin_retenue" if f.texte("fin_retenue") else "fin", requis="La fin est requise.")
    engagement = type_contrat == "CE"
    valeurs: dict[str, Any] = {
        "numero": f.texte("numero", maximum=30),
        "signature": f.date("signature"),
        "heures_hebdo": f.entier("heures_hebdo", maximum=35) if engagement else None,
        "dispense": f.choix("dispense", nomenclature("DISPENSE").codes()) if engagement else "",
        "dispositif": f.identifiant("dispositif"),
        "commentaire": f.texte("commentaire", maximum=4000),
    }
    f.verifier()
    garder_saisie(f, {"commentaire": LECTEURS_DOSSIER})
    assert debut is not None  # noqa: S101 - verifier() has refused an empty one
    assert fin is not None  # noqa: S101 - the same
    return SaisieContrat(type=type_contrat, debut=debut, fin=fin, **valeurs)


def _envoyes(page: Page) -> bool:
    """Tell whether a bridge sends the contracts."""
    return any(flux.code == CONTRAT for flux in page.registre.envois())


def _accompagnement(entrees: list[EntreeResume]) -> uuid.UUID | None:
    """Return the accompagnement in progress: it is chosen beforehand."""
    return next((entree.id for entree in entrees if entree.fin is None), None)


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/contrats"
