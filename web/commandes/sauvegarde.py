"""`viesion sauvegarder · restaurer`: one archive for the base, the documents and the secret."""

import datetime as dt
import pathlib

import click

from viesion_core.contexte import PARIS
from viesion_core.formats import nombre
from viesion_core.sauvegarde import actions
from viesion_core.sauvegarde.model import Compte
from viesion_core.settings import Settings
from web.commandes.affichage import Suivi
from web.commandes.execution import executer, extensions, reglages


@click.command()
@click.argument("archive", type=click.Path(dir_okay=False, path_type=pathlib.Path), required=False)
def sauvegarder(archive: pathlib.Path | None) -> None:
    """Sauvegarder base et documents dans une ARCHIVE (.tar.gz), sans arrêter le service."""
    maintenant = dt.datetime.now(dt.UTC)
    cible = archive or pathlib.Path(f"viesion-{maintenant.astimezone(PARIS):%Y%m%d-%H%M}.tar.gz")
    cible.parent.mkdir(parents=True, exist_ok=True)
    compte = executer(_sauvegarder(reglages(), cible, maintenant))
    click.echo(f"{cible} : {_decrire(compte)}, {nombre(compte.octets / 1e6, 1)} Mo.")
    click.echo("Cette archive contient des données personnelles et le secret de l'installation : gardez-la à l'abri.")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
def restaurer(archive: pathlib.Path) -> None:
    """Restaurer une ARCHIVE dans une installation vide, puis la vérifier."""
    compte = executer(_restaurer(reglages(), archive))
    for anomalie in compte.anomalies[:20]:
        click.echo(f"  {anomalie}", err=True)
    if compte.anomalies:
        click.echo(f"Restauré, avec {len(compte.anomalies)} anomalies.", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"Restauré et vérifié : {_decrire(compte)}, journal intact.")


async def _sauvegarder(settings: Settings, cible: pathlib.Path, maintenant: dt.datetime) -> Compte:
    suivi = Suivi()
    return await actions.sauvegarder(settings, cible, maintenant, suivi.etape, suivi.avancer)


async def _restaurer(settings: Settings, archive: pathlib.Path) -> Compte:
    with extensions() as registre:
        suivi = Suivi()
        return await actions.restaurer(settings, archive, registre, suivi.etape, suivi.avancer)


def _decrire(compte: Compte) -> str:
    return f"{nombre(compte.lignes)} lignes, {nombre(compte.documents)} documents"
