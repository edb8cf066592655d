"""The rules in a real Chromium say exactly what those of the server say: one file, two readers."""

import pytest

from tests.garde.test_garde import CAS, DIAGNOSTICS, JUGEMENTS, ORDINAIRES, PHRASES, nir
from tests.navigateur import ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from viesion_core.garde.model import avertissement
from viesion_core.testing import Monde
from web.statique import url_statique

pytestmark = [pytest.mark.navigateur, SQLITE]
LECTEURS = "vous seul, $& et {}"
"""Signs that a careless replacement would take for something."""
NUMEROS = (
    f"{nir('1850799000123')} et FR7630006000011234567890189",
    f"{nir('185072A990012')}, {nir('285072B990012')}, {nir('1850799000123')[:-1]}0",
    "DE89 3704 0044 0532 0130 00, BE68 5390 0754 7034, ES91 2100 0418 4502 0005 1332",
    "fr76 3000 6000 0112 3456 7890 189 puis FR76 3000",
    "Son frère (a.b@exemple.test) ; +33600000000",
    "\U0001d400 un mot rare, puis dépressif\nsœur 06 00 00 00 00",
)
EXAMINER = """async ([module, textes, lecteurs]) => {
    const { chargerRegles, direGarde, examiner } = await import(module);
    const regles = await chargerRegles();
    return textes.map((texte) => direGarde(examiner(texte, regles), lecteurs, regles));
}"""


async def test_le_navigateur_dit_ce_que_dit_le_serveur(serveur: Serveur, monde: Monde) -> None:
    mots = [phrase.format(mot) for mot in (*DIAGNOSTICS, *JUGEMENTS) for phrase in PHRASES]
    textes = [*(cas["texte"] for cas in CAS), *ORDINAIRES, "\n".join(ORDINAIRES), *mots, *NUMEROS]
    attendus = [avertissement(texte, LECTEURS) for texte in textes]
    assert sum(bool(dit) for dit in attendus) > 300
    async with ouvrir_chromium() as navigateur:
        page = await navigateur.new_page()
        await page.goto(f"{serveur.url}/connexion")
        dits = await page.evaluate(EXAMINER, [url_statique("js/garde-regles.js"), textes, LECTEURS])
    ecarts = [(texte, dit, voulu) for texte, dit, voulu in zip(textes, dits, attendus, strict=True) if dit != voulu]
    assert ecarts == []
