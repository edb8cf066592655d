"""Notes over HTTP: two people on a shared one."""

import re

from tests.serveur import Serveur
from viesion_core.notes.actions import creer_note, modifier_note
from viesion_core.notes.model import SaisieNote
from viesion_core.notes.queries import note, notes_page
from viesion_core.testing import Monde


async def test_deux_personnes_sur_une_note_rien_de_saisi_ne_se_perd(monde: Monde, serveur: Serveur) -> None:
    await creer_note(monde.referent, SaisieNote(texte="Appeler la crèche", partagee=True))
    ((vue,), _) = await notes_page(monde.referent)
    async with serveur.client(monde.referent) as client:
        await modifier_note(monde.directeur, vue.id, SaisieNote(texte="Appeler lundi", partagee=True), version=1)
        saisie = {"texte": "Appeler mardi", "partagee": "oui", "version": "1"}
        conflit = await client.post(f"/notes/{vue.id}", data=saisie)
        assert conflit.status_code == 409
        assert "Appeler lundi" in conflit.text
        assert re.search(r"<textarea[^>]*>\s*Appeler mardi", conflit.text)
        assert 'name="version" value="2"' in conflit.text
        assert (await client.post(f"/notes/{vue.id}", data={**saisie, "version": "2"})).status_code == 303
    assert (await note(monde.referent, vue.id)).texte == "Appeler mardi"
