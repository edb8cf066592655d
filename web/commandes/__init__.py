"""The command `viesion`: run it for real (init, serve, worker, migrer), show it (demo), look inside (offres…)."""

import sys

import click

from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.settings import ErreurReglage
from web.commandes.cles import cles
from web.commandes.demo import demo
from web.commandes.echanges import echanges
from web.commandes.execution import executer
from web.commandes.exploitation import alertes, init, journal, migrer, serve, worker
from web.commandes.kit import offre
from web.commandes.offres import offres, organisme
from web.commandes.sauvegarde import restaurer, sauvegarder
from web.commandes.solis import solis

__all__ = ["executer", "main", "viesion"]


@click.group()
@click.version_option(package_name="viesion", prog_name="viesion")
def viesion() -> None:
    """VieSion : le suivi des accompagnements des allocataires du RSA."""


INSTALLATION = (init, serve, worker, migrer, demo, sauvegarder, restaurer)
METIER = (offres, offre, organisme, journal, alertes, echanges, solis, cles)
for commande in (*INSTALLATION, *METIER):
    viesion.add_command(commande)


def main() -> None:
    """Run the command line; a refused act is a sentence, not a trace."""
    try:
        code = viesion(standalone_mode=False)
    except click.ClickException as erreur:
        erreur.show()
        sys.exit(erreur.exit_code)
    except click.Abort:
        sys.exit(130)
    except ErreurSaisie as erreur:
        for champ, message in erreur.erreurs.items():
            click.echo(f"{champ} : {message}", err=True)
        sys.exit(2)
    except (ErreurMetier, ErreurReglage) as erreur:
        click.echo(str(erreur), err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
