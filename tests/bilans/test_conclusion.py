"""What the département reads of a health bilan: the conclusion that the person agreed to transmit, nothing else."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from tests.bilans.aides import TOML, garder, repondre, un_bilan
from viesion_core.bilans.actions_questionnaires import empreinte
from viesion_core.bilans.lecture import QuestionnaireInvalide, lire_questionnaire
from viesion_core.bilans.model import ConclusionVue, Questionnaire
from viesion_core.bilans.queries import bilan, conclusion_de, conclusions_ouvertes
from viesion_core.db import executer, transaction
from viesion_core.testing import Monde, creer_utilisateur

ACCORD = """
[[sections]]
code = "F"
titre = "F. Transmission"

[[sections.questions]]
code = "INFORMEE"
texte = "Personne informée"
type = "OUI_NON"

[[sections.questions]]
code = "SYNTHESE"
texte = "Synthèse"
type = "TEXTE"
transmise = true
"""
TETE = 'libelle = "MOS - Essai"'
SYNTHESE = "Reprise possible avec un aménagement."


def de_sante(accord: str = "INFORMEE") -> Questionnaire:
    """Return the short questionnaire as a health one whose préconisation and synthesis are transmitted."""
    texte = TOML.replace(TETE, f'{TETE}\nsensible = true\naccord = "{accord}"') + ACCORD
    texte = texte.replace('"Aucune suite"]', '"Aucune suite"]\ntransmise = true')
    return msgspec.structs.replace(lire_questionnaire(texte), offre="MOS")


async def un_bilan_rempli(monde: Monde, *, clos: bool = True, **changes: Any) -> tuple[int, uuid.UUID]:
    numero, identifiant = await un_bilan(monde)
    dites = {"SECRET": "Canari", "SUITE": "DROIT_COMMUN", "INFORMEE": True, "SYNTHESE": SYNTHESE, **changes}
    for question, valeur in dites.items():
        if valeur is not None:
            await repondre(monde.referent, numero, identifiant, question, valeur)
    if clos:
        async with transaction():
            await executer("UPDATE bilan SET clos_le = {} WHERE id = {}", dt.date(2026, 11, 24), identifiant)
    return numero, identifiant


async def lue(monde: Monde, numero: int, identifiant: uuid.UUID) -> ConclusionVue | None:
    return await conclusion_de(monde.pilote, await bilan(monde.pilote, numero, identifiant))


async def test_the_departement_reads_the_agreed_conclusion_alone(monde: Monde) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde)
    assert await lue(monde, numero, identifiant) == ConclusionVue(
        reponses=(("Préconisation", "Droit commun"), ("Synthèse", SYNTHESE)), reservees=9
    )


@pytest.mark.parametrize(
    "changes", [{"clos": False}, {"INFORMEE": False}, {"INFORMEE": None}], ids=["ouvert", "refus", "sans réponse"]
)
async def test_nothing_is_transmitted_before_the_closing_or_without_agreement(
    monde: Monde, changes: dict[str, Any]
) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde, **changes)
    assert await lue(monde, numero, identifiant) == ConclusionVue(reponses=(), reservees=9)


async def test_a_text_that_the_person_accepts_is_the_agreement(monde: Monde) -> None:
    await garder(de_sante("SYNTHESE"))
    numero, identifiant = await un_bilan_rempli(monde, INFORMEE=None)
    vue = await lue(monde, numero, identifiant)
    assert vue is not None
    assert ("Synthèse", SYNTHESE) in vue.reponses


async def test_only_the_departement_opens_it_and_only_where_an_agreement_is_asked(monde: Monde) -> None:
    await garder(de_sante())
    numero, identifiant = await un_bilan_rempli(monde)
    fiche = await bilan(monde.referent, numero, identifiant)
    sans_droit = await creer_utilisateur("Lou", monde.referent.role, monde.organisme, sensible=False)
    assert await conclusions_ouvertes(monde.pilote, [fiche]) == {identifiant}
    for ctx in (sans_droit, monde.referent, monde.directeur):
        assert await conclusion_de(ctx, fiche) is None
        assert await conclusions_ouvertes(ctx, [fiche]) == set()


async def test_a_health_bilan_without_agreement_in_its_questionnaire_stays_closed_to_it(monde: Monde) -> None:
    await garder(msgspec.structs.replace(de_sante(), accord=""))
    numero, identifiant = await un_bilan_rempli(monde)
    assert await lue(monde, numero, identifiant) is None


@pytest.mark.parametrize(
    ("avant", "apres", "message"),
    [
        ('accord = "INFORMEE"', "", "« accord » nomme la question"),
        ('accord = "INFORMEE"', 'accord = "PERDUE"', "qui n'existe pas"),
        ('accord = "INFORMEE"', 'accord = "NOMBRE"', "ni un oui ou non ni un texte"),
        ("sensible = true\naccord", "accord", "questionnaire de santé"),
        ("transmise = true", "", "si des questions sont transmises"),
    ],
)
def test_a_transmission_without_a_possible_agreement_is_refused(avant: str, apres: str, message: str) -> None:
    bon = TOML.replace(TETE, f'{TETE}\nsensible = true\naccord = "INFORMEE"') + ACCORD
    lire_questionnaire(bon)
    with pytest.raises(QuestionnaireInvalide, match=message):
        lire_questionnaire(bon.replace(avant, apres))


def test_what_is_transmitted_is_not_widened_under_answers_already_given() -> None:
    avant = lire_questionnaire(TOML)
    apres = lire_questionnaire(TOML.replace(TETE, f'{TETE}\nsensible = true\naccord = "INFORMEE"') + ACCORD)
    elargi = TOML.replace(TETE, f'{TETE}\nsensible = true\naccord = "INFORMEE"') + ACCORD
    elargi = elargi.replace(
        'type = "OUI_NON"\n\n[[sections.questions]]\ncode = "SYNTHESE"',
        'type = "OUI_NON"\ntransmise = true\n\n[[sections.questions]]\ncode = "SYNTHESE"',
    )
    assert len({empreinte(q) for q in (avant, apres, lire_questionnaire(elargi))}) == 3
