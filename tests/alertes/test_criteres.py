"""Criteria on the answers of bilans find the same people on both engines."""

import pytest

from tests.bilans.aides import garder, repondre, un_bilan
from viesion_core.alertes.criteres import (
    bilan_dit,
    date_compare,
    date_repondue,
    dernier_bilan_dit,
    etape_en_cours,
    nombre_compare,
    nombre_en_baisse,
    nombre_repondu,
    repondu,
    sans_etape_en_cours,
)
from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite
from viesion_core.alertes.queries import compter, lignes_alerte
from viesion_core.testing import Monde

X = Parametre(defaut=30, minimum=1, maximum=365, unite=Unite.JOURS)


def dit(condition: str) -> Critere:
    return dernier_bilan_dit("Dit", ("ESSAI",), condition, nom="Bilan")


@pytest.mark.parametrize(
    ("critere", "trouve"),
    [
        (dit(repondu("RENONCE", "oui")), True),
        (dit(repondu("RENONCE", "non")), False),
        (dit(repondu("SUITE", "AUCUNE_SUITE", "DROIT_COMMUN")), True),
        (dit(repondu("SUITE", "AUCUNE_SUITE")), False),
        (dit(f"{nombre_repondu('NOMBRE')} < 10"), True),
        (dit(f"{nombre_repondu('HEURES')} > 35"), True),
        (dit(f"{nombre_repondu('NOMBRE')} > 10"), False),
        (dit(f"coalesce({nombre_repondu('ABSENTE')}, 0) = 0"), True),
        (dit(f"{date_repondue('DATE')} < :seuil_texte"), True),
        (dit(f"{date_repondue('DATE')} >= :seuil_texte"), False),
        (dit(repondu("SUITE")), True),
        (dit(repondu("ABSENTE")), False),
        (dit(f"NOT {repondu('ABSENTE')}"), True),
        (dit(nombre_compare(("ABSENTE", "HEURES"), "> 35")), True),
        (dit(nombre_compare(("NOMBRE",), "> 9")), False),
        (dit(nombre_en_baisse("HEURES", "NOMBRE")), True),
        (dit(nombre_en_baisse("NOMBRE", "HEURES")), False),
        (dit(nombre_en_baisse("NOMBRE", "ABSENTE")), False),
        (dit(date_compare(("DATE", "ABSENTE"), "< :seuil_texte")), True),
        (dit(date_compare(("DATE",), ">= :seuil_texte")), False),
        (bilan_dit("Dit", ("ESSAI",), repondu("RENONCE", "oui"), nom="Bilan"), True),
        (bilan_dit("Autre", ("AUTRE",), repondu("RENONCE", "oui")), False),
        (dernier_bilan_dit("Autre", ("AUTRE",), repondu("RENONCE", "oui")), False),
        (etape_en_cours("MOS"), True),
        (etape_en_cours("PSME"), False),
        (sans_etape_en_cours("PSME"), True),
        (sans_etape_en_cours("MOS"), False),
    ],
)
async def test_an_answer_is_found_and_only_inside_the_perimeter(monde: Monde, critere: Critere, trouve: bool) -> None:
    await garder()
    numero, bilan = await un_bilan(monde)
    for question, valeur in (
        ("DATE", "2026-09-01"),
        ("NOMBRE", 9),
        ("HEURES", 35.5),
        ("RENONCE", True),
        ("SUITE", "DROIT_COMMUN"),
    ):
        await repondre(monde.referent, numero, bilan, question, valeur)
    regle = RegleAlerte(
        code="ESSAI-1", titre="Essai", description="Essai", rubrique="Essai", criteres=(critere,), parametre=X
    )
    attendu = [numero] if trouve else []
    lignes, total = await lignes_alerte(monde.referent, regle, None)
    assert ([ligne.numero for ligne in lignes], total) == (attendu, len(attendu))
    assert await compter(monde.referent, [regle], {}) == {"ESSAI-1": len(attendu)}
    assert await compter(monde.pilote, [regle], {}) == {"ESSAI-1": len(attendu)}
    assert await compter(monde.autre_referent, [regle], {}) == {"ESSAI-1": 0}
