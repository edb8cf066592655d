"""The folder on an SFTP server: a real server in the process, files fetched, carried, never half, never lost."""

import asyncio
import contextlib
import datetime as dt
import errno
import html
import pathlib
import socket
from collections.abc import AsyncIterator

import asyncssh
import msgspec
import pytest

from tests.echanges.aides import contenu, deposer, une_ligne
from tests.serveur import SECRETS, requetes, servir
from viesion_core.db import lire_valeur
from viesion_core.echanges.coffre import desceller
from viesion_core.echanges.liaison import liaison, noter_liaison
from viesion_core.echanges.liaison_model import PHRASES, Bilan, EchecLiaison, Panne, panne_locale
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
        vue = await liaison()
        assert vue is not None
        assert (vue.erreur, vue.recus, vue.envoyes, vue.reussie_le) == ("", 1, 0, vue.essayee_le)
        assert noms(distant.dossier / "in") == set()
        (ack,) = noms(distant.dossier / "ack")
        (rejets,) = noms(distant.dossier / "rejets")
        assert ack.startswith("SOLIS_VIESION_ALLOC")
        assert rejets.endswith(".rejets.csv")
        assert (await synchroniser(distant.settings)).total == 0


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
    vue = await liaison()
    assert vue is not None
    assert (vue.erreur, vue.echecs, vue.reussie_le, vue.fichiers_le) == (Panne.INJOIGNABLE, 1, None, None)


async def test_la_liaison_se_garde_et_se_dit(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> None:
    debut = maintenant() - dt.timedelta(hours=3)
    async with (
        servir(adresse_base, tmp_path / "donnees", sftp_hote="sftp.exemple.test") as serveur,
        serveur.client(monde.pilote) as client,
    ):
        assert "Le premier échange avec le serveur" in (await client.get("/echanges")).text
        await noter_liaison(debut, Bilan(recus=3, envoyes=1))
        await noter_liaison(debut + dt.timedelta(minutes=1), Bilan())
        for page in ("/echanges", "/echanges/envois"):
            lue = await client.get(page)
            assert requetes(lue) <= 12
            assert "Serveur de Solis joint" in lue.text
            assert "3 reçus, 1 envoyé" in lue.text
        for minute in (2, 3):
            await noter_liaison(debut + dt.timedelta(minutes=minute), Bilan(), Panne.SERVEUR)
        lue = await client.get("/echanges")
        for attendu in (*PHRASES[Panne.SERVEUR], "2 échecs", "3 reçus"):
            assert attendu in html.unescape(lue.text), attendu
    vue = await liaison()
    assert vue is not None
    assert vue.echoue_depuis == debut + dt.timedelta(minutes=2)
    await noter_liaison(debut + dt.timedelta(minutes=4), Bilan(envoyes=1))
    vue = await liaison()
    assert vue is not None
    assert (vue.erreur, vue.echecs, vue.echoue_depuis, vue.recus, vue.envoyes) == ("", 0, None, 0, 1)


def test_chaque_panne_se_dit_et_ce_qu_il_faut_faire() -> None:
    assert set(PHRASES) == set(Panne)
    for phrase, conseil in PHRASES.values():
        assert not phrase.endswith(".")
        assert conseil.endswith(".")
    for erreur, panne in (
        (socket.gaierror("inconnu"), Panne.NOM),
        (TimeoutError(), Panne.INJOIGNABLE),
        (ConnectionRefusedError(), Panne.INJOIGNABLE),
        (ConnectionResetError(), Panne.COUPURE),
        (OSError(errno.ENOSPC, "plein"), Panne.PLACE),
        (PermissionError(), Panne.DROITS),
        (OSError("autre"), Panne.AUTRE),
    ):
        assert panne_locale(erreur) is panne, erreur


async def test_nos_fichiers_partent_entiers_et_se_gardent_chiffres(tmp_path: pathlib.Path) -> None:
    async with un_serveur(tmp_path) as distant:
        ici, cles = distant.settings.dossier_echanges, distant.settings.cle_echanges
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.csv", b"a;b\n1;2\n")
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_1.ctl")
        poser(ici / "out", "VIESION_SOLIS_CONTRAT_DELTA_20261124T090000_2.csv")  # being written: no `.ctl` yet
        poser(distant.dossier / "ack", "VIESION_SOLIS_CONTRAT_DELTA_20261123T090000_0.json", b'{"fichier": ""}')
        poser(distant.dossier / "ack", "SOLIS_autre.json")
        assert (await synchroniser(distant.settings)).total == 2
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
        assert (await synchroniser(distant.settings)).total == 0
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
            with pytest.raises(EchecLiaison, match="cut") as coupure:
                await synchroniser(distant.settings)
        assert (coupure.value.panne, coupure.value.bilan.recus) == (Panne.COUPURE, 1)
        assert pose.exists()
        assert (await synchroniser(distant.settings)).total == 1
        assert not pose.exists()
        assert (distant.settings.dossier_echanges / "in" / pose.name).read_bytes() == attendu


async def test_un_autre_serveur_ou_une_autre_cle_sont_refuses(tmp_path: pathlib.Path) -> None:
    autre = asyncssh.generate_private_key("ssh-ed25519")
    autre.write_private_key(str(tmp_path / "autre"))
    async with un_serveur(tmp_path) as distant:
        pose = deposer(distant.dossier, contenu([une_ligne(1)]))
        publique = autre.export_public_key().decode().strip()
        abimee = poser(tmp_path, "abimee", b"pas une cle")
        for faux, panne in (
            ({"sftp_cle_hote": publique}, Panne.SERVEUR),
            ({"sftp_cle": tmp_path / "autre"}, Panne.COMPTE),
            ({"sftp_utilisateur": "autre"}, Panne.COMPTE),
            ({"sftp_cle": abimee}, Panne.CLE),
        ):
            with pytest.raises(EchecLiaison, match="SFTP") as refus:
                await asyncio.wait_for(synchroniser(msgspec.structs.replace(distant.settings, **faux)), 60)
            assert refus.value.panne is panne, faux
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
