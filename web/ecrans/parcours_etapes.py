"""Étapes of a person: « Créer une étape », change, close, delete; another organism's étape is read."""

import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.actions_etapes import enregistrer_etape, supprimer_etape
from viesion_core.parcours.model import EtapeResume, SaisieEtape
from viesion_core.parcours.queries import affectations, entrees_dispositif, etape
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier
from web.ecrans.etape_controle import ControleEtape
from web.ecrans.etape_offres import (
    avertir_capacite,
    nom_offre,
    offres_proposees,
    refus_offre,
    terme_propose,
    valeurs_posees,
)
from web.ecrans.parcours import modifiable
from web.formulaire import Formulaire, lire_date, lire_formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

_MOTIF = ChampConflit("motif_fin", "Motif de fin d'étape", lambda code: libelle("MOTIF_FIN", code))
_FIN = ChampConflit("fin_reelle", "Fin réelle")
_FAMILLES = {
    "positive": "Sortie positive",
    "neutre": "Sortie neutre",
    "negative": "Sortie sans suite",
    "autre": "Autre",
}


class EtapeController(Controller):
    """The étapes of one person."""

    path = "/beneficiaires/{numero:int}/parcours/etapes"
    opt = politique(DOSSIER_ECRITURE)

    @get("/nouvelle")
    async def nouvelle(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Créer une étape »."""
        return await self._formulaire(page, numero)

    @post("/nouvelle")
    async def creer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Open an étape."""
        return await self._enregistrer(page, numero, None)

    @get("/apercu")
    async def apercu(
        self,
        page: PageCourante,
        numero: FromPath[int],
        offre_de_service: FromQuery[str] = "",
        debut_reel: FromQuery[str] = "",
        fin_reelle: FromQuery[str] = "",
    ) -> Response[Any]:
        """Return the term that the offre allows (fragment), while the form is filled."""
        saisie = {"offre_de_service": offre_de_service, "debut_reel": debut_reel[:20], "fin_reelle": fin_reelle[:20]}
        offres = await offres_proposees(page, None, lire_date(debut_reel[:20]) or page.ctx.aujourdhui)
        return page.fragment("parcours/terme.html", **terme_propose(page, offres, saisie))

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_LECTURE))
    async def consulter(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of an étape; another organism's étape, and the pilote's reading, are plain text."""
        existante = await etape(page.ctx, numero, identifiant)
        if modifiable(page.ctx, existante):
            return await self._formulaire(page, numero, existante)
        liens = [lien for lien in await affectations(page.ctx, numero) if lien.etape == identifiant]
        return await rendre_dossier(
            page, numero, "parcours/etape_lecture.html", onglet="parcours", etape=existante, referents=liens
        )

    @post("/{identifiant:uuid}")
    async def enregistrer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Save an étape known at a version."""
        return await self._enregistrer(page, numero, await etape(page.ctx, numero, identifiant))

    @get("/{identifiant:uuid}/clore")
    async def saisir_fin(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show what closes an étape: fin réelle and motif de fin, together."""
        return await self._cloture(page, numero, await self._mienne(page, numero, identifiant))

    @post("/{identifiant:uuid}/clore")
    async def clore(self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Close an étape, and with it the quality of its référents d'étape."""
        existante = await self._mienne(page, numero, identifiant)
        f = await lire_formulaire(page.requete)
        controle = ControleEtape(page, numero, f.texte("avertissements_lus", maximum=8000))
        try:
            fin = f.date("fin_reelle", requis="La fin réelle est requise.")
            motif = f.choix("motif_fin", nomenclature("MOTIF_FIN").codes(), requis="Le motif de fin est requis.")
            f.verifier()
            a = await enregistrer_etape(
                page.ctx,
                numero,
                _close(existante, fin, motif),
                identifiant=identifiant,
                version=f.entier("version") or 0,
                terminer_referents=f.case("terminer_referents"),
                controler=controle,
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await self._cloture(page, numero, existante, erreur=erreur, saisie=f.brut, controle=controle)
        return page.rediriger(_base(numero), acte=a.id)

    @post("/{identifiant:uuid}/supprimer")
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Delete an étape created by mistake; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_etape(page.ctx, numero, identifiant, version=version)
        return page.rediriger(_base(numero), acte=a.id)

    async def _mienne(self, page: Page, numero: int, identifiant: uuid.UUID) -> EtapeResume:
        visee = await etape(page.ctx, numero, identifiant)
        if not modifiable(page.ctx, visee):
            raise Interdit(f"Cette étape est celle de {visee.organisme_nom} : seul cet organisme peut la modifier.")
        return visee

    async def _enregistrer(self, page: Page, numero: int, existante: EtapeResume | None) -> Response[Any]:
        f = await lire_formulaire(page.requete)
        controle = ControleEtape(page, numero, f.texte("avertissements_lus", maximum=8000))
        try:
            saisie = _lire(f)
            offres = await offres_proposees(page, existante, saisie.debut_reel)
            if saisie.offre_de_service not in {offre.id for offre in offres}:
                raise ErreurSaisie({"offre_de_service": await refus_offre(page, saisie)})
            choisie = next(offre for offre in offres if offre.id == saisie.offre_de_service)
            controle.avertir(avertir_capacite(choisie, existante))
            a = await enregistrer_etape(
                page.ctx,
                numero,
                saisie,
                identifiant=existante.id if existante else None,
                version=(f.entier("version") or 0) if existante else None,
                referent=page.ctx.utilisateur if f.case("moi") and existante is None else None,
                controler=controle,
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await self._formulaire(page, numero, existante, erreur=erreur, saisie=f.brut, controle=controle)
        return page.rediriger(_base(numero), acte=a.id)

    async def _formulaire(
        self,
        page: Page,
        numero: int,
        existante: EtapeResume | None = None,
        *,
        erreur: ErreurSaisie | ConflitVersion | None = None,
        saisie: dict[str, Any] | None = None,
        controle: ControleEtape | None = None,
    ) -> Response[Any]:
        entrees = await entrees_dispositif(page.ctx, numero)
        debut = lire_date(str((saisie or {}).get("debut_reel", ""))) or page.ctx.aujourdhui
        offres = await offres_proposees(page, existante, debut)
        ouverte = next((entree.id for entree in entrees if entree.fin is None), None)
        return await rendre_dossier(
            page,
            numero,
            "parcours/etape.html",
            onglet="parcours",
            erreur=erreur,
            saisie=saisie,
            champs=_champs({str(e.id): e.depuis for e in entrees}, {str(o.id): nom_offre(o) for o in offres}),
            existante=existante,
            dispositifs=[(entree.id, entree.depuis) for entree in entrees],
            dispositif=existante.dispositif if existante else ouverte,
            offres=[(offre.id, nom_offre(offre)) for offre in offres],
            offre=existante.offre_de_service if existante else offres[0].id if len(offres) == 1 else None,
            motifs=_motifs(),
            prevues=bool(existante and (existante.debut_prevu or existante.fin_prevue)),
            avertissements=controle.a_lire if controle else [],
            base=_base(numero),
            **terme_propose(page, offres, saisie or valeurs_posees(existante, offres), existante),
        )

    async def _cloture(
        self,
        page: Page,
        numero: int,
        existante: EtapeResume,
        *,
        erreur: ErreurSaisie | ConflitVersion | None = None,
        saisie: dict[str, Any] | None = None,
        controle: ControleEtape | None = None,
    ) -> Response[Any]:
        liens = [lien for lien in await affectations(page.ctx, numero) if lien.etape == existante.id]
        return await rendre_dossier(
            page,
            numero,
            "parcours/etape_cloture.html",
            onglet="parcours",
            erreur=erreur,
            saisie=saisie,
            champs=(_FIN, _MOTIF),
            etape=existante,
            referents=[lien for lien in liens if lien.fin is None or lien.fin > page.ctx.aujourdhui],
            motifs=_motifs(),
            avertissements=controle.a_lire if controle else [],
            base=_base(numero),
        )


def _lire(f: Formulaire) -> SaisieEtape:
    """Read the form of an étape: début réel, dispositif and offre are required (deck: « impérativement »)."""
    offre = f.identifiant("offre_de_service", requis="Choisissez l'offre de service.")
    dispositif = f.identifiant("dispositif", requis="Rattachez l'étape à un dispositif de la personne.")
    debut = f.date("debut_reel", requis="Le début réel est requis.")
    valeurs: dict[str, Any] = {
        "fin_reelle": f.date("fin_reelle"),
        "motif_fin": f.choix("motif_fin", nomenclature("MOTIF_FIN").codes()),
        "debut_prevu": f.date("debut_prevu"),
        "fin_prevue": f.date("fin_prevue"),
        "commentaire": f.texte("commentaire", maximum=4000),
    }
    f.verifier()
    garder_saisie(f, {"commentaire": LECTEURS_DOSSIER})
    assert offre is not None  # noqa: S101 - verifier() has refused an empty one
    assert dispositif is not None  # noqa: S101 - the same
    assert debut is not None  # noqa: S101 - the same
    return SaisieEtape(offre_de_service=offre, dispositif=dispositif, debut_reel=debut, **valeurs)


def _close(existante: EtapeResume, fin: dt.date | None, motif: str) -> SaisieEtape:
    return SaisieEtape(
        offre_de_service=existante.offre_de_service,
        dispositif=existante.dispositif,
        debut_reel=existante.debut_reel,
        fin_reelle=fin,
        motif_fin=motif,
        debut_prevu=existante.debut_prevu,
        fin_prevue=existante.fin_prevue,
        commentaire=existante.commentaire,
    )


def _champs(dispositifs: dict[str, str], offres: dict[str, str]) -> tuple[ChampConflit, ...]:
    return (
        ChampConflit("debut_reel", "Début réel"),
        _FIN,
        _MOTIF,
        ChampConflit("dispositif", "Dispositif", lambda code: dispositifs.get(code, code)),
        ChampConflit("offre_de_service", "Offre de service", lambda code: offres.get(code, code)),
        ChampConflit("debut_prevu", "Début prévu"),
        ChampConflit("fin_prevue", "Fin prévue"),
        ChampConflit("commentaire", "Commentaire"),
    )


def _motifs() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (_FAMILLES[famille], [(element.code, element.libelle) for element in elements])
        for famille, elements in nomenclature("MOTIF_FIN").familles().items()
    ]


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/parcours"
