"""Entretiens of a dossier: the list, « Nouvel entretien », « Modifier l'entretien », the réalisation in one click."""

import urllib.parse
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.queries import collaborateurs
from viesion_core.contexte import Role
from viesion_core.entretiens.actions import CONFIRMATION, creer_entretien, modifier_entretien, realiser_entretien
from viesion_core.entretiens.model import (
    SUITES,
    EntretienResume,
    entree_proposee,
    etape_proposee,
    jour_de,
    modifiable,
)
from viesion_core.entretiens.queries import PAR_PAGE, entretien, entretiens_page
from viesion_core.erreurs import ErreurSaisie, Introuvable
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.parcours.queries import entrees_dispositif, etapes
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.ecrans.entretien_saisie import (
    LigneTheme,
    Proposition,
    instant_propose,
    lignes_de,
    lignes_saisies,
    lire_saisie,
    retoucher,
)
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, SUIVI, politique

_FORMULAIRE = "entretiens/formulaire.html"
_ECRITURE = frozenset({Role.REFERENT, Role.DIRECTEUR})


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
            peut_ecrire=page.ctx.role in _ECRITURE,
            modifiables={e.id for e in lignes if _peut_modifier(page, e)},
        )

    @get("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def nouveau(
        self,
        page: PageCourante,
        numero: FromPath[int],
        date: FromQuery[str] = "",
        heure: FromQuery[str] = "",
        reporte_de: FromQuery[str] = "",
        retour: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show « Nouvel entretien »; `reporte_de` postpones an entretien: the same, at another date."""
        remplace = await entretien(page.ctx, numero, _uuid(reporte_de)) if reporte_de else None
        proposition = Proposition(debut=instant_propose(date, heure), collaborateur=page.ctx.utilisateur)
        if remplace is not None:
            champs = ("duree", "collaborateur", "lieu", "vecteur", "dispositif", "etape", "type")
            repris: dict[str, Any] = {champ: getattr(remplace, champ) for champ in champs}
            proposition = Proposition(debut=proposition.debut, **repris)
        return await _formulaire(
            page, numero, proposition, remplace=remplace, lignes=[], retour=retour_local(numero, retour, "")
        )

    @post("/nouveau", opt=politique(DOSSIER_ECRITURE))
    async def creer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Plan the entretien."""
        f = await lire_formulaire(page.requete)
        reporte_de = f.identifiant("reporte_de")
        remplace = await entretien(page.ctx, numero, reporte_de) if reporte_de else None
        vue = _Vue(page, numero, f, Proposition(), remplace=remplace)
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
        if not _peut_modifier(page, vu):
            return await rendre_dossier(page, numero, "entretiens/lecture.html", onglet="entretiens", entretien=vu)
        return await _formulaire(
            page, numero, vu, entretien=vu, lignes=lignes_de(vu), retour=retour_local(numero, retour, "")
        )

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """« Enregistrer les modifications »."""
        f = await lire_formulaire(page.requete)
        vu = await entretien(page.ctx, numero, identifiant)
        vue = _Vue(page, numero, f, vu, entretien=vu)
        if (lignes := retoucher(f)) is not None:
            return await vue.a_nouveau(lignes)
        try:
            saisie = lire_saisie(f)
            version = f.entier("version", requis=True) or 0
            fait = await modifier_entretien(
                page.ctx, numero, identifiant, saisie, version=version, confirme=f.case("confirme")
            )
        except ErreurSaisie as erreur:
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


class _Vue:
    """The form being posted: shown again with what was typed, or left for the page it came from."""

    def __init__(
        self,
        page: Page,
        numero: int,
        f: Formulaire,
        valeurs: EntretienResume | Proposition,
        *,
        entretien: EntretienResume | None = None,
        remplace: EntretienResume | None = None,
    ) -> None:
        self.page, self.numero, self.f, self.valeurs = page, numero, f, valeurs
        self.entretien, self.remplace = entretien, remplace
        self.demande = retour_local(numero, f.texte("retour", maximum=300), "")

    @property
    def retour(self) -> str:
        """The address after the save."""
        ancre = f"#e-{self.entretien.id}" if self.entretien else ""
        return self.demande or f"/beneficiaires/{self.numero}/entretiens{ancre}"

    async def a_nouveau(self, lignes: list[LigneTheme]) -> Response[Any]:
        """Show the form with a theme more or less."""
        return await self._montrer(lignes)

    async def refuser(self, erreur: ErreurSaisie) -> Response[Any]:
        """Show the mistakes, or ask to confirm when there is only the warning of an overlap."""
        lignes = lignes_saisies(self.f)
        if set(erreur.erreurs) == {CONFIRMATION}:
            return await self._montrer(lignes, statut=422, avertissement=erreur.erreurs[CONFIRMATION])
        return await self._montrer(lignes, erreur=erreur)

    async def _montrer(self, lignes: list[LigneTheme], **autres: Any) -> Response[Any]:
        return await _formulaire(
            self.page,
            self.numero,
            self.valeurs,
            entretien=self.entretien,
            remplace=self.remplace,
            lignes=lignes,
            retour=self.demande,
            saisie=self.f.brut,
            **autres,
        )


async def _formulaire(
    page: Page,
    numero: int,
    valeurs: EntretienResume | Proposition,
    *,
    lignes: list[LigneTheme],
    entretien: EntretienResume | None = None,
    remplace: EntretienResume | None = None,
    retour: str = "",
    avertissement: str = "",
    saisie: dict[str, Any] | None = None,
    **rendu: Any,
) -> Response[Any]:
    """Return the form; when it is new and nothing is typed yet, the étape and the accompagnement of the day chosen."""
    de_la_personne, entrees = await etapes(page.ctx, numero), await entrees_dispositif(page.ctx, numero)
    if isinstance(valeurs, Proposition) and saisie is None:
        jour = jour_de(valeurs.debut or page.ctx.maintenant)
        etape, entree = etape_proposee(de_la_personne, page.ctx.organisme, jour), entree_proposee(entrees, jour)
        valeurs = Proposition(
            **{
                **{champ: getattr(valeurs, champ) for champ in Proposition.__struct_fields__},
                "etape": valeurs.etape or (etape.id if etape else None),
                "dispositif": valeurs.dispositif or (entree.id if entree else None),
            }
        )
    return await rendre_dossier(
        page,
        numero,
        _FORMULAIRE,
        onglet="entretiens",
        saisie=saisie,
        entretien=entretien,
        remplace=remplace,
        valeurs=valeurs,
        lignes=lignes,
        collaborateurs=await _collaborateurs(page, entretien),
        etapes=de_la_personne,
        entrees=entrees,
        listes={
            liste: [(e.code, e.libelle) for e in nomenclature(liste).elements]
            for liste in ("LIEU", "VECTEUR", "TYPE_ENTRETIEN", "REALISATION", "THEME_ENTRETIEN")
        },
        retour=retour,
        avertissement=avertissement,
        **rendu,
    )


async def _collaborateurs(page: Page, entretien: EntretienResume | None) -> list[tuple[uuid.UUID, str]]:
    """Return the choices of « Collaborateur »; whoever it already is stays, even if their account is closed."""
    choix = [(c.id, c.nom_complet) for c in await collaborateurs(page.ctx)]
    if entretien is not None and entretien.collaborateur not in dict(choix):
        choix.append((entretien.collaborateur, entretien.collaborateur_complet))
    return choix


def _peut_modifier(page: Page, vu: EntretienResume) -> bool:
    return page.ctx.role in _ECRITURE and modifiable(page.ctx, vu.organisme)


def _uuid(texte: str) -> uuid.UUID:
    try:
        return uuid.UUID(texte)
    except ValueError:
        raise Introuvable from None
