"""Makers of the tests of bilans: a short questionnaire with every kind of question, an étape, a bilan."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from tests.entretiens.aides import ouvrir_etape
from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.bilans.actions_reponses import Enregistrement, enregistrer_reponse
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.bilans.model import Questionnaire, SaisieReponse
from viesion_core.contexte import Contexte
from viesion_core.testing import MAINTENANT, Monde

INSTALLEES = frozenset({"MOS"})
TOML = """
code = "ESSAI"
version = 1
libelle = "MOS - Essai"

[[sections]]
code = "A"
titre = "A. Cadre"

[[sections.questions]]
code = "DATE"
texte = "Date de réception"
type = "DATE"
passee = true
requise = true

[[sections.questions]]
code = "NOMBRE"
texte = "Nombre d'entretiens"
type = "NOMBRE"
minimum = 0
maximum = 200
aide = "Ceux qui ont eu lieu."

[[sections.questions]]
code = "HEURES"
texte = "Heures par semaine"
type = "NOMBRE"
minimum = 0
decimales = 1
unite = "h"

[[sections]]
code = "B"
titre = "B. Soins"

[[sections.questions]]
code = "RENONCE"
texte = "Renoncement aux soins"
type = "OUI_NON"

[[sections.questions]]
code = "RAISONS"
texte = "Raisons du renoncement"
type = "CHOIX_MULTIPLE"
options = ["Coût", "Délai", "Éloignement", { libelle = "Aucune", exclusive = true }]
requise = true
si = { RENONCE = true }

[[sections.questions]]
code = "COUT"
texte = "Quel coût ?"
type = "TEXTE"
si = { RAISONS = "COUT" }

[[sections.questions]]
code = "SUITE"
texte = "Préconisation"
type = "CHOIX"
options = ["Droit commun", "Aucune suite"]

[[sections.questions]]
code = "ORGANISME"
texte = "Organisme préconisé"
type = "CHOIX"
liste = "ORGANISME"

[[sections.questions]]
code = "SECRET"
texte = "Mal-être exprimé"
type = "TEXTE"
sensible = true
"""


def essai(**champs: Any) -> Questionnaire:
    """Return the short questionnaire, of the offre MOS unless said otherwise."""
    return msgspec.structs.replace(lire_questionnaire(TOML), **{"offre": "MOS", **champs})


async def garder(*questionnaires: Questionnaire) -> None:
    refuses = await charger_questionnaires(questionnaires or [essai()], MAINTENANT)
    assert refuses == []


async def un_bilan(
    monde: Monde, ctx: Contexte | None = None, *, code: str = "ESSAI", preremplir: Any = None
) -> tuple[int, uuid.UUID]:
    """Return a dossier with an étape of MOS and a bilan of today."""
    auteur = ctx or monde.referent
    numero, dispositif = await monde.dossier(auteur)
    etape = await ouvrir_etape(monde, numero, dispositif)
    _, identifiant = await creer_bilan(
        auteur,
        numero,
        etape_choisie=etape,
        code=code,
        date_bilan=dt.date(2026, 11, 24),
        installees=INSTALLEES,
        preremplir=preremplir,
    )
    return numero, identifiant


async def repondre(
    ctx: Contexte, numero: int, bilan: uuid.UUID, question: str, valeur: Any, version: int = 0
) -> Enregistrement:
    return await enregistrer_reponse(
        ctx, numero, bilan, question, SaisieReponse(valeur, version), installees=INSTALLEES
    )
