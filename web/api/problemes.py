"""What the API answers when it refuses: application/problem+json (RFC 9457), in French, the code of the exchange."""

import logging
import uuid
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from viesion_core.agenda.model import CreneauPris
from viesion_core.agenda.rdv_model import IndividuInconnu, RefusRdv, ReservationInconnue
from viesion_core.echanges.lots import LotEnCours
from viesion_core.echanges.model import LIBELLE_CODE, FichierRefuse
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.partenaires.model import LIBELLE_PORTEE, RequeteDifferente, RequeteEnCours
from web.api.messages import CreneauLu
from web.cles import CleRequise, PorteeRequise, TropDeDemandes

TYPE = "application/problem+json"
_JOURNAL = logging.getLogger("viesion.api")
_STATUT_FICHIER = {"DEJA_TRAITE": 409, "SEQUENCE_MANQUANTE": 409, "EMETTEUR_INCONNU": 403, "ENVOI_PAR_FICHIER": 409}
_MESSAGES = {
    404: ("ADRESSE_INCONNUE", "Cette adresse n'existe pas."),
    405: ("METHODE_IMPOSSIBLE", "Cette adresse ne répond pas à ce type de demande."),
    413: ("TROP_VOLUMINEUX", "La demande est trop volumineuse."),
    415: ("TYPE_INATTENDU", "La demande est attendue en application/json."),
}
Requete = Request[Any, Any, Any]


class Defaut(msgspec.Struct, frozen=True):
    """A field to correct."""

    champ: str
    message: str


