"""The folder of exchanges: in, ack, rejets, archive. A file waits in « in » until its `.ctl` is there.

A flow may take files of its own shape (`Flux.fichiers`), without a `.ctl`: they are transcribed first.
"""

import asyncio
import datetime as dt
import json
import pathlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.echanges.actions import Avancement, importer_fichier
from viesion_core.echanges.coffre import sceller
from viesion_core.echanges.lecture import lire_controle
from viesion_core.echanges.model import FichierRefuse, FichierVu, Flux, accuse, trouver_flux
from viesion_core.echanges.queries import fichier_de_rang
from viesion_core.echanges.rejets_fichier import ecrire_rejets
from viesion_core.echanges.transcription import PATIENCE, a_transcrire, annoncer, coin_de, oublier, transcrire

DOSSIERS = ("in", "ack", "rejets", "archive")


Preneur = Callable[[Contexte, pathlib.Path, Sequence[Flux], str], Awaitable[FichierVu]]
_PRENEURS: dict[str, Preneur] = {}


def declarer_preneur(code: str, preneur: Preneur) -> None:
    """Have the files of a flow taken by another room, as `importer_fichier` takes those about the dossiers.

    `preneur(ctx, chemin, flux, cles)`: `cles` encrypt the refused lines, which `actions_rejets.declarer_rejeu` replays.
    """
    _PRENEURS[code] = preneur


class Traitement(msgspec.Struct, frozen=True):
    """What became of a file of the folder: its counts, or why it was refused or waits."""

    nom: str
    fichier: FichierVu | None = None
    refus: FichierRefuse | None = None

    @property
    def attend(self) -> bool:
        """Whether the file stays in « in » for the one before it."""
        return self.refus is not None and self.refus.code == "SEQUENCE_MANQUANTE"


async def traiter_depot(
    ctx: Contexte,
    dossier: pathlib.Path,
    flux: Sequence[Flux],
    *,
    secret: str,
    cles: str,
    suivre: Avancement | None = None,
    patience: dt.timedelta = PATIENCE,
) -> list[Traitement]:
    """Take every complete file of « in », in the order of their ranks; each is answered, then put away encrypted.

    `secret` digests the NIR, `cles` encrypt what is kept, `suivre` hears how far each file is;
    `patience`: how long a file without its end is left to grow.

    The answer is written before the file is moved: after a stop in between, the same answer is given again.
    """
    entrees = dossier / "in"
    if not entrees.is_dir():
        return []
    faits = []
    for chemin in sorted(entrees.glob("*.csv"), key=_rang):
        if chemin.is_symlink() or not chemin.is_file() or not chemin.with_suffix(".ctl").is_file():
            continue
        faits.append(await prendre_fichier(ctx, dossier, chemin, flux, secret=secret, cles=cles, suivre=suivre))
    for chemin, connu in await asyncio.to_thread(a_transcrire, entrees, flux, ctx.maintenant, patience):
        pris = await prendre_autre(ctx, dossier, chemin, connu, flux, secret=secret, cles=cles, suivre=suivre)
        faits.append(pris)
    return faits


async def prendre_autre(
    ctx: Contexte,
    dossier: pathlib.Path,
    chemin: pathlib.Path,
    connu: Flux,
    flux: Sequence[Flux],
    *,
    secret: str,
    cles: str,
    suivre: Avancement | None = None,
) -> Traitement:
    """Take a file of the own shape of a flow: transcribed, taken, answered; put away encrypted as it came."""
    coin = await asyncio.to_thread(coin_de, dossier, chemin)
    try:
        cible, nombre, empreinte = await asyncio.to_thread(transcrire, chemin, connu, coin)
        await annoncer(ctx, cible, connu, nombre, empreinte)
        fait = await _traiter(ctx, dossier, cible, flux, secret, cles, suivre)
    except FichierRefuse as refus:
        _refuser(dossier, chemin, refus)
        fait = Traitement(chemin.name, refus=refus)
    if not fait.attend:
        await asyncio.to_thread(sceller, chemin, dossier / ("archive" if fait.fichier else "rejets"), cles)
        await asyncio.to_thread(oublier, coin)
    return fait


async def prendre_fichier(
    ctx: Contexte,
    dossier: pathlib.Path,
    chemin: pathlib.Path,
    flux: Sequence[Flux],
    *,
    secret: str,
    cles: str,
    suivre: Avancement | None = None,
) -> Traitement:
    """Take one complete file, answer in the folder, and put it away encrypted; one that waits stays where it is."""
    fait = await _traiter(ctx, dossier, chemin, flux, secret, cles, suivre)
    if not fait.attend:
        await asyncio.to_thread(_ranger, chemin, dossier / ("archive" if fait.fichier else "rejets"), cles)
    return fait


async def _traiter(
    ctx: Contexte,
    dossier: pathlib.Path,
    chemin: pathlib.Path,
    flux: Sequence[Flux],
    secret: str,
    cles: str,
    suivre: Avancement | None,
) -> Traitement:
    try:
        preneur = _PRENEURS.get(lire_controle(chemin).flux)
        if preneur is not None:
            fichier = await preneur(ctx, chemin, flux, cles)
        else:
            fichier = await importer_fichier(ctx, chemin, flux, secret=secret, cles=cles, suivre=suivre)
    except FichierRefuse as refus:
        deja = await _deja(chemin) if refus.code == "DEJA_TRAITE" else None
        if deja is None:
            if refus.code != "SEQUENCE_MANQUANTE":
                _refuser(dossier, chemin, refus)
            return Traitement(chemin.name, refus=refus)
        fichier = deja
    if fichier.rejetees:
        connu = trouver_flux(flux, fichier.emetteur, fichier.flux)
        await ecrire_rejets(dossier / "rejets" / f"{chemin.stem}.rejets.csv", fichier, connu, cles)
    _ecrire(dossier / "ack" / f"{chemin.stem}.json", accuse(fichier))
    return Traitement(chemin.name, fichier=fichier)


async def _deja(chemin: pathlib.Path) -> FichierVu | None:
    """Return the file already taken that this one is, to the byte; None when it only has its rank."""
    controle = lire_controle(chemin)
    connu = await fichier_de_rang(controle.emetteur, controle.flux, controle.seq)
    return connu if connu is not None and connu.sha256 == controle.sha256.lower() else None


def _refuser(dossier: pathlib.Path, chemin: pathlib.Path, refus: FichierRefuse) -> None:
    reponse = {"fichier": chemin.name, "etat": "REFUSE", "code": refus.code, "message": refus.message}
    _ecrire(dossier / "ack" / f"{chemin.stem}.json", reponse)


def _ecrire(chemin: pathlib.Path, reponse: dict[str, Any]) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    provisoire = chemin.with_suffix(".part")
    provisoire.write_text(json.dumps(reponse, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    provisoire.replace(chemin)


def _ranger(chemin: pathlib.Path, ou: pathlib.Path, cles: str) -> None:
    """Put a file away, encrypted; its `.ctl`, which names nobody, follows in clear."""
    sceller(chemin, ou, cles)
    controle = chemin.with_suffix(".ctl")
    controle.replace(ou / controle.name)


def _rang(chemin: pathlib.Path) -> tuple[int, str]:
    try:
        return lire_controle(chemin).seq, chemin.name
    except FichierRefuse:
        return 0, chemin.name
