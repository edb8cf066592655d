"""A series of ateliers afterwards: change a séance or it and the next ones, cancel them, « Ajouter des séances »."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.agenda.actions_series import annuler_seance, modifier_seances, prolonger_serie
from viesion_core.agenda.model import CAPACITE_MAXIMALE, SEMAINES_MAXIMUM, SaisiePlage
from viesion_core.agenda.model_ateliers import PORTEES, SEULE, SUIVANTES, TYPES, Seance
from viesion_core.agenda.model_series import Partage, SaisieSeance, partager, prochaine_date, suivantes
from viesion_core.agenda.queries_ateliers import seance, seances_de_serie, serie
from viesion_core.contexte import PARIS
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.formats import compte
from viesion_core.nomenclatures.model import libelle, nomenclature
from web.conflit import ChampConflit
from web.ecrans.ateliers import LISTE, lire_horaire, listes_atelier, renommer
from web.ecrans.plages_commun import en_saisie, lire_jours, minutes
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_ORGANISME, garder_saisie
from web.page import Page, PageCourante
from web.politiques import SUIVI, politique

_MODIFIER, _AJOUTER = "agenda/atelier_modifier.html", "agenda/atelier_ajouter.html"
_AILLEURS = "Une autre séance de la série vient d'être modifiée : vérifiez, puis enregistrez de nouveau."
CHAMPS = (
    ChampConflit("titre", "Titre"),
    ChampConflit("type", "Type d'entretien", lambda code: libelle("TYPE_ENTRETIEN", code)),
    ChampConflit("lieu", "Lieu", lambda code: libelle("LIEU", code)),
    ChampConflit("adresse", "Adresse"),
    ChampConflit("capacite", "Places"),
    ChampConflit("date", "Date"),
    ChampConflit("de", "De"),
    ChampConflit("a", "À"),
)


class SerieController(Controller):
    """The séances of a series."""

    path = f"{LISTE}/{{identifiant:uuid}}"
    opt = politique(SUIVI)

    @get("/modifier")
    async def montrer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show « Modifier la séance »."""
        vue = await seance(page.ctx, identifiant)
        return await page.rendre(_MODIFIER, **await _donnees(page, vue))

    @post("/modifier")
    async def modifier(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change it, or it and the next ones; the toast brings it all back."""
        vue = await seance(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version, portee = f.entier("version", requis=True) or 0, f.choix("portee", PORTEES) or SEULE
            fait = await modifier_seances(page.ctx, identifiant, _saisie(f), portee=portee, version=version)
        except ConflitVersion as erreur:
            return await _refuser_conflit(page, identifiant, f, erreur)
        except Introuvable:
            raise
        except ErreurMetier as erreur:
            refus = erreur if isinstance(erreur, ErreurSaisie) else ErreurSaisie({"date": erreur.message})
            return await page.rendre_erreurs(_MODIFIER, refus, f.brut, **await _donnees(page, vue))
        return page.rediriger(f"{LISTE}/{identifiant}", acte=fait.id if not fait.vide else None)

    @post("/annuler")
    async def annuler(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Cancel the séance, alone or with the next ones; the toast brings it all back."""
        await seance(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        version, portee = f.entier("version", requis=True) or 0, f.choix("portee", PORTEES, requis=True)
        f.verifier()
        fait = await annuler_seance(page.ctx, identifiant, portee=portee, version=version)
        return page.rediriger(LISTE, acte=fait.id)

    @get("/ajouter")
    async def proposer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show « Ajouter des séances », the series gone on with by its rhythm."""
        return await page.rendre(_AJOUTER, **await _suite(page, identifiant))

    @post("/ajouter")
    async def ajouter(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Add them; the toast withdraws them all."""
        donnees = await _suite(page, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version, saisie = f.entier("version", requis=True) or 0, _ajout(f)
            fait = await prolonger_serie(page.ctx, identifiant, saisie, version=version)
        except (Introuvable, ConflitVersion):
            raise
        except ErreurMetier as erreur:
            return await page.rendre_erreurs(_AJOUTER, renommer(en_saisie(erreur)), f.brut, **donnees)
        return page.rediriger(f"{LISTE}/{identifiant}", acte=fait.id)


async def _refuser_conflit(page: Page, identifiant: uuid.UUID, f: Formulaire, erreur: ConflitVersion) -> Response[Any]:
    vue = await seance(page.ctx, identifiant)
    donnees = await _donnees(page, vue)
    if erreur.cle != str(identifiant):
        return await page.rendre_erreurs(_MODIFIER, ErreurSaisie({"portee": _AILLEURS}), f.brut, **donnees)
    erreur.actuelle |= _valeurs(vue)
    return await page.rendre_conflit(_MODIFIER, erreur, f.brut, CHAMPS, **donnees)


async def _donnees(page: Page, vue: Seance) -> dict[str, Any]:
    seule = partager([vue], page.ctx.maintenant)
    toutes = partager(suivantes(await seances_de_serie(page.ctx, vue), vue), page.ctx.maintenant)
    return {
        **await listes_atelier(page, vue),
        "seance": vue,
        "valeurs": _valeurs(vue),
        "toutes": toutes,
        "portees": portees_possibles(seule, toutes),
    }


def portees_possibles(seule: Partage, toutes: Partage) -> list[tuple[str, str]]:
    """Return the scopes by which something would change, and how many séances and places each reaches."""
    choix = []
    if seule.changees:
        choix.append((SEULE, f"{PORTEES[SEULE]}{_inscriptions(seule)}"))
    if toutes.changees and toutes.changees != seule.changees:
        combien = compte(len(toutes.changees), "séance")
        choix.append((SUIVANTES, f"{PORTEES[SUIVANTES]}\u00a0: {combien}{_inscriptions(toutes)}"))
    return choix


def _inscriptions(partage: Partage) -> str:
    return f", {compte(partage.inscrits, 'inscription')}" if partage.inscrits else ""


def _valeurs(vue: Seance) -> dict[str, Any]:
    de, jusqua = vue.debut.astimezone(PARIS), vue.fin.astimezone(PARIS)
    champs = ("titre", "type", "collaborateur", "lieu", "adresse", "capacite")
    return {**{c: getattr(vue, c) for c in champs}, "date": vue.jour, "de": de.time(), "a": jusqua.time()}


def _saisie(f: Formulaire) -> SaisieSeance:
    """Return what the form says of the séance."""
    titre, type_ = f.texte("titre", requis=True, maximum=80), f.choix("type", TYPES, requis=True)
    lieu = f.choix("lieu", nomenclature("LIEU").par_code())
    adresse = f.texte("adresse", maximum=160)
    collaborateur = f.identifiant("collaborateur", requis=True)
    capacite = f.entier("capacite", requis=True, minimum=2, maximum=CAPACITE_MAXIMALE)
    debut, duree = lire_horaire(f, "date")
    f.verifier()
    garder_saisie(f, dict.fromkeys(("titre", "adresse"), LECTEURS_ORGANISME))
    assert collaborateur is not None and capacite is not None and debut is not None  # noqa: S101, PT018 - `verifier` has refused empty ones
    return SaisieSeance(
        titre=titre,
        type=type_,
        collaborateur=collaborateur,
        lieu=lieu,
        adresse=adresse,
        capacite=capacite,
        debut=debut,
        duree=duree,
    )


async def _suite(page: Page, identifiant: uuid.UUID) -> dict[str, Any]:
    vue = await seance(page.ctx, identifiant)
    suite = await serie(page.ctx, vue)
    debut = prochaine_date(suite, page.ctx.aujourdhui)
    return {
        **await listes_atelier(page, suite.derniere),
        "seance": vue,
        "suite": suite,
        "valeurs": {**_valeurs(suite.derniere), "debut": debut},
    }


def _ajout(f: Formulaire) -> SaisiePlage:
    """Return the days and hours that the form gives; the rest comes from the last séance of the series."""
    debut, fin = f.date("debut", requis=True), f.date("fin", requis=True)
    jours = lire_jours(f)
    semaines = f.entier("semaines", requis=True, minimum=1, maximum=SEMAINES_MAXIMUM)
    depart, duree = lire_horaire(f, "debut")
    f.verifier()
    assert debut is not None and fin is not None and depart is not None and semaines is not None  # noqa: S101, PT018 - `verifier` has refused empty ones
    de = minutes(depart)
    return SaisiePlage(
        jours=jours, debut=debut, fin=fin, de=de, a=de + duree, duree=duree, semaines=semaines, type=TYPES[0]
    )
