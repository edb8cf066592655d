"""What is kept of a partner's file is encrypted: no NIR in clear, whole, only with the key, whatever the size."""

import pathlib

import pytest
from cryptography.fernet import Fernet

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.contexte import contexte_systeme
from viesion_core.echanges import coffre
from viesion_core.echanges.coffre import desceller, sceller, sceller_restes
from viesion_core.echanges.depot import traiter_depot
from viesion_core.erreurs import ErreurMetier
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import FLUX, cle_nir

NIR = "2850334172001"
LIGNE = une_ligne(1, nir=f"{NIR}{cle_nir(NIR):02d}")


def lire(chemin: pathlib.Path, cles: str = CLE) -> bytes:
    return b"".join(desceller(chemin, cles))


def contenus(dossier: pathlib.Path) -> dict[pathlib.Path, bytes]:
    return {c: c.read_bytes() for c in dossier.rglob("*") if c.is_file()}


@pytest.mark.parametrize("coupe", [False, True])
async def test_no_nir_stays_in_clear(monde: Monde, tmp_path: pathlib.Path, coupe: bool) -> None:
    octets = contenu([LIGNE, {**LIGNE, "id_individu": "IND9", "nom_naissance": ""}])
    dossier = tmp_path / "depot"
    deposer(dossier, octets, **({"sha256": "0" * 64} if coupe else {}))
    (fait,) = await traiter_depot(contexte_systeme(MAINTENANT), dossier, [FLUX], secret=SECRET, cles=CLE)
    assert (fait.fichier is None) is coupe
    gardes = contenus(dossier)
    assert len(gardes) == (3 if coupe else 4)
    assert [c.name for c, lu in gardes.items() if NIR.encode() in lu] == []
    (garde,) = (c for c in gardes if c.suffix == ".chiffre")
    assert garde.parent.name == ("rejets" if coupe else "archive")
    assert garde.stat().st_mode & 0o777 == 0o600
    assert lire(garde) == octets


@pytest.mark.parametrize("taille", [0, 1, 9, 10, 11, 35])
def test_a_file_of_any_size_comes_back(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, taille: int) -> None:
    monkeypatch.setattr(coffre, "MORCEAU", 10)
    clair = tmp_path / "a.csv"
    clair.write_bytes(bytes(range(taille)))
    garde = sceller(clair, tmp_path / "archive", CLE)
    assert not clair.exists()
    assert lire(garde) == bytes(range(taille))


def test_a_changed_cut_or_shuffled_file_is_not_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coffre, "MORCEAU", 10)
    clair = tmp_path / "a.csv"
    clair.write_bytes(b"x" * 35)
    garde = sceller(clair, tmp_path, CLE)
    a, b, c, d = garde.read_bytes().splitlines(keepends=True)
    for abime in (a + b + c, b + a + c + d, a + b + d, a + b + c + d + d, a + b + c + d[:-9] + b"\n", b"clair\n", b""):
        garde.write_bytes(abime)
        with pytest.raises(ErreurMetier, match="pas lisible"):
            lire(garde)


def test_a_new_key_still_reads_what_the_former_wrote(tmp_path: pathlib.Path) -> None:
    clair, nouvelle = tmp_path / "a.csv", Fernet.generate_key().decode()
    clair.write_bytes(b"x")
    garde = sceller(clair, tmp_path, CLE)
    assert lire(garde, f"{nouvelle},{CLE}") == b"x"
    with pytest.raises(ErreurMetier):
        lire(garde, nouvelle)


def test_what_was_kept_in_clear_is_encrypted_once(tmp_path: pathlib.Path) -> None:
    for nom in ("archive/a.csv", "rejets/b.csv", "rejets/c.rejets.csv", "archive/a.ctl", "in/d.csv"):
        (tmp_path / nom).parent.mkdir(exist_ok=True)
        (tmp_path / nom).write_text(nom)
    assert sceller_restes(tmp_path, CLE) == 2
    assert sceller_restes(tmp_path, CLE) == 0
    assert lire(tmp_path / "archive" / "a.csv.chiffre") == b"archive/a.csv"
    assert sorted(c.name for c in (tmp_path / "rejets").iterdir()) == ["b.csv.chiffre", "c.rejets.csv"]
    assert (tmp_path / "in" / "d.csv").exists()
