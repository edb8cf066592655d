"""`viesion sauvegarder · restaurer`: nothing acknowledged is lost, nothing damaged is restored."""

import asyncio
import gzip
import hashlib
import io
import pathlib
import tarfile
import uuid

import pytest

from tests.commandes.aides import Installation, base_neuve
from tests.commandes.test_exploitation import ADMINISTRATEUR, valeur
from viesion_core.actes import acte
from viesion_core.db import definir_base, executer, lire, ouvrir_base, transaction
from viesion_core.notes.tables import Note
from viesion_core.sauvegarde.moteurs import ordonner
from viesion_core.testing import MAINTENANT, Monde, creer_monde

moteurs = pytest.mark.parametrize("moteur", ["sqlite", "postgresql"])


async def ecrire_sans_cesse(monde: Monde, fini: asyncio.Event, faits: list[uuid.UUID]) -> None:
    """Note after note, keeping the acts that were acknowledged."""
    rang = 0
    while not fini.is_set():
        async with acte(monde.referent, "note.creer", f"Note {rang}") as a:
            await a.inserer(
                Note,
                {
                    "auteur": monde.referent.utilisateur,
                    "organisme": monde.organisme,
                    "texte": f"Note {rang}",
                    "partagee": False,
                    "created_at": MAINTENANT,
                },
            )
        faits.append(a.id)
        rang += 1
        await asyncio.sleep(0)


def _ecrire(dossier: pathlib.Path, octets: bytes) -> None:
    dossier.mkdir(parents=True)
    (dossier / "exemple.pdf").write_bytes(octets)


async def deposer_document(monde: Monde, dossier: pathlib.Path) -> bytes:
    """Put one document on a dossier, on the disk and in the base."""
    numero, _ = await monde.dossier()
    octets = b"%PDF-1.4 exemple" * 500
    await asyncio.to_thread(_ecrire, dossier, octets)
    async with transaction():
        await executer(
            """INSERT INTO document (id, beneficiaire, organisme, nom, nature, type_mime, taille, empreinte, fichier,
                sensible, auteur_nom, created_at, version)
            VALUES ({}, {}, {}, 'Exemple', 'DEPOT', 'application/pdf', {}, {}, 'exemple.pdf', {}, '', {}, 1)""",
            uuid.uuid4(),
            numero,
            monde.organisme,
            len(octets),
            hashlib.sha256(octets).hexdigest(),
            False,
            MAINTENANT,
        )
    return octets


@moteurs
async def test_a_backup_under_load_is_restored_whole(moteur: str, tmp_path: pathlib.Path) -> None:
    archive = tmp_path / "sauvegarde.tar.gz"
    (tmp_path / "la").mkdir()
    async with base_neuve(moteur, tmp_path) as base, base_neuve(moteur, tmp_path / "la") as autre:
        ici, la = Installation(base, tmp_path / "ici"), Installation(autre, tmp_path / "la" / "donnees")
        await ici.lancer("migrer")
        ouverte = await ouvrir_base(base)
        try:
            monde = await creer_monde()
            octets = await deposer_document(monde, tmp_path / "ici" / "documents")
            fini, faits = asyncio.Event(), []
            ecrivains = [asyncio.create_task(ecrire_sans_cesse(monde, fini, faits)) for _ in range(3)]
            await asyncio.sleep(0.5)
            avant = list(faits)
            fait = await ici.lancer_a_part("sauvegarder", str(archive))
            pendant = len(faits) - len(avant)
            fini.set()
            await asyncio.gather(*ecrivains)
        finally:
            await ouverte.fermer()
            definir_base(None)
        assert fait.code == 0, fait.erreurs
        assert pendant > 0, "nobody wrote during the backup"
        assert archive.stat().st_mode & 0o077 == 0
        rendu = await la.lancer("restaurer", str(archive))
        assert rendu.code == 0, rendu.erreurs
        assert "Restauré et vérifié" in rendu.sortie
        await _verifier(autre, avant)
        assert (tmp_path / "la" / "donnees" / "documents" / "exemple.pdf").read_bytes() == octets
        assert (tmp_path / "la" / "donnees" / "secret").read_text() == (tmp_path / "ici" / "secret").read_text()
        assert (await la.lancer("journal", "verifier")).code == 0
        assert (await la.lancer("init", *ADMINISTRATEUR)).code == 0, "the numbers and keys go on"
        encore = await la.lancer("restaurer", str(archive))
        assert encore.code == 2
        assert "documents" in encore.erreurs


async def _verifier(base: str, avant: list[uuid.UUID]) -> None:
    """Every act acknowledged before the backup is there, each with its row and its line of the journal."""
    ouverte = await ouvrir_base(base)
    try:
        actes = {ligne["id"] for ligne in await lire("SELECT id FROM acte WHERE nature = 'note.creer'")}
        assert set(avant) <= actes
        assert len(await lire("SELECT id FROM note")) == len(actes), "half an act"
        assert len(await lire("SELECT seq FROM journal WHERE operation = 'note.creer'")) == len(actes)
    finally:
        await ouverte.fermer()
        definir_base(None)


