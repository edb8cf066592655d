"""The activity of a period, on both engines: who is in, who comes and goes, the waits, what each organism did."""

import datetime as dt

import msgspec

from tests.entretiens.aides import ouvrir_etape, une_saisie
from viesion_core.actes import acte
from viesion_core.dossiers.tables import EntreeDispositif
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.pilotage.model import Filtres
from viesion_core.pilotage.model_activite import Activite, en_lignes, mois_entre
from viesion_core.pilotage.queries_activite import activite
from viesion_core.testing import Monde

ANNEE = Filtres(debut=dt.date(2026, 1, 1), fin=dt.date(2026, 12, 31))


async def test_people_come_wait_and_leave(monde: Monde) -> None:
    premier, entree = await monde.dossier(entree=dt.date(2026, 1, 5))
    await ouvrir_etape(monde, premier, entree, debut=dt.date(2026, 1, 25))
    second, entree = await monde.dossier(entree=dt.date(2026, 3, 1))
    await ouvrir_etape(monde, second, entree, debut=dt.date(2026, 2, 20))
    tiers, entree = await monde.dossier(entree=dt.date(2026, 3, 2))
    await monde.dossier(monde.autre_referent, entree=dt.date(2026, 4, 1))
    async with acte(monde.systeme, "dispositif.sortir", "Sortie", beneficiaire=tiers) as a:
        await a.modifier(EntreeDispositif, entree, {"fin": dt.date(2026, 6, 30), "motif_fin": "EMPLOI"}, version=1)
    lu = await activite(monde.directeur, ANNEE)
    assert (lu.file_active, lu.total_entrees, lu.total_sorties) == (2, 3, 1)
    assert (lu.entrees, lu.sorties) == ({"2026-01": 1, "2026-03": 2}, {"2026-06": 1})
    assert lu.motifs == {"EMPLOI": 1}
    assert (lu.delais, lu.sans_etape, lu.delai_median) == ({20: 1, 0: 1}, 1, 0)
    assert [ligne.nombre for ligne in lu.tranches()] == [1, 1, 0, 0, 0, 1]
    tous = await activite(monde.pilote, ANNEE)
    assert (tous.file_active, tous.total_entrees) == (3, 4)
    siens = msgspec.structs.replace(ANNEE, organisme=monde.autre_organisme)
    assert (await activite(monde.pilote, siens)).total_entrees == 1
    assert (await activite(monde.directeur, siens)).total_entrees == 3
    assert (await activite(monde.pilote, msgspec.structs.replace(ANNEE, secteur="Nulle part"))).file_active == 0
    avant = Filtres(debut=dt.date(2026, 1, 1), fin=dt.date(2026, 3, 31))
    assert (await activite(monde.directeur, avant)).file_active == 3


async def test_entretiens_count_by_what_happened_on_days_of_paris(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    for quand, realisation in (("2026-06-30 23:30", "PRESENCE"), ("2026-07-01 00:15", "ABS_JUST")):
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent, quand, realisation=realisation))
    juin = Filtres(debut=dt.date(2026, 6, 1), fin=dt.date(2026, 6, 30))
    assert (await activite(monde.directeur, juin)).realisations == {"PRESENCE": 1}
    assert (await activite(monde.pilote, ANNEE)).realisations == {"PRESENCE": 1, "ABS_JUST": 1}


async def test_nothing_counts_nothing(monde: Monde) -> None:
    assert await activite(monde.administrateur, ANNEE) == Activite()
    assert Activite().delai_median is None
    assert [ligne.part for ligne in Activite().tranches()] == [None] * 6


def test_months_and_rows() -> None:
    assert mois_entre(dt.date(2025, 11, 30), dt.date(2026, 2, 1)) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert len(mois_entre(dt.date(2000, 1, 1), dt.date(2026, 1, 1))) == 120
    lignes = en_lignes({"A": 1, "B": 3}, {"B": "Bé"})
    assert [(ligne.libelle, ligne.nombre, ligne.part) for ligne in lignes] == [("Bé", 3, 75.0), ("A", 1, 25.0)]
