"""`viesion solis reprise`: a spreadsheet taken by hand, dry or for real; the rules are those of the screen."""

import asyncio
import datetime as dt
import json
import pathlib
import sys
import uuid

import click

from viesion_core.contexte import contexte_systeme
from viesion_core.db import verrou
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.organismes.queries import organisme_par_code
from viesion_core.reprise.actions import avancer_reprises, correspondre, deposer_reprise, essayer, lancer
from viesion_core.reprise.lignes import REJETEE
from viesion_core.reprise.model_vues import RepriseVue
from viesion_core.reprise.queries import lignes_du_rapport
from viesion_core.reprise.queries import reprise as lire_reprise
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, reglages

PAUSE = 0.5
"""Seconds between two looks at what a worker does."""


@click.command()
@click.argument("fichier", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@click.option("--organisme", required=True, help="Code de l'organisme dont ce sont les personnes.")
@click.option("--nom", default="Tassoc", show_default=True, help="Nom sous lequel le choix des colonnes est gardé.")
@click.option(
    "--correspondance",
    type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path),
    help='Fichier JSON : {"Titre de colonne": "champ"}. Sans lui, les titres sont reconnus.',
)
@click.option("--a-blanc", is_flag=True, help="Dire ce que chaque ligne deviendrait, sans rien écrire.")
def reprise(
    fichier: pathlib.Path, organisme: str, nom: str, correspondance: pathlib.Path | None, a_blanc: bool
) -> None:
    """Reprendre les personnes d'un tableur (.xlsx ou .csv) exporté d'un ancien logiciel."""
    try:
        choix = json.loads(correspondance.read_text(encoding="utf-8")) if correspondance else None
    except ValueError as erreur:
        raise click.ClickException(f"{correspondance} n'est pas un fichier JSON lisible.") from erreur
    try:
        vues = executer(_reprendre(reglages(), fichier, organisme, nom, choix, a_blanc))
    except ErreurSaisie as erreur:
        raise click.ClickException(" ".join(erreur.erreurs.values()) or erreur.message) from erreur
    except ErreurMetier as erreur:
        raise click.ClickException(erreur.message) from erreur
    for vue in vues:
        click.echo(
            f"{vue.etat_libelle} : {vue.lignes} lignes = {vue.creees} créées + {vue.modifiees} modifiées "
            f"+ {vue.ignorees} ignorées + {vue.rejetees} rejetées"
        )
    if vues[-1].rejetees:
        raise click.exceptions.Exit(1)


async def _reprendre(
    settings: Settings, fichier: pathlib.Path, code: str, nom: str, choix: dict[str, str] | None, a_blanc: bool
) -> list[RepriseVue]:
    async with base_ouverte(settings):
        organisme = await organisme_par_code(code)
        if organisme is None:
            raise click.ClickException(f"Aucun organisme n'a le code {code}.")
        ctx = contexte_systeme(dt.datetime.now(dt.UTC), nom="Ligne de commande")
        identifiant = await deposer_reprise(
            ctx,
            settings.dossier_echanges,
            await asyncio.to_thread(fichier.read_bytes),
            fichier_nom=fichier.name,
            nom=nom,
            organisme=organisme.id,
            cles=settings.cle_echanges,
        )
        vue = await lire_reprise(ctx, identifiant)
        await correspondre(ctx, identifiant, vue.correspondance if choix is None else choix, version=vue.version)
        faites = []
        for faire in (essayer,) if a_blanc else (essayer, lancer):
            await faire(ctx, identifiant, version=(await lire_reprise(ctx, identifiant)).version)
            faites.append(await _attendre(settings, identifiant))
        for ligne in await lignes_du_rapport(ctx, identifiant, essai=a_blanc, resultat=REJETEE, limite=1_000):
            champ = f"{ligne.champ_libelle} : " if ligne.champ_libelle else ""
            click.echo(f"Ligne {ligne.rang}, {champ}{ligne.message}")
        return faites


async def _attendre(settings: Settings, identifiant: uuid.UUID) -> RepriseVue:
    """Carry out the lines here, or look at the worker that does, until none is left."""
    ctx = contexte_systeme(dt.datetime.now(dt.UTC))
    vue = await lire_reprise(ctx, identifiant)
    with click.progressbar(length=vue.lignes, label=vue.etat_libelle, file=sys.stderr) as barre:
        while vue.en_cours:
            async with verrou("worker") as bail:
                if bail:
                    await avancer_reprises(
                        dt.datetime.now(dt.UTC),
                        settings.dossier_echanges,
                        secret=settings.secret,
                        cles=settings.cle_echanges,
                    )
            if not bail:
                await asyncio.sleep(PAUSE)
            vue = await lire_reprise(ctx, identifiant)
            barre.update(vue.curseur - barre.pos)
    return vue