@moteurs
async def test_a_base_in_use_is_not_overwritten(moteur: str, tmp_path: pathlib.Path) -> None:
    async with base_neuve(moteur, tmp_path) as base:
        ici = Installation(base, tmp_path / "ici")
        await ici.lancer("init", *ADMINISTRATEUR)
        archive = tmp_path / "s.tar.gz"
        assert (await ici.lancer("sauvegarder", str(archive))).code == 0
        refus = await ici.lancer("restaurer", str(archive))
        assert refus.code == 2
        assert "en service" in refus.erreurs
        assert await valeur(base, "SELECT count(*) FROM utilisateur") == 1


async def test_a_damaged_archive_restores_nothing(tmp_path: pathlib.Path) -> None:
    (tmp_path / "la").mkdir()
    async with base_neuve("sqlite", tmp_path) as base:
        ici = Installation(base, tmp_path / "ici")
        await ici.lancer("init", *ADMINISTRATEUR)
        archive = tmp_path / "s.tar.gz"
        await ici.lancer("sauvegarder", str(archive))
        octets = archive.read_bytes()
        clair = bytearray(gzip.decompress(octets))
        clair[2000] ^= 0xFF
        cas = {
            "coupée": octets[: len(octets) // 2],
            "altérée": gzip.compress(bytes(clair)),
            "étrangère": _archive({"../dehors": b"x"}),
            "lien": _archive({"autre.txt": b"x"}),
            "sans manifeste": _archive({"base.sqlite": b"x"}),
            "vide": b"",
        }
        for nom, contenu in cas.items():
            (tmp_path / "cas.tar.gz").write_bytes(contenu)
            la = Installation(f"sqlite:///{tmp_path / 'la' / 'base.sqlite'}", tmp_path / "la")
            refus = await la.lancer("restaurer", str(tmp_path / "cas.tar.gz"))
            assert (refus.code, "Traceback" in refus.erreurs) == (2, False), (nom, refus.erreurs)
            assert "archive" in refus.erreurs, nom
            assert not (tmp_path / "la" / "base.sqlite").exists(), nom
        assert not (tmp_path / "dehors").exists()


async def test_an_archive_of_the_other_engine_or_of_a_later_version_is_refused(tmp_path: pathlib.Path) -> None:
    async with base_neuve("sqlite", tmp_path) as base, base_neuve("postgresql", tmp_path) as autre:
        ici = Installation(base, tmp_path / "ici")
        await ici.lancer("init", *ADMINISTRATEUR)
        archive = tmp_path / "s.tar.gz"
        await ici.lancer("sauvegarder", str(archive))
        refus = await Installation(autre, tmp_path / "la").lancer("restaurer", str(archive))
        assert (refus.code, "postgresql" in refus.erreurs) == (2, True)
        ouverte = await ouvrir_base(base)
        async with transaction():
            await executer("UPDATE migration SET nom = '9999_plus_tard' WHERE nom = '0006_recherche'")
        await ouverte.fermer()
        definir_base(None)
        await ici.lancer("sauvegarder", str(archive))
        neuve = Installation(f"sqlite:///{tmp_path / 'la' / 'base.sqlite'}", tmp_path / "la")
        refus = await neuve.lancer("restaurer", str(archive))
        assert (refus.code, "viesion_core/9999_plus_tard" in refus.erreurs) == (2, True)


async def test_there_is_nothing_to_save_before_an_install(tmp_path: pathlib.Path) -> None:
    async with base_neuve("sqlite", tmp_path) as base:
        refus = await Installation(base, tmp_path).lancer("sauvegarder", str(tmp_path / "s.tar.gz"))
    assert (refus.code, "rien à sauvegarder" in refus.erreurs) == (2, True)
    assert not (tmp_path / "s.tar.gz").exists()
    assert not (tmp_path / "s.tar.gz.partiel").exists()


def test_parents_come_before_their_children() -> None:
    liens = [("b", "a"), ("c", "b"), ("c", "a"), ("a", "a")]
    assert ordonner(["c", "b", "a"], liens) == ["a", "b", "c"]
    with pytest.raises(RuntimeError, match="circle"):
        ordonner(["x", "y"], [("x", "y"), ("y", "x")])


def _archive(membres: dict[str, bytes]) -> bytes:
    tampon = io.BytesIO()
    with tarfile.open(fileobj=tampon, mode="w:gz") as archive:
        for nom, octets in membres.items():
            fiche = tarfile.TarInfo(nom)
            fiche.size = len(octets)
            archive.addfile(fiche, io.BytesIO(octets))
    return tampon.getvalue()
