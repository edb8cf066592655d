"""The folder on an SFTP server: a real server in the process, files fetched, carried, never half, never lost."""

import asyncio
import contextlib
import pathlib
from collections.abc import AsyncIterator

import asyncssh
import msgspec
import pytest

from tests.echanges.aides import contenu, deposer, une_ligne
from tests.serveur import SECRETS
from viesion_core.db import lire_valeur
from viesion_core.echanges.coffre import desceller
from viesion_core.echanges.sftp import synchroniser
from viesion_core.extensions import charger_extensions
from viesion_core.settings import ErreurReglage, Settings, lire_settings
from viesion_core.testing import Monde
from viesion_core.worker import Worker
from web.securite import maintenant


class Distant(msgspec.Struct):
    """A running SFTP server: its folder, and the settings that reach it."""

    dossier: pathlib.Path
    settings: Settings


class _Compte(asyncssh.SSHServer):
    """Who may enter: the holder of one key, by that key alone."""

    def __init__(self, cle: asyncssh.SSHKey) -> None:
        self._cle = cle

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "viesion" and key.public_data == self._cle.public_data


@contextlib.asynccontextmanager
async def un_serveur(tmp_path: pathlib.Path) -> AsyncIterator[Distant]:
    racine = tmp_path / "distant"
    racine.mkdir()
    cle_hote, cle = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    cle.write_private_key(str(tmp_path / "cle"))
    serveur = await asyncssh.create_server(
        lambda: _Compte(cle.convert_to_public()),
        "127.0.0.1",
        0,
        server_host_keys=[cle_hote],
        sftp_factory=lambda canal: asyncssh.SFTPServer(canal, chroot=str(racine)),
    )
    settings = Settings(
        donnees=tmp_path / "donnees",
        sftp_hote="127.0.0.1",
        sftp_port=serveur.get_port(),
        sftp_utilisateur="viesion",
        sftp_cle=tmp_path / "cle",
        sftp_cle_hote=cle_hote.export_public_key().decode().strip(),
        sftp_dossier="echanges",
        **SECRETS,
    )
    try:
        yield Distant(racine / "echanges", settings)
    finally:
        serveur.close()
        await serveur.wait_closed()


def poser(dossier: pathlib.Path, nom: str, octets: bytes = b"{}") -> pathlib.Path:
    dossier.mkdir(parents=True, exist_ok=True)
    (dossier / nom).write_bytes(octets)
    return dossier / nom


def noms(dossier: pathlib.Path) -> set[str]:
    return {chemin.name for chemin in dossier.iterdir()} if dossier.exists() else set()


async def test_un_fichier_de_solis_est_pris_et_repondu_par_le_worker(monde: Monde, tmp_path: pathlib.Path) -> None:
    async with un_serveur(tmp_path) as distant:
        deposer(distant.dossier, contenu([une_ligne(1), une_ligne(2, nir="12")]))
        registre = charger_extensions()
        worker = Worker(distant.settings, registre)
        try:
            await worker.tour(maintenant())
            assert worker._transport is not None
            await worker._transport
            await worker.tour(maintenant())
            await synchroniser(distant.settings)
        finally:
            await worker.arreter()
            registre.fermer()
        assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 1
        assert noms(distant.dossier / "in") == set()
        (ack,) = noms(distant.dossier / "ack")
        (rejets,) = noms(distant.dossier / "rejets")
        assert ack.startswith("SOLIS_VIESION_ALLOC")
        assert rejets.endswith(".rejets.csv")
        assert await synchroniser(distant.settings) == 0


async def test_un_serveur_qui_ne_repond_pas_n_arrete_pas_le_worker(monde: Monde, tmp_path: pathlib.Path) -> None:
    async with un_serveur(tmp_path) as distant:
        settings = distant.settings
    registre = charger_extensions()
    worker = Worker(settings, registre)
    try:
        deposer(settings.dossier_echanges, contenu([une_ligne(1)]))
        await worker.tour(maintenant())
        assert worker._transport is not None
        await worker._transport
    finally:
        await worker.arreter()
        registre.fermer()
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 1


