"""The use cases of documents: merge a template, keep a file, delete one."""

import asyncio
import pathlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import DELAI_ANNULATION, Acte, acte
from viesion_core.bilans.model import lisible
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.fusion import fichiers
from viesion_core.fusion.atelier import ModeleInutilisable, fusionner, reconnaitre
from viesion_core.fusion.champs import defaut_extension
from viesion_core.fusion.donnees import Donnees, Lecture, Sujet
from viesion_core.fusion.model import (
    DEPOT,
    FUSION,
    TAILLE_DEPOT,
    TYPE_DOCX,
    ChampFusion,
    VersionModele,
    nom_depot,
    nom_propre,
    titre_document,
)
from viesion_core.fusion.queries import contenu_modele, document, fichiers_connus, modele_actif
from viesion_core.fusion.schema import arbre, inattendus
from viesion_core.fusion.tables import Document

SANS_ACCES = "Ce modèle porte sur la santé : il est réservé aux personnes habilitées de l'organisme."
Completer = Callable[[], Awaitable[Mapping[str, Any]]]


class Extension(msgspec.Struct, frozen=True):
    """What the plugin of a template adds: the fields that it declares, how to ask for their values."""

    champs: tuple[ChampFusion, ...] = ()
    completer: Completer | None = None
    sensible: bool = False


async def creer_document(
    ctx: Contexte,
    numero: int,
    modele: str,
    *,
    dossier: pathlib.Path,
    bilan: uuid.UUID | None = None,
    entretien: uuid.UUID | None = None,
    extension: Extension | None = None,
) -> tuple[Acte, uuid.UUID]:
    """« créer un document »: merge the active edition of a template, keep the file; return the act and its id.

    `dossier`: where the files are kept. `bilan` and `entretien`: what the document is about. `extension`: what the
    plugin of the template adds. Raises ErreurSaisie (`modele`, `bilan`) that names each field which is unknown or has
    no value: no partial official document.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    ajout = extension or Extension()
    version = await modele_actif(modele)
    if not lisible(ctx, ajout.sensible):
        raise Interdit(SANS_ACCES)
    lues = await Lecture(ctx, numero, version.champs, Sujet(bilan, entretien), ajout.champs).lire()
    if ajout.completer is not None:
        lues.valeurs |= _complement(await ajout.completer(), ajout.champs)
    titre = _titre(version, lues)
    contenu = await _fusionner(ctx, version, lues, titre)
    return await _garder(
        ctx,
        numero,
        dossier,
        contenu,
        {
            "nom": titre,
            "nature": FUSION,
            "type_mime": TYPE_DOCX,
            "sensible": lues.sensible or ajout.sensible,
            "bilan": bilan,
            "modele": version.id,
        },
        libelle="Document créé",
    )


async def deposer_document(
    ctx: Contexte,
    numero: int,
    contenu: bytes,
    *,
    dossier: pathlib.Path,
    nom_client: str,
    nom: str = "",
    sensible: bool = False,
) -> tuple[Acte, uuid.UUID]:
    """Keep a file on a dossier; return the act and its id.

    The file is what its bytes say; `nom_client`, the name it had, only proposes a label when `nom` is empty.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    if len(contenu) > TAILLE_DEPOT:
        raise ErreurSaisie({"fichier": f"Ce fichier dépasse {TAILLE_DEPOT // 2**20} Mo."})
    if not lisible(ctx, sensible):
        raise ErreurSaisie({"sensible": "Vous n'avez pas accès aux données de santé : vous ne pourriez pas le relire."})
    try:
        type_mime = await reconnaitre(contenu)
    except ModeleInutilisable as refus:
        raise ErreurSaisie({"fichier": refus.defauts[0].message}) from refus
    return await _garder(
        ctx,
        numero,
        dossier,
        contenu,
        {
            "nom": nom_propre(nom) or nom_depot(nom_client) or "Document",
            "nature": DEPOT,
            "type_mime": type_mime,
            "sensible": sensible,
            "bilan": None,
            "modele": None,
        },
        libelle="Document déposé",
    )


