"""The page of the exit: which étape, what its checklist found, and how it comes back after a refusal."""

import uuid
from collections.abc import Iterable
from typing import Any

from litestar import Response

from viesion_core.actes import dernier_acte
from viesion_core.bilans.actions_cloture import ClotureRefusee
from viesion_core.bilans.model import lisible
from viesion_core.entretiens.model import SUITES, modifiable
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Introuvable
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.offres.model import DossierVu, PointSortie
from viesion_core.parcours.model import EtapeResume
from viesion_core.parcours.queries import etapes
from viesion_core.resume.queries import bandeau
from viesion_core.sortie.model import Verification, etapes_a_clore
from viesion_core.sortie.queries import dossier_sortie
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier
from web.page import Page

_CHAMPS = (
    ChampConflit("fin_reelle", "Fin réelle"),
    ChampConflit("motif_fin", "Motif de fin d'étape", lambda code: libelle("MOTIF_FIN", code)),
)
_FAMILLES_MOTIF = {
    "positive": "Emploi, formation, objectif atteint",
    "neutre": "Changement de situation ou de parcours",
    "negative": "Sans suite",
    "autre": "Autre",
}
RAISONS = (
    "La personne n'est jamais venue.",
    "La personne ne donne plus suite.",
    "Le bilan est rédigé en dehors de VieSion.",
    "Le relais est pris par une autre offre de service.",
)


def adresse_sortie(numero: int, etape: uuid.UUID) -> str:
    """Return the address of the checklist of an étape."""
    return f"/beneficiaires/{numero}/sortie?etape={etape}"


async def verifier_extensions(page: Page, dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
    """Return the plugin's lines; « non vérifiable » when it is not installed or fails."""
    if page.registre.offre(etape.offre) is None:
        return [
            PointSortie(
                libelle=f"{etape.offre}\u00a0: non vérifiable",
                fait=False,
                detail="L'extension de cette offre n'est pas installée : ses vérifications ne sont pas faites.",
                verifiable=False,
            )
        ]
    return await page.registre.verifier_sortie(etape.offre, dossier, etape)


class Vue:
    """The exit being shown. `point`: the line whose repair was refused; `refus_bilan`: what a bilan's control found."""

    def __init__(
        self, page: Page, numero: int, *, point: str = "", refus_bilan: tuple[uuid.UUID, ClotureRefusee] | None = None
    ) -> None:
        self.page, self.numero, self.point, self.refus_bilan = page, numero, point, refus_bilan

    async def montrer(self, choisie: uuid.UUID | None, **rendu: Any) -> Response[Any]:
        """Show the checklist, or what was closed, or the choice between several open étapes."""
        fiche = await bandeau(self.page.ctx, self.numero)
        toutes = await etapes(self.page.ctx, self.numero)
        ouvertes = etapes_a_clore(toutes, self.page.ctx.organisme)
        etape = next((e for e in toutes if e.id == choisie), None)
        if choisie is not None and etape is None:
            raise Introuvable
        if etape is None and len(ouvertes) == 1:
            etape = ouvertes[0]
        rendu |= {"onglet": "sortie", "fiche": fiche}
        if etape is None:
            a_choisir = ouvertes or [e for e in toutes if e.ouverte]
            return await self._rendre("sortie/choix.html", etapes=a_choisir, closes=_closes(toutes), **rendu)
        if not etape.ouverte:
            fait = await dernier_acte(self.page.ctx, "etape", etape.id)
            return await self._rendre("sortie/close.html", etape=etape, fait=fait, ouvertes=ouvertes, **rendu)
        dossier = await dossier_sortie(self.page.ctx, self.numero, fiche, toutes)
        extensions = await verifier_extensions(self.page, dossier.vu, etape)
        verification = dossier.verifier(self.page.ctx, etape, extensions)
        return await self._rendre("sortie/verification.html", **self._donnees(verification, ouvertes), **rendu)

    async def refuser(
        self, identifiant: uuid.UUID, erreur: ErreurSaisie | ConflitVersion, saisie: dict[str, Any]
    ) -> Response[Any]:
        """Show the checklist again as it now is, with what was typed and why it was refused."""
        if isinstance(erreur, ConflitVersion) and erreur.nom_table != "etape":
            # A row of a line changed: the page comes back on the new versions, the rest of the form as it was typed.
            gardee = {nom: v for nom, v in saisie.items() if not nom.startswith("version")}
            return await self.montrer(identifiant, statut=409, saisie=gardee, message_conflit=erreur.message)
        return await self.montrer(identifiant, erreur=erreur, saisie=saisie, champs=_CHAMPS)

    def _donnees(self, verification: Verification, ouvertes: list[EtapeResume]) -> dict[str, Any]:
        ctx, etape = self.page.ctx, verification.etape
        return {
            "v": verification,
            "points": {point.code: point for point in verification.points},
            "ecriture": ctx.peut_ecrire and modifiable(ctx, etape.organisme),
            "ouvertes": ouvertes,
            "suites": [(code, libelle("REALISATION", code)) for code in SUITES],
            "realisations": [(e.code, e.libelle) for e in nomenclature("REALISATION_DIFFICULTE").elements],
            "motifs": [
                (_FAMILLES_MOTIF[famille], [(e.code, e.libelle) for e in elements])
                for famille, elements in nomenclature("MOTIF_FIN").familles().items()
            ],
            "questionnaires": self.page.registre.questionnaires({etape.offre}),
            "bilans_lisibles": {bilan.id for bilan in verification.bilans if lisible(ctx, bilan.sensible)},
            "refus_bilan": self.refus_bilan,
            "questions": self._questions(etape) if self.refus_bilan else {},
            "point_refuse": self.point,
            "raisons": RAISONS,
            "retour": adresse_sortie(self.numero, etape.id),
            "sante_lisible": ctx.sensible,
        }

    def _questions(self, etape: EtapeResume) -> dict[str, str]:
        """Return the words of the questions by code, for what the controls of a bilan say about them."""
        connus = self.page.registre.questionnaires({etape.offre})
        return {question.code: question.texte for questionnaire in connus for question in questionnaire.questions()}

    async def _rendre(self, gabarit: str, **donnees: Any) -> Response[Any]:
        return await rendre_dossier(self.page, self.numero, gabarit, **{"message_conflit": "", **donnees})


def _closes(toutes: Iterable[EtapeResume]) -> list[EtapeResume]:
    """Return the closed étapes, the latest end first."""
    closes = [etape for etape in toutes if etape.fin_reelle is not None]
    return sorted(closes, key=lambda etape: etape.fin_reelle or etape.debut_reel, reverse=True)[:5]
