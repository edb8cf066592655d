"""The counts of the base, on both engines: perimeter, filters, conditions, one bilan per person for health data."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from tests.bilans.aides import INSTALLEES, essai, garder, repondre
from tests.entretiens.aides import ouvrir_etape
from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.model import Questionnaire, TypeQuestion
from viesion_core.contexte import Contexte
from viesion_core.erreurs import Introuvable
from viesion_core.pilotage.model import Filtres
from viesion_core.pilotage.queries import comptes, questionnaires_comptes, versions
from viesion_core.testing import Monde

JOUR = dt.date(2026, 11, 24)
FILTRES = Filtres(debut=dt.date(2026, 1, 1), fin=JOUR)


def _simple(code: str = "SIMPLE", *, sensible: bool = False) -> Questionnaire:
    """Return the short questionnaire without its health question."""
    source = essai(code=code, sensible=sensible)
    sections = tuple(
        msgspec.structs.replace(s, questions=tuple(q for q in s.questions if not q.sensible or sensible))
        for s in source.sections
    )
    return msgspec.structs.replace(source, sections=sections)


async def _bilans(
    monde: Monde, reponses: list[dict[str, Any]], *, code: str = "SIMPLE", ctx: Contexte | None = None
) -> int:
    """Give one person a bilan for each set of answers; return the dossier number."""
    auteur = ctx or monde.referent
    numero, dispositif = await monde.dossier(auteur)
    etape = await ouvrir_etape(monde, numero, dispositif, organisme=auteur.organisme)
    for rang, valeurs in enumerate(reponses):
        _, bilan = await creer_bilan(
            auteur,
            numero,
            etape_choisie=etape,
            code=code,
            date_bilan=JOUR - dt.timedelta(days=40 * rang),
            installees=INSTALLEES,
        )
        for question, valeur in valeurs.items():
            await repondre(auteur, numero, bilan, question, valeur)
    return numero


async def _compter(ctx: Contexte, code: str = "SIMPLE", filtres: Filtres = FILTRES) -> Any:
    return await comptes(ctx, (await versions(code))[0], filtres)


async def test_answers_are_counted_and_those_that_a_condition_hides_left_out(monde: Monde) -> None:
    await garder(_simple())
    await _bilans(monde, [{"RENONCE": True, "RAISONS": ["COUT", "DELAI"], "COUT": "cher", "NOMBRE": 3}])
    await _bilans(monde, [{"RENONCE": True, "RAISONS": ["DELAI"], "NOMBRE": 3}, {"RENONCE": False, "NOMBRE": 12.0}])
    numero = await _bilans(monde, [{"RENONCE": True, "RAISONS": ["COUT"], "SUITE": "DROIT_COMMUN"}])
    lu = await _compter(monde.directeur)
    assert (lu.bilans, lu.personnes, lu.retenus, lu.clos) == (4, 3, 4, 0)
    assert lu.posees == {"RAISONS": 3, "COUT": 2}
    assert lu.effectifs["RENONCE"] == {"true": 3, "false": 1}
    assert lu.effectifs["RAISONS"] == {'["COUT","DELAI"]': 1, '["DELAI"]': 1, '["COUT"]': 1}
    assert lu.effectifs["COUT"] == {"": 1}
    assert lu.effectifs["NOMBRE"] == {"3": 2, "12": 1}
    assert "cher" not in str(lu.effectifs)
    fiche = await _bilan_de(monde, numero)
    await repondre(monde.referent, numero, fiche, "RENONCE", False, 1)
    lu = await _compter(monde.pilote)
    assert lu.posees == {"RAISONS": 2, "COUT": 1}
    assert lu.effectifs["RAISONS"] == {'["COUT","DELAI"]': 1, '["DELAI"]': 1}


async def _bilan_de(monde: Monde, numero: int) -> uuid.UUID:
    from viesion_core.bilans.queries import bilans

    return (await bilans(monde.referent, numero))[0].id


async def test_each_filter_and_the_perimeter(monde: Monde) -> None:
    await garder(_simple())
    await _bilans(monde, [{"NOMBRE": 1}, {"NOMBRE": 2}])
    await _bilans(monde, [{"NOMBRE": 3}], ctx=monde.autre_referent)
    assert (await _compter(monde.pilote)).bilans == 3
    assert (await _compter(monde.directeur)).bilans == 2
    assert (await _compter(monde.administrateur)).bilans == 0
    siens = msgspec.structs.replace(FILTRES, organisme=monde.autre_organisme)
    assert (await _compter(monde.pilote, filtres=siens)).effectifs["NOMBRE"] == {"3": 1}
    assert (await _compter(monde.directeur, filtres=siens)).effectifs["NOMBRE"] == {"1": 1, "2": 1}
    recent = msgspec.structs.replace(FILTRES, debut=JOUR)
    assert (await _compter(monde.directeur, filtres=recent)).bilans == 1
    assert (await _compter(monde.pilote, filtres=msgspec.structs.replace(FILTRES, etape="close"))).bilans == 0
    assert (await _compter(monde.pilote, filtres=msgspec.structs.replace(FILTRES, etape="ouverte"))).bilans == 3
    assert (await _compter(monde.pilote, filtres=msgspec.structs.replace(FILTRES, secteur="Nulle part"))).bilans == 0
    lignes = {ligne.code: ligne for ligne in await questionnaires_comptes(monde.directeur, FILTRES)}
    assert (lignes["SIMPLE"].bilans, lignes["SIMPLE"].personnes) == (2, 1)
    assert lignes["SIMPLE"].part_close == 0.0


async def test_for_health_data_a_person_counts_once_with_the_latest_bilan(monde: Monde) -> None:
    await garder(_simple("SANTE", sensible=True))
    await _bilans(monde, [{"NOMBRE": 1}, {"NOMBRE": 2}, {"NOMBRE": 3}], code="SANTE")
    lu = await _compter(monde.pilote, "SANTE")
    assert (lu.bilans, lu.personnes, lu.retenus) == (3, 1, 1)
    assert lu.effectifs["NOMBRE"] == {"1": 1}


async def test_an_unknown_questionnaire_is_not_found(monde: Monde) -> None:
    with pytest.raises(Introuvable):
        await versions("INCONNU")


async def test_a_questionnaire_without_condition_nor_text(monde: Monde) -> None:
    source = _simple("NU")
    section = source.sections[0]
    questions = tuple(q for q in section.questions if q.type is TypeQuestion.NOMBRE)
    nu = msgspec.structs.replace(source, sections=(msgspec.structs.replace(section, questions=questions),))
    await garder(nu)
    await _bilans(monde, [{"HEURES": 7.5}], code="NU")
    assert (await _compter(monde.pilote, "NU")).effectifs == {"HEURES": {"7.5": 1}}
