"""`viesion offre nouvelle · verifier`: write a new offre, hold it to the quality contract."""

import datetime as dt
import pathlib
import tempfile

import click
import uvicorn

from viesion_core.bilans.actions_report import reporter_bilans
from viesion_core.contexte import contexte_systeme
from viesion_core.kit import POINTS, creer, document, projet, verifier
from viesion_core.settings import Settings
from web.commandes.execution import base_ouverte, executer, reglages
from web.commandes.serveur import exiger_fichier, exiger_port_libre

ARRETS = ("distribution", "crochets", "declarations")
"""The points without which the next ones cannot be looked at."""


@click.group()
def offre() -> None:
    """Écrire une offre de service : une extension de VieSion."""


@offre.command()
@click.argument("nom", required=False)
@click.option("--libelle", default="", help="Nom affiché ; par défaut celui qui est donné, avec une majuscule.")
@click.option("--dossier", type=click.Path(path_type=pathlib.Path), help="Où l'écrire ; par défaut viesion-NOM, ici.")
def nouvelle(nom: str | None, libelle: str, dossier: pathlib.Path | None) -> None:
    """Écrire une offre complète : questionnaire, modèle Word, règle d'alerte, tests."""
    choisi = nom or click.prompt("Nom court de l'offre (« mobilite »)")
    if nom is None and not libelle:
        libelle = click.prompt("Nom affiché (« Mobilité »)", default=choisi.capitalize())
    p = projet(choisi, libelle)
    cible = dossier or pathlib.Path(f"viesion-{p.nom}")
    fichiers = creer(p, cible)
    click.echo(f"L'offre {p.libelle} ({p.code}) est écrite dans {cible} : {len(fichiers)} fichiers.")
    for fichier in fichiers:
        click.echo(f"  {fichier.relative_to(cible)}")
    click.echo("\nEnsuite :")
    click.echo(f"  pip install --no-deps --no-build-isolation -e {cible}")
    click.echo(f"  pytest {cible}")
    click.echo(f"  viesion offre verifier {cible}")
    click.echo("  viesion demo --servir --neuf")


@offre.command("verifier")
@click.argument("chemin", type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path))
def verifier_commande(chemin: pathlib.Path) -> None:
    """Vérifier le contrat de qualité d'une offre, point par point (son code est exécuté)."""
    with tempfile.TemporaryDirectory() as travail:
        manquements = executer(verifier(chemin, pathlib.Path(travail)))
        arret = next((point for point in POINTS if point in ARRETS and any(m.point == point for m in manquements)), "")
        for point, texte in POINTS.items():
            messages = [m.message for m in manquements if m.point == point]
            etat = "À CORRIGER" if messages else "non vu" if arret and _apres(point, arret) else "tenu"
            click.echo(f"{etat:<10}  {texte}")
            for message in messages:
                click.echo(f"            {message}")
        if not manquements:
            click.echo("\nLe contrat est tenu.")
            return
        click.echo(f"\n{len(manquements)} point{'s' if len(manquements) > 1 else ''} à corriger.")
    raise click.exceptions.Exit(1)


@offre.command()
@click.argument("fichier", type=click.Path(dir_okay=False, path_type=pathlib.Path), required=False)
def crochets(fichier: pathlib.Path | None) -> None:
    """Écrire la référence des crochets (en anglais) dans un FICHIER, ou à l'écran."""
    if fichier is None:
        click.echo(document(), nl=False)
    else:
        fichier.write_text(document(), encoding="utf-8")


@offre.command()
@click.argument("fichier", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@click.option("--port", type=click.IntRange(1, 65535), default=8034, show_default=True)
def apercu(fichier: pathlib.Path, port: int) -> None:
    """Montrer un questionnaire (bilan.toml) dans le navigateur pendant qu'on l'écrit."""
    from web.apercu import creer_apercu  # noqa: PLC0415 - the other commands start without the screens

    exiger_port_libre(Settings(port=port))
    click.echo(f"{fichier.name} se regarde sur http://127.0.0.1:{port} ; la page suit le fichier (Ctrl-C pour finir).")
    uvicorn.run(creer_apercu(fichier, port), host="127.0.0.1", port=port, log_level="warning", access_log=False)


@offre.command()
@click.argument("questionnaire")
@click.option("--appliquer", is_flag=True, help="Le faire ; sans cela, dire seulement ce qui serait fait.")
@click.option("--avec-pertes", is_flag=True, help="Reporter aussi les bilans dont des réponses n'ont plus leur place.")
def reporter(questionnaire: str, appliquer: bool, avec_pertes: bool) -> None:
    """Reporter les bilans ouverts d'un QUESTIONNAIRE (son code) sur sa dernière version."""
    executer(_reporter(questionnaire.upper(), appliquer, avec_pertes))


async def _reporter(code: str, appliquer: bool, avec_pertes: bool) -> None:
    settings = reglages()
    exiger_fichier(settings)
    ctx = contexte_systeme(dt.datetime.now(dt.UTC))
    async with base_ouverte(settings):
        rapport = await reporter_bilans(ctx, code, appliquer=appliquer, avec_pertes=avec_pertes)
    verbe = "reportés" if appliquer else "à reporter"
    click.echo(f"{code}, version {rapport.version} : {rapport.reportes} bilans {verbe}, {rapport.laisses} laissés.")
    for ecart, nombre in sorted(rapport.ecarts.items(), key=lambda paire: paire[0].question):
        click.echo(f"  {ecart.question} : {ecart.raison}, {nombre} réponse{'s' if nombre > 1 else ''}.")
    if not appliquer:
        click.echo("Rien n'a été changé : ajoutez --appliquer.")


def _apres(point: str, arret: str) -> bool:
    """Whether a point comes after the one that stopped the check; imports and files are read in any case."""
    rangs = list(POINTS)
    return rangs.index(point) > rangs.index(arret)
