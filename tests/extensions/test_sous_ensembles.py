"""Any subset of the installed plugins runs: nothing of the core counts on one of them."""

import itertools
from typing import Any

import pytest

from tests.demo.aides import parametres
from viesion_core.demo.actions import _dossiers
from viesion_core.demo.bilans import Questionnaires
from viesion_core.demo.organismes import composer
from viesion_core.demo.plan import planifier
from viesion_core.extensions import Registre
from viesion_core.extensions.decouverte import trouver

TROUVEES = trouver()
SOUS_ENSEMBLES = [
    choisies for nombre in range(len(TROUVEES) + 1) for choisies in itertools.combinations(TROUVEES, nombre)
]


@pytest.mark.parametrize("choisies", SOUS_ENSEMBLES, ids=lambda choisies: "+".join(t.nom for t in choisies) or "aucune")
def test_a_subset_declares_its_own_and_gives_a_demo(choisies: tuple[Any, ...]) -> None:
    registre = Registre.composer(choisies)
    try:
        assert [etat.erreur for etat in registre.etats()] == [""] * len(choisies)
        assert [etat.defaillances for etat in registre.etats()] == [()] * len(choisies)
        offres = {offre.code for offre in registre.offres()}
        assert len(offres) == sum(hasattr(trouvee.module, "declarer_offre") for trouvee in choisies)
        assert {q.offre for q in registre.questionnaires()} == offres
        assert {modele.offre for modele in registre.modeles_fusion()} == offres
        assert {regle.offre for regle in registre.regles_alerte()} <= offres
        p = parametres(40)
        monde = composer(p, registre.offres())
        lot = _dossiers(p, monde, planifier(p, monde), Questionnaires({}, []))
        etapes = next(lignes for table, lignes in lot.lignes.items() if table._meta.tablename == "etape")
        assert {ligne["offre"] for ligne in etapes} <= offres
    finally:
        registre.fermer()
