"""`viesion demo`: built once, used again, made anew when asked; never over somebody's base."""

import asyncio
import pathlib

import httpx
import pytest

from tests.commandes.aides import Installation, base_neuve, port_libre
from tests.commandes.test_exploitation import ADMINISTRATEUR, attendre, valeur
from tests.offres import installees
from viesion_core.db import definir_base, executer, ouvrir_base, transaction

PETITE = ("--beneficiaires", "60")


@pytest.mark.parametrize("moteur", ["sqlite", "postgresql"])
async def test_a_second_demo_uses_the_first_again(moteur: str, tmp_path: pathlib.Path) -> None:
    async with base_neuve(moteur, tmp_path) as base:
        ici = Installation(base, tmp_path)
        ou = ("--dossier", str(tmp_path / "demo"), "--base", base)
        premier = await ici.lancer("demo", *PETITE, *ou)
        assert premier.code == 0, premier.erreurs
        for attendu in ("60 bénéficiaires", "http://127.0.0.1:8000", "Viesion-Demo-34!", "referent.mos@demo.test"):
            assert attendu in premier.sortie
        repere = "SELECT nom_naissance FROM beneficiaire WHERE numero = 7"
        nom = await valeur(base, repere)
        ouverte = await ouvrir_base(base)
        async with transaction():
            await executer("UPDATE beneficiaire SET nom_naissance = 'Retouche' WHERE numero = 7")
        await ouverte.fermer()
        definir_base(None)
        second = await ici.lancer("demo", *ou)
        assert "est reprise" in second.sortie
        assert await valeur(base, repere) == "Retouche", "what was typed stays"
        autre = await ici.lancer("demo", "--beneficiaires", "80", *ou)
        assert (autre.code, "--neuf" in autre.erreurs) == (2, True)
        neuf = await ici.lancer("demo", "--neuf", *PETITE, *ou)
        assert neuf.code == 0, neuf.erreurs
        assert await valeur(base, repere) == nom, "same seed, same person"


@pytest.mark.offre("mos")
async def test_a_demo_cut_short_is_made_again(tmp_path: pathlib.Path) -> None:
    async with base_neuve("sqlite", tmp_path) as base:
        ici = Installation(base, tmp_path)
        ou = ("--dossier", str(tmp_path / "demo"), "--base", base)
        await ici.lancer("demo", *PETITE, *ou)
        ouverte = await ouvrir_base(base)
        async with transaction():
            await executer("DELETE FROM acte WHERE nature = 'demo.terminer'")
            await executer("DELETE FROM reponse")
        await ouverte.fermer()
        definir_base(None)
        assert (await ici.lancer("demo", *PETITE, *ou)).code == 0
        assert await valeur(base, "SELECT count(*) FROM reponse")


async def test_a_demo_never_touches_a_base_in_use(tmp_path: pathlib.Path) -> None:
    async with base_neuve("sqlite", tmp_path) as base:
        ici = Installation(base, tmp_path)
        await ici.lancer("init", *ADMINISTRATEUR)
        for options in ((), ("--neuf",)):
            refus = await ici.lancer("demo", *PETITE, "--dossier", str(tmp_path / "demo"), "--base", base, *options)
            assert (refus.code, "n'est pas une démonstration" in refus.erreurs) == (2, True)
        assert await valeur(base, "SELECT count(*) FROM utilisateur") == 1
        assert await valeur(base, "SELECT count(*) FROM beneficiaire") == 0


async def test_the_demo_is_served_and_its_accounts_enter(tmp_path: pathlib.Path) -> None:
    port = port_libre()
    ici = Installation("sqlite:///inutile", tmp_path)
    commande = ("demo", *PETITE, "--dossier", str(tmp_path / "demo"), "--servir", "--port", str(port))
    serveur = await ici.demarrer(*commande)
    try:
        adresse = f"http://127.0.0.1:{port}"
        assert (await asyncio.wait_for(attendre(f"{adresse}/connexion"), 120)).status_code == 200
        async with httpx.AsyncClient(base_url=adresse) as client:
            acces = {"identifiant": "admin@demo.test", "mot_de_passe": "Viesion-Demo-34!"}
            assert (await client.post("/connexion", data=acces)).status_code == 303
            assert (await client.get("/administration")).status_code == 200
            for _ in range(240):  # until the simulated Solis, in its own process, has called the API
                cles = (await client.get("/administration/cles")).text
                if "Solis simulé" in cles and "Aucun</span>" not in cles:
                    break
                await asyncio.sleep(0.5)
            assert "Aucun</span>" not in cles
    finally:
        serveur.terminate()
        sortie, erreurs = await serveur.communicate()
    base = f"sqlite:///{tmp_path / 'demo' / 'viesion.sqlite'}"
    assert await valeur(base, "SELECT count(*) FROM verrou") == 0, erreurs.decode()
    assert adresse in sortie.decode()
    annonce = "Solis simulé (ce qu'il envoie et reçoit) : http://127.0.0.1:"
    assert (annonce in sortie.decode()) == ("solis_bridge" in installees())
