"""`viesion demo`: the synthetic département, built once, then served."""

import asyncio
import contextlib
import datetime as dt
import os
import pathlib
import shutil
import time

import click

from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.demo import COMPTES, MOT_DE_PASSE, EtatDemo, Parametres, construire_demo, etat_demo
from viesion_core.demo.queries import base_vierge
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import Registre
from viesion_core.installation import en_attente, mettre_a_niveau
from viesion_core.sauvegarde.moteurs import supprimer_sqlite
from viesion_core.settings import Settings, lire_settings
from web.commandes.execution import base_ouverte, extensions
from web.commandes.serveur import exiger_port_libre, servir
from web.commandes.solis_demo import port_de_la_page, preparer_solis, simulateur_installe, solis_simule

BENEFICIAIRES, GRAINE = 600, 34
MINIMUM = 60


@click.command()
@click.option("--beneficiaires", type=click.IntRange(MINIMUM, 100_000), help=f"Nombre de personnes ({BENEFICIAIRES}).")
@click.option("--graine", type=int, help=f"Même graine, mêmes personnes ({GRAINE}).")
@click.option("--dossier", type=click.Path(path_type=pathlib.Path), default="donnees/demo", show_default=True)
@click.option("--base", help="Base à remplir ; par défaut un fichier SQLite dans le dossier.")
@click.option("--servir", "sert", is_flag=True, help="Servir ensuite les écrans.")
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--neuf", is_flag=True, help="Effacer la démonstration précédente et la refaire au jour d'aujourd'hui.")
@click.option("--solis/--sans-solis", "avec_solis", default=True, help="Servir avec un Solis simulé qui échange.")
def demo(
    beneficiaires: int | None,
    graine: int | None,
    dossier: pathlib.Path,
    base: str | None,
    sert: bool,
    port: int,
    neuf: bool,
    avec_solis: bool,
) -> None:
    """Construire un Hérault synthétique et le montrer : personne n'y existe."""
    settings = _reglages(dossier, base, port)
    if sert:
        exiger_port_libre(settings)
    avec_solis = avec_solis and sert and simulateur_installe()
    asyncio.run(_preparer(settings, beneficiaires, graine, neuf=neuf, avec_solis=avec_solis))
    _presenter(settings)
    page = port_de_la_page(settings) if avec_solis else 0
    if avec_solis:
        click.echo(f"Solis simulé (ce qu'il envoie et reçoit) : http://127.0.0.1:{page}/")
    if sert:
        with solis_simule(settings, page) if avec_solis else contextlib.nullcontext():
            servir(settings)
    else:
        click.echo(f"\nPour l'ouvrir : viesion demo --servir --dossier {dossier}{f' --base {base}' if base else ''}")


def _reglages(dossier: pathlib.Path, base: str | None, port: int) -> Settings:
    """Return the settings of the environment, in the mode of the demo and in its own folder."""
    voulus = {
        "VIESION_MODE": "demo",
        "VIESION_DONNEES": str(dossier),
        "VIESION_BASE": base or f"sqlite:///{dossier / 'viesion.sqlite'}",
        "VIESION_PORT": str(port),
    }
    connus = {"VIESION_URL_PUBLIQUE": f"http://127.0.0.1:{port}", **os.environ}
    return lire_settings({**connus, **voulus})


async def _preparer(
    settings: Settings, beneficiaires: int | None, graine: int | None, *, neuf: bool, avec_solis: bool
) -> None:
    """Build the demo in an empty base; use again the one that is there, unless asked otherwise or unfinished."""
    with extensions() as registre:
        async with base_ouverte(settings):
            etat = await _etat(registre)
        if etat is not None and (neuf or not etat.complete):
            await _effacer(settings)
            etat = None
        async with base_ouverte(settings):
            fait = await mettre_a_niveau(registre, dt.datetime.now(dt.UTC))
            for avertissement in fait.avertissements:
                click.echo(f"Attention : {avertissement}", err=True)
            if etat is None:
                await _construire(registre, beneficiaires or BENEFICIAIRES, GRAINE if graine is None else graine)
            else:
                _exiger_la_meme(etat, beneficiaires, graine)
                _annoncer(etat)
            if avec_solis:
                await preparer_solis(settings)


async def _etat(registre: Registre) -> EtatDemo | None:
    """Return the demo that the base holds; ErreurMetier when it holds something else."""
    manquantes = await en_attente(registre)
    if any(nom.endswith(("/0001_actes", "/0002_organismes")) for nom in manquantes):
        return None
    etat = await etat_demo()
    if etat is None and not await base_vierge():
        raise ErreurMetier("Cette base n'est pas une démonstration : elle n'est ni remplie ni effacée.")
    return etat


async def _effacer(settings: Settings) -> None:
    """Erase a demo: its base, its documents, its mails."""
    if settings.fichier_base is not None:
        supprimer_sqlite(settings.fichier_base)
    else:
        async with base_ouverte(settings), transaction():
            await executer("DROP SCHEMA public CASCADE")
            await executer("CREATE SCHEMA public")
    for dossier in (settings.dossier_documents, settings.dossier_courriels):
        shutil.rmtree(dossier, ignore_errors=True)


async def _construire(registre: Registre, beneficiaires: int, graine: int) -> None:
    depart = time.monotonic()
    p = Parametres(beneficiaires=beneficiaires, graine=graine, maintenant=dt.datetime.now(dt.UTC))
    with click.progressbar(length=beneficiaires, label="Construction des dossiers") as barre:
        await construire_demo(p, registre, barre.update)
    organismes = await lire_valeur("SELECT count(*) FROM organisme")
    comptes = await lire_valeur("SELECT count(*) FROM utilisateur")
    duree = f"{time.monotonic() - depart:.1f}".replace(".", ",")
    click.echo(
        f"Hérault synthétique : {beneficiaires} bénéficiaires, {organismes} organismes, {comptes} comptes, "
        f"quatre ans d'histoire jusqu'au {p.aujourdhui:%d/%m/%Y} (graine {graine}). Construit en {duree} s."
    )


def _exiger_la_meme(etat: EtatDemo, beneficiaires: int | None, graine: int | None) -> None:
    if beneficiaires not in (None, etat.beneficiaires) or graine not in (None, etat.graine):
        raise ErreurMetier(
            f"La démonstration en place compte {etat.beneficiaires} bénéficiaires (graine {etat.graine}) : "
            "ajoutez --neuf pour l'effacer et la refaire autrement."
        )


def _annoncer(etat: EtatDemo) -> None:
    click.echo(f"La démonstration du {etat.jour:%d/%m/%Y} est reprise : {etat.beneficiaires} bénéficiaires.")
    if etat.jour < dt.datetime.now(dt.UTC).date():
        click.echo("Son agenda tourne autour de ce jour-là ; « make demo NEUF=1 » la refait au jour d'aujourd'hui.")


def _presenter(settings: Settings) -> None:
    """Print the address and the accounts."""
    click.echo(f"\nAdresse : {settings.url_publique}")
    click.echo(f"Mot de passe des comptes de démonstration : {MOT_DE_PASSE}")
    for nom, role in COMPTES.items():
        click.echo(f"  {f'{nom}@demo.test':<28} {role}")
