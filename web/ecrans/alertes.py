"""« Infocentre → Alertes »: the rules with their counts, each one's list, the favourites, the X of each user."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from viesion_core.alertes.actions import deplacer_favori, marquer_favori, regler_x
from viesion_core.alertes.gestes import gestes
from viesion_core.alertes.model import Objet, RegleAlerte
from viesion_core.alertes.model_listes import Explication, LigneAlerte, Reglage
from viesion_core.alertes.queries import PAR_PAGE, compter, expliquer, lignes_alerte, reglages
from viesion_core.alertes.queries_objets import lignes_objets
from viesion_core.contexte import Role
from viesion_core.dossiers.liste import TRIS
from viesion_core.dossiers.recherche import chercher
from viesion_core.erreurs import ErreurSaisie, Introuvable
from viesion_core.extensions import catalogue_alertes
from viesion_core.formats import date
from viesion_core.journal import journaliser_lecture
from web.export_csv import envoyer_csv
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante, retour_interne
from web.politiques import CONSULTATION, politique

LISTE = "/infocentre/alertes"
CONSEILLEES = ("A04", "A05", "A06", "A07")
"""« Voici, les Alertes qui sont pertinentes d'avoir sous les yeux » (deck)."""
_LOT = 500
_EXPLIQUEES = 5


class AlerteVue(msgspec.Struct, frozen=True):
    """A rule as the list shows it: its sentences with their X, its count (None: unavailable), its place."""

    code: str
    titre: str
    description: str
    rubrique: str
    nombre: int | None
    favori: bool
    un: str = "bénéficiaire"
    plusieurs: str = "bénéficiaires"

    @property
    def url(self) -> str:
        """The page of the alert."""
        return f"{LISTE}/{self.code}"


class InfocentreController(Controller):
    """« Infocentre »: the alerts are its first page."""

    path = "/infocentre"
    opt = politique(CONSULTATION)

    @get()
    async def ouvrir(self, page: PageCourante) -> Response[Any]:
        """Go to the alerts."""
        return page.rediriger(LISTE)


