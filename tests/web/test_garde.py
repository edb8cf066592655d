"""The guard in the forms, over HTTP: said beside the field, nothing lost, one button saves all the same."""

import re

import pytest

from tests.serveur import Serveur
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.notes.queries import notes_en_cours
from viesion_core.testing import Monde


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def vue_de(html: str) -> str:
    trouve = re.search(r'<button class="bouton" name="garde" value="(\w+)">Enregistrer quand même', html)
    assert trouve, html
    return trouve[1]


async def test_une_note_avertit_puis_s_enregistre_telle_quelle(serveur: Serveur, monde: Monde) -> None:
    texte = "Il est fainéant, à revoir"
    async with serveur.client(monde.referent) as client:
        refus = await client.post("/notes", data={"texte": texte, "retour": "/"})
        assert refus.status_code == 422
        assert texte in refus.text
        assert "«\u00a0fainéant\u00a0»" in refus.text
        assert "Ce champ est lu par\u00a0: vous seul." in refus.text
        assert 'aria-invalid="true"' not in refus.text
        partagee = await client.post("/notes", data={"texte": texte, "partagee": "oui"})
        assert "tous les utilisateurs de votre organisme" in partagee.text
        assert await notes_en_cours(monde.referent) == []
        fait = await client.post("/notes", data={"texte": texte, "retour": "/", "garde": vue_de(refus.text)})
        assert fait.status_code == 303
    assert [n.texte for n in await notes_en_cours(monde.referent)] == [texte]


async def test_un_entretien_avertit_par_synthese_et_garde_l_accord(serveur: Serveur, suivi: Suivi) -> None:
    champs = {
        "date": suivi.date(3),
        "heure": "14:30",
        "duree": "30",
        "collaborateur": str(suivi.ctx.utilisateur),
        "dispositif": str(suivi.dispositif),
        "etape": str(suivi.etape),
        "type": "SUIVI",
        "realisation": "PREVU",
        "rang": ["0", "1"],
        "theme-0": "MOBILITE",
        "synthese-0": "Doit passer son permis",
        "theme-1": "MOBILITE",
        "synthese-1": "Parle de sa dépression",
    }
    await suivi.entretien(3, "14:30")
    async with serveur.client(suivi.ctx) as client:
        refus = await client.post(f"{suivi.base}/entretiens/nouveau", data=champs)
        assert refus.status_code == 422
        assert 'id="c-synthese-1-garde"' in refus.text
        assert 'id="c-synthese-0-garde"' not in refus.text
        vue = vue_de(refus.text)
        occupe = await client.post(f"{suivi.base}/entretiens/nouveau", data={**champs, "garde": vue})
        assert "Créneau déjà pris" in occupe.text
        assert f'<input type="hidden" name="garde" value="{vue}">' in occupe.text
        accord = {**champs, "garde": vue, "confirme": "oui"}
        assert (await client.post(f"{suivi.base}/entretiens/nouveau", data=accord)).status_code == 303
    assert (await entretiens_page(suivi.ctx, suivi.numero))[1] == 2
