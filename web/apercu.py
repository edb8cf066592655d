"""`viesion offre apercu`: a questionnaire shown live while its TOML file is edited, without any base.

A small application of its own, for 127.0.0.1 only: it reads the file again at each page, says each mistake at its line,
and keeps in memory what is answered, so that the conditions can be tried.
"""

import datetime as dt
import hashlib
import pathlib
import secrets
import uuid
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, put
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.params import FromPath

from viesion_core.bilans.lecture import QuestionnaireInvalide, lire_questionnaire
from viesion_core.bilans.model import BilanResume, Questionnaire, ReponseVue
from viesion_core.bilans.regles import Listes, avancement, normaliser, options_de
from viesion_core.bilans.relecture import Defaut
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import communes, nomenclatures
from web.ecrans.bilan_vues import bilan_page, etat_json
from web.fichiers import fichiers_statiques
from web.rendu import environnement

AUTOUR = 2
"""Lines of the file shown before and after a mistake."""
_NUL = uuid.UUID(int=0)


class _Corps(msgspec.Struct):
    valeur: Any
    version: int = 0


class Apercu:
    """The file that is watched, and what was answered to it."""

    def __init__(self, fichier: pathlib.Path) -> None:
        self.fichier = fichier
        self.reponses: dict[str, Any] = {}

    def texte(self) -> str:
        """Return what the file holds now; "" while an editor replaces it."""
        try:
            return self.fichier.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def lire(self) -> tuple[Questionnaire | None, list[Defaut]]:
        """Return the questionnaire, or its mistakes."""
        try:
            return lire_questionnaire(self.texte()), []
        except QuestionnaireInvalide as erreur:
            return None, erreur.defauts

    def retenir(self, questionnaire: Questionnaire, code: str, valeur: Any, aujourdhui: dt.date) -> None:
        """Keep an answer; ErreurSaisie says why it is refused, as in a real bilan."""
        question = questionnaire.par_code()[code]
        propre = normaliser(question, valeur, options_de(question, _listes(questionnaire)), aujourdhui)
        if propre is None:
            self.reponses.pop(code, None)
        else:
            self.reponses[code] = propre


def creer_apercu(fichier: pathlib.Path, port: int) -> Litestar:
    """Return the application that shows a questionnaire file; another site's name for it is refused."""
    apercu = Apercu(fichier)

    @get("/", sync_to_thread=False)
    def page() -> Response[str]:
        """Show the questionnaire as a référent would see it, or its mistakes at their lines."""
        return _page(apercu)

    @get("/etat", sync_to_thread=False)
    def etat() -> dict[str, str]:
        """Return the fingerprint of the file: the page comes again when it changes."""
        return {"empreinte": _empreinte(apercu.texte())}

    @put("/reponses/{question:str}")
    async def repondre(request: Request[Any, Any, Any], question: FromPath[str]) -> Response[Any]:
        """Keep an answer in memory; the contract of docs/interface.md, without conflicts."""
        corps = msgspec.json.decode(await request.body(), type=_Corps)
        questionnaire, _ = apercu.lire()
        if questionnaire is None or question not in questionnaire.par_code():
            return Response({"message": "Le fichier a changé : la page va se recharger."}, status_code=404)
        ctx = _contexte()
        try:
            apercu.retenir(questionnaire, question, corps.valeur, ctx.aujourdhui)
        except ErreurSaisie as erreur:
            return Response({"message": erreur.message}, status_code=422)
        contenu = {"version": corps.version + 1, "enregistre_a": ctx.maintenant}
        return Response({**contenu, **etat_json(avancement(questionnaire, apercu.reponses))})

    return Litestar(
        route_handlers=[page, etat, repondre, fichiers_statiques()],
        allowed_hosts=AllowedHostsConfig(allowed_hosts=[f"127.0.0.1:{port}", f"localhost:{port}"]),
        openapi_config=None,
    )


def _page(apercu: Apercu) -> Response[str]:
    texte = apercu.texte()
    questionnaire, defauts = apercu.lire()
    ctx = _contexte()
    nonce = secrets.token_urlsafe(12)
    donnees: dict[str, Any] = {
        "fichier": apercu.fichier.name,
        "empreinte": _empreinte(texte),
        "questionnaire": questionnaire,
        "defauts": [(defaut, _extrait(texte, defaut.ligne)) for defaut in defauts],
        "vue": None,
        **{"jeton": "", "nonce": nonce, "theme": "", "mode": "", "erreurs": {}, "saisie": None, "chemin": "/"},
    }
    if questionnaire is not None:
        connues = questionnaire.par_code()
        gardees = {code: valeur for code, valeur in apercu.reponses.items() if code in connues}
        reponses = [_reponse(ctx, code, valeur) for code, valeur in gardees.items()]
        donnees["vue"] = bilan_page(ctx, _fiche(questionnaire, ctx), questionnaire, reponses, _listes(questionnaire))
    contenu = environnement().get_template("apercu/apercu.html").render(**donnees)
    regle = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
    entetes = {"Content-Security-Policy": regle, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(contenu, media_type="text/html", headers=entetes)


def _contexte() -> Contexte:
    return contexte_systeme(dt.datetime.now(dt.UTC))


def _empreinte(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()[:16]


def _extrait(texte: str, ligne: int) -> list[tuple[int, str, bool]]:
    """Return the lines around a mistake: (number, text, whether it is the one)."""
    lignes = texte.splitlines()
    debut, fin = max(ligne - 1 - AUTOUR, 0), ligne + AUTOUR
    return [(rang, contenu, rang == ligne) for rang, contenu in enumerate(lignes[debut:fin], start=debut + 1)]


def _listes(questionnaire: Questionnaire) -> Listes:
    """Return the reference lists that it names; organisms are examples, there is no base."""
    listes: dict[str, dict[str, str]] = {}
    for nom in {question.liste for question in questionnaire.questions() if question.liste}:
        if nom == "ORGANISME":
            listes[nom] = {str(_NUL): "Association Exemple"}
        elif nom == "COMMUNE":
            listes[nom] = {commune.code_insee: commune.nom for commune in communes()[:20]}
        else:
            listes[nom] = {element.code: element.libelle for element in nomenclatures()[nom].elements}
    return listes


def _reponse(ctx: Contexte, code: str, valeur: Any) -> ReponseVue:
    return ReponseVue(
        id=_NUL, question=code, valeur=valeur, auteur=None, auteur_nom="Aperçu", at=ctx.maintenant, version=1
    )


def _fiche(questionnaire: Questionnaire, ctx: Contexte) -> BilanResume:
    """Return the bilan that the page pretends to fill."""
    return BilanResume(
        id=_NUL,
        beneficiaire=0,
        etape=_NUL,
        etape_debut=ctx.aujourdhui,
        etape_fin=None,
        organisme=_NUL,
        organisme_nom="Association Exemple",
        questionnaire=_NUL,
        code=questionnaire.code,
        version_questionnaire=questionnaire.version,
        libelle=questionnaire.libelle,
        offre=questionnaire.offre,
        sensible=questionnaire.sensible,
        charge_le=ctx.maintenant,
        date_bilan=ctx.aujourdhui,
        nombre_questions=sum(1 for _ in questionnaire.questions()),
        nombre_reponses=0,
        clos_le=None,
        created_at=ctx.maintenant,
        version=1,
    )
