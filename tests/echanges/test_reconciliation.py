"""The reconciliation of a night: each discrepancy is told with where it is mended; done twice, it says the same."""

import datetime as dt
import os
import pathlib

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from tests.echanges.test_alloc import SOLIS, passer
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.reconciliation import derniere_reconciliation, reconcilier
from viesion_core.echanges.reconciliation_model import FluxDuJour
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import FLUX


def plus_tard(jours: int) -> Contexte:
    return contexte_systeme(MAINTENANT + dt.timedelta(days=jours))


async def _stock(dossier: pathlib.Path, seq: int, *rangs: int) -> None:
    lignes = [une_ligne(r, version="2") for r in rangs]
    deposer(dossier, contenu(lignes), seq=seq, nature="STOCK")
    (fait,) = await traiter_depot(SOLIS, dossier, [FLUX], secret=SECRET, cles=CLE)
    assert fait.fichier is not None, fait.refus


async def test_a_balanced_day_has_no_discrepancy(monde: Monde, tmp_path: pathlib.Path) -> None:
    assert await derniere_reconciliation() is None
    await passer(tmp_path, une_ligne(1), une_ligne(2))
    fait = await reconcilier(plus_tard(0), tmp_path)
    assert fait.ecarts == ()
    assert fait.recus == (
        FluxDuJour(emetteur="SOLIS", flux="ALLOC", fichiers=1, recues=2, creees=2, modifiees=0, ignorees=0, rejetees=0),
    )
    assert fait.titre == "Réconciliation du 24/11/2026 : aucun écart"
    assert fait.recus[0].phrase == (
        "SOLIS ALLOC : 2 lignes reçues = 2 créées + 0 modifiée + 0 ignorée + 0 rejetée (1 fichier)"
    )
    assert await reconcilier(plus_tard(0), tmp_path) == fait == await derniere_reconciliation()
    assert await lire_valeur("SELECT count(*) FROM echange_reconciliation") == 1


async def test_what_does_not_agree_is_named(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1), une_ligne(2), une_ligne(3), une_ligne(4, etat_dossier="9"))
    await passer(tmp_path, une_ligne(5, version="9"), seq=2)
    await _stock(tmp_path, 5, 1, 2)
    await passer(tmp_path, une_ligne(3, version="3"), seq=6)  # spoken of since the stock: not absent
    deposer(tmp_path, contenu([une_ligne(7)]), seq=8)
    orphelin = tmp_path / "in" / "SOLIS_VIESION_ALLOC_DELTA_20261124T000000_9.csv"
    orphelin.write_text("x")
    for chemin in (tmp_path / "in").iterdir():
        os.utime(chemin, (MAINTENANT.timestamp(), MAINTENANT.timestamp()))
    ouvert = await lire_valeur("SELECT numero FROM beneficiaire WHERE id_individu = 'IND000005'")
    async with transaction():
        await executer("UPDATE echange_fichier SET etat = 'EN_COURS' WHERE seq = 6")
    fait = await reconcilier(plus_tard(1), tmp_path)
    textes = [e.texte for e in fait.ecarts]
    assert [t.split(" : ")[0] if "rangs" in t else t for t in textes][:2] == [
        "Le fichier SOLIS_VIESION_ALLOC_DELTA_20261120T080000_6.csv n'est pas fini : 1 ligne faite sur 1. "
        "Il reprend où il en est dès qu'il est dans « in ».",
        "SOLIS ALLOC",
    ]
    assert "les rangs 3 à 4 n'ont pas été reçus ; le stock de rang 5" in textes[1]
    assert [t for t in textes if "attend dans « in »" in t] == [
        "Le fichier SOLIS_VIESION_ALLOC_DELTA_20261120T080000_8.csv attend dans « in » : "
        "demandez à l'émetteur celui qui le précède.",
        "Le fichier SOLIS_VIESION_ALLOC_DELTA_20261124T000000_9.csv attend dans « in » son fichier de contrôle (.ctl).",
    ]
    rejets, absents = fait.ecarts[-2:]
    assert (rejets.texte, rejets.lien) == (
        "ALLOC : 1 ligne refusée attend une décision, la plus ancienne du 24/11/2026.",
        "/echanges",
    )
    assert absents.texte == "ALLOC : le stock de rang 5 ne cite pas 1 allocataire suivi dont le droit est ouvert."
    assert absents.dossiers == (ouvert,)
    async with transaction():
        await executer("UPDATE beneficiaire SET etat_droit = '5' WHERE numero = {}", ouvert)
    assert "ne cite pas" not in " ".join(e.texte for e in (await reconcilier(plus_tard(1), tmp_path)).ecarts)
