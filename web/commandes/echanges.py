"""`viesion echanges importer · etat · dechiffrer · rechiffrer`: the files of partners (Solis), by hand."""

import asyncio
import contextlib
import datetime as dt
import os
import pathlib
import shutil
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click

from viesion_core.contexte import contexte_systeme
from viesion_core.echanges.actions import Avancement
from viesion_core.echanges.coffre import desceller
from viesion_core.echanges.depot import Traitement, traiter_depot
from viesion_core.echanges.model import Flux
from viesion_core.echanges.nir import rechiffrer_nirs
from viesion_core.echanges.queries import derniers_fichiers
from viesion_core.echanges.transcription import PATIENCE
from viesion_core.erreurs import ErreurMetier
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, extensions, reglages

LIGNES_COURTES = 5_000
"""A file of so many lines is taken in a second or so: no bar."""


@click.group()
def echanges() -> None:
    """Les échanges de fichiers avec les partenaires (Solis)."""


@echanges.command()
@click.argument("chemin", required=False, type=click.Path(exists=True, path_type=pathlib.Path))
def importer(chemin: pathlib.Path | None) -> None:
    """Prendre les fichiers du sous-dossier « in » du dossier CHEMIN (celui des réglages par défaut).

    Si CHEMIN est un fichier (un .csv et son .ctl, ou le flux .xml de la CNAF), une copie en est déposée et prise.
    """
    settings = reglages()
    fichier = chemin if chemin is not None and chemin.is_file() else None
    dossier = settings.dossier_echanges if chemin is None or fichier else chemin
    faits = executer(_importer(settings, dossier, fichier))
    for fait in faits:
        click.echo(_phrase(fait))
    if not faits:
        click.echo("Aucun fichier à prendre.")
    if any(fait.refus for fait in faits):
        raise click.exceptions.Exit(1)


@echanges.command()
def etat() -> None:
    """Montrer les derniers fichiers reçus."""
    for ligne in executer(etat_recus(reglages())):
        click.echo(ligne)


@echanges.command()
@click.argument("fichier", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@click.argument("sortie", type=click.Path(dir_okay=False, path_type=pathlib.Path))
def dechiffrer(fichier: pathlib.Path, sortie: pathlib.Path) -> None:
    """Lire dans SORTIE le contenu de FICHIER, gardé chiffré dans « archive » ou « rejets »."""
    settings = reglages()
    if sortie.exists():
        raise click.ClickException(f"{sortie} existe déjà : rien n'a été écrit.")
    partiel = sortie.with_name(f"{sortie.name}.part")
    try:
        with os.fdopen(os.open(partiel, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as clair:
            clair.writelines(desceller(fichier, settings.cle_echanges))
        partiel.replace(sortie)
    except ErreurMetier as erreur:
        raise click.ClickException(str(erreur)) from erreur
    finally:
        partiel.unlink(missing_ok=True)
    click.echo("Ce fichier contient des données personnelles en clair : supprimez-le dès qu'il ne sert plus.")


@echanges.command()
def rechiffrer() -> None:
    """Rechiffrer les NIR avec la première clé de VIESION_CLE_ECHANGES, avant de retirer l'ancienne."""
    settings = reglages()
    try:
        nombre = executer(_rechiffrer(settings))
    except ErreurMetier as erreur:
        raise click.ClickException(str(erreur)) from erreur
    click.echo(f"{nombre} NIR rechiffrés.")


async def _rechiffrer(settings: Settings) -> int:
    async with base_ouverte(settings):
        return await rechiffrer_nirs(settings.cle_echanges)


async def _importer(settings: Settings, dossier: pathlib.Path, fichier: pathlib.Path | None) -> list[Traitement]:
    with extensions() as registre:
        if fichier is not None:
            await asyncio.to_thread(_deposer, dossier / "in", fichier, registre.flux())
        async with base_ouverte(settings):
            ctx = contexte_systeme(dt.datetime.now(dt.UTC), nom="Solis")
            with contextlib.ExitStack() as barres:
                return await traiter_depot(
                    ctx,
                    dossier,
                    registre.flux(),
                    secret=settings.secret,
                    cles=settings.cle_echanges,
                    suivre=avancement(barres, sys.stderr),
                    patience=PATIENCE if fichier is None else dt.timedelta(),
                )


def _deposer(entrees: pathlib.Path, fichier: pathlib.Path, flux: Sequence[Flux]) -> None:
    """Lay a copy of a file (and of its `.ctl`) in « in »; each is whole under its name."""
    propre = any(connu.prend(fichier.name) for connu in flux)
    controle = fichier.with_suffix(".ctl")
    if not propre and fichier.suffix != ".csv":
        raise click.ClickException(f"{fichier.name} : aucun flux ne lit ce type de fichier (.csv et .ctl, ou .xml).")
    if not propre and not controle.is_file():
        raise click.ClickException(f"{controle.name} manque à côté du fichier.")
    entrees.mkdir(parents=True, exist_ok=True)
    for source in (fichier, *([] if propre else [controle])):
        provisoire = entrees / f"{source.name}.part"
        shutil.copyfile(source, provisoire)
        provisoire.replace(entrees / source.name)


def avancement(barres: contextlib.ExitStack, sortie: TextIO) -> Avancement | None:
    """Return what draws a progress bar for each long file; None where nobody looks (a log, a pipe)."""
    if not sortie.isatty():
        return None
    courantes: dict[str, Any] = {}

    def suivre(nom: str, faites: int, total: int) -> None:
        if total <= LIGNES_COURTES:
            return
        if nom not in courantes:
            barres.close()  # the bar of the file before is finished
            barre = click.progressbar(length=total, label=nom, show_pos=True, file=sortie)
            courantes[nom] = barres.enter_context(barre)
        courantes[nom].update(faites - courantes[nom].pos)

    return suivre


async def etat_recus(settings: Settings) -> list[str]:
    """Return a sentence for each of the latest files received."""
    async with base_ouverte(settings):
        return [_phrase(Traitement(f.nom, fichier=f)) for f in await derniers_fichiers(20)] or ["Aucun fichier reçu."]


def _phrase(fait: Traitement) -> str:
    if fait.refus is not None:
        return f"{fait.nom} : {fait.refus.code}. {fait.refus.message}"
    f = fait.fichier
    if f is None:
        return fait.nom
    return (
        f"{f.nom} : {f.recues} reçues = {f.creees} créées + {f.modifiees} modifiées + {f.ignorees} ignorées "
        f"+ {f.rejetees} rejetées"
    )
