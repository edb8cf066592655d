"""« Pilotage »: the file active, who comes in and out, the entretiens, the bilans; filters in the address, exports."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.response import Stream

from viesion_core.formats import MOIS, periode
from viesion_core.journal import journaliser_lecture
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.pilotage.model import QuestionnaireCompte
from viesion_core.pilotage.model_activite import Activite, Ligne, en_lignes, mois_entre
from viesion_core.pilotage.queries import questionnaires_comptes
from viesion_core.pilotage.queries_activite import activite
from web.ecrans.pilotage_filtres import Demande, choix_filtres, lire_demande
from web.export_csv import envoyer_csv
from web.export_xlsx import Feuille, envoyer_xlsx
from web.page import Page, PageCourante
from web.politiques import PILOTAGE, politique

ENTETES = ("Tableau", "Ligne", "Nombre", "Période comparée")
_ORGANISMES = 30


class Tableau(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the home and the same of the period before (by code); `legende` says what is counted."""

    code: str
    titre: str
    legende: str
    lignes: list[Ligne]
    avant: dict[str, Ligne] | None = None


class Tableaux(msgspec.Struct, frozen=True, kw_only=True):
    """All that the home shows."""

    actuelle: Activite
    avant: Activite | None
    tableaux: list[Tableau]
    mois: list[tuple[str, str, int, int]]
    questionnaires: list[QuestionnaireCompte]
    questionnaires_avant: dict[str, QuestionnaireCompte]


class PilotageController(Controller):
    """The activity of the perimeter."""

    path = "/pilotage"
    opt = politique(PILOTAGE)

    @get()
    async def afficher(self, page: PageCourante) -> Response[Any]:
        """Show the counts of the period, and every questionnaire with the way to its compilation."""
        demande = lire_demande(page)
        lus = await _lire(page, demande)
        toutes = (*lus.questionnaires, *lus.questionnaires_avant.values())
        return await page.rendre(
            "pilotage/accueil.html",
            lus=lus,
            maximum=max((ligne.bilans for ligne in toutes), default=0),
            organismes_montres=_ORGANISMES,
            chemin_filtres="/pilotage",
            periode_avant=periode(demande.avant.debut, demande.avant.fin) if demande.avant else "",
            **await choix_filtres(page, demande),
        )

    @get("/export.csv")
    async def exporter_csv(self, page: PageCourante) -> Stream:
        """Send the tables of the home as one CSV file; journalled."""
        demande = lire_demande(page)
        rangees = list(_rangees(await _lire(page, demande)))
        journaliser_lecture(page.ctx, "pilotage.exporter", "activite", page.ctx.role)

        async def lots() -> AsyncIterator[list[list[Any]]]:
            yield rangees

        return envoyer_csv(_nom(demande), ENTETES, lots())

    @get("/export.xlsx")
    async def exporter_xlsx(self, page: PageCourante) -> Response[bytes]:
        """Send them as a workbook, with a sheet that says what was asked; journalled."""
        demande = lire_demande(page)
        rangees = list(_rangees(await _lire(page, demande)))
        journaliser_lecture(page.ctx, "pilotage.exporter", "activite", page.ctx.role)
        choix = await choix_filtres(page, demande)
        cadre = [
            ("Périmètre", choix["perimetre"]),
            ("Période", demande.periode),
            *(("Filtre", libelle) for nom, libelle in choix["actifs"] if nom != "organisme"),
        ]
        if demande.avant:
            cadre.append(("Période comparée", periode(demande.avant.debut, demande.avant.fin)))
        feuilles = [Feuille(titre="Activité", entetes=ENTETES, rangees=rangees)]
        return await envoyer_xlsx(_nom(demande), [*feuilles, Feuille(titre="Ce qui est compté", rangees=cadre)])


def _nom(demande: Demande) -> str:
    return f"pilotage-{demande.filtres.debut}-{demande.filtres.fin}"


async def _lire(page: Page, demande: Demande) -> Tableaux:
    actuelle = await activite(page.ctx, demande.filtres)
    avant = await activite(page.ctx, demande.avant) if demande.avant else None
    mois = mois_entre(demande.filtres.debut, demande.filtres.fin)
    precedents = await questionnaires_comptes(page.ctx, demande.avant) if demande.avant else []
    return Tableaux(
        actuelle=actuelle,
        avant=avant,
        tableaux=_tableaux(actuelle, avant),
        mois=[
            (
                f"{MOIS[int(m[5:]) - 1]} {m[:4]}",
                f"{m[5:]}/{m[2:4]}",
                actuelle.entrees.get(m, 0),
                actuelle.sorties.get(m, 0),
            )
            for m in mois
        ],
        questionnaires=await questionnaires_comptes(page.ctx, demande.filtres),
        questionnaires_avant={ligne.code: ligne for ligne in precedents},
    )


def _tableaux(actuelle: Activite, avant: Activite | None) -> list[Tableau]:
    motifs = {e.code: e.libelle for e in nomenclature("MOTIF_SORTIE").elements}
    realisations = {e.code: e.libelle for e in nomenclature("REALISATION").elements}

    def passees(lignes: list[Ligne] | None) -> dict[str, Ligne] | None:
        return None if lignes is None else {ligne.code: ligne for ligne in lignes}

    return [
        Tableau(
            code="motifs",
            titre="Motifs de sortie",
            legende="Sorties du dispositif dans la période",
            lignes=en_lignes(actuelle.motifs, motifs),
            avant=passees(en_lignes(avant.motifs, motifs) if avant else None),
        ),
        Tableau(
            code="realisations",
            titre="Entretiens par réalisation",
            legende="Entretiens datés dans la période",
            lignes=en_lignes(actuelle.realisations, realisations),
            avant=passees(en_lignes(avant.realisations, realisations) if avant else None),
        ),
        Tableau(
            code="delais",
            titre="Délai avant la première étape",
            legende="Personnes entrées dans la période, jours de l'entrée à la première étape",
            lignes=actuelle.tranches(),
            avant=passees(avant.tranches() if avant else None),
        ),
    ]


def _rangees(lus: Tableaux) -> Iterator[list[Any]]:
    """Yield the rows of an export: table, row, how many, how many in the period before."""
    actuelle, avant = lus.actuelle, lus.avant
    for libelle, champ in (
        ("File active au dernier jour", "file_active"),
        ("Entrées", "total_entrees"),
        ("Sorties", "total_sorties"),
        ("Délai médian avant la première étape (jours)", "delai_median"),
    ):
        valeurs = [getattr(a, champ) if a else "" for a in (actuelle, avant)]
        yield ["Ensemble", libelle, *("" if valeur is None else valeur for valeur in valeurs)]
    for mois, _, entrees, sorties in lus.mois:
        yield ["Entrées par mois", mois, entrees, ""]
        yield ["Sorties par mois", mois, sorties, ""]
    for tableau in lus.tableaux:
        passees = tableau.avant or {}
        for ligne in tableau.lignes:
            yield [
                tableau.titre,
                ligne.libelle,
                ligne.nombre,
                passees[ligne.code].nombre if ligne.code in passees else "",
            ]
    for q in lus.questionnaires:
        precedent = lus.questionnaires_avant.get(q.code)
        yield ["Bilans par questionnaire", q.libelle, q.bilans, precedent.bilans if precedent else ""]
    for b in actuelle.bilans:
        yield ["Bilans par organisme et offre", f"{b.organisme}, {b.offre}", b.nombre, ""]
