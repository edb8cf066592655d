"""A batch that comes by the API: laid as a file in a corner of the folder, then taken by the same command as files."""

import asyncio
import csv
import datetime as dt
import hashlib
import io
import pathlib
import shutil
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from viesion_core.contexte import PARIS, Contexte
from viesion_core.db import declarer_contraintes, verrou
from viesion_core.echanges.depot import Traitement, prendre_fichier
from viesion_core.echanges.lecture import VERSION_SCHEMA
from viesion_core.echanges.model import Controle, FichierRefuse, Flux, trouver_flux

LIGNES_MAXIMUM = 2_000
"""Lines of one batch: what the API answers in one request; more comes by file."""
_COIN = "api"
_DEJA = "Le fichier ou le lot de ce rang est en cours de traitement."
declarer_contraintes(
    {"echange_fichier_rang": _DEJA, "echange_fichier.emetteur, echange_fichier.flux, echange_fichier.seq": _DEJA}
)


class LotEnCours(Exception):
    """A batch of the same flow is being taken: this one, sent again in a moment, is taken or answered."""


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as a partner sends it: what the `.ctl` of a file says, and its lines, column by column."""

    seq: int
    nature: str
    lignes: Sequence[Mapping[str, str]]
    date_generation: dt.datetime
    version_schema: int = VERSION_SCHEMA


async def prendre_lot(
    ctx: Contexte,
    dossier: pathlib.Path,
    lot: Lot,
    emetteur: str,
    code: str,
    flux: Sequence[Flux],
    *,
    secret: str,
    cles: str,
) -> Traitement:
    """Carry out a batch of the flow `code`, exactly as the file that would hold it: checked, answered, kept encrypted.

    Raises FichierRefuse before anything is written when the sender, the columns or the size are not right, LotEnCours
    while another batch of the flow is being taken.
    """
    contenu = await asyncio.to_thread(_contenu, lot, trouver_flux(flux, emetteur, code))
    instant = lot.date_generation.astimezone(PARIS)
    coin = dossier / _COIN / uuid.uuid4().hex
    chemin = coin / f"{emetteur}_VIESION_{code}_{lot.nature}_{instant:%Y%m%dT%H%M%S}_{lot.seq}.csv"
    controle = Controle(
        emetteur=emetteur,
        flux=code,
        version_schema=lot.version_schema,
        seq=lot.seq,
        nature=lot.nature,
        nb_lignes=len(lot.lignes),
        sha256=hashlib.sha256(contenu).hexdigest(),
        date_generation=lot.date_generation,
    )
    async with verrou(f"lot {emetteur} {code}") as bail:
        if not bail:
            raise LotEnCours
        try:
            await asyncio.to_thread(_poser, chemin, contenu, msgspec.json.encode(controle))
            return await prendre_fichier(ctx, dossier, chemin, flux, secret=secret, cles=cles)
        finally:
            await asyncio.to_thread(shutil.rmtree, coin, ignore_errors=True)


def _contenu(lot: Lot, flux: Flux) -> bytes:
    """Return the CSV of a batch, the same to the byte for the same lines."""
    if lot.nature not in ("STOCK", "DELTA") or not 0 < lot.seq < 2**31 or lot.date_generation.tzinfo is None:
        raise FichierRefuse("SCHEMA_INVALIDE", "La nature, le rang ou la date de génération ne sont pas valables.")
    if len(lot.lignes) > LIGNES_MAXIMUM:
        raise FichierRefuse(
            "SCHEMA_INVALIDE", f"Un lot compte {LIGNES_MAXIMUM} lignes au plus : passez par un fichier."
        )
    colonnes = set(flux.colonnes)
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(flux.colonnes)
    for rang, ligne in enumerate(lot.lignes, 1):
        if inconnues := sorted(set(ligne) - colonnes):
            raise FichierRefuse("SCHEMA_INVALIDE", f"Ligne {rang} : colonne inconnue, {inconnues[0][:40]}.")
        ecrivain.writerow([ligne.get(colonne, "") for colonne in flux.colonnes])
    return sortie.getvalue().encode()


def _poser(chemin: pathlib.Path, contenu: bytes, controle: bytes) -> None:
    chemin.parent.mkdir(parents=True, mode=0o700)
    chemin.write_bytes(contenu)
    chemin.with_suffix(".ctl").write_bytes(controle)


def oublier_lots(dossier: pathlib.Path, avant: dt.datetime) -> int:
    """Delete the batches that a stop left in the middle before that instant: their sender sends them again."""
    restes = [c for c in (dossier / _COIN).glob("*") if c.is_dir() and c.stat().st_mtime < avant.timestamp()]
    for coin in restes:
        shutil.rmtree(coin, ignore_errors=True)
    return len(restes)
