"""Lists as CSV files: read by a spreadsheet as text, never as formulas, sent piece by piece."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar.response import Stream

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # spreadsheets in French read UTF-8 only with it


def cellule(valeur: Any) -> str:
    """Return a value as text; what a spreadsheet would run as a formula is led by an apostrophe (OWASP)."""
    texte = "" if valeur is None else str(valeur)
    return f"'{texte}" if texte.lstrip(" \u00a0").startswith(_FORMULE) or texte.startswith(_FORMULE) else texte


def ligne_csv(valeurs: Sequence[Any]) -> str:
    """Return one line, parted by semicolons as spreadsheets in French expect."""
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=";", lineterminator="\r\n").writerow([cellule(valeur) for valeur in valeurs])
    return tampon.getvalue()


def envoyer_csv(nom: str, entetes: Sequence[str], lots: AsyncIterator[Sequence[Sequence[Any]]]) -> Stream:
    """Return the download `nom`.csv: the headers, then each batch of rows as it is read."""

    async def morceaux() -> AsyncIterator[str]:
        yield _BOM + ligne_csv(entetes)
        async for lot in lots:
            yield "".join(ligne_csv(valeurs) for valeurs in lot)

    return Stream(
        morceaux,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}.csv"'},
    )
