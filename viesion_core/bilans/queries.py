"""Reads of questionnaires, bilans and answers; those of a dossier are inside the perimeter."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.actes import Changement, changements
from viesion_core.bilans.model import (
    BilanResume,
    BilanVu,
    ConclusionVue,
    Questionnaire,
    ReponseVue,
    cle_reponse,
    conclusion_ouverte,
    lisible,
)
from viesion_core.bilans.regles import Listes, bilan_vu, conclusion
from viesion_core.contexte import Contexte, Role
from viesion_core.db import base_courante, convertir, lire, lire_un
from viesion_core.erreurs import Introuvable
from viesion_core.nomenclatures.model import cle, communes, nomenclatures

ORGANISME, COMMUNE = "ORGANISME", "COMMUNE"
MAXIMUM = 300
"""How many bilans of one dossier are read at most, and how many of their answers."""
MAXIMUM_REPONSES = 20_000

_BILAN = """SELECT x.id, x.beneficiaire, x.etape, e.debut_reel AS etape_debut, e.fin_reelle AS etape_fin, x.organisme,
    o.nom AS organisme_nom, x.questionnaire, q.code, q.version AS version_questionnaire, q.libelle, q.offre,
    q.sensible, q.charge_le, x.date_bilan, x.nombre_questions, x.nombre_reponses, x.clos_le, x.created_at, x.version,
    EXISTS (SELECT 1 FROM offre_de_service s WHERE s.organisme = x.organisme AND s.offre = q.offre
        AND s.debut <= {} AND (s.fin IS NULL OR s.fin >= {})) AS offre_ouverte,
    (SELECT max(w.version) FROM questionnaire w WHERE w.code = q.code) AS derniere_version
FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire JOIN organisme o ON o.id = x.organisme
    JOIN etape e ON e.id = x.etape"""

_REPONSE = "SELECT r.id, r.bilan, r.question, r.valeur, r.auteur, r.auteur_nom, r.at, r.version FROM reponse r"

_lus: dict[tuple[uuid.UUID, Any], Questionnaire] = {}


async def bilans(ctx: Contexte, numero: int) -> list[BilanResume]:
    """Return the bilans of a person, the latest first; health ones too: who may open them is `lisible`."""
    condition, parametres = condition_perimetre(ctx, "x.beneficiaire")
    lignes = await lire(
        f"""{_BILAN} WHERE x.beneficiaire = {{}} AND {condition}
        ORDER BY x.date_bilan DESC, x.created_at DESC, x.id LIMIT {MAXIMUM}""",
        ctx.aujourdhui,
        ctx.aujourdhui,
        numero,
        *parametres,
    )
    return [convertir(BilanResume, ligne) for ligne in lignes]


async def bilan(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, verrou: bool = False) -> BilanResume:
    """Return one bilan of a person; Introuvable when it is not theirs. `verrou` keeps it until the end of the act."""
    condition, parametres = condition_perimetre(ctx, "x.beneficiaire")
    suffixe = " FOR UPDATE OF x" if verrou and base_courante().dialecte == "postgresql" else ""
    lignes = await lire(
        f"{_BILAN} WHERE x.id = {{}} AND x.beneficiaire = {{}} AND {condition}{suffixe}",
        ctx.aujourdhui,
        ctx.aujourdhui,
        identifiant,
        numero,
        *parametres,
    )
    if not lignes:
        raise Introuvable
    return convertir(BilanResume, lignes[0])


async def reponses(identifiant: uuid.UUID) -> list[ReponseVue]:
    """Return the answers of a bilan. The caller has read the bilan inside the perimeter, and masks (`masquer`)."""
    lignes = await lire(f"{_REPONSE} WHERE r.bilan = {{}} LIMIT 1000", identifiant)
    return [_reponse(ligne) for ligne in lignes]


async def conclusion_de(ctx: Contexte, fiche: BilanResume) -> ConclusionVue | None:
    """Return the agreed conclusion of a health bilan; None when the user does not open it (`conclusion_ouverte`).

    The other answers do not leave this function. The caller has read the bilan inside the perimeter.
    """
    questionnaire = await questionnaire_de(fiche)
    if not conclusion_ouverte(ctx, fiche, questionnaire):
        return None
    valeurs = {reponse.question: reponse.valeur for reponse in await reponses(fiche.id)}
    return conclusion(fiche, questionnaire, valeurs, await listes(questionnaire, valeurs))


async def conclusions_ouvertes(ctx: Contexte, fiches: Iterable[BilanResume]) -> set[uuid.UUID]:
    """Return which of these bilans the user opens the agreed conclusion of."""
    if ctx.role is not Role.PILOTE:
        return set()
    fermees = [fiche for fiche in fiches if not lisible(ctx, fiche.sensible)]
    questionnaires = await questionnaires_de(fermees)
    return {fiche.id for fiche in fermees if conclusion_ouverte(ctx, fiche, questionnaires[fiche.questionnaire])}


async def questionnaire_de(fiche: BilanResume) -> Questionnaire:
    """Return the questionnaire of a bilan, in its version: it is kept in the base and outlives its plugin."""
    return (await questionnaires_de([fiche]))[fiche.questionnaire]


async def questionnaires_de(fiches: Iterable[BilanResume]) -> Mapping[uuid.UUID, Questionnaire]:
    """Return the questionnaires of several bilans by id; each is read once in the life of the process."""
    cles = {fiche.questionnaire: (fiche.questionnaire, fiche.charge_le) for fiche in fiches}
    inconnus = [identifiant for identifiant, cle in cles.items() if cle not in _lus]
    if inconnus:
        marques = ", ".join("{}" for _ in inconnus)
        contenus = await lire(f"SELECT id, contenu FROM questionnaire WHERE id IN ({marques})", *inconnus)
        for ligne in contenus:
            _lus[cles[ligne["id"]]] = msgspec.convert(ligne["contenu"], Questionnaire)
    return {identifiant: _lus[cle] for identifiant, cle in cles.items()}


async def derniere_version(code: str) -> tuple[uuid.UUID, Questionnaire] | None:
    """Return the latest version kept of a questionnaire and its id; None for an unknown code."""
    ligne = await lire_un("SELECT id, contenu FROM questionnaire WHERE code = {} ORDER BY version DESC LIMIT 1", code)
    return (ligne["id"], msgspec.convert(ligne["contenu"], Questionnaire)) if ligne else None


async def listes(questionnaire: Questionnaire, valeurs: Mapping[str, Any]) -> Listes:
    """Return the reference lists that a questionnaire names; `valeurs` are the stored answers, whose labels stay."""
    gardes: dict[str, set[str]] = {}
    for question in questionnaire.questions():
        if question.liste:
            valeur = valeurs.get(question.code)
            choisis = valeur if isinstance(valeur, list) else [valeur]
            gardes.setdefault(question.liste, set()).update(code for code in choisis if isinstance(code, str))
    return {nom: await liste(nom, codes) for nom, codes in gardes.items()}


async def liste(nom: str, gardes: Collection[str] = ()) -> Mapping[str, str]:
    """Return the labels of a reference list by code.

    ORGANISME: the open conventioned organisms by id, and those of `gardes` although they closed since.
    """
    if nom == ORGANISME:
        gardees = [identifiant for code in gardes if (identifiant := _uuid(code)) is not None]
        marques = f" OR o.id IN ({', '.join('{}' for _ in gardees)})" if gardees else ""
        lignes = await lire(
            f"""SELECT o.id, o.nom FROM organisme o
            WHERE (o.ferme_le IS NULL AND o.nature = 'ORGANISME'){marques} ORDER BY o.nom, o.id LIMIT 2000""",
            *gardees,
        )
        return {str(ligne["id"]): ligne["nom"] for ligne in lignes}
    if nom == COMMUNE:
        return {commune.code_insee: commune.nom for commune in sorted(communes(), key=lambda c: cle(c.nom))}
    connue = nomenclatures().get(nom)
    return {element.code: element.libelle for element in connue.elements} if connue else {}


async def historique_reponse(identifiant: uuid.UUID, question: str) -> list[Changement]:
    """Return the values that an answer had, the latest change first: who, when, from what to what."""
    connues = await lire("SELECT id FROM reponse WHERE bilan = {} AND question = {}", identifiant, question)
    cles = {cle_reponse(identifiant, question), *(ligne["id"] for ligne in connues)}
    return [c for c in await changements("reponse", sorted(cles)) if c.champ == "valeur"]


async def bilans_vus(ctx: Contexte, numero: int) -> list[BilanVu]:
    """Return the bilans of a dossier with their answers as plugins see them, the latest first.

    Health bilans and health questions only for who may read them.
    """
    return (await bilans_et_vus(ctx, numero))[1]


async def bilans_et_vus(ctx: Contexte, numero: int) -> tuple[list[BilanResume], list[BilanVu]]:
    """Return the bilans of a dossier (`bilans`), and those that the user reads with their answers (`bilans_vus`).

    One statement: the exit and the panels of the plugins have many other things to read.
    """
    condition, parametres = condition_perimetre(ctx, "x.beneficiaire")
    lignes = await lire(
        f"""SELECT f.*, r.question AS reponse_question, r.valeur
        FROM ({_BILAN} WHERE x.beneficiaire = {{}} AND {condition}
            ORDER BY x.date_bilan DESC, x.created_at DESC, x.id LIMIT {MAXIMUM}) f
        LEFT JOIN reponse r ON r.bilan = f.id AND f.sensible IN ({{}}, FALSE)
        ORDER BY f.date_bilan DESC, f.created_at DESC, f.id LIMIT {MAXIMUM_REPONSES}""",
        ctx.aujourdhui,
        ctx.aujourdhui,
        numero,
        *parametres,
        lisible(ctx, sensible=True),
    )
    distincts = {ligne["id"]: ligne for ligne in lignes}.values()
    connues = [convertir(BilanResume, _sans_reponse(ligne)) for ligne in distincts]
    lisibles = [fiche for fiche in connues if lisible(ctx, fiche.sensible)]
    questionnaires = await questionnaires_de(lisibles)
    valeurs = _par_bilan(ctx, lignes, {fiche.id: questionnaires[fiche.questionnaire] for fiche in lisibles})
    return connues, [bilan_vu(f, questionnaires[f.questionnaire], valeurs.get(f.id, {})) for f in lisibles]


def _sans_reponse(ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in ligne.items() if nom not in ("reponse_question", "valeur")}


def _par_bilan(
    ctx: Contexte, lignes: Iterable[dict[str, Any]], questionnaires: Mapping[uuid.UUID, Questionnaire]
) -> dict[uuid.UUID, dict[str, Any]]:
    """Gather the values of each bilan, those that the user may read."""
    questions = {identifiant: questionnaire.par_code() for identifiant, questionnaire in questionnaires.items()}
    valeurs: dict[uuid.UUID, dict[str, Any]] = {}
    for ligne in lignes:
        code = ligne["reponse_question"]
        if code is not None and ligne["id"] in questions:
            question = questions[ligne["id"]].get(code)
            if question is None or lisible(ctx, question.sensible):
                valeurs.setdefault(ligne["id"], {})[code] = ligne["valeur"]
    return valeurs


def _reponse(ligne: Mapping[str, Any]) -> ReponseVue:
    return convertir(ReponseVue, {k: v for k, v in ligne.items() if k != "bilan"})


def _uuid(texte: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(texte)
    except ValueError:
        return None