class Probleme(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal. `code` is its name in the exchange, `detail` a French sentence, `erreurs` the fields to correct.

    `alternatives`: with CRENEAU_PRIS, three free slots at most.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    erreurs: tuple[Defaut, ...] = ()
    alternatives: tuple[CreneauLu, ...] = ()


_TITRES = {
    400: "Demande incomprise",
    401: "Clé absente ou refusée",
    403: "Action non permise",
    404: "Introuvable",
    405: "Action impossible ici",
    409: "Conflit",
    413: "Envoi trop volumineux",
    415: "Type inattendu",
    422: "Demande refusée",
    429: "Trop de demandes",
    500: "Incident",
}


def probleme(
    statut: int, code: str, detail: str, *, entetes: dict[str, str] | None = None, **autres: Any
) -> Response[bytes]:
    """Return a refusal."""
    corps = Probleme(title=_TITRES.get(statut, "Demande refusée"), status=statut, code=code, detail=detail, **autres)
    return Response(msgspec.json.encode(corps), status_code=statut, media_type=TYPE, headers=entetes or {})


def _cle(requete: Requete, erreur: CleRequise) -> Response[bytes]:
    detail = "Donnez une clé en service (Authorization: Bearer …), ou la signature du message."
    return probleme(401, "CLE_REQUISE", detail, entetes={"WWW-Authenticate": 'Bearer realm="VieSion"'})


def _portee(requete: Requete, erreur: PorteeRequise) -> Response[bytes]:
    return probleme(403, "PORTEE_REQUISE", f"Cette clé n'ouvre pas ce flux : {LIBELLE_PORTEE[erreur.portee]}.")


def _debit(requete: Requete, erreur: TropDeDemandes) -> Response[bytes]:
    detail = f"Cette clé a fait trop de demandes : réessayez dans {erreur.attente} s."
    return probleme(429, "TROP_DE_DEMANDES", detail, entetes={"Retry-After": str(erreur.attente)})


def _pris(requete: Requete, erreur: CreneauPris) -> Response[bytes]:
    lues = tuple(CreneauLu.du_creneau(c) for c in erreur.alternatives)
    return probleme(409, "CRENEAU_PRIS", erreur.message, alternatives=lues)


def _rdv(requete: Requete, erreur: RefusRdv) -> Response[bytes]:
    statut = 404 if isinstance(erreur, IndividuInconnu | ReservationInconnue) else 409
    return probleme(statut, erreur.code, erreur.message)


def _metier(requete: Requete, erreur: ErreurMetier) -> Response[bytes]:
    if isinstance(erreur, Introuvable):
        return probleme(404, "INTROUVABLE", "Cet objet n'existe pas ou n'est plus proposé.")
    if isinstance(erreur, Interdit):
        return probleme(403, "INTERDIT", erreur.message)
    if isinstance(erreur, ConflitVersion):
        return probleme(409, "CONFLIT", "Quelqu'un vient de modifier cet objet : refaites la demande.")
    if isinstance(erreur, ErreurSaisie):
        defauts = tuple(Defaut(champ, message) for champ, message in erreur.erreurs.items())
        code = "CHEVAUCHEMENT" if "confirmation" in erreur.erreurs else "SAISIE_A_CORRIGER"
        # The warning names the other person of an overlap: a partner is told the fact alone.
        if code == "CHEVAUCHEMENT":
            return probleme(409, code, "La personne ou le référent a déjà un rendez-vous à cette heure.")
        return probleme(422, code, erreur.message, erreurs=defauts)
    return probleme(422, "REFUSE", erreur.message)


def _fichier(requete: Requete, erreur: FichierRefuse) -> Response[bytes]:
    detail = erreur.message or LIBELLE_CODE.get(erreur.code, erreur.code)
    return probleme(_STATUT_FICHIER.get(erreur.code, 422), erreur.code, detail)


def _differente(requete: Requete, erreur: RequeteDifferente) -> Response[bytes]:
    return probleme(422, "IDEMPOTENCE_DIFFERENTE", "Cette Idempotency-Key a déjà servi pour une autre demande.")


def _en_cours(requete: Requete, erreur: RequeteEnCours | LotEnCours) -> Response[bytes]:
    return probleme(409, "EN_COURS", "Cette demande est en cours de traitement.", entetes={"Retry-After": "5"})


def _http(requete: Requete, erreur: HTTPException) -> Response[bytes]:
    return probleme_http(erreur)


def probleme_http(erreur: HTTPException) -> Response[bytes]:
    """Answer litestar's own refusals: an unknown address, a body or a parameter that cannot be read."""
    extra = erreur.extra if isinstance(erreur.extra, list) else []
    champs = tuple(
        Defaut(str(e.get("key", "")), "Valeur absente, ou d'une forme inattendue.")
        for e in extra
        if isinstance(e, dict)
    )
    code, detail = _MESSAGES.get(erreur.status_code, ("DEMANDE_INCOMPRISE", "La demande n'a pas la forme attendue."))
    statut = erreur.status_code if erreur.status_code in _TITRES else 400
    return probleme(statut, code, detail, erreurs=champs)


def _message(requete: Requete, erreur: msgspec.ValidationError) -> Response[bytes]:
    return probleme(400, "DEMANDE_INCOMPRISE", "Le message n'a pas la forme attendue.")


def _incident(requete: Requete, erreur: Exception) -> Response[bytes]:
    return probleme_interne(requete, erreur)


def probleme_interne(requete: Requete, erreur: Exception) -> Response[bytes]:
    """Answer an unexpected error: logged with a reference, told without detail, no personal data."""
    reference = uuid.uuid4().hex[:8].upper()
    modele = requete.scope.get("path_template", "")
    _JOURNAL.error("incident %s on %s %s", reference, requete.method, modele, exc_info=erreur)
    return probleme(500, "INCIDENT", f"Un incident a empêché de répondre. Référence : {reference}.")


PROBLEMES: dict[Any, Any] = {
    CleRequise: _cle,
    PorteeRequise: _portee,
    TropDeDemandes: _debit,
    CreneauPris: _pris,
    RefusRdv: _rdv,
    ErreurMetier: _metier,
    FichierRefuse: _fichier,
    RequeteDifferente: _differente,
    RequeteEnCours: _en_cours,
    LotEnCours: _en_cours,
    HTTPException: _http,
    msgspec.ValidationError: _message,
    Exception: _incident,
}
