"""Tables as an XLSX workbook: texts stay texts whatever they begin with, numbers stay numbers."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LARGEUR_AU_PLUS = 60


class Feuille(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet: its name (31 characters at most), the row of headers (none: no header), the rows."""

    titre: str
    entetes: Sequence[str] = ()
    rangees: Sequence[Sequence[Any]]


async def envoyer_xlsx(nom: str, feuilles: Sequence[Feuille]) -> Response[bytes]:
    """Return the download `nom`.xlsx. The workbook is written on a thread."""
    contenu = await asyncio.to_thread(classeur, feuilles)
    entetes = {"Content-Disposition": f'attachment; filename="{nom}.xlsx"'}
    return Response(content=contenu, media_type=MIME, headers=entetes)


def classeur(feuilles: Sequence[Feuille]) -> bytes:
    """Return the workbook: headers bold, that stay in sight and filter; columns as wide as what they hold."""
    # Loaded by the first export alone: it costs every start a fifth of a second.
    from openpyxl import Workbook  # noqa: PLC0415 - see above
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - see above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see above

    livre = Workbook()
    livre.remove(livre.worksheets[0])
    for feuille in feuilles:
        page = livre.create_sheet(feuille.titre[:31])
        toutes = [feuille.entetes, *feuille.rangees] if feuille.entetes else list(feuille.rangees)
        for rang, rangee in enumerate(toutes, 1):
            for colonne, valeur in enumerate(rangee, 1):
                cellule = page.cell(row=rang, column=colonne)
                if isinstance(valeur, int | float) and not isinstance(valeur, bool):
                    cellule.value = valeur
                elif valeur not in (None, ""):
                    cellule.value = _lisible(str(valeur))
                    cellule.data_type = "s"  # else a text that begins with = would be a formula
        for colonne in range(1, max(map(len, toutes), default=0) + 1):
            longueur = max(len(str(rangee[colonne - 1])) for rangee in toutes if len(rangee) >= colonne)
            page.column_dimensions[get_column_letter(colonne)].width = min(longueur + 2, _LARGEUR_AU_PLUS)
        if feuille.entetes:
            for cellule in page[1]:
                cellule.font = Font(bold=True)
                cellule.alignment = Alignment(wrap_text=True, vertical="top")
            page.freeze_panes = "A2"
            page.auto_filter.ref = page.dimensions
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def _lisible(texte: str) -> str:
    """Return a text without the control characters that XML refuses."""
    return "".join(c for c in texte if c >= " " or c in "\t\n")
