"""ALLOC by the API, on both engines: the same command as the files, the same answers, nothing twice."""

import asyncio
import pathlib
from typing import Any

from tests.api.aides import client_api, une_cle
from tests.api.test_cles import refus
from tests.echanges.aides import contenu, deposer, une_ligne
from tests.serveur import Serveur
from viesion_core.db import lire_valeur
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.lots import LIGNES_MAXIMUM, oublier_lots
from viesion_core.testing import Monde
from web.securite import maintenant


def un_lot(*lignes: dict[str, str], seq: int = 1, **autres: Any) -> dict[str, Any]:
    """Return a batch; empty columns are left out, as a partner would."""
    return {
        "seq": seq,
        "nature": "DELTA",
        "date_generation": "2026-11-20T08:00:00+01:00",
        "lignes": [{c: v for c, v in ligne.items() if v} for ligne in lignes],
        **autres,
    }


async def personnes() -> int:
    return int(await lire_valeur("SELECT count(*) FROM beneficiaire"))


async def test_un_lot_ouvre_les_dossiers_et_repond_comme_un_fichier(monde: Monde, serveur: Serveur) -> None:
    async with client_api(serveur, await une_cle(serveur)) as api:
        lot = un_lot(une_ligne(1), une_ligne(2), une_ligne(3, nir="1234"))
        pris = await api.post("/alloc/lots", json=lot)
        assert pris.status_code == 200
        accuse = pris.json()
        assert {c: accuse[c] for c in ("recues", "creees", "modifiees", "ignorees", "rejetees", "etat")} == {
            "recues": 3, "creees": 2, "modifiees": 0, "ignorees": 0, "rejetees": 1, "etat": "TRAITE",
        }  # fmt: skip
        (rejet,) = accuse["rejets"]
        assert (rejet["ligne"], rejet["code"], rejet["champ"]) == (3, "NIR_INVALIDE", "nir")
        assert "1234" not in pris.text
        assert (await api.post("/alloc/lots", json=lot)).json() == accuse
        assert (await api.get("/alloc/lots/1")).json() == accuse
        assert refus(await api.get("/alloc/lots/2")) == (404, "INTROUVABLE")
        assert refus(await api.get(f"/alloc/lots/{10**30}"))[0] == 404
        change = un_lot(une_ligne(4))
        assert refus(await api.post("/alloc/lots", json=change)) == (409, "DEJA_TRAITE")
        trou = un_lot(une_ligne(4), seq=3)
        assert refus(await api.post("/alloc/lots", json=trou)) == (409, "SEQUENCE_MANQUANTE")
        suite = un_lot(une_ligne(1, action="M", version="2", adresse="2 rue de l'Essai"), seq=2)
        assert (await api.post("/alloc/lots", json=suite)).json()["modifiees"] == 1
        assert (await api.post("/alloc/lots", json=trou)).json()["creees"] == 1
    assert await personnes() == 3


async def test_un_lot_et_un_fichier_sont_la_meme_suite(monde: Monde, serveur: Serveur) -> None:
    settings = serveur.settings
    async with client_api(serveur, await une_cle(serveur)) as api:
        await api.post("/alloc/lots", json=un_lot(une_ligne(1)))
        deposer(settings.dossier_echanges, contenu([une_ligne(2)]), seq=2)
        secrets = {"secret": settings.secret, "cles": settings.cle_echanges}
        await traiter_depot(monde.systeme, settings.dossier_echanges, serveur.registre.flux(), **secrets)
        assert (await api.get("/alloc/lots/2")).json()["creees"] == 1
        assert (await api.post("/alloc/lots", json=un_lot(une_ligne(3), seq=3))).json()["creees"] == 1
    archives = sorted(p.name for p in (settings.dossier_echanges / "archive").glob("*.chiffre"))
    assert len(archives) == 3
    assert list(settings.dossier_echanges.rglob("*.csv")) == []


async def test_le_meme_lot_dix_fois_a_la_fois(monde: Monde, serveur: Serveur) -> None:
    lot = un_lot(*(une_ligne(n) for n in range(1, 40)))
    async with client_api(serveur, await une_cle(serveur)) as api:
        entetes = {"Idempotency-Key": "lot-1"}
        faits = await asyncio.gather(*(api.post("/alloc/lots", json=lot, headers=entetes) for _ in range(10)))
        assert {r.status_code for r in faits} <= {200, 409}
        assert (await api.post("/alloc/lots", json=lot)).json()["creees"] == 39
    assert await personnes() == 39


async def test_un_lot_qui_ne_va_pas_ne_fait_rien(monde: Monde, serveur: Serveur) -> None:
    ligne = une_ligne(1)
    async with (
        client_api(serveur, await une_cle(serveur, limite=1000)) as api,
        client_api(serveur, await une_cle(serveur, emetteur="INCONNU")) as autre,
    ):
        for faux, attendu in (
            ({"nature": "TOUT"}, (422, "SCHEMA_INVALIDE")),
            ({"nature": "../../x"}, (422, "SCHEMA_INVALIDE")),
            ({"seq": 0}, (422, "SCHEMA_INVALIDE")),
            ({"seq": 2**31}, (422, "SCHEMA_INVALIDE")),
            ({"seq": "un"}, (400, "DEMANDE_INCOMPRISE")),
            ({"version_schema": 2}, (422, "SCHEMA_INVALIDE")),
            ({"date_generation": "2026-11-20T08:00:00"}, (422, "SCHEMA_INVALIDE")),
            ({"lignes": [{**ligne, "mot_de_passe": "x"}]}, (422, "SCHEMA_INVALIDE")),
            ({"lignes": [{"nir": 1}]}, (400, "DEMANDE_INCOMPRISE")),
            ({"lignes": [{"prenom": "x" * 5000}]}, (422, "SCHEMA_INVALIDE")),
            ({"lignes": [{"prenom": "a\x00b"}]}, (422, "SCHEMA_INVALIDE")),
            ({"lignes": [{}] * (LIGNES_MAXIMUM + 1)}, (422, "SCHEMA_INVALIDE")),
        ):
            assert refus(await api.post("/alloc/lots", json=un_lot(ligne) | faux)) == attendu, faux
        assert refus(await autre.post("/alloc/lots", json=un_lot(ligne))) == (403, "EMETTEUR_INCONNU")
        assert await personnes() == 0
        assert await lire_valeur("SELECT count(*) FROM echange_fichier") == 0
        assert not list((serveur.settings.dossier_echanges).rglob("*.csv"))
        entier = await api.post("/alloc/lots", json=un_lot(une_ligne(1, adresse='1;"rue"\r\nbis')))
        assert (entier.json()["creees"], entier.json()["rejetees"]) == (0, 1)


def test_ce_qu_un_arret_a_laisse_s_oublie(tmp_path: pathlib.Path) -> None:
    coin = tmp_path / "api" / "reste"
    coin.mkdir(parents=True)
    (coin / "x.csv").write_text("nir")
    assert oublier_lots(tmp_path, maintenant().replace(year=2020)) == 0
    assert oublier_lots(tmp_path, maintenant().replace(year=2100)) == 1
    assert not coin.exists()
    assert oublier_lots(tmp_path / "absent", maintenant()) == 0
