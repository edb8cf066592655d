"""A new offre from the command line to the screens: written, installed by pip, tested, enabled for one organism."""

import asyncio
import contextlib
import datetime as dt
import importlib
import os
import pathlib
import sys
import uuid
from collections.abc import Iterator

import httpx
import pytest
from stevedore.extension import ExtensionManager

from tests.commandes.aides import Installation
from tests.serveur import SQLITE, Serveur, servir
from viesion_core.actes import acte
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.extensions import charger_extensions
from viesion_core.organismes.actions import activer_offre
from viesion_core.parcours.tables import Etape
from viesion_core.testing import Monde

JOUR = dt.datetime.now(dt.UTC).date()


async def lancer(*commande: str, ou: pathlib.Path, **variables: str) -> str:
    """Run a command; return what it says, fail with it."""
    processus = await asyncio.create_subprocess_exec(
        *commande,
        cwd=ou,
        env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    sortie = (await processus.communicate())[0].decode()
    assert processus.returncode == 0, sortie
    return sortie


async def installer(offre: pathlib.Path, cible: pathlib.Path) -> None:
    """Install a distribution with pip in a folder of its own: the environment of the tests stays as it is."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    await lancer(*pip, "--target", str(cible), str(offre), ou=offre, PIP_DISABLE_PIP_VERSION_CHECK="1")


@contextlib.contextmanager
def visible(cible: pathlib.Path, paquet: str) -> Iterator[None]:
    """Let this process see what was installed in a folder, until the end of the block."""
    sys.path.insert(0, str(cible))
    importlib.invalidate_caches()
    ExtensionManager.ENTRY_POINT_CACHE.clear()  # what a process has found once it keeps: here it starts again
    try:
        yield
    finally:
        ExtensionManager.ENTRY_POINT_CACHE.clear()
        sys.path.remove(str(cible))
        for nom in [nom for nom in sys.modules if nom.partition(".")[0] == paquet]:
            del sys.modules[nom]


async def ouvrir_etape(monde: Monde, offre: uuid.UUID, code: str) -> tuple[int, uuid.UUID]:
    """Open a dossier with an étape of the offre."""
    numero, dispositif = await monde.dossier(entree=JOUR - dt.timedelta(days=200))
    async with acte(monde.referent, "etape.ouvrir", "Étape", beneficiaire=numero) as a:
        ligne = await a.inserer(
            Etape,
            {
                "beneficiaire": numero,
                "dispositif": dispositif,
                "organisme": monde.organisme,
                "offre_de_service": offre,
                "offre": code,
                "debut_reel": JOUR - dt.timedelta(days=150),
                "motif_fin": "",
            },
        )
    return numero, uuid.UUID(str(ligne["id"]))


@SQLITE
async def test_a_new_offre_installs_passes_its_tests_and_works_for_one_organism(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    offre, cible = tmp_path / "viesion-mobilite", tmp_path / "site"
    ecrite = await Installation("sqlite://", tmp_path).lancer_a_part(
        "offre", "nouvelle", "mobilite", "--libelle", "Mobilité", "--dossier", str(offre)
    )
    assert ecrite.code == 0, ecrite.erreurs
    await installer(offre, cible)
    essais = await lancer(sys.executable, "-m", "pytest", "-q", ".", ou=offre, PYTHONPATH=str(cible))
    assert "6 passed" in essais, essais

    convention = {"territoire": "Département", "debut": dt.date(2025, 1, 1)}
    service = await activer_offre(
        monde.systeme, monde.organisme, offre="MOBILITE", libelle="Mobilité", **convention, capacite=40
    )
    numero, etape = await ouvrir_etape(monde, service, "MOBILITE")
    with visible(cible, "viesion_mobilite"):
        registre = charger_extensions()
        try:
            assert [e.erreur for e in registre.etats() if e.nom == "mobilite"] == [""]
            async with servir(adresse_base, tmp_path / "donnees", registre) as serveur:
                await _l_organisme_s_en_sert(serveur, monde, numero, etape)
                await _personne_d_autre_ne_la_voit(serveur, monde)
                await _la_desactiver_laisse_lire(serveur, monde, service, numero)
        finally:
            registre.fermer()


async def _l_organisme_s_en_sert(serveur: Serveur, monde: Monde, numero: int, etape: uuid.UUID) -> None:
    async with serveur.client(monde.referent) as client:
        alertes = await client.get("/infocentre/alertes")
        assert "Étapes Mobilité ouvertes depuis plus de 3 mois sans bilan" in alertes.text
        assert "Exemple" in (await client.get("/infocentre/alertes/MOBILITE-1")).text.title()
        bilan = await ouvrir_bilan(client, numero, etape)
        page = await client.get(bilan)
        assert (page.status_code, "Conclusion de l'accompagnement" in page.text.replace("&#39;", "'")) == (200, True)
        reponse = await client.put(
            f"{bilan}/reponses/MOBILITE_05",
            json={"valeur": "ABANDON", "version": 0},
            headers={"accept": "application/json"},
        )
        assert reponse.status_code == 200, reponse.text
        resume = await client.get(f"/beneficiaires/{numero}/panneaux")
        assert "Étape ouverte le" in resume.text
    assert await lire_valeur("SELECT libelle FROM modele_fusion WHERE code = 'MOBILITE_BILAN' AND actif")


async def ouvrir_bilan(
    client: httpx.AsyncClient, numero: int, etape: uuid.UUID, questionnaire: str = "MOBILITE"
) -> str:
    """Create a bilan of today; return its address."""
    champs = {"questionnaire": questionnaire, "etape": str(etape), "date_bilan": f"{JOUR:%d/%m/%Y}"}
    reponse = await client.post(f"/beneficiaires/{numero}/bilans", data=champs)
    assert reponse.status_code == 303, reponse.text
    return str(reponse.headers["location"]).partition("?")[0]


async def _personne_d_autre_ne_la_voit(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier(monde.autre_referent, nom="Voisin")
    async with serveur.client(monde.autre_referent) as client:
        for adresse in (
            "/",
            "/beneficiaires",
            "/infocentre/alertes",
            f"/beneficiaires/{numero}",
            f"/beneficiaires/{numero}/bilans",
        ):
            page = await client.get(adresse)
            assert (page.status_code, "Mobilité -" in page.text or "MOBILITE" in page.text) == (200, False), adresse
        assert (await client.get("/infocentre/alertes/MOBILITE-1")).status_code == 404


async def _la_desactiver_laisse_lire(serveur: Serveur, monde: Monde, service: uuid.UUID, numero: int) -> None:
    async with transaction():
        await executer("UPDATE offre_de_service SET fin = {} WHERE id = {}", JOUR - dt.timedelta(days=1), service)
    async with serveur.client(monde.referent) as client:
        assert (await client.get("/infocentre/alertes/MOBILITE-1")).status_code == 404
        liste = await client.get(f"/beneficiaires/{numero}/bilans")
        assert (liste.status_code, "Mobilité - Bilan" in liste.text) == (200, True)


@pytest.mark.parametrize("libelle", ["Mobilité", "Santé, accès aux droits"])
async def test_what_is_written_is_clean_source(tmp_path: pathlib.Path, libelle: str) -> None:
    offre = tmp_path / "offre"
    await Installation("sqlite://", tmp_path).lancer(
        "offre", "nouvelle", "x1", "--libelle", libelle, "--dossier", str(offre)
    )
    await lancer(sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", str(offre), ou=offre)
