"""The screens of documents over HTTP, on both engines: merging, keeping a file, finding it again, health data."""

import io
import re
import uuid

import docx
import httpx
import msgspec
import pytest

from tests.bilans.aides import repondre
from tests.serveur import Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.bilans.actions import creer_bilan
from viesion_core.db import executer, lire, transaction
from viesion_core.fusion.actions import deposer_document
from viesion_core.fusion.model import TYPE_DOCX
from viesion_core.journal.actions import vider
from viesion_core.testing import Monde
from web.securite import maintenant

pytestmark = pytest.mark.offre("mos")

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


async def un_bilan(suivi: Suivi) -> uuid.UUID:
    """Return a bilan MOS with an answer."""
    _, bilan = await creer_bilan(
        suivi.ctx,
        suivi.numero,
        etape_choisie=suivi.etape,
        code="MOS",
        date_bilan=suivi.aujourdhui,
        installees=frozenset({"MOS"}),
    )
    await repondre(suivi.ctx, suivi.numero, bilan, "MOS_27", "Un emploi à mi-temps")
    return bilan


async def garder(serveur: Serveur, suivi: Suivi, nom: str, contenu: bytes = PNG, **autres: bool) -> uuid.UUID:
    """Keep a file on the dossier; return its id."""
    _, identifiant = await deposer_document(
        suivi.ctx,
        suivi.numero,
        contenu,
        dossier=serveur.settings.dossier_documents,
        nom_client="scan",
        nom=nom,
        **autres,
    )
    return identifiant


def noms(page: httpx.Response) -> list[str]:
    """Return the names of the documents listed, in order."""
    return re.findall(r'<a href="[^"]+/documents/[0-9a-f-]{36}" download>([^<]+)</a>', page.text)


async def test_le_modele_du_bilan_devient_un_document_word(serveur: Serveur, suivi: Suivi) -> None:
    bilan = await un_bilan(suivi)
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(f"{suivi.base}/bilans/{bilan}")
        assert requetes(page) <= 12
        for mot in ("Fusion", "Modèle...", "créer un document", f'name="bilan" value="{bilan}"'):
            assert mot in page.text
        reponse = await client.post(f"{suivi.base}/documents/fusion", data={"modele": "MOS_BILAN", "bilan": str(bilan)})
        assert reponse.status_code == 303
        liste = await client.get(reponse.headers["location"])
        assert requetes(liste) <= 12
        nom = f"Fiche bilan MOS du {suivi.aujourdhui:%d-%m-%Y}"
        assert noms(liste) == [nom]
        for mot in (
            f"Document prêt\xa0: {nom}",
            "Télécharger le document",
            "version 1",
            suivi.ctx.nom,
            "Donnée de santé",
        ):
            assert mot in liste.text
        [adresse] = set(re.findall(rf'href="({suivi.base}/documents/[0-9a-f-]{{36}})"', liste.text))
        fichier = await client.get(adresse)
    assert fichier.headers["content-type"] == TYPE_DOCX
    assert fichier.headers["content-disposition"].startswith(f'attachment; filename="{nom}.docx"')
    ouvert = docx.Document(io.BytesIO(fichier.content))
    assert "Un emploi à mi-temps" in "".join(str(texte) for texte in ouvert.element.body.itertext())
    await vider()
    lus = [ligne["operation"] for ligne in await lire("SELECT operation FROM journal")]
    assert "document.telecharger" in lus


async def test_une_convocation_depuis_l_entretien(serveur: Serveur, suivi: Suivi) -> None:
    entretien = await suivi.entretien(3, "10:30")
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(f"{suivi.base}/entretiens/{entretien}")
        assert requetes(page) <= 12
        assert "créer un document" in page.text
        assert "Convocation à un entretien" in page.text
        assert "créer un document" not in (await client.get(f"{suivi.base}/entretiens/nouveau")).text
        saisie = {"modele": "CONVOCATION", "entretien": str(entretien)}
        reponse = await client.post(f"{suivi.base}/documents/fusion", data=saisie)
        liste = await client.get(reponse.headers["location"])
        [adresse] = set(re.findall(rf'href="({suivi.base}/documents/[0-9a-f-]{{36}})"', liste.text))
        fichier = await client.get(adresse)
    textes = [p.text for p in docx.Document(io.BytesIO(fichier.content)).paragraphs]
    assert any("convocation à un entretien" in texte and "10\xa0h\xa030" in texte for texte in textes), textes


async def test_ce_qui_manque_a_la_fusion_est_nomme(serveur: Serveur, suivi: Suivi) -> None:
    await un_bilan(suivi)
    adresse = f"{suivi.base}/documents/fusion"
    async with serveur.client(suivi.ctx) as client:
        cas = {
            "Choisissez un modèle.": {"modele": ""},
            "Choisissez un élément de la liste.": {"modele": "INVENTE"},
            "Ce modèle reprend un bilan : choisissez lequel.": {"modele": "MOS_BILAN", "bilan": ""},
            "Ce modèle annonce un entretien : aucun n'est prévu": {"modele": "CONVOCATION"},
        }
        for message, saisie in cas.items():
            reponse = await client.post(adresse, data=saisie)
            assert reponse.status_code == 422, message
            assert message in reponse.text.replace("&#39;", "'")
            assert reponse.text.count('class="alerte ton-bloque resume-erreurs"') == 1
        assert (await client.post(adresse, data=saisie | {"entretien": str(uuid.uuid4())})).status_code == 404
        assert noms(await client.get(f"{suivi.base}/documents")) == []


