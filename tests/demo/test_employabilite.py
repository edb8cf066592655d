"""The demo's employabilité: filled for most of those who are followed, with what the screens accept."""

from tests.demo.aides import construire
from viesion_core.db import Base, lire, lire_valeur
from viesion_core.employabilite.model import DEFINITIONS, DISPONIBILITES, TEMPS, ZONES, Rubrique
from viesion_core.nomenclatures.model import nomenclature


async def test_most_followed_people_have_a_project_and_every_value_is_in_its_list(base: Base) -> None:
    await construire(200)
    suivies = await lire_valeur("SELECT count(DISTINCT beneficiaire) FROM atout WHERE rubrique = 'METIER'")
    actives = await lire_valeur("SELECT count(DISTINCT beneficiaire) FROM entree_dispositif WHERE fin IS NULL")
    assert 0.5 < suivies / actives < 1
    assert await lire_valeur("SELECT count(*) FROM disponibilite") == suivies
    lignes = await lire("SELECT * FROM atout")
    assert {ligne["rubrique"] for ligne in lignes} == {str(r) for r in Rubrique}
    metiers = nomenclature("METIER").par_code()
    for ligne in lignes:
        definition = DEFINITIONS[Rubrique(ligne["rubrique"])]
        assert any(ligne[champ] for champ in definition.requis)
        assert all(not ligne[champ] or ligne[champ] in codes for champ, codes in definition.listes.items())
        assert ligne["rubrique"] != "METIER" or ligne["code"] in metiers
    for colonne, liste in (("zone", ZONES), ("disponibilite", DISPONIBILITES), ("temps", TEMPS)):
        assert {ligne["c"] for ligne in await lire(f"SELECT {colonne} AS c FROM disponibilite")} <= set(liste)
