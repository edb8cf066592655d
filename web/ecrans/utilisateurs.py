"""Administration: the accounts, invited by mail, changed, disabled."""

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
from viesion_core.organismes.queries import organismes_choix
from web.formulaire import Formulaire, lire_formulaire
from web.page import PageCourante
from web.politiques import ADMINISTRATION, politique

PAR_PAGE = 20


class UtilisateurController(Controller):
    """Accounts: invited by mail, changed, disabled."""

    path = "/administration/utilisateurs"
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(
        self, page: PageCourante, q: FromQuery[str] = "", organisme: FromQuery[str] = "", p: FromQuery[int] = 1
    ) -> Response[Any]:
        """Show the accounts by name, of one organism if named."""
        numero = min(max(p, 1), 10_000)
        choix = await organismes_choix()
        choisi = next((o for o in choix if str(o.id) == organisme), None)
        filtre = choisi.id if choisi else None
        lignes, total = await utilisateurs_page(q[:80], filtre, page=numero, par_page=PAR_PAGE)
        return await page.rendre(
            "administration/utilisateurs.html",
            utilisateurs=lignes,
            total=total,
            organismes=choix,
            choisi=choisi,
            q=q[:80],
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
        return page.rediriger("/administration/utilisateurs", fait="invitation")

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
            a = await modifier_utilisateur(page.ctx, identifiant, valeurs, version=f.entier("version") or 0)
        except ErreurSaisie as erreur:
            return await self._formulaire(page, await _utilisateur(identifiant), erreur=erreur, saisie=f.brut)
        return page.rediriger("/administration/utilisateurs", acte=a.id)

    @post("/{identifiant:uuid}/etat")
    async def changer_etat(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Disable, enable again, or send the invitation again."""
        f = await lire_formulaire(page.requete)
        action = f.choix("action", ("desactiver", "reactiver", "inviter"), requis=True)
        version = f.entier("version") or 0
        f.verifier()
        fiche = f"/administration/utilisateurs/{identifiant}"
        if action == "inviter":
            await renvoyer_invitation(page.ctx, identifiant, url=page.settings.url_publique)
            return page.rediriger(fiche, fait="invitation")
        changer = desactiver_utilisateur if action == "desactiver" else reactiver_utilisateur
        a = await changer(page.ctx, identifiant, version=version)
        return page.rediriger(fiche, acte=a.id)

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
            "organismes_liste": [(o.id, o.nom) for o in await organismes_choix()],
            "organisme_choisi": choisi,
            "roles_liste": [(str(role), nom) for role, nom in LIBELLE_ROLE.items()],
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


async def _utilisateur(identifiant: uuid.UUID) -> UtilisateurResume:
    compte = await utilisateur(identifiant)
    if compte is None:
        raise Introuvable
    return compte