async def test_un_fichier_est_ce_que_disent_ses_octets(serveur: Serveur, suivi: Suivi) -> None:
    adresse = f"{suivi.base}/documents"
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(adresse, files={"fichier": ("Avis d'échéance.docx", PDF)})
        assert reponse.status_code == 303
        liste = await client.get(reponse.headers["location"])
        assert noms(liste) == ["Avis d&#39;échéance"]
        [chemin] = set(re.findall(rf'href="({adresse}/[0-9a-f-]{{36}})"', liste.text))
        fichier = await client.get(chemin)
        assert fichier.content == PDF
        assert fichier.headers["content-type"] == "application/pdf"
        assert fichier.headers["content-disposition"].startswith("attachment;")
        assert "Avis%20d%27%C3%A9ch%C3%A9ance.pdf" in fichier.headers["content-disposition"]
        assert fichier.headers["content-security-policy"] == "default-src 'none'; sandbox"
        refus = await client.post(
            adresse, files={"fichier": ("photo.png", b"<script>alert(1)</script>")}, data={"nom": "Gardé"}
        )
        assert refus.status_code == 422
        assert 'id="c-fichier-' in refus.text or "resume-erreurs" in refus.text
        assert 'value="Gardé"' in refus.text
        assert '<details class="ouvrir" open id="ajouter"' in refus.text
        vide = await client.post(adresse, data={"nom": "Sans fichier"})
        assert "Choisissez un fichier." in vide.text
        lourd = await client.post(adresse, files={"fichier": ("gros.png", PNG + b"\0" * 15 * 2**20)})
        assert lourd.status_code == 422
        assert "15 Mo" in lourd.text.replace("\xa0", " ")
        assert len(noms(await client.get(adresse))) == 1


async def test_supprimer_puis_annuler(serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await garder(serveur, suivi, "Attestation")
    async with serveur.client(suivi.ctx) as client:
        reponse = await client.post(f"{suivi.base}/documents/{identifiant}/supprimer", data={"version": "1"})
        liste = await client.get(reponse.headers["location"])
        assert noms(liste) == []
        assert "Document supprimé" in liste.text
        [annuler] = re.findall(r'action="(/actes/[0-9a-f-]+/annuler)"', liste.text)
        retour = await client.post(annuler, data={"retour": f"{suivi.base}/documents"})
        assert noms(await client.get(retour.headers["location"])) == ["Attestation"]
        assert (await client.get(f"{suivi.base}/documents/{identifiant}")).content == PNG


async def test_la_liste_se_cherche_se_filtre_se_trie_et_se_pagine(serveur: Serveur, suivi: Suivi) -> None:
    for rang in range(22):
        await garder(serveur, suivi, f"Image {rang:02}")
    await garder(serveur, suivi, "Avis", PDF)
    base = f"{suivi.base}/documents"
    async with serveur.client(suivi.ctx) as client:
        page = await client.get(base)
        assert requetes(page) <= 12
        assert len(noms(page)) == 20
        assert "1 à 20 sur 23 documents" in page.text.replace("\xa0", " ")
        assert len(noms(await client.get(f"{base}?p=2"))) == 3
        assert noms(await client.get(f"{base}?famille=pdf")) == ["Avis"]
        assert noms(await client.get(f"{base}?q=image 0&tri=-nom"))[0] == "Image 09"
        assert noms(await client.get(f"{base}?tri=nom"))[:2] == ["Avis", "Image 00"]
        attendus = sorted([("Avis", len(PDF)), ("Image", len(PNG))], key=lambda nom: nom[1])
        assert noms(await client.get(f"{base}?tri=taille"))[0].startswith(attendus[0][0])
        assert noms(await client.get(f"{base}?nature=FUSION")) == []
        assert "Aucun document ne correspond" in (await client.get(f"{base}?q=introuvable")).text
        intrus = await client.get(f"{base}?tri=d.fichier;--&famille=x&nature=y")
        assert intrus.status_code == 200
        assert len(noms(intrus)) == 20


async def test_les_donnees_de_sante_restent_a_qui_peut_les_lire(serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    bilan = await un_bilan(suivi)
    cache = await garder(serveur, suivi, "Certificat", sensible=True)
    sans = msgspec.structs.replace(monde.collegue, maintenant=maintenant())
    async with transaction():
        await executer("UPDATE utilisateur SET sensible = {} WHERE id = {}", False, sans.utilisateur)
    for ctx in (sans, monde.pilote):
        async with serveur.client(ctx) as client:
            page = await client.get(f"{suivi.base}/documents")
            assert noms(page) == []
            assert "Certificat" not in page.text
            assert "1 document de santé est réservé" in page.text.replace("\xa0", " ")
            assert "fiche bilan MOS" not in page.text
            assert (await client.get(f"{suivi.base}/documents/{cache}")).status_code == 404
    async with serveur.client(sans) as client:
        saisie = {"modele": "MOS_BILAN", "bilan": str(bilan)}
        assert (await client.post(f"{suivi.base}/documents/fusion", data=saisie)).status_code == 422
        depot = await client.post(
            f"{suivi.base}/documents", files={"fichier": ("x.png", PNG)}, data={"sensible": "oui"}
        )
        assert depot.status_code == 422
    async with serveur.client(monde.pilote) as client:
        page = await client.get(f"{suivi.base}/documents")
        assert "créer un document" not in page.text
        assert "Ajouter un document" not in page.text
