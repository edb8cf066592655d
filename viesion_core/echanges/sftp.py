"""The folder of exchanges when the partner's is on an SFTP server: what it laid comes here, what we laid goes there.

Nothing else changes: files are taken from the local folder and written into it. A file is whole under its name or
absent, on both sides; a stop in between carries the same file again, which the receiver knows by its rank.
"""

import asyncio
import contextlib
import pathlib
import re
from collections.abc import AsyncIterator, Sequence

import asyncssh

from viesion_core.echanges.coffre import sceller
from viesion_core.echanges.liaison_model import Bilan, EchecLiaison, Panne, panne_locale
from viesion_core.settings import Settings

DELAI = 30.0
TAILLE_MAXIMALE = 2 * 2**30
"""Bytes of one file that is fetched: beyond, it stays there."""
_NOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,150}")
_DOSSIERS = ("in", "out", "ack", "rejets", "archive")
_PANNES: tuple[tuple[type[Exception], Panne], ...] = (
    (asyncssh.HostKeyNotVerifiable, Panne.SERVEUR),
    (asyncssh.PermissionDenied, Panne.COMPTE),
    (asyncssh.KeyImportError, Panne.CLE),
    (asyncssh.SFTPPermissionDenied, Panne.DROITS),
    (asyncssh.SFTPWriteProtect, Panne.DROITS),
    (asyncssh.SFTPNoSpaceOnFilesystem, Panne.PLACE),
    (asyncssh.SFTPQuotaExceeded, Panne.PLACE),
    (asyncssh.SFTPConnectionLost, Panne.COUPURE),
    (asyncssh.SFTPNoConnection, Panne.COUPURE),
    (asyncssh.DisconnectError, Panne.COUPURE),
)


async def synchroniser(settings: Settings) -> Bilan:
    """Fetch what the partner laid and carry what is ready for it; return how many files moved each way.

    Raises EchecLiaison when the server cannot be reached, is not the one whose key is known, or refuses: what was not
    carried stays for the next time.
    """
    bilan = Bilan()
    try:
        async with _connexion(settings) as connexion, connexion.start_sftp_client() as sftp:
            for nom in _DOSSIERS:
                await sftp.makedirs(_distant(settings, nom), exist_ok=True)
            await _recevoir(sftp, settings, bilan)
            await _envoyer(sftp, settings, bilan)
    except EchecLiaison:
        raise
    except (asyncssh.Error, asyncssh.KeyImportError, OSError) as erreur:
        raise EchecLiaison(_panne(erreur), str(erreur), bilan) from erreur
    return bilan


def _panne(erreur: Exception) -> Panne:
    """Return why an exchange failed."""
    for genre, panne in _PANNES:
        if isinstance(erreur, genre):
            return panne
    return panne_locale(erreur) if isinstance(erreur, OSError) else Panne.AUTRE


@contextlib.asynccontextmanager
async def _connexion(settings: Settings) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Connect with our key to the server whose key the settings give, and to no other."""
    connue = asyncssh.import_public_key(settings.sftp_cle_hote)
    async with asyncssh.connect(
        settings.sftp_hote,
        settings.sftp_port,
        username=settings.sftp_utilisateur,
        client_keys=[str(settings.sftp_cle)],
        known_hosts=([connue], [], []),
        config=None,
        agent_path=None,
        preferred_auth="publickey",
        connect_timeout=DELAI,
        login_timeout=DELAI,
        keepalive_interval=15,
    ) as connexion:
        yield connexion


async def _recevoir(sftp: asyncssh.SFTPClient, settings: Settings, bilan: Bilan) -> None:
    """Fetch the files that have their `.ctl`, and the answers to ours; each is removed there once it is here."""
    presents = await _lister(sftp, settings, "in")
    annonces = sorted(nom for nom in presents if nom.endswith(".ctl") and f"{nom[:-4]}.csv" in presents)
    for ctl in annonces:
        for nom in (f"{ctl[:-4]}.csv", ctl):  # the `.ctl` last: it says that the file is whole
            await _prendre(sftp, settings, "in", nom, bilan)
        for nom in (ctl, f"{ctl[:-4]}.csv"):
            await sftp.remove(_distant(settings, "in", nom))
    for nom in sorted(await _lister(sftp, settings, "ack")):
        if nom.startswith("VIESION_") and nom.endswith(".json"):
            await _prendre(sftp, settings, "ack", nom, bilan)
            await sftp.remove(_distant(settings, "ack", nom))


async def _envoyer(sftp: asyncssh.SFTPClient, settings: Settings, bilan: Bilan) -> None:
    """Carry our files, our answers and the files of refused lines; what is carried is put away here."""
    dossier, cles = settings.dossier_echanges, settings.cle_echanges
    for ctl in await asyncio.to_thread(_entiers, dossier / "out", "*.ctl"):
        for chemin in (ctl.with_suffix(".csv"), ctl):
            await _porter(sftp, settings, "out", chemin, bilan)
        for chemin in (ctl, ctl.with_suffix(".csv")):
            await asyncio.to_thread(sceller, chemin, dossier / "archive", cles)
    for nom, motif in (("rejets", "*.rejets.csv"), ("ack", "[!V]*.json")):
        for chemin in await asyncio.to_thread(_entiers, dossier / nom, motif):
            await _porter(sftp, settings, nom, chemin, bilan)
            if nom == "rejets":  # it names people
                await asyncio.to_thread(sceller, chemin, dossier / "archive", cles)
                continue
            (dossier / "archive").mkdir(parents=True, exist_ok=True)
            chemin.replace(dossier / "archive" / chemin.name)


async def _lister(sftp: asyncssh.SFTPClient, settings: Settings, nom: str) -> set[str]:
    trouves: Sequence[str] = await sftp.listdir(_distant(settings, nom))
    return {n for n in trouves if _NOM.fullmatch(n)}


async def _prendre(sftp: asyncssh.SFTPClient, settings: Settings, ou: str, nom: str, bilan: Bilan) -> None:
    distant, ici = _distant(settings, ou, nom), settings.dossier_echanges / ou / nom
    taille = (await sftp.stat(distant)).size
    if taille is None or taille > TAILLE_MAXIMALE:
        raise EchecLiaison(Panne.TAILLE, f"{nom} est trop grand pour être pris.", bilan)
    ici.parent.mkdir(parents=True, exist_ok=True)
    provisoire = ici.with_name(f"{nom}.part")
    await sftp.get(distant, str(provisoire))
    provisoire.replace(ici)
    bilan.recus += not nom.endswith(".ctl")


async def _porter(sftp: asyncssh.SFTPClient, settings: Settings, ou: str, chemin: pathlib.Path, bilan: Bilan) -> None:
    distant = _distant(settings, ou, chemin.name)
    await sftp.put(str(chemin), f"{distant}.part")
    await sftp.posix_rename(f"{distant}.part", distant)
    bilan.envoyes += chemin.suffix != ".ctl"


def _entiers(dossier: pathlib.Path, motif: str) -> list[pathlib.Path]:
    """Return the files to carry, in the order of their names: never a link, nor an announced file that is not there."""
    trouves = sorted(c for c in dossier.glob(motif) if c.is_file() and not c.is_symlink())
    return [c for c in trouves if c.suffix != ".ctl" or c.with_suffix(".csv").is_file()]


def _distant(settings: Settings, *morceaux: str) -> str:
    return "/".join((settings.sftp_dossier.rstrip("/") or ".", *morceaux))
