"""« Pilotage → a questionnaire »: its answers compiled over a period, a chart and a table each, and the exports."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from viesion_core.bilans.model import Questionnaire, TypeQuestion
from viesion_core.bilans.queries import listes
from viesion_core.erreurs import Introuvable
from viesion_core.formats import instant, nombre, periode
from viesion_core.journal import journaliser_lecture
from viesion_core.pilotage.compilation import compiler
from viesion_core.pilotage.evolution import compiler_evolutions
from viesion_core.pilotage.model import Comptes, QuestionCompilee, SectionCompilee, avec_sante
from viesion_core.pilotage.model_evolution import EvolutionCompilee
from viesion_core.pilotage.queries import VersionQuestionnaire, comptes, versions
from viesion_core.pilotage.queries_evolution import comptes_evolutions
from viesion_core.pilotage.secret import SEUIL
from web.ecrans.pilotage_evolution import ENTETES_EVOLUTION, rangees_evolution
from web.ecrans.pilotage_filtres import Demande, choix_filtres, lire_demande
from web.export_csv import envoyer_csv
from web.export_xlsx import Feuille, envoyer_xlsx
from web.page import Page, PageCourante
from web.politiques import PILOTAGE, politique

MASQUE = "masqué"
REGLE_SANTE = (
    "une personne compte une fois (son dernier bilan de la période), les effectifs sont arrondis à 5 près, ceux de 1 à "
    "4 personnes sont masqués, ainsi que ceux qui permettraient de les retrouver par soustraction."
)
ENTETES = (
    "Section", "Code", "Question", "Bilans où elle est posée", "Réponses", "Taux de réponse (%)", "Réponse ou mesure",
    "Effectif ou valeur", "Part des réponses (%)",
)  # fmt: skip
ENTETES_AVANT = ("Effectif ou valeur, période comparée", "Part, période comparée (%)")


class Compilation(msgspec.Struct, frozen=True, kw_only=True):
    """What is compiled: the versions known, the one compiled, its counts in both periods, what is shown."""

    connues: list[VersionQuestionnaire]
    version: VersionQuestionnaire
    actuels: Comptes
    avant: Comptes | None
    sections: tuple[SectionCompilee, ...]
    evolutions: tuple[EvolutionCompilee, ...]

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire compiled."""
        return self.version.questionnaire