async def supprimer_document(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Take a document off a dossier; its file stays until the act can no longer be undone (`purger_fichiers`)."""
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    fiche = await document(ctx, numero, identifiant)
    if not fiche.supprimable(ctx):
        raise Interdit("Ce document est celui d'un autre organisme : vous pouvez le lire, non le supprimer.")
    async with acte(ctx, "document.supprimer", _nom_acte("Document supprimé", fiche.nom, fiche.sensible)) as a:
        a.beneficiaire = numero
        await a.supprimer(Document, identifiant, version=version)
    return a


async def lire_document(ctx: Contexte, numero: int, identifiant: uuid.UUID, dossier: pathlib.Path) -> bytes:
    """Return the bytes of a document that the user may read, once they are those that were kept."""
    fiche = await document(ctx, numero, identifiant)
    return await asyncio.to_thread(fichiers.lire, dossier, fiche.fichier, fiche.empreinte)


async def purger_fichiers(ctx: Contexte, dossier: pathlib.Path) -> int:
    """Delete the files that no document names since longer than an act can be undone; return how many."""
    delai = 2 * DELAI_ANNULATION.total_seconds()
    perdus = await asyncio.to_thread(fichiers.orphelins, dossier, await fichiers_connus(), ctx, delai)
    for relatif in perdus:
        await asyncio.to_thread(fichiers.effacer, dossier, relatif)
    return len(perdus)


async def _garder(
    ctx: Contexte, numero: int, dossier: pathlib.Path, contenu: bytes, valeurs: Mapping[str, Any], *, libelle: str
) -> tuple[Acte, uuid.UUID]:
    """Write the file, then its row: a row never names a file that is not on the disk."""
    fichier = await asyncio.to_thread(fichiers.ecrire, dossier, contenu)
    try:
        nom = _nom_acte(libelle, valeurs["nom"], valeurs["sensible"])
        async with acte(ctx, "document.ajouter", nom, beneficiaire=numero) as a:
            ligne = await a.inserer(
                Document,
                {
                    **valeurs,
                    "beneficiaire": numero,
                    "organisme": ctx.organisme,
                    "taille": len(contenu),
                    "empreinte": fichiers.empreinte(contenu),
                    "fichier": fichier,
                    "auteur": ctx.utilisateur,
                    "auteur_nom": ctx.nom,
                    "created_at": ctx.maintenant,
                },
            )
    except BaseException:
        fichiers.effacer(dossier, fichier)
        raise
    return a, uuid.UUID(str(ligne["id"]))


async def _fusionner(ctx: Contexte, version: VersionModele, lues: Donnees, titre: str) -> bytes:
    try:
        contenu, _ = await fusionner(
            await contenu_modele(version.empreinte), lues.arbre, lues.valeurs, titre=titre, auteur=ctx.nom
        )
    except ModeleInutilisable as refus:
        message = " ".join(defaut.message for defaut in refus.defauts)
        raise ErreurSaisie({"modele": message}, "Le document n'a pas été créé : le modèle est à corriger.") from refus
    return contenu


def _complement(valeurs: Mapping[str, Any], champs: tuple[ChampFusion, ...]) -> dict[str, Any]:
    """Return the plugin's values: those it has declared, of the kind it has declared, and no other."""
    if defaut := defaut_extension(champs):
        raise ErreurMetier(defaut)
    attendu = arbre(champ.nom for champ in champs)
    faux = inattendus(valeurs, attendu)
    if faux:
        raise ErreurMetier(
            f"L'offre n'a pas donné une valeur attendue à : {', '.join(faux)}. Aucun document n'est créé."
        )
    return {groupe: valeurs[groupe] for groupe in attendu if groupe in valeurs}


def _titre(version: VersionModele, lues: Donnees) -> str:
    """Return the name of the document: that of its template, and the date of its bilan."""
    suite = f" du {lues.bilan.date_bilan:%d-%m-%Y}" if lues.bilan else ""
    return titre_document(version.libelle) + suite


def _nom_acte(libelle: str, nom: str, sensible: bool) -> str:
    """Return how the history names the act: everybody reads it, so a health document is not named in it."""
    return libelle if sensible else f"{libelle} : {nom}"
