"""The key of the exchanges: made once, checked; `viesion echanges dechiffrer` reads what was kept."""

import os
import pathlib

import pytest

from tests.commandes.aides import Installation
from tests.echanges.aides import CLE
from viesion_core.echanges.coffre import sceller
from viesion_core.settings import ErreurReglage, lire_settings


def test_the_key_is_made_once_apart_from_the_secret(tmp_path: pathlib.Path) -> None:
    premiere = lire_settings({"VIESION_DONNEES": str(tmp_path)})
    assert premiere == lire_settings({"VIESION_DONNEES": str(tmp_path)})
    assert premiere.cle_echanges != premiere.secret
    assert sorted((c.name, c.stat().st_mode & 0o777) for c in tmp_path.iterdir()) == [
        ("cle_echanges", 0o600),
        ("secret", 0o600),
    ]


@pytest.mark.parametrize("cle", ["courte", "s" * 48, f"{CLE},", f"{CLE[:-2]}=="])
def test_a_bad_key_is_refused_by_name(tmp_path: pathlib.Path, cle: str) -> None:
    with pytest.raises(ErreurReglage, match="VIESION_CLE_ECHANGES"):
        lire_settings({"VIESION_DONNEES": str(tmp_path), "VIESION_CLE_ECHANGES": cle})


def test_the_key_is_not_the_secret(tmp_path: pathlib.Path) -> None:
    meme = {"VIESION_DONNEES": str(tmp_path), "VIESION_CLE_ECHANGES": CLE, "VIESION_SECRET": CLE}
    with pytest.raises(ErreurReglage, match="deux valeurs différentes"):
        lire_settings(meme)


async def test_dechiffrer_reads_a_kept_file_and_overwrites_nothing(tmp_path: pathlib.Path) -> None:
    clair, sortie = tmp_path / "a.csv", tmp_path / "lu.csv"
    clair.write_bytes("Zoé;1\n".encode())
    garde = sceller(clair, tmp_path, CLE)
    installation = Installation(f"sqlite:///{tmp_path / 'b.sqlite'}", tmp_path, {"VIESION_CLE_ECHANGES": CLE})
    fait = await installation.lancer("echanges", "dechiffrer", str(garde), str(sortie))
    assert (fait.code, sortie.read_text(), sortie.stat().st_mode & 0o777) == (0, "Zoé;1\n", 0o600)
    assert "supprimez-le" in fait.sortie
    encore = await installation.lancer("echanges", "dechiffrer", str(garde), str(sortie))
    assert (encore.code, "existe déjà" in encore.erreurs) == (1, True)
    autre = Installation(installation.base, tmp_path)
    refus = await autre.lancer("echanges", "dechiffrer", str(garde), str(tmp_path / "rien.csv"))
    assert (refus.code, "pas lisible" in refus.erreurs) == (1, True)
    assert [nom for nom in os.listdir(tmp_path) if nom.startswith("rien")] == []
