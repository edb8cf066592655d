"""One answer of a bilan: saved alone (PUT), and its history."""

import uuid
from typing import Any

import msgspec
from litestar import Controller, Response, get, put
from litestar.params import FromPath

from viesion_core.bilans.actions import SANS_ACCES
from viesion_core.bilans.actions_reponses import ConflitReponse, enregistrer_reponse
from viesion_core.bilans.model import SaisieReponse, lisible
from viesion_core.bilans.queries import historique_reponse, listes, questionnaire_de
from viesion_core.bilans.regles import texte_reponse
from viesion_core.erreurs import Interdit, Introuvable
from web.ecrans.bilan_commun import bilan_lisible, installees
from web.ecrans.bilan_vues import etat_json
from web.ecrans.dossier_commun import rendre_dossier
from web.page import PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique


class CorpsReponse(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a PUT: the answer, and the version that the page knows."""

    valeur: Any
    version: int


class ReponseController(Controller):
    """One answer of one bilan of one person."""

    path = "/beneficiaires/{numero:int}/bilans/{identifiant:uuid}/reponses/{question:str}"
    opt = politique(DOSSIER_LECTURE)

    @put(opt=politique(DOSSIER_ECRITURE))
    async def repondre(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID], question: FromPath[str]
    ) -> Response[Any]:
        """Save one answer (contract: docs/interface.md); a conflict answers 409 with the other's answer."""
        corps = msgspec.json.decode(await page.requete.body(), type=CorpsReponse)
        saisie = SaisieReponse(corps.valeur, corps.version)
        try:
            fait = await enregistrer_reponse(
                page.ctx, numero, identifiant, question, saisie, installees=installees(page)
            )
        except ConflitReponse as conflit:
            autre = conflit.reponse
            contenu = {
                "version": conflit.version,
                "valeur": autre.valeur if autre else None,
                "auteur": autre.auteur_nom if autre else "",
                "enregistre_a": autre.at if autre else page.ctx.maintenant,
                "message": conflit.message,
            }
            return Response(content=contenu, status_code=409)
        reponse = fait.reponses.get(question)
        contenu = {
            "version": reponse.version if reponse else 0,
            "enregistre_a": reponse.at if reponse else fait.at,
            "acte": fait.acte,
            **etat_json(fait.avancement),
        }
        return Response(content=contenu)

    @get()
    async def historique(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID], question: FromPath[str]
    ) -> Response[Any]:
        """Show who answered a question, when, and what was there before."""
        fiche = await bilan_lisible(page, numero, identifiant)
        questionnaire = await questionnaire_de(fiche)
        posee = questionnaire.par_code().get(question)
        if posee is None:
            raise Introuvable
        if not lisible(page.ctx, posee.sensible):
            raise Interdit(SANS_ACCES)
        changements = await historique_reponse(identifiant, question)
        connues = await listes(questionnaire, {question: [c.apres for c in changements]}) if posee.liste else {}
        lignes = [
            (c.at, c.auteur, texte_reponse(posee, c.avant, connues), texte_reponse(posee, c.apres, connues))
            for c in changements
        ]
        donnees: dict[str, Any] = {"question": posee, "changements": lignes, "bilan": fiche}
        if page.htmx:
            return page.fragment("bilans/historique_lignes.html", **donnees)
        return await rendre_dossier(page, numero, "bilans/historique.html", onglet="bilans", **donnees)
