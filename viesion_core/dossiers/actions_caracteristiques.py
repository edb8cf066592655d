"""The use cases of caractéristiques, in the deck's words.

« Compléter les caractéristiques requises » fills what is missing; « Actualisation » corrects the current value;
« Actualisation avec historique » ends it the day before and opens a new one; « Modification détaillée » changes
one line and its dates; « Rafraîchir… » confirms them all.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.dossiers.model_caracteristiques import (
    CaracteristiqueCourante,
    SaisieDetail,
    codes_sensibles,
    defaut_valeur,
    defauts_detail,
    lisible,
    par_code,
    propre,
)
from viesion_core.dossiers.queries_caracteristiques import caracteristiques, historique, valeur
from viesion_core.dossiers.tables import Caracteristique
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit


async def completer(ctx: Contexte, numero: int, valeurs: Mapping[str, str]) -> Acte:
    """Fill what is missing, by code; an empty value is left out.

    Raises ErreurSaisie by code; ConflitVersion when one was filled meanwhile with another value.
    """
    saisies = await _lire_saisie(ctx, numero, valeurs)
    async with acte(ctx, "caracteristique.completer", "", beneficiaire=numero) as a:
        courantes = await _courantes(ctx, numero)
        faites = []
        for code, texte in saisies.items():
            connue = courantes[code]
            if connue.presente and connue.valeur != texte:
                raise ConflitVersion({code: connue.affichage}, connue.version)
            if not connue.presente:
                await _ouvrir(a, numero, code, texte, ctx.aujourdhui)
                faites.append(code)
        _nommer(a, "Caractéristiques complétées", faites)
    return a


async def actualiser(
    ctx: Contexte, numero: int, valeurs: Mapping[str, str], versions: Mapping[str, int] | None = None
) -> Acte:
    """« Actualisation »: correct the current values in place, without a line of history; fill what is missing.

    `versions`: the version of each value as the form showed it, by code (0: none yet). A value typed as it
    already is stays untouched. Raises ErreurSaisie by code, ConflitVersion when somebody saved since.
    """
    saisies = await _lire_saisie(ctx, numero, valeurs)
    async with acte(ctx, "caracteristique.actualiser", "", beneficiaire=numero) as a:
        courantes = await _courantes(ctx, numero)
        faites = []
        for code, texte in saisies.items():
            connue = courantes[code]
            if connue.presente and connue.valeur == texte:
                continue
            _exiger_version(connue, (versions or {}).get(code))
            faites.append(code)
            if connue.id is None:
                await _ouvrir(a, numero, code, texte, ctx.aujourdhui)
            else:
                await a.modifier(Caracteristique, connue.id, _confirmee(ctx, texte), version=connue.version)
        _nommer(a, "Caractéristiques actualisées", faites)
    return a


async def actualiser_avec_historique(
    ctx: Contexte,
    numero: int,
    valeurs: Mapping[str, str],
    versions: Mapping[str, int] | None = None,
    *,
    depuis: dt.date | None = None,
) -> Acte:
    """« Actualisation avec historique »: the current value ends the day before `depuis` (today), a new one opens.

    What has not changed keeps its line. Raises ErreurSaisie by code, and `depuis` when it is to come or not
    after the start of a value; ConflitVersion when somebody saved since.
    """
    jour = depuis or ctx.aujourdhui
    saisies = await _lire_saisie(ctx, numero, valeurs)
    if jour > ctx.aujourdhui:
        raise ErreurSaisie({"depuis": "La date du changement ne peut pas être à venir."})
    async with acte(ctx, "caracteristique.historiser", "", beneficiaire=numero) as a:
        courantes = await _courantes(ctx, numero)
        faites = []
        for code, texte in saisies.items():
            connue = courantes[code]
            if connue.presente and connue.valeur == texte:
                continue
            _exiger_version(connue, (versions or {}).get(code))
            await _terminer(a, connue, jour)
            await _ouvrir(a, numero, code, texte, jour)
            faites.append(code)
        _nommer(a, f"Caractéristiques actualisées au {jour:%d/%m/%Y}", faites)
    return a


async def modifier_detail(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: SaisieDetail, *, version: int
) -> Acte:
    """« Modification détaillée »: change one value and its dates, known at `version`.

    Raises ErreurSaisie (`valeur`, `debut`, `fin`), ConflitVersion, Interdit for health data.
    """
    await _exiger(ctx, numero)
    visee = await valeur(ctx, numero, identifiant)
    _exiger_lisible(ctx, visee.code)
    texte = propre(visee.code, saisie.valeur)
    async with acte(ctx, "caracteristique.detailler", "", beneficiaire=numero) as a:
        autres = await historique(ctx, numero, visee.code)
        erreurs = defauts_detail(saisie, visee.code, autres, ctx.aujourdhui, sauf=identifiant)
        if texte != visee.valeur and (defaut := defaut_valeur(ctx, visee.code, texte)):
            erreurs["valeur"] = defaut
        if erreurs:
            raise ErreurSaisie(erreurs)
        changement: dict[str, Any] = {"valeur": texte, "debut": saisie.debut, "fin": saisie.fin}
        if texte != visee.valeur:
            changement |= _confirmee(ctx, texte)
        await a.modifier(Caracteristique, identifiant, changement, version=version)
        _nommer(a, "Modification détaillée", [visee.code] if not a.vide else [])
    return a


async def supprimer_detail(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete one line of the history entered by mistake (undoable)."""
    await _exiger(ctx, numero)
    visee = await valeur(ctx, numero, identifiant)
    _exiger_lisible(ctx, visee.code)
    async with acte(ctx, "caracteristique.supprimer", "", beneficiaire=numero) as a:
        await a.supprimer(Caracteristique, identifiant, version=version)
        _nommer(a, "Valeur supprimée", [visee.code])
    return a


