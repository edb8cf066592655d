"""« Affectations »: spread in bulk with the workload shown, refuse, take charge, undo, and nobody else."""

import datetime as dt
import re
import uuid

import pytest

from tests.serveur import Serveur, requetes
from tests.web.test_garde import vue_de
from viesion_core.actes import acte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.portefeuille.tables import AffectationRecue
from viesion_core.testing import Monde, creer_utilisateur
from web.garde import LECTEURS_PARTENAIRE

INCONNU = "00000000-0000-4000-8000-00000000dead"


async def recevoir(monde: Monde, nom: str, referent: uuid.UUID | None = None, motif: str = "") -> uuid.UUID:
    """Have Solis assign a person to the organism."""
    numero, _ = await monde.dossier(nom=nom, entree=dt.date(2026, 1, 5))
    async with acte(monde.systeme, "portefeuille.recevoir", "Affectation reçue", beneficiaire=numero) as a:
        valeurs = {
            "emetteur": "SOLIS",
            "beneficiaire": numero,
            "organisme": monde.organisme,
            "role": "RU",
            "referent": referent,
            "debut": dt.date(2026, 2, 2),
            "motif": motif,
            "etat": "RECUE",
            "recue_le": monde.systeme.maintenant,
            "version_message": 1,
        }
        ligne = await a.inserer(AffectationRecue, valeurs)
    return uuid.UUID(str(ligne["id"]))


async def etats() -> list[str]:
    return [li["etat"] for li in await lire("SELECT etat FROM affectation_recue ORDER BY beneficiaire")]


@pytest.fixture
async def trois(monde: Monde) -> list[uuid.UUID]:
    """Three people to spread; Solis asks for Alix for the last one."""
    noms = ("Premier", "Second", "Tiers")
    return [
        await recevoir(monde, nom, monde.referent.utilisateur if nom == "Tiers" else None, motif="Orientation sociale")
        for nom in noms
    ]


async def test_the_director_spreads_in_bulk_and_undoes(serveur: Serveur, monde: Monde, trois: list[uuid.UUID]) -> None:
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/affectations")
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        for texte in ("PREMIER Camille", "Orientation sociale", "Alix ESSAI (0 personne)", "Accepter pour Alix ESSAI"):
            assert texte in page.text, texte
        choix = [f"{trois[0]}:1", f"{trois[1]}:1"]
        corps = {"referent": str(monde.collegue.utilisateur), "choix": choix}
        fait = await client.post("/affectations/repartir", data=corps)
        assert fait.status_code == 303
        suite = await client.get(fait.headers["location"])
        assert "2\u00a0personnes affectées" in suite.text
        assert "Morgan ESSAI (2 personnes)" in suite.text
        assert await etats() == ["ACCEPTEE", "ACCEPTEE", "RECUE"]
        annuler = re.search(r'action="(/affectations/lots/[^"]+/annuler)"', suite.text)
        assert annuler is not None
        assert (await client.post(annuler[1])).status_code == 303
        assert await etats() == ["RECUE"] * 3
        assert (await client.post(annuler[1])).status_code == 404
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'portefeuille.accepter'") == 2


async def test_the_whole_page_goes_at_once_and_what_cannot_be_is_said(
    serveur: Serveur, monde: Monde, trois: list[uuid.UUID]
) -> None:
    corps = {
        "referent": str(monde.referent.utilisateur),
        "portee": "page",
        "toutes": [f"{trois[0]}:1", f"{trois[1]}:1", f"{trois[2]}:9"],
    }
    async with transaction():
        await executer(
            "DELETE FROM entree_dispositif WHERE beneficiaire = (SELECT min(beneficiaire) FROM affectation_recue)"
        )
    async with serveur.client(monde.directeur) as client:
        page = await client.post("/affectations/repartir", data=corps)
        assert page.status_code == 409
        assert "PREMIER Camille n&#39;a pas d&#39;accompagnement ouvert" in page.text
        assert "1\u00a0personne affectée" in page.text
    assert await etats() == ["RECUE", "ACCEPTEE", "RECUE"]


