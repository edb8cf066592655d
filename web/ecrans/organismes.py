"""Administration: organismes and the offres de service enabled for them."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.queries import utilisateurs_page
from viesion_core.contexte import LIBELLE_ROLE
from viesion_core.erreurs import ErreurSaisie, Introuvable
from viesion_core.organismes.actions import activer_offre, enregistrer_organisme, terminer_offre
from viesion_core.organismes.model import OrganismeResume, territoires
from viesion_core.organismes.queries import offres_de_service, organisme, organismes_page
from web.formulaire import lire_formulaire
from web.page import PageCourante
from web.politiques import ADMINISTRATION, politique

PAR_PAGE = 20


class OrganismeController(Controller):
    """Organisms and their offres de service."""

    path = "/administration/organismes"
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante, q: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the organisms by name."""
        numero = min(max(p, 1), 10_000)
        lignes, total = await organismes_page(q[:80], page=numero, par_page=PAR_PAGE)
        return await page.rendre(
            "administration/organismes.html",
            organismes=lignes,
            total=total,
            q=q[:80],
            page_courante=numero,
            par_page=PAR_PAGE,
        )

    @get("/nouveau")
    async def nouveau(self, page: PageCourante) -> Response[Any]:
        """Show the empty form."""
        return await page.rendre("administration/organisme_formulaire.html", organisme=None)

    @post("/nouveau")
    async def ouvrir(self, page: PageCourante) -> Response[Any]:
        """Open an organism."""
        return await self._enregistrer(page, None)

    @get("/{identifiant:uuid}")
    async def consulter(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show an organism and the offres it may open."""
        return await self._fiche(page, identifiant)

    @get("/{identifiant:uuid}/modifier")
    async def formulaire(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show the form of an organism."""
        return await page.rendre("administration/organisme_formulaire.html", organisme=await _organisme(identifiant))

    @post("/{identifiant:uuid}/modifier")
    async def modifier(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change an organism."""
        return await self._enregistrer(page, await _organisme(identifiant))

    @post("/{identifiant:uuid}/offres")
    async def activer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Enable an installed offre for the organism."""
        offres = {offre.code: offre.libelle for offre in page.registre.offres()}
        f = await lire_formulaire(page.requete)
        try:
            code = f.choix("offre", offres, requis="Choisissez l'offre.")
            territoire = f.choix("territoire", territoires(), requis="Choisissez le territoire.")
            debut = f.date("debut", requis="Le début de la convention est requis.")
            fin = f.date("fin")
            capacite = f.entier("capacite", minimum=1, maximum=100_000)
            f.verifier()
            assert debut is not None  # noqa: S101 - verifier() has refused an empty one
            await activer_offre(
                page.ctx,
                identifiant,
                offre=code,
                libelle=offres[code],
                territoire=territoire,
                debut=debut,
                fin=fin,
                capacite=capacite,
            )
        except ErreurSaisie as erreur:
            return await self._fiche(page, identifiant, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/administration/organismes/{identifiant}#offres", fait="offre")

    @post("/{identifiant:uuid}/offres/{offre:uuid}/fin")
    async def terminer(
        self, page: PageCourante, identifiant: FromPath[uuid.UUID], offre: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """End a convention at a date."""
        f = await lire_formulaire(page.requete)
        try:
            fin = f.date("fin", requis="La date de fin est requise.")
            version = f.entier("version", requis=True) or 0
            f.verifier()
            assert fin is not None  # noqa: S101 - verifier() has refused an empty one
            a = await terminer_offre(page.ctx, offre, fin=fin, version=version)
        except ErreurSaisie as erreur:
            propre = ErreurSaisie({"fin_convention": erreur.erreurs.get("fin", erreur.message)}, erreur.message)
            saisie = {"fin_convention": f.brut.get("fin", "")}
            return await self._fiche(page, identifiant, erreur=propre, saisie=saisie, en_erreur=offre)
        return page.rediriger(f"/administration/organismes/{identifiant}#offres", acte=a.id)

    async def _enregistrer(self, page: PageCourante, existant: OrganismeResume | None) -> Response[Any]:
        f = await lire_formulaire(page.requete)
        champs = ("nom", "code", "siret", "adresse", "code_postal", "commune", "telephone", "courriel")
        valeurs = {champ: f.texte(champ, maximum=160) for champ in champs}
        try:
            f.verifier()
            identifiant = await enregistrer_organisme(
                page.ctx,
                {**valeurs, "nature": existant.nature if existant else "ORGANISME"},
                identifiant=existant.id if existant else None,
                version=(f.entier("version") or 0) if existant else 0,
            )
        except ErreurSaisie as erreur:
            return await page.rendre_erreurs(
                "administration/organisme_formulaire.html", erreur, f.brut, organisme=existant
            )
        return page.rediriger(f"/administration/organismes/{identifiant}", fait="organisme")

    async def _fiche(
        self,
        page: PageCourante,
        identifiant: uuid.UUID,
        *,
        erreur: ErreurSaisie | None = None,
        saisie: dict[str, Any] | None = None,
        en_erreur: uuid.UUID | None = None,
    ) -> Response[Any]:
        fiche = await _organisme(identifiant)
        membres, total = await utilisateurs_page("", identifiant, par_page=100)
        donnees: dict[str, Any] = {
            "organisme": fiche,
            "offres": await offres_de_service(identifiant),
            "offres_installees": page.registre.offres(),
            "offres_disponibles": [(offre.code, f"{offre.code} - {offre.libelle}") for offre in page.registre.offres()],
            "territoires_choix": [(nom, nom) for nom in territoires()],
            "utilisateurs": membres,
            "total_utilisateurs": total,
            "roles": LIBELLE_ROLE,
            "aujourdhui": page.ctx.aujourdhui,
            "en_erreur": en_erreur,
        }
        if erreur is not None:
            return await page.rendre_erreurs("administration/organisme.html", erreur, saisie or {}, **donnees)
        return await page.rendre("administration/organisme.html", **donnees)


async def _organisme(identifiant: uuid.UUID) -> OrganismeResume:
    fiche = await organisme(identifiant)
    if fiche is None:
        raise Introuvable
    return fiche
