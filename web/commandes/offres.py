"""`viesion offres · organisme`: which plugins are installed, which organism may use which offre."""

import datetime as dt
import uuid

import click

from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import EtatExtension, Registre
from viesion_core.organismes.actions import activer_offre
from viesion_core.organismes.queries import organisme_par_code, organismes_choix
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, extensions, reglages
from web.commandes.serveur import exiger_base_prete

DATE = click.DateTime(formats=["%Y-%m-%d", "%d/%m/%Y"])


@click.command()
def offres() -> None:
    """Lister les extensions installées : offre, version, état."""
    with extensions() as registre:
        etats = registre.etats()
        if not etats:
            click.echo("Aucune extension n'est installée.")
            return
        lignes: list[tuple[str, ...]] = [("EXTENSION", "OFFRE", "VERSION", "QUESTIONNAIRES", "ÉTAT")]
        lignes += [_ligne(registre, etat) for etat in etats]
        largeurs = [max(len(ligne[rang]) for ligne in lignes) for rang in range(4)]
        for ligne in lignes:
            cases = [case.ljust(largeur) for case, largeur in zip(ligne[:4], largeurs, strict=True)]
            click.echo("  ".join([*cases, ligne[4]]))
        for etat in etats:
            for defaillance in etat.defaillances:
                click.echo(f"{etat.nom} : {defaillance}", err=True)
        if any(etat.erreur for etat in etats):
            raise click.exceptions.Exit(1)


@click.group()
def organisme() -> None:
    """Les organismes conventionnés."""


@organisme.command()
@click.argument("organisme")
@click.argument("offre")
@click.option("--territoire", default="Département", show_default=True)
@click.option("--debut", type=DATE, help="Début de la convention (AAAA-MM-JJ) ; aujourd'hui par défaut.")
@click.option("--fin", type=DATE, help="Fin de la convention ; sans fin par défaut.")
@click.option("--capacite", type=int, help="Nombre de personnes accompagnées à la fois.")
def activer(
    organisme: str,
    offre: str,
    territoire: str,
    debut: dt.datetime | None,
    fin: dt.datetime | None,
    capacite: int | None,
) -> None:
    """Activer une OFFRE pour un ORGANISME (son code) sur un territoire, entre deux dates."""
    ctx = contexte_systeme(dt.datetime.now(dt.UTC))
    depuis = debut.date() if debut else ctx.aujourdhui
    executer(_activer(reglages(), ctx, organisme, offre.upper(), territoire, depuis, fin and fin.date(), capacite))


def _ligne(registre: Registre, etat: EtatExtension) -> tuple[str, ...]:
    questionnaires = len(registre.questionnaires({etat.offre})) if etat.offre else 0
    return (
        etat.nom,
        etat.offre or "-",
        etat.version,
        str(questionnaires),
        f"{'incompatible' if etat.incompatible else 'en défaut'} : {etat.erreur}" if etat.erreur else "en service",
    )


async def _activer(
    settings: Settings,
    ctx: Contexte,
    code: str,
    code_offre: str,
    territoire: str,
    debut: dt.date,
    fin: dt.date | None,
    capacite: int | None,
) -> None:
    with extensions() as registre:
        await exiger_base_prete(settings, registre)
        offre = registre.offre(code_offre)
        if offre is None:
            connues = ", ".join(o.code for o in registre.offres()) or "aucune"
            raise ErreurMetier(f"L'offre {code_offre} n'est pas installée. Offres installées : {connues}.")
        async with base_ouverte(settings):
            identifiant = await _organisme(code)
            await activer_offre(
                ctx,
                identifiant,
                offre=offre.code,
                libelle=offre.libelle,
                territoire=territoire,
                debut=debut,
                fin=fin,
                capacite=capacite,
            )
    terme = f"jusqu'au {fin:%d/%m/%Y}" if fin else "sans date de fin"
    click.echo(f"{offre.libelle} ({offre.code}) est activée pour {code}, {territoire}, {debut:%d/%m/%Y}, {terme}.")


async def _organisme(code: str) -> uuid.UUID:
    """Return the organism of a code; ErreurMetier lists some codes when there is none."""
    trouve = await organisme_par_code(code)
    if trouve is not None:
        return trouve.id
    codes = ", ".join(o.code for o in (await organismes_choix())[:20]) or "aucun"
    raise ErreurMetier(f"Aucun organisme n'a le code {code.upper()}. Codes connus : {codes}.")
