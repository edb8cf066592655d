"""The use cases of a bilan as a whole: create, change its date, reopen, delete. Answers and closing are beside."""

import datetime as dt
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte, declarer_garde, declarer_suite
from viesion_core.bilans.comptes import garder_creation, suivre_bilans, suivre_reponses
from viesion_core.bilans.model import BilanResume, Questionnaire, cle_reponse, lisible
from viesion_core.bilans.queries import bilan, derniere_version, listes
from viesion_core.bilans.regles import avancement, normaliser, options_de, refus_modification
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, lire, lire_valeur
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.organismes.queries import offres_actives
from viesion_core.parcours.model import EtapeResume
from viesion_core.parcours.queries import etape

PREREMPLI = "Prérempli d'après le dossier"
SANS_ACCES = "Ce bilan porte sur la santé : il est réservé aux personnes habilitées de l'organisme."
Preremplissage = Callable[[EtapeResume], Awaitable[Mapping[str, Any]]]
_LOG = logging.getLogger("viesion.bilans")


async def creer_bilan(
    ctx: Contexte,
    numero: int,
    *,
    etape_choisie: uuid.UUID,
    code: str,
    date_bilan: dt.date,
    installees: frozenset[str],
    preremplir: Preremplissage | None = None,
) -> tuple[Acte, uuid.UUID]:
    """Open a bilan of an étape at a date, with its latest questionnaire; return the act and the id of the bilan.

    « Le bilan est à créer dès l'entrée de l'allocataire » (deck); an étape may have several, at different dates.
    `installees`: the offres whose plugin runs. `preremplir` gives the answers that the dossier already knows; one
    that the questionnaire refuses is left out. Raises ErreurSaisie by field.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    visee = await etape(ctx, numero, etape_choisie)
    trouve = await derniere_version(code)
    erreurs = await _defauts(ctx, visee, trouve[1] if trouve else None, date_bilan, installees)
    if erreurs or trouve is None:
        raise ErreurSaisie(erreurs)
    identifiant, questionnaire = trouve
    proposees = await _proposees(ctx, questionnaire, visee, preremplir)
    libelle = f"{questionnaire.libelle} du {date_bilan:%d/%m/%Y} créé"
    if proposees:
        libelle += f", {len(proposees)} {'réponses préremplies' if len(proposees) > 1 else 'réponse préremplie'}"
    async with acte(ctx, "bilan.creer", libelle, beneficiaire=numero) as a:
        await _exiger_date_libre(visee.id, code, date_bilan)
        etat = avancement(questionnaire, proposees)
        ligne = await a.inserer(
            Bilan,
            {
                "beneficiaire": numero,
                "etape": visee.id,
                "organisme": visee.organisme,
                "questionnaire": identifiant,
                "date_bilan": date_bilan,
                "nombre_questions": etat.total,
                "nombre_reponses": etat.reponses,
                "created_at": ctx.maintenant,
            },
        )
        if proposees:
            await a.inserer_lot(Reponse, [_prerempli(ctx, ligne["id"], q, v) for q, v in proposees.items()])
        annoncer(a, ligne["id"], numero)
    return a, ligne["id"]


async def changer_date(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    date_bilan: dt.date,
    *,
    version: int,
    installees: frozenset[str],
) -> Acte:
    """Change the « Date du bilan » of a bilan known at `version`."""
    exiger_ecriture(ctx)
    async with acte(ctx, "bilan.changer_date", "", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        exiger_modifiable(ctx, fiche, installees)
        defaut = _defaut_date(date_bilan, fiche.etape_debut, ctx.aujourdhui)
        if defaut:
            raise ErreurSaisie({"date_bilan": defaut})
        if date_bilan != fiche.date_bilan:
            await _exiger_date_libre(fiche.etape, fiche.code, date_bilan)
        a.libelle = f"{fiche.nom} : il est maintenant du {date_bilan:%d/%m/%Y}"
        await a.modifier(Bilan, identifiant, {"date_bilan": date_bilan}, version=version)
    return a


async def rouvrir_bilan(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int, installees: frozenset[str]
) -> Acte:
    """Open a closed bilan again, to correct it (undoable)."""
    exiger_ecriture(ctx)
    async with acte(ctx, "bilan.rouvrir", "", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        if not fiche.clos:
            raise ErreurMetier("Ce bilan est déjà ouvert.")
        exiger_modifiable(ctx, fiche, installees, clos=True)
        a.libelle = f"{fiche.nom} rouvert"
        await a.modifier(Bilan, identifiant, {"clos_le": None}, version=version)
        annoncer(a, identifiant, numero)
    return a


async def supprimer_bilan(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int, installees: frozenset[str]
) -> Acte:
    """Delete a bilan created by mistake and its answers (undoable); refused once a document was made from it."""
    exiger_ecriture(ctx)
    async with acte(ctx, "bilan.supprimer", "", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        exiger_modifiable(ctx, fiche, installees)
        documents = await lire_valeur("SELECT count(*) AS n FROM document WHERE bilan = {}", identifiant)
        if documents:
            raise ErreurMetier(f"{documents} documents ont été créés depuis ce bilan : il ne peut plus être supprimé.")
        a.libelle = f"{fiche.nom} supprimé"
        await a.supprimer_sous(Reponse, "bilan", identifiant)
        await a.supprimer(Bilan, identifiant, version=version)
        annoncer(a, identifiant, numero)
    return a


def exiger_modifiable(ctx: Contexte, fiche: BilanResume, installees: frozenset[str], *, clos: bool = False) -> None:
    """Raise Interdit unless the user may change the bilan; `clos`: although it is closed."""
    if not lisible(ctx, fiche.sensible):
        raise Interdit(SANS_ACCES)
    visee = msgspec.structs.replace(fiche, clos_le=None) if clos else fiche
    if refus := refus_modification(ctx, visee, installees):
        raise Interdit(refus)


def annoncer(a: Acte, identifiant: uuid.UUID, numero: int) -> None:
    """Tell the plugins that a bilan was opened, closed, reopened or deleted."""
    a.evenement("bilan_enregistre", {"bilan": str(identifiant), "beneficiaire": numero})


async def _defauts(
    ctx: Contexte,
    visee: EtapeResume,
    questionnaire: Questionnaire | None,
    date_bilan: dt.date,
    installees: frozenset[str],
) -> dict[str, str]:
    if ctx.utilisateur is not None and visee.organisme != ctx.organisme:
        raise Interdit(f"Cette étape est celle de {visee.organisme_nom} : seul cet organisme y crée des bilans.")
    erreurs = {}
    if questionnaire is None:
        erreurs["questionnaire"] = "Choisissez un bilan de la liste."
    elif questionnaire.offre != visee.offre:
        erreurs["questionnaire"] = f"Ce bilan est celui de l'offre {questionnaire.offre} : l'étape est {visee.offre}."
    elif not lisible(ctx, questionnaire.sensible):
        raise Interdit(SANS_ACCES)
    elif visee.offre not in installees:
        erreurs["questionnaire"] = f"L'extension de l'offre {visee.offre} n'est pas installée."
    elif visee.offre not in {offre.offre for offre in await offres_actives(visee.organisme, ctx.aujourdhui)}:
        erreurs["questionnaire"] = f"L'offre {visee.offre} n'est pas ouverte à {visee.organisme_nom} à ce jour."
    defaut = _defaut_date(date_bilan, visee.debut_reel, ctx.aujourdhui)
    if defaut:
        erreurs["date_bilan"] = defaut
    return erreurs


def _defaut_date(date_bilan: dt.date, debut: dt.date, aujourdhui: dt.date) -> str:
    if date_bilan > aujourdhui:
        return "La date du bilan ne peut pas être à venir."
    if date_bilan < debut:
        return f"Le bilan précède le début de l'étape ({debut:%d/%m/%Y})."
    return ""


async def _exiger_date_libre(etape_visee: uuid.UUID, code: str, date_bilan: dt.date) -> None:
    """Refuse a second bilan of the same questionnaire, étape and date: a double click, or two people at once."""
    verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
    await lire(f"SELECT id FROM etape WHERE id = {{}}{verrou}", etape_visee)
    deja = await lire_valeur(
        """SELECT x.id FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire
        WHERE x.etape = {} AND q.code = {} AND x.date_bilan = {}""",
        etape_visee,
        code,
        date_bilan,
    )
    if deja is not None:
        message = f"Un bilan du {date_bilan:%d/%m/%Y} existe déjà pour cette étape : ouvrez-le, ou changez la date."
        raise ErreurSaisie({"date_bilan": message})


async def _proposees(
    ctx: Contexte, questionnaire: Questionnaire, visee: EtapeResume, preremplir: Preremplissage | None
) -> dict[str, Any]:
    """Return the answers proposed from the dossier that the questionnaire accepts."""
    proposees = dict(await preremplir(visee)) if preremplir else {}
    if not proposees:
        return {}
    connues = await listes(questionnaire, proposees)
    acceptees = {}
    for question in questionnaire.questions():
        try:
            valeur = normaliser(question, proposees.get(question.code), options_de(question, connues), ctx.aujourdhui)
        except ErreurSaisie as erreur:
            _LOG.warning("%s: the answer proposed to %s is refused: %s", questionnaire.code, question.code, erreur)
            continue
        if valeur is not None:
            acceptees[question.code] = valeur
    return acceptees


def _prerempli(ctx: Contexte, identifiant: uuid.UUID, question: str, valeur: Any) -> dict[str, Any]:
    return {
        "id": cle_reponse(identifiant, question),
        "bilan": identifiant,
        "question": question,
        "valeur": valeur,
        "auteur": None,
        "auteur_nom": PREREMPLI,
        "at": ctx.maintenant,
    }


declarer_suite("reponse", suivre_reponses)
declarer_suite("bilan", suivre_bilans)
declarer_garde("bilan", garder_creation)
