"""« Pilotage »: what the bilans of the perimeter say together, questionnaire by questionnaire, and its exports."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from viesion_core.bilans.model import Questionnaire, TypeQuestion
from viesion_core.bilans.queries import listes
from viesion_core.erreurs import Introuvable
from viesion_core.formats import nombre, periode
from viesion_core.journal import journaliser_lecture
from viesion_core.pilotage.compilation import compiler
from viesion_core.pilotage.model import Comptes, QuestionCompilee, SectionCompilee, avec_sante
from viesion_core.pilotage.queries import VersionQuestionnaire, comptes, questionnaires_comptes, versions
from viesion_core.pilotage.secret import SEUIL
from web.ecrans.pilotage_filtres import Demande, choix_filtres, lire_demande
from web.export_csv import envoyer_csv
from web.page import Page, PageCourante
from web.politiques import PILOTAGE, politique

MASQUE = "masqué"
ENTETES = (
    "Section", "Code", "Question", "Bilans où elle est posée", "Réponses", "Taux de réponse (%)", "Réponse ou mesure",
    "Effectif ou valeur", "Part des réponses (%)",
)  # fmt: skip
ENTETES_AVANT = ("Effectif ou valeur, période comparée", "Part, période comparée (%)")


class PilotageController(Controller):
    """The compiled bilans of the perimeter."""

    path = "/pilotage"
    opt = politique(PILOTAGE)

    @get()
    async def afficher(self, page: PageCourante) -> Response[Any]:
        """Show every questionnaire, how much it served in the period, and the way to its compilation."""
        demande = lire_demande(page)
        lignes = await questionnaires_comptes(page.ctx, demande.filtres)
        avant = await questionnaires_comptes(page.ctx, demande.avant) if demande.avant else []
        return await page.rendre(
            "pilotage/accueil.html",
            questionnaires=lignes,
            avant={ligne.code: ligne for ligne in avant},
            maximum=max((ligne.bilans for ligne in (*lignes, *avant)), default=0),
            chemin_filtres="/pilotage",
            **await choix_filtres(page, demande),
        )

    @get("/bilans/{code:str}")
    async def compiler(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Show the compiled answers of a questionnaire, question by question: a chart, and its table."""
        demande = lire_demande(page, version=True)
        connues, version, actuels, avant, sections = await _compiler(page, code, demande)
        questionnaire = version.questionnaire
        return await page.rendre(
            "pilotage/bilan.html",
            questionnaire=questionnaire,
            sante=avec_sante(questionnaire),
            versions=[(v.questionnaire.version, f"Version {v.questionnaire.version}") for v in connues],
            comptes=actuels,
            comptes_avant=avant,
            sections=sections,
            trop_peu=questionnaire.sensible and actuels.retenus < SEUIL,
            chemin_filtres=f"/pilotage/bilans/{code}",
            periode_avant=periode(demande.avant.debut, demande.avant.fin) if demande.avant else "",
            **await choix_filtres(page, demande),
        )

    @get("/bilans/{code:str}/export.csv")
    async def exporter_csv(self, page: PageCourante, code: FromPath[str]) -> Stream:
        """Send what the page shows as a CSV file, nothing that it hides; the export is journalled."""
        demande = lire_demande(page, version=True)
        _, version, actuels, _, sections = await _compiler(page, code, demande)
        journaliser_lecture(page.ctx, "pilotage.exporter", "questionnaire", code, str(actuels.retenus))
        entetes = ENTETES + (ENTETES_AVANT if demande.avant else ())

        async def lots() -> AsyncIterator[list[list[Any]]]:
            yield [[_texte(v) for v in rangee] for rangee in rangees(sections, avec_avant=demande.avant is not None)]

        return envoyer_csv(nom_fichier(version.questionnaire, demande), entetes, lots())


def nom_fichier(questionnaire: Questionnaire, demande: Demande) -> str:
    """Return « compilation-mos-2025-12-01-2026-11-25 »."""
    return f"compilation-{questionnaire.code.lower()}-{demande.filtres.debut}-{demande.filtres.fin}"


def rangees(sections: tuple[SectionCompilee, ...], *, avec_avant: bool) -> Iterator[list[Any]]:
    """Yield the rows of an export: one per possible answer, then one per measure; numbers stay numbers."""
    for section in sections:
        for question in section.questions:
            debut = [
                section.titre,
                question.code,
                question.texte,
                MASQUE if question.masquee else question.posees,
                MASQUE if question.masquee else question.repondues,
                _arrondi(question.taux),
            ]
            reste = itertools.chain(_cases(question), _mesures(question))
            vide = True
            for suite in reste:
                vide = False
                yield debut + (suite if avec_avant else suite[:3])
            if vide:
                yield debut + ([""] * 5 if avec_avant else [""] * 3)


def _cases(question: QuestionCompilee) -> Iterator[list[Any]]:
    for case in question.cases:
        avant = question.case_avant(case.code)
        yield [
            case.libelle,
            MASQUE if case.masquee else case.effectif,
            _arrondi(case.part),
            "" if avant is None else MASQUE if avant.masquee else avant.effectif,
            _arrondi(avant.part) if avant else "",
        ]


def _mesures(question: QuestionCompilee) -> Iterator[list[Any]]:
    if question.distribution is None:
        return
    avant = question.avant.distribution.lignes() if question.avant and question.avant.distribution else []
    passees: Mapping[str, float | None] = dict(avant)
    for libelle, valeur in question.distribution.lignes():
        if valeur is not None:
            passee = passees.get(libelle)
            yield [libelle, valeur, "", "" if passee is None else passee, ""]


def _arrondi(part: float | None) -> float | str:
    return "" if part is None else round(part, 1)


def _texte(valeur: Any) -> str:
    """Return a number as a French spreadsheet reads it, with a comma."""
    return nombre(valeur).replace("\u202f", "").replace("\u2212", "-") if isinstance(valeur, float) else str(valeur)


async def _compiler(
    page: Page, code: str, demande: Demande
) -> tuple[list[VersionQuestionnaire], VersionQuestionnaire, Comptes, Comptes | None, tuple[SectionCompilee, ...]]:
    """Return the versions known, the one compiled, its counts in both periods, and its compiled sections."""
    connues = await versions(code)
    voulue = demande.adresse.get("version", "")
    version = next((v for v in connues if str(v.questionnaire.version) == voulue), None if voulue else connues[0])
    if version is None:
        raise Introuvable
    actuels = await comptes(page.ctx, version, demande.filtres)
    avant = await comptes(page.ctx, version, demande.avant) if demande.avant else None
    noms = await listes(version.questionnaire, _valeurs(version.questionnaire, actuels))
    return connues, version, actuels, avant, compiler(version.questionnaire, actuels, noms, avant)


def _valeurs(questionnaire: Questionnaire, actuels: Comptes) -> dict[str, list[str]]:
    """Return the codes answered to the questions that name a list: their labels stay although they closed."""
    return {
        question.code: [texte.strip('"') for texte in actuels.effectifs.get(question.code, {})]
        for question in questionnaire.questions()
        if question.liste and question.type is TypeQuestion.CHOIX
    }
