"""The program of the simulated Solis: its arguments, its turns, until it is stopped."""

import argparse
import contextlib
import datetime as dt
import os
import pathlib
import sys
import threading
import time
from collections.abc import Sequence

from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.page import Page
from viesion_solis.simulateur.scenario import lire_scenario
from viesion_solis.simulateur.solis import Solis


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulated Solis; return the code of the program."""
    lecteur = argparse.ArgumentParser(prog="viesion solis simuler", description="Un petit Solis, pour essayer le pont.")
    lecteur.add_argument("--dossier", type=pathlib.Path, required=True, help="le dossier d'échange de VieSion")
    lecteur.add_argument("--memoire", type=pathlib.Path, help="ce que Solis retient (DOSSIER/../solis.json)")
    lecteur.add_argument("--scenario", type=pathlib.Path, help="un fichier TOML : rythme et pannes")
    lecteur.add_argument("--graine", type=int, help="même graine, mêmes messages")
    lecteur.add_argument("--api", default="", help="…/api/v1/solis ; sans elle, les fichiers seuls")
    lecteur.add_argument("--cle-fichier", type=pathlib.Path, help="le fichier qui contient la clé de l'API")
    lecteur.add_argument("--page", type=int, help="le port de sa page, sur cette machine seule (0 : un port libre)")
    lecteur.add_argument("--periode", type=float, default=2.0, help="secondes entre deux tours")
    lecteur.add_argument("--tours", type=int, default=0, help="s'arrêter après tant de tours (0 : jamais)")
    lecteur.add_argument("--avec-parent", action="store_true", help="s'arrêter quand l'entrée standard se ferme")
    choix = lecteur.parse_args(arguments)
    try:
        solis = _solis(choix)
        page = Page(choix.page) if choix.page is not None else None
    except (OSError, ValueError) as erreur:
        print(erreur, file=sys.stderr)
        return 2
    if choix.avec_parent:
        threading.Thread(target=_suivre_parent, daemon=True).start()
    if page is not None:
        print(f"Ce que Solis a reçu : {page.adresse}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        _tourner(solis, page, choix.tours, choix.periode)
    return 0


def _tourner(solis: Solis, page: Page | None, tours: int, periode: float) -> None:
    """Do so many turns (0: until stopped), and show each."""
    fait = 0
    while not tours or fait < tours:
        fait += 1
        if page is not None:
            while not page.demandes.empty():
                demande = page.demandes.get()
                solis.casser(demande.genre, demande.flux)
        solis.tourner(dt.datetime.now(dt.UTC))
        if page is not None:
            page.publier(solis.etat)
        time.sleep(periode)


def _suivre_parent() -> None:
    """Stop the program when whoever started it has gone, however it went."""
    sys.stdin.buffer.read()
    os._exit(0)


def _solis(choix: argparse.Namespace) -> Solis:
    api = None
    if choix.api:
        if choix.cle_fichier is None:
            msg = "Donnez le fichier de la clé : --cle-fichier."
            raise ValueError(msg)
        api = Api(choix.api, choix.cle_fichier.read_text(encoding="utf-8").strip())
    memoire = choix.memoire or choix.dossier.parent / "solis.json"
    scenario = lire_scenario(choix.scenario, choix.graine)
    return Solis(scenario, choix.dossier, memoire, api, dire=lambda texte: print(texte, flush=True))
