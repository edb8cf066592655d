"""« Événement » of the agenda: réunion, formation, congé, déplacement; written, changed, moved, deleted."""

import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.queries import collaborateurs
from viesion_core.activites.actions import (
    CONFIRMATION,
    creer_activite,
    deplacer_activite,
    modifier_activite,
    supprimer_activite,
)
from viesion_core.activites.model import LIEU_MAXIMUM, NATURES, TITRE_MAXIMUM, Activite, SaisieActivite
from viesion_core.activites.queries import activite, memes_activites
from viesion_core.contexte import PARIS, minuit
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from web.conflit import ChampConflit
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_ORGANISME, garder_saisie
from web.page import Page, PageCourante, retour_interne
from web.politiques import SUIVI, politique

_GABARIT = "agenda/evenement.html"
CHAMPS = (
    ChampConflit("nature", "Nature", lambda code: NATURES.get(code, code)),
    ChampConflit("titre", "Titre"),
    ChampConflit("lieu", "Lieu"),
    ChampConflit("du", "Du"),
    ChampConflit("au", "Au"),
    ChampConflit("de", "De"),
    ChampConflit("a", "À"),
)


class ActiviteController(Controller):
    """The events of the organism's agendas."""

    path = "/agenda/evenements"
    opt = politique(SUIVI)

    @get("/nouveau")
    async def nouveau(self, page: PageCourante, date: FromQuery[str] = "", de: FromQuery[str] = "") -> Response[Any]:
        """Show « Nouvel événement »; the address can propose a day and whose it is."""
        return await _rendre(page, None, {"du": _jour(date) or page.ctx.aujourdhui, "collaborateur": de})

    @post("/nouveau")
    async def creer(self, page: PageCourante) -> Response[Any]:
        """Write it; when entretiens are planned during a congé, ask first."""
        f = await lire_formulaire(page.requete)
        try:
            saisie = _saisie(f)
            fait = await creer_activite(page.ctx, saisie, confirme=f.case("confirme"))
        except ErreurSaisie as erreur:
            return await _refuser(page, None, f, erreur)
        return page.rediriger(_semaine(saisie.debut), acte=fait.id)

    @get("/{identifiant:uuid}")
    async def montrer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show « Modifier l'événement »."""
        return await _rendre(page, await activite(page.ctx, identifiant), {})

    @post("/{identifiant:uuid}")
    async def modifier(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change it."""
        vue = await activite(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version, saisie = f.entier("version", requis=True) or 0, _saisie(f)
            fait = await modifier_activite(page.ctx, identifiant, saisie, version=version, confirme=f.case("confirme"))
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _refuser(page, vue, f, erreur)
        return page.rediriger(_semaine(saisie.debut), acte=fait.id if not fait.vide else None)

    @get("/{identifiant:uuid}/collaborateurs")
    async def de_chacun(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show in whose agendas the same event is, each to be changed or deleted."""
        vue = await activite(page.ctx, identifiant)
        return await page.rendre(
            "agenda/evenement_collaborateurs.html", evenement=vue, tous=await memes_activites(page.ctx, vue)
        )

    @post("/{identifiant:uuid}/deplacer")
    async def deplacer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Move it, from the grid."""
        await activite(page.ctx, identifiant)  # before the form: another's answers like an unknown one
        f = await lire_formulaire(page.requete)
        debut, version = f.instant("date", "heure", requis=True), f.entier("version", requis=True) or 0
        retour = retour_interne(f.texte("retour", maximum=300), "/agenda")
        f.verifier()
        assert debut is not None  # noqa: S101 - `verifier` has refused an empty one
        fait = await deplacer_activite(page.ctx, identifiant, debut, version=version)
        return page.rediriger(retour, acte=fait.id if not fait.vide else None)

    @post("/{identifiant:uuid}/supprimer")
    async def supprimer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Delete it; the toast brings it back."""
        vue = await activite(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        fait = await supprimer_activite(page.ctx, identifiant, version=version)
        return page.rediriger(_semaine(vue.debut), acte=fait.id)


async def _refuser(
    page: Page, vue: Activite | None, f: Formulaire, erreur: ErreurSaisie | ConflitVersion
) -> Response[Any]:
    donnees = await _donnees(page, vue, {})
    if isinstance(erreur, ConflitVersion):
        if vue is not None:
            erreur.actuelle |= _valeurs(vue)
        return await page.rendre_conflit(_GABARIT, erreur, f.brut, CHAMPS, **donnees)
    if set(erreur.erreurs) == {CONFIRMATION}:
        donnees["avertissement"] = erreur.erreurs[CONFIRMATION]
        return await page.rendre(_GABARIT, 422, saisie=f.brut, **donnees)
    return await page.rendre_erreurs(_GABARIT, erreur, f.brut, **donnees)


async def _rendre(page: Page, vue: Activite | None, propose: dict[str, Any]) -> Response[Any]:
    return await page.rendre(_GABARIT, **await _donnees(page, vue, propose))


async def _donnees(page: Page, vue: Activite | None, propose: dict[str, Any]) -> dict[str, Any]:
    choix = [(c.id, c.nom_complet) for c in await collaborateurs(page.ctx)]
    if vue is not None and vue.collaborateur not in dict(choix):
        choix.append((vue.collaborateur, vue.collaborateur_complet))
    vides = dict.fromkeys(champ.nom for champ in CHAMPS)
    valeurs = _valeurs(vue) if vue else {**vides, "collaborateur": page.ctx.utilisateur}
    proposes = {nom: valeur for nom, valeur in propose.items() if valeur}
    return {
        "evenement": vue,
        "valeurs": {**valeurs, **proposes},
        "choix": choix,
        "natures": list(NATURES.items()),
        "avertissement": "",
        "autres": len(await memes_activites(page.ctx, vue)) - 1 if vue else 0,
    }


def _valeurs(vue: Activite) -> dict[str, Any]:
    heures = {"de": vue.debut.astimezone(PARIS).time(), "a": vue.fin.astimezone(PARIS).time()}
    return {
        "nature": vue.nature,
        "titre": vue.titre,
        "lieu": vue.lieu,
        "journee": vue.journee,
        "collaborateur": vue.collaborateur,
        "du": vue.jour,
        "au": vue.dernier_jour if vue.journee else None,
        **({"de": None, "a": None} if vue.journee else heures),
    }


def _saisie(f: Formulaire) -> SaisieActivite:
    """Return the activité that the form gives: whole days when no hour is typed."""
    valeurs: dict[str, Any] = {
        "nature": f.choix("nature", NATURES, requis=True),
        "titre": f.texte("titre", maximum=TITRE_MAXIMUM),
        "lieu": f.texte("lieu", maximum=LIEU_MAXIMUM),
        "collaborateur": f.identifiant("collaborateur", requis=True),
    }
    du, au = f.date("du", requis=True), f.date("au")
    journee = not f.texte("de") and not f.texte("a")
    if journee:
        dernier = au or du
        debut, fin = minuit(du) if du else None, minuit(dernier + dt.timedelta(days=1)) if dernier else None
    else:
        debut, fin = f.instant("du", "de", requis=True), f.instant("du", "a", requis=True)
        if au is not None and au != du:
            f.erreurs.setdefault("au", "Avec des heures, l'événement tient dans un jour : laissez « Au » vide.")
    f.verifier()
    garder_saisie(f, dict.fromkeys(("titre", "lieu"), LECTEURS_ORGANISME))
    assert debut is not None and fin is not None  # noqa: S101, PT018 - `verifier` has refused empty ones
    return SaisieActivite(debut=debut, fin=fin, journee=journee, **valeurs)


def _semaine(instant: dt.datetime) -> str:
    return f"/agenda?date={instant.astimezone(PARIS).date().isoformat()}"


def _jour(texte: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(texte)
    except ValueError:
        return None