async def rafraichir_tout(ctx: Contexte, numero: int) -> Acte:
    """« Rafraîchir la date d'actualisation de toutes les caractéristiques »: confirm today what is known.

    Health data that the user may not read is not confirmed: they cannot have checked it. An act without
    change (`vide`) means that all were confirmed today already.
    """
    await _exiger(ctx, numero)
    libelle = "Date d'actualisation des caractéristiques rafraîchie"
    async with acte(ctx, "caracteristique.rafraichir", libelle, beneficiaire=numero) as a:
        for courante in (await _courantes(ctx, numero)).values():
            if courante.id is not None and not courante.masquee:
                confirmation = {"actualisee_le": ctx.aujourdhui, "auteur": ctx.nom}
                if courante.actualisee_le != ctx.aujourdhui:
                    await a.modifier(Caracteristique, courante.id, confirmation, version=courante.version)
        _annoncer(a)
    return a


async def _lire_saisie(ctx: Contexte, numero: int, valeurs: Mapping[str, str]) -> dict[str, str]:
    """Return the values typed, cleaned and checked."""
    await _exiger(ctx, numero)
    saisies = {code: propre(code, texte) for code, texte in valeurs.items() if texte.strip()}
    erreurs = {code: defaut for code, texte in saisies.items() if (defaut := defaut_valeur(ctx, code, texte))}
    if erreurs:
        raise ErreurSaisie(erreurs)
    return saisies


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


def _exiger_lisible(ctx: Contexte, code: str) -> None:
    if not lisible(ctx, code):
        raise Interdit("Donnée de santé : vous n'êtes pas habilité à la modifier.")


def _exiger_version(connue: CaracteristiqueCourante, version: int | None) -> None:
    if version is not None and version != connue.version:
        raise ConflitVersion({connue.code: connue.affichage}, connue.version)


async def _courantes(ctx: Contexte, numero: int) -> dict[str, CaracteristiqueCourante]:
    return {courante.code: courante for courante in await caracteristiques(ctx, numero)}


def _confirmee(ctx: Contexte, texte: str) -> dict[str, Any]:
    return {"valeur": texte, "actualisee_le": ctx.aujourdhui, "auteur": ctx.nom}


async def _ouvrir(a: Acte, numero: int, code: str, texte: str, debut: dt.date) -> None:
    await a.inserer(
        Caracteristique,
        {**_confirmee(a.ctx, texte), "beneficiaire": numero, "code": code, "debut": debut},
    )


async def _terminer(a: Acte, connue: CaracteristiqueCourante, jour: dt.date) -> None:
    """End the current value the day before; one that starts that day or later cannot end before its start."""
    if connue.id is None or connue.debut is None:
        return
    if connue.debut >= jour:
        raise ErreurSaisie(
            {
                connue.code: f"La valeur actuelle date du {connue.debut:%d/%m/%Y} : choisissez une date postérieure, "
                "ou corrigez-la par « Actualisation »."
            }
        )
    await a.modifier(Caracteristique, connue.id, {"fin": jour - dt.timedelta(days=1)}, version=connue.version)


def _nommer(a: Acte, quoi: str, codes: Sequence[str]) -> None:
    """Give the act its label: which caractéristiques, never their values; health data is not named."""
    noms = [par_code()[code].libelle for code in codes if code not in codes_sensibles()]
    if any(code in codes_sensibles() for code in codes):
        noms.append("donnée de santé")
    a.libelle = f"{quoi} : {', '.join(noms)}"
    _annoncer(a)


def _annoncer(a: Acte) -> None:
    if not a.vide:
        a.evenement("dossier_modifie", {"beneficiaire": a.beneficiaire, "champs": ["caracteristiques"]})
