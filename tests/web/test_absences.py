"""Three absences that are not justified are said, as a fact, on the résumé and on the entretiens."""

import datetime as dt

from tests.serveur import Serveur, requetes
from tests.web.suivi import ouvrir_suivi
from viesion_core.testing import Monde


async def test_trois_absences_se_lisent_sans_jugement(monde: Monde, serveur: Serveur) -> None:
    suivi = await ouvrir_suivi(monde)
    async with serveur.client(monde.referent) as client:
        for rang in (30, 20, 10):
            for chemin in ("", "/entretiens"):
                assert "absences non justifiées sur" not in (await client.get(f"{suivi.base}{chemin}")).text
            await suivi.entretien(-rang, realisation="ABS_NON_JUST")
        derniere = suivi.aujourdhui - dt.timedelta(days=10)
        for chemin in ("", "/entretiens"):
            page = await client.get(f"{suivi.base}{chemin}")
            dite = f"3 absences non justifiées sur les 12 derniers mois, la dernière le {derniere:%d/%m/%Y}."
            assert dite in page.text
            assert requetes(page) <= 12
