"""The criteria of a rule become one condition; X is kept between its bounds."""

import datetime as dt

import msgspec
import pytest

from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite, reculer, valeurs_de, verifier_codes
from viesion_core.alertes.regles_suivi import depassement

JOUR = dt.date(2026, 11, 25)
INSTANT = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
REGLE = RegleAlerte(
    code="ESSAI",
    titre="Depuis X mois",
    description="",
    rubrique="Dispositif",
    criteres=(Critere("entrée ancienne", "b.created_at < :seuil"), Critere("droit ouvert", "b.etat_droit = '2'")),
    parametre=Parametre(defaut=3, minimum=1, maximum=12, unite=Unite.MOIS),
)


@pytest.mark.parametrize(
    ("x", "seuil"), [(None, dt.date(2026, 8, 25)), (6, dt.date(2026, 5, 25)), (99, dt.date(2025, 11, 25))]
)
def test_the_condition_is_the_conjunction_and_x_is_bounded(x: int | None, seuil: dt.date) -> None:
    assert REGLE.condition(x, JOUR, INSTANT) == ("(b.created_at < {}) AND (b.etat_droit = '2')", [seuil])


def test_a_month_back_from_a_long_month_is_the_last_day() -> None:
    assert reculer(dt.date(2026, 3, 31), 1, Unite.MOIS) == dt.date(2026, 2, 28)
    assert reculer(dt.date(2026, 3, 1), 2, Unite.JOURS) == dt.date(2026, 2, 27)


def test_an_unknown_name_is_a_defect() -> None:
    regle = RegleAlerte(code="E", titre="", description="", rubrique="", criteres=(Critere("?", "b.numero = :qui"),))
    with pytest.raises(KeyError, match="qui"):
        regle.condition(None, JOUR, INSTANT)


@pytest.mark.parametrize(("code", "accepte"), [("MOS-PSME", True), ("A23", False), ("A24", False), ("A08", False)])
def test_a_plugin_leaves_the_codes_of_the_core(code: str, accepte: bool) -> None:
    regle = msgspec.structs.replace(REGLE, code=code)
    if accepte:
        verifier_codes([regle], ())
    else:
        with pytest.raises(ValueError, match="n'est pas un code"):
            verifier_codes([regle], ())


def test_the_horizon_is_x_ahead() -> None:
    assert valeurs_de(REGLE.parametre, 3, JOUR, INSTANT)["horizon"] == dt.date(2027, 2, 25)
    assert reculer(JOUR, -45, Unite.JOURS) == dt.date(2027, 1, 9)


def test_an_offre_without_a_longest_duration_dates_nothing() -> None:
    assert "1 = 0" in depassement({}).criteres[0].sql
    assert ":mois_3" in depassement({"MOS": 3}).criteres[0].sql
