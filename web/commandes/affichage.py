"""Showing that long work goes on: a line per stage, and how far it is when somebody looks."""

import sys

import click

from viesion_core.formats import nombre


class Suivi:
    """The stages of a long piece of work, measured in bytes."""

    def __init__(self) -> None:
        self._texte = ""
        self._total = self._fait = self._affiche = 0

    def etape(self, texte: str, total: int) -> None:
        """Begin a stage; `total` bytes, 0 when it is not known."""
        self._texte, self._total, self._fait, self._affiche = texte, total, 0, 0
        click.echo(f"{texte}…")

    def avancer(self, octets: int) -> None:
        """Count some bytes more; rewrites a line on a terminal, every ten megabytes."""
        self._fait += octets
        if sys.stdout.isatty() and self._fait - self._affiche > 10_000_000:
            self._affiche = self._fait
            part = f"{100 * self._fait // self._total} %" if self._total else f"{nombre(self._fait / 1e6, 0)} Mo"
            click.echo(f"\r{self._texte} : {part} ", nl=False)
            if self._total and self._fait >= self._total:
                click.echo()
