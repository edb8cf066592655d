"""Keeping in the base each version of the questionnaires that the plugins declare, at the start and at a migration."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.bilans.model import Questionnaire
from viesion_core.db import en_json, executer_lot, lire, transaction


class QuestionnaireRefuse(msgspec.Struct, frozen=True):
    """A version whose content changed after a bilan had used it: what was answered would change its meaning."""

    code: str
    version: int
    offre: str
    bilans: int

    @property
    def message(self) -> str:
        """Say in French what is wrong and what to do."""
        return (
            f"Le questionnaire {self.code} version {self.version} a changé alors que {self.bilans} bilans "
            f"l'utilisent : remettez-le comme il était et déclarez une version {self.version + 1}."
        )


def empreinte(questionnaire: Questionnaire) -> str:
    """Return the SHA-256 of what gives the answers their meaning: all but the help texts and what is compared.

    What is transmitted counts when there is any: what a person agreed to is not widened under answers already given.
    """
    contenu = msgspec.to_builtins(questionnaire)
    del contenu["evolutions"]
    if not questionnaire.accord:
        del contenu["accord"]
    for section in contenu["sections"]:
        for question in section["questions"]:
            del question["aide"]
            if not question["transmise"]:
                del question["transmise"]
    return hashlib.sha256(msgspec.json.encode(contenu, order="sorted")).hexdigest()


async def charger_questionnaires(
    questionnaires: Iterable[Questionnaire], maintenant: dt.datetime
) -> list[QuestionnaireRefuse]:
    """Keep each version in the base; return those that are refused (the others are kept).

    A new version is added, one that no bilan uses yet is brought up to date, one in use may only have its help texts
    corrected. A version that a plugin no longer declares stays: old bilans are read with it.
    """
    refuses = []
    async with transaction():
        gardes = {(ligne["code"], ligne["version"]): ligne for ligne in await lire(_GARDES)}
        ajouts, mises_a_jour = [], []
        for questionnaire in questionnaires:
            garde = gardes.get((questionnaire.code, questionnaire.version))
            if garde is None:
                ajouts.append((uuid.uuid4(), questionnaire.code, questionnaire.version, *_colonnes(questionnaire)))
            elif garde["empreinte"] != empreinte(questionnaire) and garde["bilans"]:
                refuses.append(_refus(questionnaire, garde))
            elif garde["contenu"] != msgspec.to_builtins(questionnaire):
                mises_a_jour.append((*_colonnes(questionnaire), maintenant, garde["id"]))
        await executer_lot(
            """INSERT INTO questionnaire (id, code, version, libelle, offre, sensible, contenu, empreinte, charge_le)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (code, version) DO NOTHING""",
            [(*ajout, maintenant) for ajout in ajouts],
        )
        await executer_lot(
            """UPDATE questionnaire SET libelle = {}, offre = {}, sensible = {}, contenu = {}, empreinte = {},
                charge_le = {}
            WHERE id = {}""",
            mises_a_jour,
        )
    return refuses


_GARDES = """SELECT q.id, q.code, q.version, q.empreinte, q.contenu,
    (SELECT count(*) FROM bilan x WHERE x.questionnaire = q.id) AS bilans
FROM questionnaire q"""


def _colonnes(questionnaire: Questionnaire) -> tuple[Any, ...]:
    return (
        questionnaire.libelle,
        questionnaire.offre,
        questionnaire.sensible,
        en_json(msgspec.to_builtins(questionnaire)),
        empreinte(questionnaire),
    )


def _refus(questionnaire: Questionnaire, garde: Mapping[str, Any]) -> QuestionnaireRefuse:
    return QuestionnaireRefuse(questionnaire.code, questionnaire.version, questionnaire.offre, garde["bilans"])
