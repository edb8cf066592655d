"""`viesion solis importer · exporter · etat · dechiffrer · reprise · simuler`: the bridge to Solis, by hand."""

import datetime as dt
from importlib.metadata import entry_points

import click

from viesion_core.contexte import PARIS, contexte_systeme
from viesion_core.db import verrou
from viesion_core.echanges.envois_fichiers import envoyer, lire_reponses
from viesion_core.echanges.envois_model import LIBELLE_ETAT, EtatEnvoi
from viesion_core.echanges.envois_queries import comptes_envois, dernieres_sorties
from viesion_core.echanges.liaison import liaison
from viesion_core.echanges.reconciliation import derniere_reconciliation
from viesion_core.formats import compte, heure, instant
from viesion_core.parcours.envois import clore_contrats_echus, reprendre_contrats
from viesion_core.settings import FICHIER, Settings
from web.commandes.echanges import dechiffrer, etat_recus, importer
from web.commandes.execution import base_ouverte, executer, extensions, reglages
from web.commandes.reprise import reprise


@click.group()
def solis() -> None:
    """Le pont Solis : ce qui arrive (importer), ce qui part (exporter), où en sont les échanges (etat)."""


solis.add_command(importer)
solis.add_command(dechiffrer)
solis.add_command(reprise)


@solis.command()
@click.option("--tout", is_flag=True, help="Envoyer aussi les contrats signés avant l'installation du pont.")
def exporter(tout: bool) -> None:
    """Écrire dans « out » ce qui est à envoyer, après avoir lu les réponses de « ack »."""
    repris, lues, partis = executer(_exporter(reglages(), tout))
    if tout:
        click.echo(f"{repris} contrats signés repris.")
    click.echo(f"{lues} réponses lues, {partis} messages envoyés.")


@solis.command()
def etat() -> None:
    """Montrer les derniers fichiers reçus et envoyés, où en sont les messages, et la réconciliation de la nuit."""
    settings = reglages()
    recu = [*executer(_liaison(settings)), *executer(etat_recus(settings))]
    for ligne in [*recu, *executer(_etat(settings)), *executer(_reconciliation(settings))]:
        click.echo(ligne)


@solis.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simuler(arguments: tuple[str, ...]) -> None:
    """Faire tourner un petit Solis qui échange avec VieSion (options : viesion solis simuler --help)."""
    programme = next(iter(entry_points(group="viesion.simulateurs", name="solis")), None)
    if programme is None:
        raise click.ClickException("Le simulateur vient avec viesion-solis-bridge : installez-le.")
    raise click.exceptions.Exit(programme.load()(list(arguments)))


async def _exporter(settings: Settings, tout: bool) -> tuple[int, int, int]:
    with extensions() as registre:
        flux = registre.envois()
        if not flux:
            raise click.ClickException("Aucune extension n'écrit de fichiers : installez viesion-solis-bridge.")
        async with base_ouverte(settings):
            ctx = contexte_systeme(dt.datetime.now(dt.UTC))
            repris = await reprendre_contrats(ctx) if tout else 0
            async with verrou("worker") as bail:
                if not bail:
                    click.echo("Un worker tourne : il lit et envoie lui-même, chaque seconde.")
                    return repris, 0, 0
                await clore_contrats_echus(ctx)
                par_fichier = [f for f in flux if settings.part_par(f.code, FICHIER)]
                lues = await lire_reponses(ctx, settings.dossier_echanges, settings.cle_echanges)
                partis = 0
                while faits := await envoyer(ctx, settings.dossier_echanges, par_fichier):
                    partis += faits
                return repris, lues, partis


async def _liaison(settings: Settings) -> list[str]:
    """Say how the last exchange with the server went, when there is one, and what to do."""
    if not settings.sftp_hote:
        return []
    async with base_ouverte(settings):
        vue = await liaison()
    if vue is None:
        return ["SFTP : aucun échange encore."]
    lignes = [
        f"SFTP : dernier échange réussi le {instant(vue.reussie_le)}." if vue.reussie_le else "SFTP : aucun succès."
    ]
    if vue.fichiers_le is not None:
        passes = f"{compte(vue.recus, 'fichier reçu', 'fichiers reçus')}, {compte(vue.envoyes, 'envoyé', 'envoyés')}"
        lignes.append(f"SFTP : {passes} le {instant(vue.fichiers_le)}.")
    if vue.erreur:
        lignes.append(f"SFTP : {vue.phrase}, au dernier essai le {instant(vue.essayee_le)}. {vue.conseil}")
    return lignes


async def _etat(settings: Settings) -> list[str]:
    async with base_ouverte(settings):
        sorties = await dernieres_sorties()
        comptes = await comptes_envois()
    lignes = [f"{s['nom']}.csv : {s['nombre']} messages, {_quand(s['ecrit_le'])}" for s in sorties]
    for cle, nombre in comptes.items():
        flux, etat_envoi = cle.rsplit(" ", 1)
        lignes.append(f"{flux} : {nombre} {LIBELLE_ETAT[EtatEnvoi(etat_envoi)].lower()}")
    return lignes or ["Aucun message envoyé."]


async def _reconciliation(settings: Settings) -> list[str]:
    """Say what the last comparison of a night found."""
    async with base_ouverte(settings):
        rapport = await derniere_reconciliation()
    if rapport is None:
        return ["Réconciliation : aucune encore, la première se fait la nuit prochaine."]
    ecarts = [f"  {e.texte}{_dossiers(e.dossiers)}" for e in rapport.ecarts]
    return [rapport.titre, *(f"  {recu.phrase}" for recu in rapport.recus), *ecarts]


def _dossiers(numeros: tuple[int, ...]) -> str:
    return f" Dossiers {', '.join(map(str, numeros))}." if numeros else ""


def _quand(instant: dt.datetime | None) -> str:
    if instant is None:
        return "à écrire"
    ici = instant.astimezone(PARIS)
    return f"écrit le {ici:%d/%m/%Y} à {heure(ici)}"
