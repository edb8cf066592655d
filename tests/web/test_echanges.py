"""« Échanges »: the pilote sees the files and the refused lines, decides, and nobody else enters."""

import pathlib

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from tests.serveur import Serveur, requetes
from tests.web.test_garde import vue_de
from viesion_core.contexte import contexte_systeme
from viesion_core.db import lire_un, lire_valeur
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.reconciliation import reconcilier
from viesion_core.testing import MAINTENANT, Monde
from viesion_core.worker import Worker
from viesion_solis.alloc import FLUX

LIGNES = [une_ligne(1, date_naissance="1985-03-12"), une_ligne(2), une_ligne(3, etat_dossier="9")]


@pytest.fixture
async def recu(monde: Monde, tmp_path: pathlib.Path) -> int:
    """A person with a dossier, and a file that may be about them; return the number of the dossier."""
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    deposer(tmp_path, contenu(LIGNES))
    await traiter_depot(contexte_systeme(MAINTENANT), tmp_path, [FLUX], secret=SECRET, cles=CLE)
    return numero


async def test_the_pilote_sees_the_counts_and_what_waits(serveur: Serveur, monde: Monde, recu: int) -> None:
    async with serveur.client(monde.pilote) as client:
        page = await client.get("/echanges")
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        for texte in ("ESSAIB Camille", f"/beneficiaires/{recu}", "Code inconnu", "SOLIS ALLOC", "Traité"):
            assert texte in page.text, texte
        assert 'href="/echanges"' in (await client.get("/aide")).text
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        async with serveur.client(ctx) as client:
            assert (await client.get("/echanges")).status_code == 403


async def test_a_doublon_is_decided_on_the_screen(serveur: Serveur, monde: Monde, recu: int) -> None:
    rejet = await lire_un("SELECT id FROM echange_rejet WHERE code = 'DOUBLON'")
    assert rejet is not None
    adresse = f"/echanges/rejets/{rejet['id']}/trancher"
    async with serveur.client(monde.pilote) as client:
        fait = await client.post(adresse, data={"meme": "oui", "version": "1"})
        assert (fait.status_code, fait.headers["location"]) == (303, "/echanges")
        encore = await client.post(adresse, data={"meme": "non", "version": "1"})
        assert encore.status_code == 409
        assert "ESSAIB Camille" not in (await client.get("/echanges")).text
        assert "Même personne" in (await client.get("/echanges?etat=regles")).text
    assert await lire_valeur("SELECT id_individu FROM beneficiaire WHERE numero = {}", recu) == "IND000001"


async def test_abandoning_asks_for_a_reason(serveur: Serveur, monde: Monde, recu: int) -> None:
    rejet = await lire_un("SELECT id FROM echange_rejet WHERE code = 'CODE_INCONNU'")
    assert rejet is not None
    adresse = f"/echanges/rejets/{rejet['id']}/abandonner"
    async with serveur.client(monde.pilote) as client:
        vide = await client.post(adresse, data={"version": "1"})
        assert vide.status_code == 422
        assert "Dites pourquoi cette ligne est abandonnée." in vide.text
        averti = await client.post(adresse, data={"motif": "Un dossier de diabétique", "version": "1"})
        assert averti.status_code == 422
        assert "les pilotes du Département" in averti.text
        garde = {"motif": "Un dossier de diabétique", "version": "1", "garde": vue_de(averti.text)}
        assert (await client.post(adresse, data=garde)).status_code == 303
        assert "Un dossier de diabétique" in (await client.get("/echanges?etat=abandonnes")).text


