"""The key of the exchanges: made once, checked; `viesion solis` by hand; the words of Solis."""

import contextlib
import io
import os
import pathlib

import pytest

from tests.commandes.aides import Installation
from tests.echanges.aides import CLE
from viesion_core.echanges.coffre import sceller
from viesion_core.settings import ErreurReglage, lire_settings
from viesion_solis.correspondance import code, colonnes, correspondance
from web.commandes.echanges import avancement


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


async def test_solis_exporter_sends_and_says_what_it_did(tmp_path: pathlib.Path) -> None:
    installation = Installation(f"sqlite:///{tmp_path / 'b.sqlite'}", tmp_path)
    assert (await installation.lancer("migrer")).code == 0
    fait = await installation.lancer("solis", "exporter", "--tout")
    assert (fait.code, fait.sortie.splitlines()) == (
        0,
        ["0 contrats signés repris.", "0 réponses lues, 0 messages envoyés."],
    )
    etat = await installation.lancer("solis", "etat")
    assert (etat.code, etat.sortie.splitlines()) == (
        0,
        [
            "Aucun fichier reçu.",
            "Aucun message envoyé.",
            "Réconciliation : aucune encore, la première se fait la nuit prochaine.",
        ],
    )


def test_the_words_of_solis_can_be_changed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    propre = tmp_path / "solis.toml"
    propre.write_text('[type_contrat]\nCER = "01"\n[colonnes]\nsiret = "SIRET_ORGANISME"\n')
    monkeypatch.setenv("SOLIS_CORRESPONDANCE", str(propre))
    correspondance.cache_clear()
    try:
        assert (code("type_contrat", "CER"), code("type_contrat", "CO")) == ("01", "CO")
        assert colonnes(["siret", "fin"]) == ("SIRET_ORGANISME", "fin")
        for mauvais in ("[autre]\n", "[type_contrat]\nCER = 1\n", "pas du TOML"):
            propre.write_text(mauvais)
            correspondance.cache_clear()
            with pytest.raises(ValueError, match="SOLIS_CORRESPONDANCE"):
                code("type_contrat", "CER")
    finally:
        correspondance.cache_clear()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_file_has_its_progress_bar_on_a_terminal_only() -> None:
    ecran = Terminal()
    with contextlib.ExitStack() as barres:
        suivre = avancement(barres, ecran)
        assert suivre is not None
        suivre("court.csv", 10, 10)
        for faites in (2_000, 4_000, 8_000):
            suivre("un.csv", faites, 8_000)
        suivre("deux.csv", 3_000, 6_000)
    ecrit = ecran.getvalue()
    assert "court.csv" not in ecrit
    assert "8000/8000" in ecrit
    assert "3000/6000" in ecrit
    assert avancement(barres, io.StringIO()) is None