async def test_nos_fichiers_partent_entiers_et_se_gardent_chiffres(tmp_path: pathlib.Path) -> None:
    async with un_serveur(tmp_path) as distant:
        ici, cles = distant.settings.dossier_echanges, distant.settings.cle_echanges
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.csv", b"a;b\n1;2\n")
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.ctl")
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_2.csv")  # being written: no `.ctl` yet
        poser(distant.dossier / "ack", "VIESION_SOLIS_CONTRAT_DELTA_20261123T090000_0.json", b'{"fichier": ""}')
        poser(distant.dossier / "ack", "SOLIS_autre.json")
        assert await synchroniser(distant.settings) == 3
        assert noms(distant.dossier / "out") == {
            "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.csv",
            "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.ctl",
        }
        assert noms(ici / "out") == {"VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_2.csv"}
        garde = ici / "archive" / "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.csv.chiffre"
        assert b"".join(desceller(garde, cles)) == b"a;b\n1;2\n"
        assert noms(ici / "ack") == {"VIESION_SOLIS_CONTRAT_DELTA_20261123T090000_0.json"}
        assert noms(distant.dossier / "ack") == {"SOLIS_autre.json"}


async def test_ce_qui_n_est_pas_entier_ou_n_a_pas_un_nom_attendu_reste_la_bas(tmp_path: pathlib.Path) -> None:
    async with un_serveur(tmp_path) as distant:
        la_bas = distant.dossier / "in"
        for nom in ("seul.csv", "orphelin.ctl", "x.csv.part", ".cache.csv", ".cache.ctl", "a b.csv", "a b.ctl"):
            poser(la_bas, nom)
        avant = noms(la_bas)
        assert await synchroniser(distant.settings) == 0
        assert noms(la_bas) == avant
        assert noms(distant.settings.dossier_echanges / "in") == set()


async def test_un_arret_au_milieu_reprend_le_meme_fichier(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with un_serveur(tmp_path) as distant:
        pose = deposer(distant.dossier, contenu([une_ligne(1)]))
        attendu = pose.read_bytes()

        async def couper(*_: object, **__: object) -> None:
            raise asyncssh.ConnectionLost("cut")

        with monkeypatch.context() as coupe:
            coupe.setattr(asyncssh.SFTPClient, "remove", couper)
            with pytest.raises(OSError, match="cut"):
                await synchroniser(distant.settings)
        assert pose.exists()
        assert await synchroniser(distant.settings) == 2
        assert not pose.exists()
        assert (distant.settings.dossier_echanges / "in" / pose.name).read_bytes() == attendu


async def test_un_autre_serveur_ou_une_autre_cle_sont_refuses(tmp_path: pathlib.Path) -> None:
    autre = asyncssh.generate_private_key("ssh-ed25519")
    autre.write_private_key(str(tmp_path / "autre"))
    async with un_serveur(tmp_path) as distant:
        pose = deposer(distant.dossier, contenu([une_ligne(1)]))
        publique = autre.export_public_key().decode().strip()
        for faux in ({"sftp_cle_hote": publique}, {"sftp_cle": tmp_path / "autre"}, {"sftp_utilisateur": "autre"}):
            with pytest.raises(OSError, match="SFTP"):
                await asyncio.wait_for(synchroniser(msgspec.structs.replace(distant.settings, **faux)), 60)
        assert pose.exists()


def test_les_reglages_du_sftp_sont_verifies(tmp_path: pathlib.Path) -> None:
    cle = poser(tmp_path, "cle")
    bons = {
        "VIESION_DONNEES": str(tmp_path),
        "VIESION_SFTP_HOTE": "sftp.exemple.test",
        "VIESION_SFTP_UTILISATEUR": "viesion",
        "VIESION_SFTP_CLE": str(cle),
        "VIESION_SFTP_CLE_HOTE": f"ssh-ed25519 {'A' * 68}",
    }
    assert lire_settings(bons).sftp_port == 22
    for nom, valeur in (
        ("UTILISATEUR", ""),
        ("CLE", str(tmp_path / "absente")),
        ("CLE_HOTE", "SHA256:abc"),
        ("PORT", "0"),
    ):
        with pytest.raises(ErreurReglage, match=f"VIESION_SFTP_{nom}"):
            lire_settings({**bons, f"VIESION_SFTP_{nom}": valeur})
