"""What can be carried over to a new version of a questionnaire: counted in three queries, whatever the base."""

import uuid
from typing import Any

import msgspec

from viesion_core.bilans.model import BilanResume, Questionnaire, lisible
from viesion_core.bilans.queries import derniere_version, listes, questionnaire_de, reponses
from viesion_core.bilans.regles import texte_reponse
from viesion_core.bilans.report import Apercu, Correspondance, Ecart, OrganismeReport, correspondance, rapprocher
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire
from viesion_core.erreurs import ErreurMetier


class VersionsQuestionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire in the list of the administration: its latest version, its open bilans on a former one."""

    code: str
    libelle: str
    offre: str
    version: int
    anciens: int


class ApercuBilan(msgspec.Struct, frozen=True, kw_only=True):
    """What the latest version would do to one bilan; `ecarts`: question, why, the answer in words ("" if not hers)."""

    nouveau: Questionnaire
    differences: Correspondance
    gardees: int
    ecarts: tuple[tuple[str, str, str], ...]


async def questionnaires_suivis() -> list[VersionsQuestionnaire]:
    """Return every questionnaire by offre, with how many open bilans are on a former version."""
    lignes = await lire(
        """SELECT q.code, q.libelle, q.offre, q.version,
            (SELECT count(*) FROM questionnaire v JOIN bilan x ON x.questionnaire = v.id
                WHERE v.code = q.code AND v.version < q.version AND x.clos_le IS NULL) AS anciens
        FROM questionnaire q WHERE q.version = (SELECT max(w.version) FROM questionnaire w WHERE w.code = q.code)
        ORDER BY q.offre, q.libelle, q.code LIMIT 200"""
    )
    return [convertir(VersionsQuestionnaire, ligne) for ligne in lignes]


async def apercu_report(ctx: Contexte, code: str) -> Apercu:
    """Return what carrying the open bilans of a questionnaire over would do; ErreurMetier for an unknown code.

    Counts only: no answer leaves this function. The caller is the administration.
    """
    toutes = await _versions(code)
    if not toutes:
        raise ErreurMetier(f"Aucun questionnaire n'a le code {code}.")
    (_, nouveau), anciennes = toutes[0], dict(toutes[1:])
    differences = {cle: correspondance(ancien, nouveau) for cle, ancien in anciennes.items()}
    ouverts = await _ouverts(anciennes)
    valeurs = await _valeurs({cle: {q.code for q in (*d.modifiees, *d.retirees)} for cle, d in differences.items()})
    ecarts: dict[Ecart, int] = {}
    par_organisme: dict[uuid.UUID, OrganismeReport] = {}
    bilans: tuple[list[tuple[int, Any]], list[tuple[int, Any]]] = ([], [])
    nombres = dict.fromkeys(anciennes, 0)
    for ligne in ouverts:
        ancien = anciennes[ligne["questionnaire"]]
        trouves = rapprocher(ancien, nouveau, valeurs.get(ligne["id"], {}), ctx.aujourdhui)
        for ecart in trouves:
            ecarts[ecart] = ecarts.get(ecart, 0) + 1
        bilans[bool(trouves)].append((ligne["beneficiaire"], ligne["id"]))
        nombres[ligne["questionnaire"]] += 1
        avant = par_organisme.get(ligne["organisme"], OrganismeReport(ligne["nom"], 0, 0))
        suite = OrganismeReport(avant.nom, avant.bilans + 1, avant.avec_ecarts + bool(trouves))
        par_organisme[ligne["organisme"]] = suite
    return Apercu(
        questionnaire=nouveau,
        organismes=tuple(sorted(par_organisme.values(), key=lambda o: o.nom)),
        versions=tuple((anciennes[cle].version, n, differences[cle]) for cle, n in nombres.items() if n),
        ecarts=ecarts,
        complets=bilans[0],
        incomplets=bilans[1],
    )


async def apercu_bilan(ctx: Contexte, fiche: BilanResume) -> ApercuBilan | None:
    """Return what the latest version would do to a bilan that the user read; None when it is already on it."""
    trouve = await derniere_version(fiche.code)
    if trouve is None or trouve[1].version <= fiche.version_questionnaire:
        return None
    nouveau, ancien = trouve[1], await questionnaire_de(fiche)
    valeurs = {reponse.question: reponse.valeur for reponse in await reponses(fiche.id)}
    ecarts = rapprocher(ancien, nouveau, valeurs, ctx.aujourdhui)
    noms, questions = await listes(ancien, valeurs), ancien.par_code()
    montres = []
    for ecart in ecarts:
        question = questions.get(ecart.question)
        lue = question is not None and lisible(ctx, question.sensible)
        texte = texte_reponse(question, valeurs[ecart.question], noms) if question is not None and lue else ""
        montres.append((question.texte if question else ecart.question, ecart.raison, texte))
    return ApercuBilan(
        nouveau=nouveau,
        differences=correspondance(ancien, nouveau),
        gardees=len(valeurs) - len(ecarts),
        ecarts=tuple(montres),
    )


async def _versions(code: str) -> list[tuple[uuid.UUID, Questionnaire]]:
    lignes = await lire("SELECT id, contenu FROM questionnaire WHERE code = {} ORDER BY version DESC LIMIT 50", code)
    return [(ligne["id"], msgspec.convert(ligne["contenu"], Questionnaire)) for ligne in lignes]


async def _ouverts(anciennes: dict[uuid.UUID, Questionnaire]) -> list[dict[str, Any]]:
    if not anciennes:
        return []
    marques = ", ".join("{}" for _ in anciennes)
    return await lire(
        f"""SELECT x.id, x.beneficiaire, x.questionnaire, x.organisme, o.nom
        FROM bilan x JOIN organisme o ON o.id = x.organisme
        WHERE x.questionnaire IN ({marques}) AND x.clos_le IS NULL ORDER BY x.id LIMIT 200000""",
        *anciennes,
    )


async def _valeurs(changees: dict[uuid.UUID, set[str]]) -> dict[uuid.UUID, dict[str, Any]]:
    """Return the answers of the open bilans to the questions that are not the same, by bilan."""
    utiles = {cle: sorted(codes) for cle, codes in changees.items() if codes}
    if not utiles:
        return {}
    conditions = " OR ".join(
        f"(x.questionnaire = {{}} AND r.question IN ({', '.join('{}' for _ in codes)}))" for codes in utiles.values()
    )
    lignes = await lire(
        f"""SELECT r.bilan, r.question, r.valeur FROM bilan x JOIN reponse r ON r.bilan = x.id
        WHERE x.clos_le IS NULL AND ({conditions})""",
        *(parametre for cle, codes in utiles.items() for parametre in (cle, *codes)),
    )
    valeurs: dict[uuid.UUID, dict[str, Any]] = {}
    for ligne in lignes:
        valeurs.setdefault(ligne["bilan"], {})[ligne["question"]] = ligne["valeur"]
    return valeurs
