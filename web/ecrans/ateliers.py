"""Ateliers collectifs: the series, a séance with its people, its waiting list and its sheet of attendance."""

import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.agenda.actions import liberer_creneau, publier_creneaux
from viesion_core.agenda.actions_ateliers import donner_place, inscrire, pointer, quitter_attente
from viesion_core.agenda.actions_series import deplacer_seance
from viesion_core.agenda.model import CAPACITE_MAXIMALE, SEMAINES_MAXIMUM, SaisiePlage
from viesion_core.agenda.model_ateliers import PORTEES, PRESENCES, SEULE, TYPES, Seance
from viesion_core.agenda.model_series import partager, suivantes
from viesion_core.agenda.queries_ateliers import (
    PAR_PAGE,
    en_attente,
    participants,
    seance,
    seances_de_serie,
    seances_page,
)
from viesion_core.dossiers.recherche import chercher
from viesion_core.entretiens.model import DUREE_MAXIMALE
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.formats import date
from viesion_core.nomenclatures.model import nomenclature
from web.ecrans.plages_commun import en_saisie, lire_jours, listes_plage, minutes
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_ORGANISME, garder_saisie
from web.page import Page, PageCourante, retour_interne
from web.politiques import SUIVI, politique

LISTE = "/agenda/ateliers"
_PROPOSEES = 8
_PRESENCE = "presence-"


