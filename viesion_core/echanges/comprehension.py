"""The lines of a file on their way: read, understood, cut into batches in which no two lines are about one person."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from typing import TypeVar

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.dossiers.controles import defauts_identite, nettoyer
from viesion_core.echanges.model import Action, Commande, Flux, LigneRefusee
from viesion_core.echanges.nir import Nir
from viesion_core.echanges.rapprochement import cles

T = TypeVar("T")
TAILLE_LOT = 2_000
_CODES = {
    "nom_naissance": "CHAMP_OBLIGATOIRE",
    "prenom": "CHAMP_OBLIGATOIRE",
    "date_naissance": "DATES_INCOHERENTES",
    "date_demande": "DATES_INCOHERENTES",
    "date_ouverture": "DATES_INCOHERENTES",
    "civilite": "CODE_INCONNU",
    "etat_droit": "CODE_INCONNU",
    "parcours": "CODE_INCONNU",
    "organisme_payeur": "CODE_INCONNU",
    "role_foyer": "CODE_INCONNU",
    "commune": "CODE_INCONNU",
}


class Refus(msgspec.Struct, frozen=True):
    """Why a line is refused, and the line as it came; `commande` when it was understood."""

    rang: int
    id_message: str
    cle: str
    code: str
    champ: str
    message: str
    ligne: Mapping[str, str]
    commande: Commande | None = None
    nir: Nir = Nir()
    candidat: int | None = None


class Recue(msgspec.Struct, frozen=True):
    """A line of a batch: its rank, as it came, and what it says."""

    rang: int
    ligne: Mapping[str, str]
    element: Commande | Refus


def lots(source: Iterable[tuple[int, Mapping[str, str]]], flux: Flux, ctx: Contexte) -> Generator[list[Recue]]:
    """Cut the lines into batches in which no two lines can be about the same person."""
    lot: list[Recue] = []
    vues: set[tuple[object, ...]] = set()
    for rang, ligne in source:
        element = comprendre(rang, ligne, flux, ctx)
        siennes = cles(element) if isinstance(element, Commande) else [("id", element.cle)]
        if lot and (len(lot) >= TAILLE_LOT or any(c in vues for c in siennes)):
            yield lot
            lot, vues = [], set()
        lot.append(Recue(rang, ligne, element))
        vues.update(siennes)
    if lot:
        yield lot


@contextlib.asynccontextmanager
async def en_avance(source: Generator[list[T]]) -> AsyncIterator[AsyncIterator[list[T]]]:
    """Give the batches, each read and understood in a thread while the one before is carried out."""
    suivant = asyncio.create_task(asyncio.to_thread(next, source, None))

    async def un_a_un() -> AsyncIterator[list[T]]:
        nonlocal suivant
        while (lot := await suivant) is not None:
            suivant = asyncio.create_task(asyncio.to_thread(next, source, None))
            yield lot

    seuils = gc.get_threshold()
    gc.set_threshold(50_000, *seuils[1:])  # tens of thousands of rows at once, none of them in a cycle
    try:
        yield un_a_un()
    finally:
        gc.set_threshold(*seuils)
        await asyncio.gather(suivant, return_exceptions=True)
        source.close()


def comprendre(rang: int, ligne: Mapping[str, str], flux: Flux, ctx: Contexte) -> Commande | Refus:
    """Return the command of a line, or why it is refused; a plugin that fails refuses its line, not the file."""
    cle, message = ligne[flux.cle][:20], ligne.get("id_message", "")[:36]
    try:
        commande = flux.lire(ligne)
    except LigneRefusee as refus:
        return Refus(rang, message, cle, refus.code, refus.champ, refus.message, ligne)
    except Exception:  # what a plugin raises is its own: the line is refused by name and the file goes on
        return Refus(rang, message, cle, "VALEUR_INVALIDE", "", "La ligne n'a pas pu être lue.", ligne)
    commande = msgspec.structs.replace(commande, identite=nettoyer(commande.identite))
    if commande.action is not Action.FERMER:
        for champ, texte in defauts_identite(commande.identite, ctx.aujourdhui).items():
            remplie = _CODES.get(champ) == "CHAMP_OBLIGATOIRE" and getattr(commande.identite, champ)
            code = "VALEUR_INVALIDE" if remplie else _CODES.get(champ, "VALEUR_INVALIDE")
            return Refus(rang, message, cle, code, champ, texte, ligne)
    return commande