class CompilationController(Controller):
    """The compiled answers of a questionnaire."""

    path = "/pilotage/bilans/{code:str}"
    opt = politique(PILOTAGE)

    @get()
    async def compiler(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Show the compiled answers of a questionnaire, question by question: a chart, and its table."""
        demande = lire_demande(page, version=True)
        lue = await _compiler(page, code, demande)
        questionnaire = lue.questionnaire
        return await page.rendre(
            "pilotage/bilan.html",
            questionnaire=questionnaire,
            sante=REGLE_SANTE if avec_sante(questionnaire) else "",
            versions=[(v.questionnaire.version, f"Version {v.questionnaire.version}") for v in lue.connues],
            comptes=lue.actuels,
            comptes_avant=lue.avant,
            sections=lue.sections,
            evolutions=lue.evolutions,
            trop_peu=questionnaire.sensible and lue.actuels.retenus < SEUIL,
            chemin_filtres=f"/pilotage/bilans/{code}",
            periode_avant=periode(demande.avant.debut, demande.avant.fin) if demande.avant else "",
            **await choix_filtres(page, demande),
        )

    @get("/export.csv")
    async def exporter_csv(self, page: PageCourante, code: FromPath[str]) -> Stream:
        """Send what the page shows as a CSV file, nothing that it hides; the export is journalled."""
        demande = lire_demande(page, version=True)
        lue = await _compiler(page, code, demande)
        journaliser_lecture(page.ctx, "pilotage.exporter", "questionnaire", code, str(lue.actuels.retenus))
        avec_avant = demande.avant is not None
        entetes = ENTETES + (ENTETES_AVANT if avec_avant else ())

        async def lots() -> AsyncIterator[list[list[Any]]]:
            toutes = itertools.chain(
                rangees(lue.sections, avec_avant=avec_avant), _en_reponses(lue.evolutions, avec_avant=avec_avant)
            )
            yield [[_texte(v) for v in rangee] for rangee in toutes]

        return envoyer_csv(nom_fichier(lue.questionnaire, demande), entetes, lots())

    @get("/export.xlsx")
    async def exporter_xlsx(self, page: PageCourante, code: FromPath[str]) -> Response[bytes]:
        """Send what the page shows as a workbook, with a sheet that says what was asked; journalled too."""
        demande = lire_demande(page, version=True)
        lue = await _compiler(page, code, demande)
        journaliser_lecture(page.ctx, "pilotage.exporter", "questionnaire", code, str(lue.actuels.retenus))
        avec_avant = demande.avant is not None
        feuilles = [
            Feuille(
                titre="Réponses",
                entetes=ENTETES + (ENTETES_AVANT if avec_avant else ()),
                rangees=list(rangees(lue.sections, avec_avant=avec_avant)),
            ),
        ]
        if lue.evolutions:
            evolution = list(rangees_evolution(lue.evolutions, avec_avant=avec_avant))
            entetes = ENTETES_EVOLUTION + (ENTETES_AVANT if avec_avant else ())
            feuilles.append(Feuille(titre="Évolution", entetes=entetes, rangees=evolution))
        cadre = await _cadre(page, lue.questionnaire, demande, lue.actuels)
        feuilles.append(Feuille(titre="Ce qui est compilé", rangees=cadre))
        return await envoyer_xlsx(nom_fichier(lue.questionnaire, demande), feuilles)


async def _cadre(
    page: Page, questionnaire: Questionnaire, demande: Demande, actuels: Comptes
) -> list[tuple[str, str | int]]:
    """Return what a reader of the workbook must know: what was asked, when, how much, what is hidden."""
    choix = await choix_filtres(page, demande)
    lignes: list[tuple[str, str | int]] = [
        ("Questionnaire", f"{questionnaire.libelle}, version {questionnaire.version}"),
        ("Périmètre", choix["perimetre"]),
        ("Bilans datés", demande.periode),
        *(("Filtre", libelle) for nom, libelle in choix["actifs"] if nom != "organisme"),
        ("Bilans", actuels.bilans),
        ("Personnes", actuels.personnes),
        ("Calculé le", instant(page.ctx.maintenant)),
    ]
    if demande.avant:
        lignes.insert(3, ("Comparés à ceux", periode(demande.avant.debut, demande.avant.fin)))
    if avec_sante(questionnaire):
        lignes.append(("Données de santé", REGLE_SANTE))
    return lignes


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


def _en_reponses(evolutions: tuple[EvolutionCompilee, ...], *, avec_avant: bool) -> Iterator[list[Any]]:
    """Yield the rows of the evolutions under the headers of the answers: one file holds both."""
    for evolution, code, moments, comparees, *suite in rangees_evolution(evolutions, avec_avant=avec_avant):
        yield ["Évolution", code, f"{evolution} ({moments})", "", comparees, "", *suite]


async def _compiler(page: Page, code: str, demande: Demande) -> Compilation:
    connues = await versions(code)
    voulue = demande.adresse.get("version", "")
    version = next((v for v in connues if str(v.questionnaire.version) == voulue), None if voulue else connues[0])
    if version is None:
        raise Introuvable
    actuels = await comptes(page.ctx, version, demande.filtres)
    avant = await comptes(page.ctx, version, demande.avant) if demande.avant else None
    noms = await listes(version.questionnaire, _valeurs(version.questionnaire, actuels))
    evolutions = await comptes_evolutions(page.ctx, version, demande.filtres)
    passees = await comptes_evolutions(page.ctx, version, demande.avant) if demande.avant else []
    return Compilation(
        connues=connues,
        version=version,
        actuels=actuels,
        avant=avant,
        sections=compiler(version.questionnaire, actuels, noms, avant),
        evolutions=compiler_evolutions(
            version.questionnaire, evolutions, actuels, (passees, avant) if avant is not None else None
        ),
    )


def _valeurs(questionnaire: Questionnaire, actuels: Comptes) -> dict[str, list[str]]:
    """Return the codes answered to the questions that name a list: their labels stay although they closed."""
    return {
        question.code: [texte.strip('"') for texte in actuels.effectifs.get(question.code, {})]
        for question in questionnaire.questions()
        if question.liste and question.type is TypeQuestion.CHOIX
    }
