"""The lines of a file on their way: read, understood, cut into batches in which no two lines are about one person."""

import asyncio
import contextlib
import datetime as dt
import gc
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from viesion_core.dossiers.controles import defauts_identite, nettoyer
from viesion_core.echanges.model import Action, Commande, Flux, LigneRefusee
from viesion_core.echanges.nir import Nir, sceller_nir
from viesion_core.echanges.rapprochement import cles

T = TypeVar("T")
TAILLE_LOT = {"sqlite": 1_500, "postgresql": 2_000}
"""Lines of a batch: as many as fit in 200 MB with the cache of the engine, which is in this process with SQLite."""
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
    """A line of a batch: its rank, as it came (encoded: few are looked at), what it says, what is kept of its NIR."""

    rang: int
    brute: msgspec.Raw
    element: Commande | Refus
    nir: Nir = Nir()

    @property
    def ligne(self) -> dict[str, str]:
        """The values of the line, by column."""
        return msgspec.msgpack.decode(self.brute, type=dict[str, str])


def lots(
    source: Iterable[tuple[int, Mapping[str, str]]], flux: Flux, jour: dt.date, taille: int, secret: str, cles_nir: str
) -> Generator[list[Recue]]:
    """Cut the lines into batches of `taille` at most, in which no two lines can be about the same person.

    `jour` is the day for which they are checked; `secret` digests the NIR, `cles_nir` encrypt it.
    """
    encodeur = msgspec.msgpack.Encoder()
    lot: list[Recue] = []
    vues: set[tuple[object, ...]] = set()
    for rang, ligne in source:
        element = comprendre(rang, ligne, flux, jour)
        siennes = cles(element) if isinstance(element, Commande) else [("id", element.cle)]
        if lot and (len(lot) >= taille or any(c in vues for c in siennes)):
            yield lot
            lot, vues = [], set()
        nir = sceller_nir(element.nir, secret=secret, cles=cles_nir) if isinstance(element, Commande) else Nir()
        lot.append(Recue(rang, msgspec.Raw(encodeur.encode(ligne)), element, nir))
        vues.update(siennes)
    if lot:
        yield lot


@contextlib.contextmanager
def ramassage_rare() -> Iterator[None]:
    """Look for dead cycles less often: tens of thousands of rows at once, none of them in a cycle."""
    seuils = gc.get_threshold()
    gc.set_threshold(50_000, *seuils[1:])
    try:
        yield
    finally:
        gc.set_threshold(*seuils)


@contextlib.asynccontextmanager
async def en_avance(source: Generator[list[T]]) -> AsyncIterator[AsyncIterator[list[T]]]:
    """Give the batches, each read and understood in a thread while the one before is carried out."""
    suivant = asyncio.create_task(asyncio.to_thread(next, source, None))

    async def un_a_un() -> AsyncIterator[list[T]]:
        nonlocal suivant
        while (lot := await suivant) is not None:
            suivant = asyncio.create_task(asyncio.to_thread(next, source, None))
            yield lot

    try:
        yield un_a_un()
    finally:
        await asyncio.gather(suivant, return_exceptions=True)
        source.close()


def comprendre(rang: int, ligne: Mapping[str, str], flux: Flux, jour: dt.date) -> Commande | Refus:
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
        for champ, texte in defauts_identite(commande.identite, jour).items():
            remplie = _CODES.get(champ) == "CHAMP_OBLIGATOIRE" and getattr(commande.identite, champ)
            code = "VALEUR_INVALIDE" if remplie else _CODES.get(champ, "VALEUR_INVALIDE")
            return Refus(rang, message, cle, code, flux.colonne(champ) or champ, texte, ligne)
    return commande
