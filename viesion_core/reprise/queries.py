"""The reprises and their reports, as the screens show them. The pilote's alone."""

import uuid

from viesion_core.contexte import Contexte, Role
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.erreurs import Interdit, Introuvable
from viesion_core.reprise.model import valeurs_json
from viesion_core.reprise.model_vues import ESSAI, REEL, LigneVue, RepriseVue

PAR_PAGE = 50
_REPRISE = "SELECT r.*, o.nom AS organisme_nom FROM reprise r JOIN organisme o ON o.id = r.organisme"


def exiger_pilote(ctx: Contexte) -> None:
    """Raise Interdit for anybody but the pilote: a reprise is about people of the whole département."""
    if ctx.role is not Role.PILOTE:
        raise Interdit


async def reprises(ctx: Contexte, limite: int = 30) -> list[RepriseVue]:
    """Return the latest reprises."""
    exiger_pilote(ctx)
    return [_vue(li) for li in await lire(f"{_REPRISE} ORDER BY r.cree_le DESC, r.id LIMIT {{}}", limite)]


async def reprise(ctx: Contexte, identifiant: uuid.UUID) -> RepriseVue:
    """Return a reprise; Introuvable."""
    exiger_pilote(ctx)
    ligne = await lire_un(f"{_REPRISE} WHERE r.id = {{}}", identifiant)
    if ligne is None:
        raise Introuvable
    return _vue(ligne)


async def reprise_en_cours() -> RepriseVue | None:
    """Return the oldest reprise that has lines to read."""
    ligne = await lire_un(f"{_REPRISE} WHERE r.etat IN ({{}}, {{}}) ORDER BY r.cree_le, r.id LIMIT 1", ESSAI, REEL)
    return _vue(ligne) if ligne else None


async def lignes_du_rapport(
    ctx: Contexte, identifiant: uuid.UUID, *, essai: bool, resultat: str = "", apres: int = 0, limite: int = PAR_PAGE
) -> list[LigneVue]:
    """Return what became of the lines after a rank, those of one result when it is given."""
    exiger_pilote(ctx)
    lignes = await lire(
        """SELECT rang, resultat, champ, message, beneficiaire FROM reprise_ligne
        WHERE reprise = {} AND essai = {} AND rang > {} AND (CAST({} AS TEXT) = '' OR resultat = {})
        ORDER BY rang LIMIT {}""",
        identifiant,
        essai,
        apres,
        resultat,
        resultat,
        limite,
    )
    return [convertir(LigneVue, ligne) for ligne in lignes]


async def correspondance_connue(organisme: uuid.UUID, nom: str) -> dict[str, str]:
    """Return how the headings matched the last time under a name, else under any name of the organism."""
    texte = await lire_valeur(
        """SELECT champs FROM reprise_correspondance WHERE organisme = {}
        ORDER BY CASE WHEN nom = {} THEN 0 ELSE 1 END, nom LIMIT 1""",
        organisme,
        nom,
    )
    return dict(valeurs_json(texte)) if texte is not None else {}


def _vue(ligne: dict[str, object]) -> RepriseVue:
    return convertir(
        RepriseVue, {**ligne, **{c: valeurs_json(ligne[c]) for c in ("entetes", "correspondance", "avertissements")}}
    )
