"""`viesion cles creer · lister · revoquer`: the keys of the partners who call the API."""

import datetime as dt
import uuid

import click

from viesion_core.contexte import contexte_systeme
from viesion_core.formats import instant
from viesion_core.partenaires.actions import creer_cle, revoquer_cle
from viesion_core.partenaires.model import EMETTEUR, LIMITE_PAR_DEFAUT, Cle, CleNouvelle, Portee
from viesion_core.partenaires.queries import cles as toutes
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, reglages


@click.group()
def cles() -> None:
    """Les clés des partenaires qui appellent l'API (Solis)."""


@cles.command()
@click.argument("nom")
@click.option("--portee", "portees", type=click.Choice([str(p) for p in Portee]), multiple=True, required=True)
@click.option("--emetteur", default=EMETTEUR, show_default=True, help="Le nom du partenaire dans les messages.")
@click.option("--limite", default=LIMITE_PAR_DEFAUT, show_default=True, help="Demandes par minute.")
def creer(nom: str, portees: tuple[str, ...], emetteur: str, limite: int) -> None:
    """Créer la clé NOM et l'afficher, cette fois seulement."""
    settings = reglages()
    faite = executer(_creer(settings, nom, portees, emetteur, limite))
    click.echo(f"Identifiant : {faite.id}")
    click.echo(f"Clé         : {faite.jeton}")
    click.echo(f"Signature   : {faite.signature}")
    click.echo("Notez la clé et le secret de signature maintenant : ils ne seront plus affichés.")


@cles.command()
def lister() -> None:
    """Montrer les clés, leur portée et leur dernier usage."""
    lignes = executer(_lister(reglages()))
    for cle in lignes:
        etat = f"révoquée le {instant(cle.revoquee_le)}" if cle.revoquee_le else "en service"
        usage = f"vue le {instant(cle.vue_le)}" if cle.vue_le else "jamais vue"
        click.echo(f"{cle.id}  {cle.debut}…  {cle.nom} ({cle.emetteur}) : {cle.portees} ; {etat} ; {usage}")
    if not lignes:
        click.echo("Aucune clé.")


@cles.command()
@click.argument("identifiant", type=click.UUID)
def revoquer(identifiant: uuid.UUID) -> None:
    """Révoquer la clé IDENTIFIANT : elle n'ouvre plus rien, tout de suite et pour toujours."""
    executer(_revoquer(reglages(), identifiant))
    click.echo("La clé est révoquée.")


async def _creer(settings: Settings, nom: str, portees: tuple[str, ...], emetteur: str, limite: int) -> CleNouvelle:
    async with base_ouverte(settings):
        ctx = contexte_systeme(dt.datetime.now(dt.UTC))
        return await creer_cle(ctx, nom=nom, emetteur=emetteur, portees=portees, limite=limite, secret=settings.secret)


async def _lister(settings: Settings) -> list[Cle]:
    async with base_ouverte(settings):
        return await toutes(contexte_systeme(dt.datetime.now(dt.UTC)))


async def _revoquer(settings: Settings, identifiant: uuid.UUID) -> None:
    async with base_ouverte(settings):
        await revoquer_cle(contexte_systeme(dt.datetime.now(dt.UTC)), identifiant)
