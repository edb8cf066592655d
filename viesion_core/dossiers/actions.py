"""The use cases of a person: open a dossier, change the identity, note a consultation."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre, exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.db import executer, transaction
from viesion_core.dossiers.controles import defauts_entree, defauts_identite, nettoyer
from viesion_core.dossiers.doublons import doublons_probables
from viesion_core.dossiers.identite_exacte import compter_lecture
from viesion_core.dossiers.indexation import indexer
from viesion_core.dossiers.model import (
    PERSONNE,
    DoublonsProbables,
    SaisieDossier,
    SaisieEntree,
    SaisieIdentite,
    nom_en_usage,
)
from viesion_core.dossiers.queries import derniere_consultation, identite
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif, Rattachement
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.journal import journaliser_lecture
from viesion_core.nomenclatures.model import cle

_NOMS = ("nom_naissance", "nom_usage", "prenom")
_CONSULTATION = dt.timedelta(minutes=1)


async def ouvrir_dossier(ctx: Contexte, saisie: SaisieDossier, *, confirme: bool = False) -> Acte:
    """« Nouveau bénéficiaire »: open a dossier by hand; the new number is the act's `beneficiaire`.

    In one act: the person, the entry into Accomp RSA, the organism's perimeter (CREATION). Raises
    ErreurSaisie by field (`entree` for the date of entry), DoublonsProbables unless `confirme`.
    """
    exiger_ecriture(ctx)
    if ctx.organisme is None:
        raise Interdit
    personne = nettoyer(saisie.identite)
    entree = SaisieEntree(debut=saisie.entree)
    erreurs = defauts_identite(personne, ctx.aujourdhui)
    if defaut := defauts_entree(entree, [], ctx.aujourdhui).get("debut"):
        erreurs["entree"] = defaut
    if erreurs:
        raise ErreurSaisie(erreurs)
    if not confirme:
        await _refuser_doublons(ctx, personne)
    libelle = f"Ouverture du dossier de {nom_en_usage(personne.nom_naissance, personne.nom_usage)} {personne.prenom}"
    async with acte(ctx, "dossier.ouvrir", libelle) as a:
        ligne = await a.inserer(
            Beneficiaire,
            {**_colonnes(personne), "source": PERSONNE, "created_at": ctx.maintenant, "id_individu": None},
        )
        numero = a.beneficiaire = int(ligne["numero"])
        rattachement: dict[str, Any] = {
            "beneficiaire": numero,
            "organisme": ctx.organisme,
            "nature": "CREATION",
            "debut": ctx.aujourdhui,
        }
        await a.inserer(Rattachement, rattachement)
        await a.inserer(EntreeDispositif, {**msgspec.structs.asdict(entree), "beneficiaire": numero})
        await indexer([(numero, *_noms(ligne))])
        a.evenement("dossier_ouvert", {"beneficiaire": numero})
    return a


async def modifier_identite(ctx: Contexte, numero: int, saisie: SaisieIdentite, *, version: int) -> Acte:
    """Change the person known at `version`: civil status, address, telephones, right, comment.

    Raises ErreurSaisie by field, ConflitVersion when somebody saved since. The event `dossier_modifie` names
    the fields changed, never their values.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    personne = nettoyer(saisie)
    if erreurs := defauts_identite(personne, ctx.aujourdhui):
        raise ErreurSaisie(erreurs)
    avant = msgspec.structs.asdict(await identite(ctx, numero))
    async with acte(ctx, "dossier.modifier", "Identité modifiée", beneficiaire=numero) as a:
        ligne = await a.modifier(Beneficiaire, numero, _colonnes(personne), version=version)
        champs = sorted(c for c, valeur in msgspec.structs.asdict(personne).items() if avant[c] != valeur)
        if not a.vide:
            a.libelle = _libelle_modification(champs)
            a.evenement("dossier_modifie", {"beneficiaire": numero, "champs": champs})
        if any(champ in champs for champ in _NOMS):
            await indexer([(numero, *_noms(ligne))])
    return a


async def noter_consultation(ctx: Contexte, numero: int) -> None:
    """Remember that the user opened a dossier (« Bénéficiaires récents »): no act, at most one write a minute.

    Nothing is remembered outside the perimeter.
    """
    if ctx.utilisateur is None:
        return
    vue = await derniere_consultation(ctx, numero)
    if vue is not None and vue > ctx.maintenant - _CONSULTATION:
        return
    condition, parametres = condition_perimetre(ctx)
    async with transaction():
        await executer(
            f"""INSERT INTO consultation (id, utilisateur, beneficiaire, vue_le)
            SELECT {{}}, {{}}, b.numero, {{}} FROM beneficiaire b WHERE b.numero = {{}} AND {condition}
            ON CONFLICT (utilisateur, beneficiaire) DO UPDATE SET vue_le = excluded.vue_le""",
            uuid.uuid4(),
            ctx.utilisateur,
            ctx.maintenant,
            numero,
            *parametres,
        )


def _colonnes(personne: SaisieIdentite) -> dict[str, Any]:
    """Return the columns of a person, with the keys of the order by name."""
    valeurs = msgspec.structs.asdict(personne)
    valeurs["nom_cle"] = cle(personne.nom_usage or personne.nom_naissance)[:80]
    valeurs["prenom_cle"] = cle(personne.prenom)[:80]
    return valeurs


def _noms(ligne: Mapping[str, Any]) -> tuple[str, str, str]:
    return ligne["nom_naissance"], ligne["nom_usage"], ligne["prenom"]


def _libelle_modification(champs: list[str]) -> str:
    """Return what the history says was changed: the kind of thing, not its value."""
    if set(champs) <= {"adresse", "complement", "code_postal", "commune", "sans_domicile"}:
        return "Adresse modifiée"
    if set(champs) <= {"telephone", "telephone_2", "courriel"}:
        return "Coordonnées modifiées"
    if set(champs) <= {"etat_droit", "date_demande", "date_ouverture", "soumis_droits_devoirs", "parcours"}:
        return "Droit RSA modifié"
    return "Identité modifiée"


async def _refuser_doublons(ctx: Contexte, personne: SaisieIdentite) -> None:
    """Raise DoublonsProbables; cards of people outside the perimeter are counted and journalled as lookups."""
    noms = (personne.nom_naissance, personne.nom_usage)
    doublons = await doublons_probables(ctx, noms, personne.prenom, personne.date_naissance)
    if not doublons:
        return
    ailleurs = [carte for carte in doublons if not carte.accessible]
    if ailleurs:
        await compter_lecture(ctx)
    for carte in ailleurs:
        journaliser_lecture(ctx, "identite.doublon", "dossier", str(carte.numero))
    raise DoublonsProbables(doublons)
