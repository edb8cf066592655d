"""`viesion echanges importer · etat`: the files of partners (Solis), by hand."""

import datetime as dt
import pathlib

import click

from viesion_core.contexte import contexte_systeme
from viesion_core.echanges.depot import Traitement, traiter_depot
from viesion_core.echanges.queries import derniers_fichiers
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, extensions, reglages


@click.group()
def echanges() -> None:
    """Les échanges de fichiers avec les partenaires (Solis)."""


@echanges.command()
@click.argument("dossier", required=False, type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path))
def importer(dossier: pathlib.Path | None) -> None:
    """Prendre les fichiers du sous-dossier « in » de DOSSIER (celui des réglages par défaut)."""
    settings = reglages()
    faits = executer(_importer(settings, dossier or settings.dossier_echanges))
    for fait in faits:
        click.echo(_phrase(fait))
    if not faits:
        click.echo("Aucun fichier à prendre.")
    if any(fait.refus for fait in faits):
        raise click.exceptions.Exit(1)


@echanges.command()
def etat() -> None:
    """Montrer les derniers fichiers reçus."""
    for ligne in executer(_etat(reglages())):
        click.echo(ligne)


async def _importer(settings: Settings, dossier: pathlib.Path) -> list[Traitement]:
    with extensions() as registre:
        async with base_ouverte(settings):
            ctx = contexte_systeme(dt.datetime.now(dt.UTC), nom="Solis")
            return await traiter_depot(ctx, dossier, registre.flux(), secret=settings.secret)


async def _etat(settings: Settings) -> list[str]:
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
