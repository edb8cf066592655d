"""The process that reads a long file: what it gives is what a thread gives; one that ends breaks nothing."""

import pathlib
import sys

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from tests.echanges.test_alloc import NIR_ENTIER, SOLIS, comptes
from viesion_core.db import Base, lire
from viesion_core.echanges import actions, lecteur
from viesion_core.echanges.actions import importer_fichier
from viesion_core.echanges.comprehension import Recue, lots
from viesion_core.echanges.lecteur import Demande, lecteur_de
from viesion_core.echanges.lecture import lignes
from viesion_core.echanges.model import Commande
from viesion_solis.alloc import FLUX

LIGNES = [
    *(une_ligne(r) for r in range(1, 8)),
    une_ligne(8, nir=NIR_ENTIER),
    une_ligne(9, code_insee="99999"),
    une_ligne(10, date_naissance="1980-02-31"),
    une_ligne(3, id_message="5f0c4c5e-8d3b-4d1c-9a55-000000000003", version="2", adresse="2 rue de l'Essai"),
    une_ligne(11, nom_naissance="Essaib", id_individu="AUTRE"),
]


async def test_a_long_file_read_beside_gives_the_same_dossiers_and_refusals(
    base: Base, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lecteur, "SEUIL", 0)
    monkeypatch.setattr(actions, "TAILLE_LOT", {"sqlite": 5, "postgresql": 5})
    fait = await importer_fichier(SOLIS, deposer(tmp_path, contenu(LIGNES)), [FLUX], secret=SECRET, cles=CLE)
    assert (fait.etat, comptes(fait)) == ("TRAITE", (12, 9, 1, 0, 2))
    refus = await lire("SELECT ligne, code, ligne_chiffree <> '' AS gardee FROM echange_rejet ORDER BY ligne")
    assert [(r["ligne"], r["code"], bool(r["gardee"])) for r in refus] == [
        (9, "CODE_INCONNU", True),
        (10, "DATES_INCOHERENTES", True),
    ]
    (nir,) = await lire("SELECT empreinte, chiffre FROM echange_nir")
    assert nir["empreinte"] != ""
    assert nir["chiffre"] != ""
    assert {a["auteur"] for a in await lire("SELECT auteur FROM acte")} == {"Solis"}


def _vue(recue: Recue) -> tuple[object, ...]:
    """Return what a line says; of a refused one, as it came."""
    ligne = recue.ligne if isinstance(recue.element, Commande) else recue.element.ligne
    return recue.rang, ligne, recue.element, recue.nir.empreinte


async def test_the_process_says_what_the_thread_says_and_its_end_is_told(tmp_path: pathlib.Path) -> None:
    chemin = deposer(tmp_path, contenu(LIGNES))
    jour = SOLIS.aujourdhui
    attendus = [[_vue(r) for r in lot] for lot in lots(lignes(chemin, FLUX, 2), FLUX, jour, 4, SECRET, CLE)]
    demande = Demande(
        chemin=str(chemin), flux=FLUX, apres=2, jour=jour, secret=SECRET, cles=CLE, taille=4, modules=sys.path
    )
    async with lecteur_de(lecteur.SEUIL) as autre:
        assert autre is not None
        lus = [[_vue(r) for r in lot] async for lot in autre.lots(demande)]
    assert lus == attendus
    async with lecteur_de(lecteur.SEUIL) as autre:
        assert autre is not None
        autre.processus.kill()
        with pytest.raises(RuntimeError, match="ended before"):
            _ = [lot async for lot in autre.lots(demande)]
    async with lecteur_de(lecteur.SEUIL - 1) as aucun:
        assert aucun is None
