"""« Affectations »: the people that Solis assigns to the organism; spread among the référents, or refused."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.contexte import Role
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.formats import compte
from viesion_core.journal import journaliser_lecture
from viesion_core.portefeuille.actions import accepter, annuler_lot, prendre_en_charge, refuser, terminer
from viesion_core.portefeuille.model import EtatAffect
from viesion_core.portefeuille.queries import PAR_PAGE, actes_du_lot, affect, affects_page, charges
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_PARTENAIRE, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DIRECTION, SUIVI, politique

_ETATS = {
    "": EtatAffect.RECUE,
    "acceptees": EtatAffect.ACCEPTEE,
    "en-charge": EtatAffect.PRISE_EN_CHARGE,
    "refusees": EtatAffect.REFUSEE,
    "terminees": EtatAffect.TERMINEE,
}
_BASE = "/affectations"


class AffectationRecueController(Controller):
    """The people assigned by a partner: the director spreads them, a référent takes those that are for him."""

    path = _BASE
    opt = politique(SUIVI)

    @get()
    async def lister(
        self,
        page: PageCourante,
        etat: FromQuery[str] = "",
        p: FromQuery[int] = 1,
        lot: FromQuery[uuid.UUID | None] = None,
    ) -> Response[Any]:
        """Show « À répartir », or those already answered; `lot` is the assignment that was just made."""
        return await _liste(page, etat if etat in _ETATS else "", min(max(p, 1), 10_000), lot=lot)

    @post("/repartir", opt=politique(DIRECTION))
    async def repartir(self, page: PageCourante) -> Response[Any]:
        """Give the ticked people (or those of the whole page) to a référent."""
        f = await lire_formulaire(page.requete)
        choisies = f.liste("toutes" if f.texte("portee") == "page" else "choix")[:PAR_PAGE]
        try:
            referent = f.identifiant("referent", requis="Choisissez le référent.")
            if not choisies:
                raise ErreurSaisie({"choix": "Cochez au moins une personne."})
            f.verifier()
        except ErreurSaisie as erreur:
            return await _liste(page, "", 1, erreur=erreur, saisie=f.brut)
        assert referent is not None  # noqa: S101 - verifier() has refused an empty one
        return await _repartir(page, [_choix(texte) for texte in choisies], referent, f)

    @post("/{identifiant:uuid}/accepter")
    async def accepter(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Accept one person for the référent that the partner asks for, or for oneself."""
        await affect(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        referent, version = f.identifiant("referent", requis="Choisissez le référent."), f.entier("version") or 0
        f.verifier()
        assert referent is not None  # noqa: S101 - verifier() has refused an empty one
        return await _repartir(page, [(identifiant, version)], referent, f)

    @post("/{identifiant:uuid}/refuser", opt=politique(DIRECTION))
    async def refuser(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Refuse one person, with a reason."""
        await affect(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        motif, version = f.texte("motif", maximum=300), f.entier("version") or 0
        try:
            f.verifier()
            garder_saisie(f, {"motif": LECTEURS_PARTENAIRE})
            a = await refuser(page.ctx, identifiant, motif, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, "", 1, erreur=erreur, saisie=f.brut, vise=identifiant)
        return page.rediriger(_BASE, acte=a.id)

    @post("/{identifiant:uuid}/prendre-en-charge")
    async def prendre(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Say when the first appointment is."""
        await affect(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            jour = f.date("premier_rdv", requis="La date du premier rendez-vous est requise.")
            version = f.entier("version") or 0
            f.verifier()
            assert jour is not None  # noqa: S101 - verifier() has refused an empty one
            a = await prendre_en_charge(page.ctx, identifiant, jour, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, "acceptees", 1, erreur=erreur, saisie=f.brut, vise=identifiant)
        return page.rediriger(f"{_BASE}?etat=acceptees", acte=a.id)

    @post("/{identifiant:uuid}/terminer")
    async def terminer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Tell the partner that it is over, with a reason."""
        vue = await affect(page.ctx, identifiant)
        etat = "en-charge" if vue.etat is EtatAffect.PRISE_EN_CHARGE else "acceptees"
        f = await lire_formulaire(page.requete)
        motif, version = f.texte("motif", maximum=300), f.entier("version") or 0
        try:
            f.verifier()
            garder_saisie(f, {"motif": LECTEURS_PARTENAIRE})
            a = await terminer(page.ctx, identifiant, motif, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, etat, 1, erreur=erreur, saisie=f.brut, vise=identifiant)
        return page.rediriger(f"{_BASE}?etat={etat}", acte=a.id)

    @post("/lots/{lot:uuid}/annuler")
    async def annuler(self, page: PageCourante, lot: FromPath[uuid.UUID]) -> Response[Any]:
        """Undo an assignment in bulk; what could not be is said."""
        if not await actes_du_lot(page.ctx, lot):
            raise Introuvable
        restes = await annuler_lot(page.ctx, lot)
        if restes:
            return await _liste(page, "", 1, statut=409, restes=restes)
        return page.rediriger(_BASE, fait="repartition-annulee")


async def _repartir(
    page: Page, choisies: list[tuple[uuid.UUID, int]], referent: uuid.UUID, f: Formulaire
) -> Response[Any]:
    """Accept these people one by one, each its own act: the first that cannot be does not stop the others."""
    lot, faites, restes = uuid.uuid4(), 0, []
    for identifiant, version in choisies:
        try:
            await accepter(page.ctx, identifiant, referent, version=version, lot=lot)
            faites += 1
        except Interdit:
            raise
        except ErreurSaisie as erreur:
            restes.append(" ".join(erreur.erreurs.values()) or str(erreur))
        except ErreurMetier as erreur:
            restes.append(str(erreur))
    if restes:
        return await _liste(page, "", 1, statut=409, restes=restes, lot=lot if faites else None, saisie=f.brut)
    return page.rediriger(f"{_BASE}?lot={lot}")


def _choix(texte: str) -> tuple[uuid.UUID, int]:
    """Return the row that a box names, and the version that was shown."""
    identifiant, _, version = texte.partition(":")
    try:
        return uuid.UUID(identifiant), int(version)
    except ValueError as erreur:
        raise Introuvable from erreur


async def _liste(
    page: Page,
    etat: str,
    numero: int,
    *,
    statut: int = 200,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
    vise: uuid.UUID | None = None,
    restes: list[str] | None = None,
    lot: uuid.UUID | None = None,
) -> Response[Any]:
    directeur = page.ctx.role is Role.DIRECTEUR
    lignes, total = await affects_page(page.ctx, _ETATS[etat], numero)
    journaliser_lecture(page.ctx, "portefeuille.consulter", "", "")
    faites = len(await actes_du_lot(page.ctx, lot)) if lot else 0
    donnees: dict[str, Any] = {
        "lignes": lignes,
        "total": total,
        "etat": etat,
        "page_courante": numero,
        "par_page": PAR_PAGE,
        "directeur": directeur,
        "charges": [(c.id, c.libelle) for c in await charges(page.ctx)] if directeur and not etat else [],
        "vise": vise,
        "restes": restes or [],
        "lot": lot if faites else None,
        "faites": compte(faites, "personne affectée", "personnes affectées"),
    }
    if erreur is not None:
        return await page.rendre_erreurs("affectations/liste.html", erreur, saisie or {}, **donnees)
    return await page.rendre("affectations/liste.html", statut, **{**donnees, "saisie": saisie})
