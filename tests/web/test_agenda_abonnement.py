"""The personal calendar over HTTP: made, read back with the icalendar library, revoked; never a name in it."""

import re
import uuid

import icalendar
import msgspec
import pytest
from playwright.async_api import expect

from tests.navigateur import axe
from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.agenda.abonnement import calendrier_de, creer_adresse
from viesion_core.db import executer, lire, transaction
from viesion_core.entretiens.actions import realiser_entretien
from viesion_core.erreurs import Interdit, Introuvable
from viesion_core.testing import Monde

PAGE = "/agenda/abonnement"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def _chemin(page: str) -> str:
    trouve = re.search(r"/agenda/ical/[\w-]{43}", page)
    assert trouve
    return trouve[0]


async def test_l_adresse_se_cree_se_lit_se_remplace_et_se_revoque(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    cle = await suivi.entretien(2, "11:00", duree=45, lieu="INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE")
    annule = await suivi.entretien(3, "11:00")
    await realiser_entretien(suivi.ctx, suivi.numero, annule, "ANNULE_STR", version=1)
    async with serveur.client(monde.referent) as client, serveur.client() as agenda:
        avant = await client.get(PAGE)
        assert "Créer mon adresse" in avant.text
        assert "Révoquer" not in avant.text
        assert requetes(avant) <= 12
        premiere = _chemin((await client.post(PAGE)).text)
        lu = await agenda.get(premiere)
        assert lu.status_code == 200
        assert lu.headers["content-type"] == "text/calendar; charset=utf-8"
        assert lu.headers["cache-control"] == "no-store"
        assert "set-cookie" not in lu.headers
        assert requetes(lu) <= 12
        calendrier = icalendar.Calendar.from_ical(lu.content)
        calendrier.validate()
        (evenement,) = calendrier.events
        assert not calendrier.errors
        assert str(evenement["uid"]) == f"{cle}@viesion"
        assert str(evenement["summary"]) == "Suivi"
        assert evenement.start == suivi.le(2, "11:00")
        assert evenement.end == suivi.le(2, "11:45")
        for personnel in (b"EXEMPLE", b"Exemple", b"Camille", str(suivi.numero).encode() + b")"):
            assert personnel not in lu.content
        assert "Dernière lecture" in (await client.get(PAGE)).text
        assert premiere not in (await client.get(PAGE)).text
        seconde = _chemin((await client.post(PAGE, data={"avec_numero": "oui"})).text)
        assert (await agenda.get(premiere)).status_code == 404
        (evenement,) = icalendar.Calendar.from_ical((await agenda.get(seconde)).content).events
        assert str(evenement["summary"]) == f"Suivi (dossier {suivi.numero})"
        fait = await client.post(f"{PAGE}/revoquer")
        assert fait.status_code == 303
        assert "ne répond plus" in (await client.get(fait.headers["location"])).text
        fermee, inconnue = await agenda.get(seconde), await agenda.get("/agenda/ical/inconnue")
        assert fermee.status_code == inconnue.status_code == 404


async def test_la_base_ne_garde_que_l_empreinte_et_le_journal_le_dit(suivi: Suivi) -> None:
    jeton = await creer_adresse(suivi.ctx)
    (ligne,) = await lire("SELECT * FROM agenda_adresse")
    assert jeton not in str(ligne)
    (ecrite,) = await lire("SELECT * FROM journal WHERE operation = 'agenda.adresse.creer'")
    assert jeton not in str(ecrite)


async def test_chacun_n_a_que_son_agenda_et_un_compte_ferme_plus_rien(monde: Monde, suivi: Suivi) -> None:
    await suivi.entretien(2)
    mien, autre = await creer_adresse(suivi.ctx), await creer_adresse(monde.autre_referent)
    instant = suivi.ctx.maintenant
    assert len(icalendar.Calendar.from_ical(await calendrier_de(mien, instant)).events) == 1
    assert not icalendar.Calendar.from_ical(await calendrier_de(autre, instant)).events
    async with transaction():
        await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, suivi.ctx.utilisateur)
    for jeton in (mien, "", str(uuid.uuid4())):
        with pytest.raises(Introuvable):
            await calendrier_de(jeton, instant)


async def test_qui_ne_suit_personne_n_a_pas_d_adresse(monde: Monde, serveur: Serveur) -> None:
    for ctx in (monde.pilote, monde.administrateur):
        async with serveur.client(ctx) as client:
            assert (await client.post(PAGE)).status_code == 403
    sans_compte = msgspec.structs.replace(monde.referent, utilisateur=None)
    with pytest.raises(Interdit):
        await creer_adresse(sans_compte)


@pytest.mark.navigateur
@SQLITE
async def test_la_page_est_accessible_et_l_adresse_se_copie(serveur: Serveur, monde: Monde) -> None:
    async for poste in postes(serveur, monde.referent):
        page = poste.page
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.goto(f"{serveur.url}{PAGE}")
        await axe(page)
        await page.get_by_role("button", name=re.compile("Créer")).click()
        await page.get_by_role("button", name=re.compile("Copier")).click()
        await expect(page.get_by_text("Copié").first).to_be_visible()
        assert "/agenda/ical/" in await page.evaluate("navigator.clipboard.readText()")
        await lire_ecran(page, f"agenda-abonnement-{poste.nom}")
