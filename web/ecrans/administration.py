"""Administration: organismes, offres de service, utilisateurs, extensions."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.actions import (
    desactiver_utilisateur,
    inviter_utilisateur,
    modifier_utilisateur,
    reactiver_utilisateur,
    renvoyer_invitation,
)
from viesion_core.acces.model import UtilisateurResume
from viesion_core.acces.queries import utilisateur, utilisateurs_page
from viesion_core.contexte import LIBELLE_ROLE, Role
from viesion_core.erreurs import ErreurSaisie, Introuvable
from viesion_core.nomenclatures.model import communes
from viesion_core.organismes.actions import activer_offre, enregistrer_organisme, terminer_offre
from viesion_core.organismes.model import OrganismeResume
from viesion_core.organismes.queries import (
    offres_de_service,
    organisme,
    organismes_choix,
    organismes_page,
)
from web.formulaire import Formulaire, lire_formulaire
from web.page import PageCourante
from web.politiques import ADMINISTRATION, politique

PAR_PAGE = 20
DEPARTEMENT = "Département"


class AdministrationController(Controller):
    """The accueil of the administration, and the installed extensions."""

    path = "/administration"
    opt = politique(ADMINISTRATION)

    @get()
    async def accueil(self, page: PageCourante) -> Response[Any]:
        """Show what can be administered, and the state of each installed plugin."""
        return await page.rendre("administration/accueil.html", extensions=page.registre.etats())


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
            q=q,
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
            territoire = f.choix("territoire", _territoires(), requis="Choisissez le territoire.")
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
        return page.rediriger(f"/administration/organismes/{identifiant}#offres")

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
            await terminer_offre(page.ctx, offre, fin=fin, version=version)
        except ErreurSaisie as erreur:
            return await self._fiche(page, identifiant, erreur=erreur, saisie={})
        return page.rediriger(f"/administration/organismes/{identifiant}#offres")

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
        return page.rediriger(f"/administration/organismes/{identifiant}")

    async def _fiche(
        self,
        page: PageCourante,
        identifiant: uuid.UUID,
        *,
        erreur: ErreurSaisie | None = None,
        saisie: dict[str, Any] | None = None,
    ) -> Response[Any]:
        fiche = await _organisme(identifiant)
        membres, total = await utilisateurs_page("", identifiant, par_page=100)
        donnees: dict[str, Any] = {
            "organisme": fiche,
            "offres": await offres_de_service(identifiant),
            "offres_installees": page.registre.offres(),
            "territoires": _territoires(),
            "utilisateurs": membres,
            "total_utilisateurs": total,
        }
        if erreur is not None:
            return await page.rendre_erreurs("administration/organisme.html", erreur, saisie or {}, **donnees)
        return await page.rendre("administration/organisme.html", **donnees)


class UtilisateurController(Controller):
    """Accounts: invited by mail, changed, disabled."""

    path = "/administration/utilisateurs"
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante, q: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the accounts by name."""
        numero = min(max(p, 1), 10_000)
        lignes, total = await utilisateurs_page(q[:80], page=numero, par_page=PAR_PAGE)
        return await page.rendre(
            "administration/utilisateurs.html",
            utilisateurs=lignes,
            total=total,
            q=q,
            page_courante=numero,
            par_page=PAR_PAGE,
            roles=LIBELLE_ROLE,
        )

    @get("/nouveau")
    async def nouveau(self, page: PageCourante, organisme: FromQuery[str] = "") -> Response[Any]:
        """Show the empty form; `organisme` preselects one."""
        return await self._formulaire(page, None, choisi=organisme)

    @post("/nouveau")
    async def inviter(self, page: PageCourante) -> Response[Any]:
        """Create the account and send its mail."""
        f = await lire_formulaire(page.requete)
        try:
            await inviter_utilisateur(page.ctx, _valeurs(f), url=page.settings.url_publique)
        except ErreurSaisie as erreur:
            return await self._formulaire(page, None, erreur=erreur, saisie=f.brut)
        return page.rediriger("/administration/utilisateurs")

    @get("/{identifiant:uuid}")
    async def formulaire(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show an account."""
        return await self._formulaire(page, await _utilisateur(identifiant))

    @post("/{identifiant:uuid}")
    async def modifier(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change an account."""
        f = await lire_formulaire(page.requete)
        try:
            valeurs = _valeurs(f)
            await modifier_utilisateur(page.ctx, identifiant, valeurs, version=f.entier("version") or 0)
        except ErreurSaisie as erreur:
            return await self._formulaire(page, await _utilisateur(identifiant), erreur=erreur, saisie=f.brut)
        return page.rediriger("/administration/utilisateurs")

    @post("/{identifiant:uuid}/etat")
    async def changer_etat(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Disable, enable again, or send the invitation again."""
        f = await lire_formulaire(page.requete)
        action = f.choix("action", ("desactiver", "reactiver", "inviter"), requis=True)
        version = f.entier("version") or 0
        f.verifier()
        if action == "desactiver":
            await desactiver_utilisateur(page.ctx, identifiant, version=version)
        elif action == "reactiver":
            await reactiver_utilisateur(page.ctx, identifiant, version=version)
        else:
            await renvoyer_invitation(page.ctx, identifiant, url=page.settings.url_publique)
        return page.rediriger(f"/administration/utilisateurs/{identifiant}")

    async def _formulaire(
        self,
        page: PageCourante,
        existant: UtilisateurResume | None,
        *,
        choisi: str = "",
        erreur: ErreurSaisie | None = None,
        saisie: dict[str, Any] | None = None,
    ) -> Response[Any]:
        gabarit = "administration/utilisateur_formulaire.html"
        donnees: dict[str, Any] = {
            "utilisateur": existant,
            "organismes": await organismes_choix(),
            "organisme_choisi": choisi,
            "roles": LIBELLE_ROLE,
        }
        if erreur is not None:
            return await page.rendre_erreurs(gabarit, erreur, saisie or {}, **donnees)
        return await page.rendre(gabarit, **donnees)


def _valeurs(f: Formulaire) -> dict[str, Any]:
    """Read the fields of an account."""
    valeurs: dict[str, Any] = {
        champ: f.texte(champ, maximum=taille)
        for champ, taille in (
            ("nom", 80),
            ("prenom", 80),
            ("courriel", 160),
            ("telephone", 20),
            ("fonction", 80),
        )
    }
    role = f.choix("role", [str(r) for r in Role])
    valeurs |= {
        "role": Role(role) if role else None,
        "organisme": f.identifiant("organisme"),
        "sensible": f.case("sensible"),
    }
    f.verifier()
    return valeurs


def _territoires() -> list[str]:
    """Return the territories of the Hérault: the département, then its insertion sectors."""
    return [DEPARTEMENT, *sorted({commune.secteur for commune in communes()})]


async def _organisme(identifiant: uuid.UUID) -> OrganismeResume:
    fiche = await organisme(identifiant)
    if fiche is None:
        raise Introuvable
    return fiche


async def _utilisateur(identifiant: uuid.UUID) -> UtilisateurResume:
    compte = await utilisateur(identifiant)
    if compte is None:
        raise Introuvable
    return compte
