"""« Recherche globale », and beyond the perimeter: exact identity, minimal card, « Rattacher à mon organisme »."""

import datetime as dt
import urllib.parse
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromQuery

from viesion_core.dossiers.demande import lire_demande
from viesion_core.dossiers.identite_exacte import chercher_hors_perimetre, rattacher_par_identite
from viesion_core.dossiers.model import CarteMinimale, ResultatRecherche
from viesion_core.dossiers.recherche import LIMITE, chercher
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.formats import age, date
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_JOURNAL, garder_saisie
from web.page import Page, PageCourante
from web.politiques import CONSULTATION, SUIVI, politique

_GABARIT = "recherche/recherche.html"
LONGUEUR = 100
APERCU = 8


class Option(msgspec.Struct, frozen=True):
    """A result as the list under the field shows it."""

    url: str
    titre: str
    detail: str = ""
    etat: str = ""
    ton: str = "neutre"


class RechercheController(Controller):
    """The search of the top bar."""

    path = "/recherche"
    opt = politique(CONSULTATION)

    @get()
    async def chercher(self, page: PageCourante, q: FromQuery[str] = "", pour: FromQuery[str] = "") -> Response[Any]:
        """Answer the list while typing (header HX-Request), else the page; a dossier number opens its dossier.

        `pour`: « rendez-vous » leads to the form of an entretien instead of the dossier.
        """
        texte = q[:LONGUEUR].strip()
        but = pour if pour == "rendez-vous" and page.ctx.peut_ecrire else ""
        resultats = await chercher(page.ctx, texte, limite=APERCU if page.htmx else LIMITE)
        if page.htmx:
            return page.fragment("recherche/options.html", resultats=options(page, resultats, texte, but), q=texte)
        if len(resultats) == 1 and texte.removeprefix("#").strip() == str(resultats[0].numero):
            return page.rediriger(_adresse(resultats[0].numero, but))
        return await _rendre(page, texte, but, resultats)

    @post("/identite", opt=politique(SUIVI))
    async def par_identite(self, page: PageCourante) -> Response[Any]:
        """« Hors de mon périmètre »: look for an exact identity; the lookup is journalled."""
        f = await lire_formulaire(page.requete)
        try:
            cartes = await chercher_hors_perimetre(page.ctx, *_identite(f))
        except ErreurMetier as erreur:
            return await _rendre(page, erreur=erreur, saisie=f.brut)
        return await _rendre(page, cartes=cartes, saisie=f.brut)

    @post("/identite/rattacher", opt=politique(SUIVI))
    async def rattacher(self, page: PageCourante) -> Response[Any]:
        """« Rattacher à mon organisme », for a reason that the journal keeps; then the dossier opens."""
        f = await lire_formulaire(page.requete)
        numero = f.entier("numero", requis=True, minimum=1) or 0
        try:
            identite = _identite(f)
            motif = f.texte("motif", maximum=1000)
            garder_saisie(f, {"motif": LECTEURS_JOURNAL})
            a = await rattacher_par_identite(page.ctx, numero, *identite, motif)
        except ErreurSaisie as erreur:
            if "motif" not in erreur.erreurs:
                return await _rendre(page, erreur=erreur, saisie=f.brut)
            cartes = await chercher_hors_perimetre(page.ctx, *identite)
            return await _rendre(page, cartes=cartes, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/beneficiaires/{numero}", acte=a.id)


async def _rendre(
    page: Page,
    texte: str = "",
    pour: str = "",
    resultats: list[ResultatRecherche] | None = None,
    *,
    cartes: list[CarteMinimale] | None = None,
    erreur: ErreurMetier | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    trouves = resultats or []
    donnees: dict[str, Any] = {
        "q": texte,
        "q_globale": texte,
        "pour": pour,
        "resultats": trouves,
        "adresses": {r.numero: _adresse(r.numero, pour) for r in trouves},
        "limite": LIMITE,
        "cartes": cartes,
        "propose": _propose(texte, page.ctx.aujourdhui),
        "hors_perimetre": page.ctx.peut_ecrire,
        "aujourdhui": page.ctx.aujourdhui,
    }
    if erreur is not None:
        propre = erreur if isinstance(erreur, ErreurSaisie) else ErreurSaisie({}, erreur.message)
        return await page.rendre_erreurs(_GABARIT, propre, saisie or {}, **donnees)
    return await page.rendre(_GABARIT, **{**donnees, "saisie": saisie})


def _identite(f: Formulaire) -> tuple[str, str, dt.date]:
    nom = f.texte("nom", requis="Le nom est requis.", maximum=80)
    prenom = f.texte("prenom", requis="Le prénom est requis.", maximum=80)
    naissance = f.date("naissance", requis="La date de naissance est requise.")
    f.verifier()
    assert naissance is not None  # noqa: S101 - verifier() has refused an empty one
    return nom, prenom, naissance


def _propose(texte: str, jour: dt.date) -> dict[str, Any]:
    """Return the exact identity that the words typed may be, to fill the form with."""
    demande = lire_demande(texte, jour.year)
    mots = [mot.capitalize() for mot in demande.mots]
    exacte = demande.naissances[0][0] if demande.jours == 1 else None
    return {"nom": mots[0] if mots else "", "prenom": mots[1] if len(mots) == 2 else "", "naissance": exacte}


def _adresse(numero: int, pour: str) -> str:
    return f"/beneficiaires/{numero}/entretiens/nouveau" if pour else f"/beneficiaires/{numero}"


def options(page: Page, resultats: list[ResultatRecherche], texte: str, pour: str) -> list[Option]:
    """Return the lines of the list, the last one leading to the whole page."""
    lignes = [
        Option(
            url=_adresse(r.numero, pour),
            titre=f"{r.nom} {r.prenom}",
            detail=_detail(r, page.ctx.aujourdhui),
            etat="Accomp RSA" if r.entree else "Hors dispositif",
            ton="fait" if r.entree else "neutre",
        )
        for r in resultats
    ]
    ecrit = page.ctx.peut_ecrire
    suite = "/recherche?" + urllib.parse.urlencode({"q": texte, **({"pour": pour} if pour else {})})
    if resultats:
        lignes.append(Option(suite, "Tous les résultats", "et hors de mon périmètre" if ecrit else ""))
    elif ecrit:
        lignes.append(Option(suite, "Personne dans mon périmètre", "Chercher hors de mon périmètre"))
    return lignes


def _detail(r: ResultatRecherche, jour: dt.date) -> str:
    naissance = f"{date(r.date_naissance)} ({age(r.date_naissance, jour)})"
    return ", ".join(part for part in (naissance, r.commune, f"n°\u00a0{r.numero}") if part)