class AtelierController(Controller):
    """The ateliers of the organism."""

    path = LISTE
    opt = politique(SUIVI)

    @get()
    async def lister(self, page: PageCourante, p: FromQuery[int] = 1) -> Response[Any]:
        """Show the séances to come, and first those past whose attendance is not told."""
        courante = min(max(p, 1), 10_000)
        lignes, total = await seances_page(page.ctx, page=courante)
        return await page.rendre(
            "agenda/ateliers.html", seances=lignes, total=total, page_courante=courante, par_page=PAR_PAGE
        )

    @get("/nouveau")
    async def nouveau(self, page: PageCourante) -> Response[Any]:
        """Show « Nouvel atelier »."""
        return await page.rendre("agenda/atelier_nouveau.html", **await listes_atelier(page))

    @post("/nouveau")
    async def creer(self, page: PageCourante) -> Response[Any]:
        """Make the series; the toast withdraws it all."""
        f = await lire_formulaire(page.requete)
        try:
            fait = await publier_creneaux(page.ctx, _saisie(f))
        except ErreurMetier as erreur:
            return await page.rendre_erreurs(
                "agenda/atelier_nouveau.html", renommer(en_saisie(erreur)), f.brut, **await listes_atelier(page)
            )
        return page.rediriger(LISTE, acte=fait.id)

    @get("/{identifiant:uuid}")
    async def montrer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show a séance: who is in it, who waits, the attendance once the day has come."""
        return await _rendre(page, identifiant)

    @get("/{identifiant:uuid}/personnes")
    async def proposer(
        self, page: PageCourante, identifiant: FromPath[uuid.UUID], q: FromQuery[str] = ""
    ) -> Response[Any]:
        """Return the people of the perimeter whom a text may name (fragment for a combobox, JSON otherwise)."""
        await seance(page.ctx, identifiant)
        trouves = await chercher(page.ctx, q[:100].strip(), limite=_PROPOSEES) if q.strip() else []
        lignes = [
            {
                "code": str(r.numero),
                "titre": f"{r.nom} {r.prenom}",
                "detail": f"{date(r.date_naissance)}, dossier {r.numero}",
            }
            for r in trouves
        ]
        if page.htmx:
            return page.fragment("agenda/personnes_proposees.html", resultats=lignes)
        return Response(content={"resultats": lignes})

    @post("/{identifiant:uuid}/inscrire")
    async def inscrire(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Give the person a place, or put her on the waiting list; from the séance or from her dossier."""
        await seance(page.ctx, identifiant)  # before the form: another's answers like an unknown one
        f = await lire_formulaire(page.requete)
        retour = retour_interne(f.texte("retour", maximum=300), f"{LISTE}/{identifiant}")
        try:
            fait = await inscrire(page.ctx, identifiant, await _personne(page, f))
        except (Introuvable, ConflitVersion):
            raise
        except ErreurMetier as erreur:
            return await _rendre(page, identifiant, erreur=ErreurSaisie({"numero": _raison(erreur)}), saisie=f.brut)
        return page.rediriger(retour, acte=fait.acte.id)

    @post("/{identifiant:uuid}/liberer")
    async def liberer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Take a person off the séance: her entretien is cancelled, her place is free."""
        presents = {p.entretien: p for p in await _presents(page, identifiant)}
        f = await lire_formulaire(page.requete)
        cle, version = f.identifiant("entretien", requis=True), f.entier("version", requis=True) or 0
        f.verifier()
        if cle is None or cle not in presents:
            raise Introuvable
        fait = await liberer_creneau(page.ctx, presents[cle].numero, cle, version=version)
        return page.rediriger(f"{LISTE}/{identifiant}", acte=fait.id)

    @post("/{identifiant:uuid}/presences")
    async def pointer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Save the sheet of attendance; « Tous présents » fills what is not told."""
        presents = await _presents(page, identifiant)
        f = await lire_formulaire(page.requete)
        defaut = PRESENCES[0] if f.case("tous") else ""
        dits = {p.entretien: f.texte(f"{_PRESENCE}{p.entretien}", maximum=20) or defaut for p in presents}
        versions = {p.entretien: f.entier(f"version-{p.entretien}") or 0 for p in presents}
        f.verifier()
        fait = await pointer(page.ctx, identifiant, {cle: code for cle, code in dits.items() if code}, versions)
        return page.rediriger(f"{LISTE}/{identifiant}", acte=fait.id if not fait.vide else None)

    @post("/{identifiant:uuid}/deplacer")
    async def deplacer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Move the séance, alone or with the next ones; dragged in the grid, alone."""
        await seance(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            debut, version = f.instant("date", "heure", requis=True), f.entier("version", requis=True) or 0
            portee = f.choix("portee", PORTEES) or SEULE
            retour = retour_interne(f.texte("retour", maximum=300), f"{LISTE}/{identifiant}")
            f.verifier()
            assert debut is not None  # noqa: S101 - `verifier` has refused an empty one
            fait = await deplacer_seance(page.ctx, identifiant, debut, portee=portee, version=version)
        except ErreurSaisie as erreur:
            return await _rendre(page, identifiant, erreur=erreur, saisie=f.brut)
        except (Introuvable, ConflitVersion):
            raise
        except ErreurMetier as erreur:
            return await _rendre(page, identifiant, erreur=ErreurSaisie({"date": erreur.message}), saisie=f.brut)
        return page.rediriger(retour, acte=fait.id if not fait.vide else None)

    @post("/{identifiant:uuid}/attente")
    async def attente(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Give a place to a person of the waiting list (`placer`), or take her off it."""
        await seance(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        cle, version = f.identifiant("personne", requis=True), f.entier("version", requis=True) or 0
        f.verifier()
        assert cle is not None  # noqa: S101 - `verifier` has refused an empty one
        if f.case("placer"):
            fait = await donner_place(page.ctx, identifiant, cle)
        else:
            fait = await quitter_attente(page.ctx, identifiant, cle, version=version)
        return page.rediriger(f"{LISTE}/{identifiant}", acte=fait.id)


async def _presents(page: Page, identifiant: uuid.UUID) -> list[Any]:
    await seance(page.ctx, identifiant)
    return list(await participants(page.ctx, identifiant))


async def _rendre(
    page: Page,
    identifiant: uuid.UUID,
    *,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    vue = await seance(page.ctx, identifiant)
    presents, attendent = await participants(page.ctx, identifiant), await en_attente(page.ctx, identifiant)
    serie = await seances_de_serie(page.ctx, vue)
    rang = next((n for n, s in enumerate(serie) if s.id == vue.id), 0)
    donnees: dict[str, Any] = {
        "seance": vue,
        "serie": serie,
        "rang": rang,
        "toutes": partager(suivantes(serie, vue), page.ctx.maintenant),
        "participants": presents,
        "attendent": attendent,
        "ailleurs": vue.pris - len(presents),
        "ouverte": vue.debut > page.ctx.maintenant,
        "inscriptible": vue.jour >= page.ctx.aujourdhui,
        "pointable": vue.jour <= page.ctx.aujourdhui,
        "presences": [(code, nomenclature("REALISATION").libelle_de(code)) for code in PRESENCES],
    }
    if erreur is not None:
        return await page.rendre_erreurs("agenda/atelier.html", erreur, saisie or {}, **donnees)
    return await page.rendre("agenda/atelier.html", **donnees)


async def _personne(page: Page, f: Formulaire) -> int:
    """Return the dossier chosen in the list, or typed: a number, or words that name one person only."""
    numero = f.entier("numero", minimum=1)
    texte = f.texte("numero_texte", maximum=100)
    if numero is None and not f.erreurs:
        if not texte:
            raise ErreurSaisie({"numero": "Choisissez une personne."})
        trouves = await chercher(page.ctx, texte, limite=2)
        if len(trouves) != 1:
            combien = "Aucune personne ne correspond" if not trouves else "Plusieurs personnes correspondent"
            raise ErreurSaisie({"numero": f"{combien} : précisez, ou saisissez le numéro de dossier."})
        numero = trouves[0].numero
    f.verifier()
    return numero or 0


def _raison(erreur: ErreurMetier) -> str:
    """Return why the person is not registered, in a sentence."""
    if not isinstance(erreur, ErreurSaisie):
        return erreur.message
    return " ".join(erreur.erreurs.values())


async def listes_atelier(page: Page, vue: Seance | None = None) -> dict[str, Any]:
    """Return the choices of the forms of an atelier, what the séance `vue` says already being among them."""
    listes = await listes_plage(page)
    lieux = [(e.code, e.libelle) for e in nomenclature("LIEU").elements if e.code.startswith("COLLECTIF")]
    if vue is not None and vue.lieu and vue.lieu not in dict(lieux):
        lieux.append((vue.lieu, vue.lieu_libelle))
    if vue is not None and vue.collaborateur not in dict(listes["choix"]):
        listes["choix"].append((vue.collaborateur, vue.collaborateur_nom))
    return {
        "types": [(code, nomenclature("TYPE_ENTRETIEN").libelle_de(code)) for code in TYPES],
        "lieux": lieux,
        **listes,
        "semaines_maximum": SEMAINES_MAXIMUM,
    }


def lire_horaire(f: Formulaire, jour: str) -> tuple[dt.datetime | None, int]:
    """Return when a séance begins, « De » on the day of the field `jour`, and its minutes to « À »."""
    de, jusqua = f.instant(jour, "de", requis=True), f.instant(jour, "a", requis=True)
    if de is None or jusqua is None:
        return None, 0
    if jusqua <= de:
        f.erreurs["a"] = "L'heure de fin suit l'heure de début."
    elif jusqua - de > dt.timedelta(minutes=DUREE_MAXIMALE):
        f.erreurs["a"] = f"Une séance dure {DUREE_MAXIMALE // 60} heures au plus."
    return de, int((jusqua - de).total_seconds()) // 60


def _saisie(f: Formulaire) -> SaisiePlage:
    """Return the series that the form gives: one séance from « De » to « À », each of the days chosen."""
    debut, fin = f.date("debut", requis=True), f.date("fin", requis=True)
    de, duree = lire_horaire(f, "debut")
    valeurs: dict[str, Any] = {
        "titre": f.texte("titre", requis=True, maximum=80),
        "jours": lire_jours(f),
        "type": f.choix("type", TYPES, requis=True),
        "lieu": f.choix("lieu", nomenclature("LIEU").par_code()),
        "adresse": f.texte("adresse", maximum=160),
        "collaborateur": f.identifiant("collaborateur", requis=True),
        "capacite": f.entier("capacite", requis=True, minimum=2, maximum=CAPACITE_MAXIMALE),
        "semaines": f.entier("semaines", requis=True, minimum=1, maximum=SEMAINES_MAXIMUM),
    }
    f.verifier()
    garder_saisie(f, dict.fromkeys(("titre", "adresse"), LECTEURS_ORGANISME))
    assert debut is not None and fin is not None and de is not None  # noqa: S101, PT018 - `verifier` has refused empty ones
    depart = minutes(de)
    return SaisiePlage(debut=debut, fin=fin, de=depart, a=depart + duree, duree=duree, vecteur="PHYSIQUE", **valeurs)


def renommer(erreur: ErreurSaisie) -> ErreurSaisie:
    """Return the mistakes by the fields of these forms, which have no length: « À » gives it."""
    if "duree" not in erreur.erreurs:
        return erreur
    autres = {champ: message for champ, message in erreur.erreurs.items() if champ != "duree"}
    return ErreurSaisie({**autres, "a": erreur.erreurs["duree"]})