async def test_a_refused_line_is_corrected_on_the_screen(serveur: Serveur, monde: Monde) -> None:
    deposer(serveur.settings.dossier_echanges, contenu([une_ligne(1, etat_dossier="9", adresse="3 rue <b>Essai</b>")]))
    await Worker(serveur.settings, serveur.registre).tour(MAINTENANT)
    rejet = await lire_un("SELECT id FROM echange_rejet")
    assert rejet is not None
    adresse = f"/echanges/rejets/{rejet['id']}"
    async with serveur.client(monde.pilote) as client:
        assert f'href="{adresse}"' in (await client.get("/echanges")).text
        page = await client.get(adresse)
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        assert page.text.count('aria-invalid="true"') == 1
        assert "3 rue &lt;b&gt;Essai&lt;/b&gt;" in page.text
        faux = await client.post(
            f"{adresse}/rejouer", data={"version": "1", "col_etat_dossier": "8", "col_tel": "0601"}
        )
        assert faux.status_code == 422
        assert 'value="0601"' in faux.text
        assert 'value="8"' in faux.text
        trop = await client.post(f"{adresse}/rejouer", data={"version": "1", "col_adresse": "x" * 4_001})
        assert trop.status_code == 422
        bon = await client.post(f"{adresse}/rejouer", data={"version": "1", "col_etat_dossier": "2"})
        assert (bon.status_code, bon.headers["location"]) == (303, "/echanges?fait=rejet-rejoue")
        assert "La ligne est prise" in (await client.get(bon.headers["location"])).text
        encore = await client.post(f"{adresse}/rejouer", data={"version": "1", "col_etat_dossier": "2"})
        assert encore.status_code == 409
        assert (await client.get(adresse)).status_code == 409
    assert await lire_valeur("SELECT etat_droit FROM beneficiaire") == "2"


async def test_the_worker_takes_what_is_laid(serveur: Serveur, monde: Monde) -> None:
    dossier = serveur.settings.dossier_echanges
    deposer(dossier, contenu([une_ligne(1)]))
    await Worker(serveur.settings, serveur.registre).tour(MAINTENANT)
    assert (dossier / "ack").is_dir()
    acte = await lire_un("SELECT auteur FROM acte WHERE nature = 'dossier.ouvrir'")
    assert acte is not None
    assert acte["auteur"] == "Solis"


async def test_the_nir_is_masked_and_shown_for_a_reason(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    nir = "2850334172001"
    ligne = une_ligne(1, date_naissance="1985-03-12", nir=nir)
    deposer(serveur.settings.dossier_echanges, contenu([ligne]))
    await Worker(serveur.settings, serveur.registre).tour(MAINTENANT)
    rejet = await lire_un("SELECT id FROM echange_rejet")
    assert rejet is not None
    fiche = f"/beneficiaires/{numero}/identite"
    async with serveur.client(monde.pilote) as client:
        assert "Voir le NIR" not in (await client.get(fiche)).text
        await client.post(f"/echanges/rejets/{rejet['id']}/trancher", data={"meme": "oui", "version": "1"})
        masque = await client.get(fiche)
        assert "Voir le NIR" in masque.text
        assert requetes(masque) <= 12
        assert "172 001" not in masque.text
        sans = await client.post(f"{fiche}/nir", data={"motif": ""})
        assert (sans.status_code, "Dites pourquoi" in sans.text, "172 001" in sans.text) == (422, True, False)
        vu = await client.post(f"{fiche}/nir", data={"motif": "Contrôle avec la CAF"})
        assert (vu.status_code, "2 85 03 34 172 001" in vu.text) == (200, True)
        assert "no-store" in vu.headers["cache-control"]
        assert "172 001" not in (await client.get(fiche)).text
    assert await lire_valeur("SELECT motif FROM journal WHERE operation = 'nir.montrer'") == "Contrôle avec la CAF"


async def test_the_reconciliation_of_the_night_leads_to_each_discrepancy(
    serveur: Serveur, monde: Monde, recu: int, tmp_path: pathlib.Path
) -> None:
    async with serveur.client(monde.pilote) as client:
        assert "nuit prochaine" in (await client.get("/echanges")).text
        deposer(tmp_path, contenu([une_ligne(9)]), seq=2, nature="STOCK")
        await traiter_depot(contexte_systeme(MAINTENANT), tmp_path, [FLUX], secret=SECRET, cles=CLE)
        await reconcilier(contexte_systeme(MAINTENANT), tmp_path)
        page = await client.get("/echanges")
        assert requetes(page) <= 12
        numero = await lire_valeur("SELECT numero FROM beneficiaire WHERE id_individu = 'IND000002'")
        for texte in ("Réconciliation du 24/11/2026", "2 écarts", f'href="/beneficiaires/{numero}"', "stock de rang 2"):
            assert texte in page.text, texte
