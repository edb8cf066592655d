"""Reads of caractéristiques, each inside the perimeter; health data is masked, never left out of the counts."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.dossiers.model_caracteristiques import (
    CaracteristiqueCourante,
    CaracteristiqueHistorique,
    lisible,
)
from viesion_core.erreurs import Introuvable
from viesion_core.nomenclatures.model import definitions_caracteristiques

_VALEUR = """SELECT k.id, k.code, k.valeur, k.debut, k.fin, k.actualisee_le, k.auteur, k.version
FROM caracteristique k"""


async def caracteristiques(ctx: Contexte, numero: int) -> list[CaracteristiqueCourante]:
    """Return the 22 caractéristiques of a person in the order of the form, known or not."""
    condition, parametres = condition_perimetre(ctx, "k.beneficiaire")
    lignes = await lire(f"{_VALEUR} WHERE k.beneficiaire = {{}} AND k.fin IS NULL AND {condition}", numero, *parametres)
    connues = {ligne["code"]: ligne for ligne in lignes}
    return [
        _courante(ctx, definition.code, connues.get(definition.code)) for definition in definitions_caracteristiques()
    ]


async def historique(ctx: Contexte, numero: int, code: str | None = None) -> list[CaracteristiqueHistorique]:
    """Return every value of a person, past and current, or those of one code: by code, the latest first."""
    condition, parametres = condition_perimetre(ctx, "k.beneficiaire")
    du_code = " AND k.code = {}" if code is not None else ""
    lignes = await lire(
        f"""{_VALEUR} WHERE k.beneficiaire = {{}} AND {condition}{du_code}
        ORDER BY k.code, k.debut DESC, k.id LIMIT 1000""",
        numero,
        *parametres,
        *([code] if code is not None else []),
    )
    ordre = {definition.code: rang for rang, definition in enumerate(definitions_caracteristiques())}
    valeurs = [_historique(ctx, ligne) for ligne in lignes]
    return sorted(valeurs, key=lambda valeur: ordre.get(valeur.code, len(ordre)))


async def valeur(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> CaracteristiqueHistorique:
    """Return one value of a person, for « Modification détaillée »; Introuvable when it is not theirs."""
    condition, parametres = condition_perimetre(ctx, "k.beneficiaire")
    ligne = await lire_un(
        f"{_VALEUR} WHERE k.id = {{}} AND k.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return _historique(ctx, ligne)


def _courante(ctx: Contexte, code: str, ligne: dict[str, Any] | None) -> CaracteristiqueCourante:
    definition = next(d for d in definitions_caracteristiques() if d.code == code)
    if ligne is None:
        return CaracteristiqueCourante(definition=definition, masquee=False)
    masquee = not lisible(ctx, code)
    return CaracteristiqueCourante(
        definition=definition,
        id=ligne["id"],
        valeur="" if masquee else ligne["valeur"],
        debut=ligne["debut"],
        actualisee_le=ligne["actualisee_le"],
        auteur=ligne["auteur"],
        version=ligne["version"],
        presente=True,
        masquee=masquee,
    )


def _historique(ctx: Contexte, ligne: dict[str, Any]) -> CaracteristiqueHistorique:
    masquee = not lisible(ctx, ligne["code"])
    return convertir(
        CaracteristiqueHistorique, {**ligne, "valeur": "" if masquee else ligne["valeur"], "masquee": masquee}
    )