async def test_bad_input_says_what_and_keeps_what_was_typed(
    serveur: Serveur, monde: Monde, trois: list[uuid.UUID]
) -> None:
    async with serveur.client(monde.directeur) as client:
        sans_referent = await client.post("/affectations/repartir", data={"choix": f"{trois[0]}:1"})
        assert sans_referent.status_code == 422
        assert "Choisissez le référent." in sans_referent.text
        assert f'value="{trois[0]}:1" checked' in sans_referent.text
        rien = await client.post("/affectations/repartir", data={"referent": str(monde.referent.utilisateur)})
        assert (rien.status_code, "Cochez au moins une personne." in rien.text) == (422, True)
        for choix in ("x", f"{trois[0]}:x", f"{INCONNU}:1"):
            corps = {"referent": str(monde.referent.utilisateur), "choix": choix}
            assert (await client.post("/affectations/repartir", data=corps)).status_code in (404, 409)
        sans_motif = await client.post(f"/affectations/{trois[0]}/refuser", data={"version": "1"})
        assert (sans_motif.status_code, "Dites pourquoi" in sans_motif.text) == (422, True)
        juge = {"version": "1", "motif": "Une personne paresseuse"}
        averti = await client.post(f"/affectations/{trois[0]}/refuser", data=juge)
        assert averti.status_code == 422
        assert LECTEURS_PARTENAIRE in averti.text
        assert 'value="Une personne paresseuse"' in averti.text
        assert vue_de(averti.text)
        fait = await client.post(f"/affectations/{trois[0]}/refuser", data={"version": "1", "motif": "Hors secteur"})
        assert fait.status_code == 303
        refusees = await client.get("/affectations?etat=refusees")
        assert (refusees.status_code, "PREMIER" in refusees.text) == (200, True)
    assert await etats() == ["REFUSEE", "RECUE", "RECUE"]


async def test_a_referent_takes_takes_charge_and_ends(serveur: Serveur, monde: Monde, trois: list[uuid.UUID]) -> None:
    async with serveur.client(monde.referent) as client:
        page = await client.get("/affectations")
        assert page.text.count("M&#39;affecter") == 3
        assert "Refuser" not in page.text
        moi = str(monde.referent.utilisateur)
        assert (
            await client.post(f"/affectations/{trois[2]}/accepter", data={"referent": moi, "version": "1"})
        ).status_code == 303
        page = await client.get("/affectations?etat=acceptees")
        assert "Prise en charge" in page.text
        adresse = f"/affectations/{trois[2]}/prendre-en-charge"
        mauvais = await client.post(adresse, data={"version": "2", "premier_rdv": "01/01/2026"})
        assert (mauvais.status_code, "précède le début" in mauvais.text, "01/01/2026" in mauvais.text) == (
            422,
            True,
            True,
        )
        assert (await client.post(adresse, data={"version": "2", "premier_rdv": "10/02/2026"})).status_code == 303
        assert "10/02/2026" in (await client.get("/affectations?etat=en-charge")).text
        terminer = f"/affectations/{trois[2]}/terminer"
        assert (await client.post(terminer, data={"version": "3"})).status_code == 422
        assert (await client.post(terminer, data={"version": "3", "motif": "Emploi durable"})).status_code == 303
        assert "Emploi durable" in (await client.get("/affectations?etat=terminees")).text
        collegue = str(monde.collegue.utilisateur)
        ailleurs = await client.post(f"/affectations/{trois[0]}/accepter", data={"referent": collegue, "version": "1"})
        assert ailleurs.status_code == 403
        refus = await client.post(f"/affectations/{trois[0]}/refuser", data={"version": "1", "motif": "Non"})
        assert refus.status_code == 403


@pytest.mark.parametrize("chemin", ["accepter", "refuser", "prendre-en-charge", "terminer"])
async def test_another_organism_finds_nothing(
    serveur: Serveur, monde: Monde, trois: list[uuid.UUID], chemin: str
) -> None:
    corps = {"referent": str(monde.autre_referent.utilisateur), "version": "1", "motif": "x"}
    autre = await creer_utilisateur("Ailleurs", Role.DIRECTEUR, monde.autre_organisme)
    async with serveur.client(autre) as client:
        assert "PREMIER" not in (await client.get("/affectations")).text
        assert (await client.post(f"/affectations/{trois[0]}/{chemin}", data=corps)).status_code == 404
    await _interdit(serveur, monde.pilote, f"/affectations/{trois[0]}/{chemin}")


async def _interdit(serveur: Serveur, ctx: Contexte, adresse: str) -> None:
    async with serveur.client(ctx) as client:
        assert (await client.get("/affectations")).status_code == 403
        assert (await client.post(adresse)).status_code == 403
