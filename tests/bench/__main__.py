"""Runs the benchmark: builds what is missing, measures, prints the table, writes the results."""

import asyncio
import logging
import os
import pathlib
import platform
import subprocess
import sys

import asyncpg
import click
import msgspec

from tests.bench import alertes, echanges, ecrans, extensions, pilotage
from tests.bench.mesures import Banc, Mesure
from tests.serveur import servir
from viesion_core.db import ouvrir_base

DOSSIER = pathlib.Path("bench")
POSTGRESQL = os.environ.get("VIESION_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
SUJETS = [*ecrans.SUJETS, *alertes.SUJETS, *extensions.SUJETS, *pilotage.SUJETS, *echanges.SUJETS]


@click.command()
@click.option("--personnes", type=int, multiple=True, default=(600, 45_000), show_default=True)
@click.option("--moteur", "moteurs", type=click.Choice(["sqlite", "postgresql"]), multiple=True)
@click.option("--sujet", "noms", type=click.Choice([s.__name__ for s in SUJETS]), multiple=True, help="Ceux-là seuls.")
@click.option("--essais", type=int, default=200, show_default=True)
def main(personnes: tuple[int, ...], moteurs: tuple[str, ...], noms: tuple[str, ...], essais: int) -> None:
    """Measure VieSion on this machine."""
    DOSSIER.mkdir(exist_ok=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    retenus = list(moteurs) or ["sqlite", *(["postgresql"] if asyncio.run(_postgresql_repond()) else [])]
    mesures: list[Mesure] = []
    for moteur in retenus:
        for nombre in personnes:
            adresse = _base(moteur, nombre)
            mesures += asyncio.run(_mesurer(adresse, moteur, nombre, essais, noms))
    machine = {"python": platform.python_version(), "processeurs": os.cpu_count(), "systeme": platform.platform()}
    resultat = {"machine": machine, "mesures": mesures}
    (DOSSIER / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(resultat)))
    _montrer(mesures)


def _base(moteur: str, nombre: int) -> str:
    """Return the address of the demo of this size, built by the command of the users if it is not there."""
    dossier = DOSSIER / f"{moteur}-{nombre}"
    adresse = f"sqlite:///{dossier / 'viesion.sqlite'}"
    if moteur == "postgresql":
        adresse = f"{POSTGRESQL}/viesion_bench_{nombre}"
        asyncio.run(_creer(f"viesion_bench_{nombre}"))
    viesion = str(pathlib.Path(sys.executable).with_name("viesion"))
    commande = [viesion, "demo", "--beneficiaires", str(nombre), "--base", adresse]
    subprocess.run([*commande, "--dossier", str(dossier)], check=True)  # noqa: S603 - our own command
    return adresse


async def _postgresql_repond() -> bool:
    try:
        connexion = await asyncpg.connect(f"{POSTGRESQL}/postgres", timeout=3)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connexion.close()
    return True


async def _creer(nom: str) -> None:
    connexion = await asyncpg.connect(f"{POSTGRESQL}/postgres")
    if not await connexion.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", nom):
        await connexion.execute(f'CREATE DATABASE "{nom}"')
    await connexion.close()


async def _mesurer(adresse: str, moteur: str, nombre: int, essais: int, noms: tuple[str, ...]) -> list[Mesure]:
    mesures = []
    base = await ouvrir_base(adresse, pool=5)
    try:
        async with servir(adresse, DOSSIER / f"{moteur}-{nombre}", mode="demo") as serveur:
            banc = Banc(serveur, moteur, nombre, essais)
            for sujet in SUJETS:
                if noms and sujet.__name__ not in noms:
                    continue
                async for mesure in sujet(banc):
                    mesures.append(mesure)
                    click.echo(_ligne(mesure))
    finally:
        await base.fermer()
    return mesures


def _ligne(m: Mesure) -> str:
    barre = "" if m.barre is None else f"barre {m.barre:g}"
    nombre = "" if m.requetes is None else str(m.requetes)
    temps = f"{m.mediane:>9.2f} {m.p95:>9.2f} {m.p99:>9.2f}"
    return f"{m.sujet:46} {m.moteur:11} {m.personnes:>6} {nombre:>4} {temps}  {barre}"


def _montrer(mesures: list[Mesure]) -> None:
    click.echo(f"\n{'sujet':46} {'moteur':11} {'pers.':>6} {'req.':>4} {'médiane':>9} {'p95':>9} {'p99':>9}  (ms)")
    for mesure in mesures:
        click.echo(_ligne(mesure))
    click.echo(f"\n{DOSSIER / 'results.json'}")


if __name__ == "__main__":
    main()