class AlerteController(Controller):
    """The alerts of the perimeter."""

    path = LISTE
    opt = politique(CONSULTATION)

    @get()
    async def lister(self, page: PageCourante, mien: FromQuery[str] = "") -> Response[Any]:
        """Show every rule with its count; with `mien`, within one's own portfolio."""
        catalogue = await catalogue_alertes(page.ctx, page.registre)
        choisis = await reglages(page.ctx)
        portefeuille = _portefeuille(page, mien)
        comptes = await compter(
            page.ctx, catalogue.regles, {code: choisi.x for code, choisi in choisis.items()}, portefeuille=portefeuille
        )
        vues = [_vue(regle, choisis.get(regle.code), comptes[regle.code]) for regle in catalogue.regles]
        par_code = {vue.code: vue for vue in vues}
        favorites = [
            par_code[choisi.code] for choisi in choisis.values() if choisi.rang is not None and choisi.code in par_code
        ]
        return await page.rendre(
            "alertes/liste.html",
            alertes=vues,
            favorites=favorites,
            conseillees=[par_code[code] for code in CONSEILLEES if code in par_code],
            indisponibles=catalogue.indisponibles,
            mien="1" if portefeuille else "",
            peut_restreindre=page.ctx.role is not Role.PILOTE,
        )

    @post("/conseillees")
    async def conseiller(self, page: PageCourante) -> Response[Any]:
        """Put the four alerts that the deck advises among the favourites."""
        f = await lire_formulaire(page.requete)
        regles = (await catalogue_alertes(page.ctx, page.registre)).par_code()
        dernier = None
        for code in CONSEILLEES:
            a = await marquer_favori(page.ctx, regles[code], favori=True)
            dernier = a.id if not a.vide else dernier
        return page.rediriger(retour_interne(f.texte("retour", maximum=500), LISTE), acte=dernier)

    @get("/{code:str}")
    async def afficher(
        self,
        page: PageCourante,
        code: FromPath[str],
        mien: FromQuery[str] = "",
        p: FromQuery[int] = 1,
        tri: FromQuery[str] = "nom",
        q: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show the rule in French and its list; with `q`, « pourquoi pas ? » for the people that it names."""
        return await self._afficher(page, code, mien=mien, p=p, tri=tri, q=q)

    @get("/{code:str}/export.csv")
    async def exporter(
        self, page: PageCourante, code: FromPath[str], mien: FromQuery[str] = "", tri: FromQuery[str] = "nom"
    ) -> Stream:
        """Send the whole list as a CSV file, batch by batch; the export is journalled."""
        regle, choisi = await _regle(page, code)
        x = choisi.x if choisi else None
        if regle.objet is not None:
            return await _exporter_objets(page, regle, regle.objet, x)
        restreint = _portefeuille(page, mien)
        _, total = await lignes_alerte(page.ctx, regle, x, portefeuille=restreint, par_page=1)
        journaliser_lecture(page.ctx, "alerte.exporter", code, str(total))

        async def lots() -> AsyncIterator[list[list[Any]]]:
            for numero in range(1, total // _LOT + 2):
                lignes, _ = await lignes_alerte(
                    page.ctx, regle, x, portefeuille=restreint, page=numero, par_page=_LOT, tri=tri
                )
                if not lignes:
                    return
                yield [_rangee(ligne) for ligne in lignes]

        return envoyer_csv(f"alerte-{code.lower()}-{page.ctx.aujourdhui.isoformat()}", _entetes(regle), lots())

    @post("/{code:str}/favori")
    async def marquer(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """« ajouter aux favoris », or take away (`favori`: non)."""
        f = await lire_formulaire(page.requete)
        regle, _ = await _regle(page, code)
        a = await marquer_favori(page.ctx, regle, favori=f.choix("favori", ("oui", "non")) != "non")
        retour = retour_interne(f.texte("retour", maximum=500), f"{LISTE}/{code}")
        return page.rediriger(retour, acte=a.id if not a.vide else None)

    @post("/{code:str}/deplacer")
    async def deplacer(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Move a favourite up or down (`sens`: haut, bas)."""
        regle, _ = await _regle(page, code)
        f = await lire_formulaire(page.requete)
        sens = f.choix("sens", ("haut", "bas"), requis=True)
        f.verifier()
        a = await deplacer_favori(page.ctx, regle, vers_le_haut=sens == "haut")
        return page.rediriger(LISTE, acte=a.id if not a.vide else None)

    @post("/{code:str}/x")
    async def regler(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Adjust the X of the rule; an empty field goes back to the default."""
        f = await lire_formulaire(page.requete)
        regle, _ = await _regle(page, code)
        try:
            x = f.entier("x", maximum=100_000)
            f.verifier()
            a = await regler_x(page.ctx, regle, x)
        except ErreurSaisie as erreur:
            return await self._afficher(page, code, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"{LISTE}/{code}", acte=a.id if not a.vide else None)

    async def _afficher(
        self,
        page: Page,
        code: str,
        *,
        mien: str = "",
        p: int = 1,
        tri: str = "nom",
        q: str = "",
        erreur: ErreurSaisie | None = None,
        saisie: dict[str, Any] | None = None,
    ) -> Response[Any]:
        regle, choisi = await _regle(page, code)
        x = choisi.x if choisi else None
        if regle.objet is not None:
            return await _afficher_objets(page, regle, choisi, p, erreur, saisie or {})
        portefeuille = _portefeuille(page, mien)
        numero = min(max(p, 1), 10_000)
        tri = tri if tri in TRIS else "nom"
        lignes, total, panne = await _lire(page, regle, x, portefeuille=portefeuille, numero=numero, tri=tri)
        if total and not lignes:
            numero = -(-total // PAR_PAGE)
            lignes, total, panne = await _lire(page, regle, x, portefeuille=portefeuille, numero=numero, tri=tri)
        numeros = [ligne.numero for ligne in lignes]
        peut_ecrire = page.ctx.peut_ecrire
        pourquoi = await expliquer(page.ctx, regle, x, numeros)
        donnees: dict[str, Any] = {
            "pourquoi": {explication.numero: explication.constats for explication in pourquoi},
            "gestes": await gestes(page.ctx, regle, x, numeros) if peut_ecrire else {},
            **_liste(regle, choisi, lignes, None if panne else total, numero),
            "total": total,
            "panne": panne,
            "filtres": {"mien": "1" if portefeuille else "", "tri": tri if tri != "nom" else ""},
            "q": q[:80],
            "explications": await _expliquer(page, regle, x, q),
            "peut_restreindre": page.ctx.role is not Role.PILOTE,
            "peut_ecrire": peut_ecrire,
        }
        if erreur is not None:
            return await page.rendre_erreurs("alertes/alerte.html", erreur, saisie or {}, **donnees)
        return await page.rendre("alertes/alerte.html", **donnees)


def _liste(
    regle: RegleAlerte, choisi: Reglage | None, lignes: Sequence[Any], total: int | None, numero: int
) -> dict[str, Any]:
    """Return what the page of a rule says whatever it finds: the rule in French, its X, a page of its list."""
    x = choisi.x if choisi else None
    return {
        "alerte": _vue(regle, choisi, total),
        "criteres": [regle.en_clair(critere.libelle, x) for critere in regle.criteres],
        "parametre": regle.parametre,
        "x": regle.nombre(x),
        "regle": regle,
        "lignes": lignes,
        "total": total,
        "page_courante": numero,
        "par_page": PAR_PAGE,
    }


async def _afficher_objets(
    page: Page, regle: RegleAlerte, choisi: Reglage | None, p: int, erreur: ErreurSaisie | None, saisie: dict[str, Any]
) -> Response[Any]:
    """Show the rule and what it finds that is no person; the reading is journalled."""
    x = choisi.x if choisi else None
    numero = min(max(p, 1), 10_000)
    lignes, total = await lignes_objets(page.ctx, regle, x, page=numero, par_page=PAR_PAGE)
    if total and not lignes:
        numero = -(-total // PAR_PAGE)
        lignes, total = await lignes_objets(page.ctx, regle, x, page=numero, par_page=PAR_PAGE)
    journaliser_lecture(page.ctx, "alerte.consulter", regle.code, str(total))
    donnees = _liste(regle, choisi, lignes, total, numero)
    if erreur is not None:
        return await page.rendre_erreurs("alertes/objets.html", erreur, saisie, **donnees)
    return await page.rendre("alertes/objets.html", **donnees)


async def _exporter_objets(page: Page, regle: RegleAlerte, objet: Objet, x: int | None) -> Stream:
    """Send the whole list of what the rule finds that is no person."""
    _, total = await lignes_objets(page.ctx, regle, x, par_page=1)
    journaliser_lecture(page.ctx, "alerte.exporter", regle.code, str(total))

    async def lots() -> AsyncIterator[list[list[Any]]]:
        for numero in range(1, total // _LOT + 2):
            lignes, _ = await lignes_objets(page.ctx, regle, x, page=numero, par_page=_LOT)
            yield [[ligne.titre, *(valeur for _, valeur in ligne.faits)] for ligne in lignes]

    noms = [critere.nom for critere in regle.criteres if critere.valeur]
    return envoyer_csv(
        f"alerte-{regle.code.lower()}-{page.ctx.aujourdhui.isoformat()}", [objet.un.capitalize(), *noms], lots()
    )


async def _lire(
    page: Page, regle: RegleAlerte, x: int | None, *, portefeuille: bool, numero: int, tri: str
) -> tuple[list[LigneAlerte], int, bool]:
    """Return the page of the list, the total, and whether the rule failed (it is then counted to be named)."""
    comptes = await compter(page.ctx, [regle], {}, portefeuille=portefeuille) if regle.offre else {regle.code: 0}
    if comptes[regle.code] is None:
        return [], 0, True
    lignes, total = await lignes_alerte(page.ctx, regle, x, portefeuille=portefeuille, page=numero, tri=tri)
    return lignes, total, False


async def _expliquer(page: Page, regle: RegleAlerte, x: int | None, q: str) -> list[Explication]:
    """Return the reasons of the people that `q` names, five at most; their dossiers are journalled as read."""
    if not q.strip():
        return []
    trouves = await chercher(page.ctx, q[:80], limite=_EXPLIQUEES)
    for trouve in trouves:
        journaliser_lecture(page.ctx, "alerte.expliquer", regle.code, str(trouve.numero))
    return await expliquer(page.ctx, regle, x, [trouve.numero for trouve in trouves])


async def _regle(page: Page, code: str) -> tuple[RegleAlerte, Reglage | None]:
    """Return a rule that the user sees, and what they chose for it; Introuvable otherwise."""
    regle = (await catalogue_alertes(page.ctx, page.registre)).par_code().get(code)
    if regle is None:
        raise Introuvable
    return regle, (await reglages(page.ctx)).get(code)


def _portefeuille(page: Page, mien: str) -> bool:
    return bool(mien) and page.ctx.role is not Role.PILOTE


def _vue(regle: RegleAlerte, choisi: Reglage | None, nombre: int | None) -> AlerteVue:
    x = choisi.x if choisi else None
    return AlerteVue(
        code=regle.code,
        titre=regle.en_clair(regle.titre, x),
        description=regle.en_clair(regle.description, x),
        rubrique=regle.rubrique,
        nombre=nombre,
        favori=choisi is not None and choisi.rang is not None,
        **({"un": regle.objet.un, "plusieurs": regle.objet.plusieurs} if regle.objet else {}),
    )


def _entetes(regle: RegleAlerte) -> list[str]:
    faits = [critere.nom for critere in regle.criteres if critere.valeur]
    return ["N° dossier", "Nom", "Prénom", "Date de naissance", "Commune", "Référents", *faits]


def _rangee(ligne: LigneAlerte) -> list[Any]:
    faits = [valeur for _, valeur in ligne.faits]
    identite = [ligne.numero, ligne.nom, ligne.prenom, date(ligne.date_naissance), ligne.commune]
    return [*identite, ", ".join(ligne.referents), *faits]
