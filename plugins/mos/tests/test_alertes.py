"""The alerts of the MOS, on both engines: what its bilan says and nobody has done since."""

import datetime as dt
import uuid
from typing import Any

from tests.alertes.mondes import JOUR
from tests.alertes.test_comptes import _liste
from viesion_core.bilans.tables import Bilan, QuestionnaireVersion, Reponse
from viesion_core.db import executer, inserer_lot, transaction
from viesion_core.extensions import charger_extensions
from viesion_core.parcours.tables import Etape
from viesion_core.testing import MAINTENANT, Monde

REPONSES: tuple[dict[str, Any], ...] = (
    {"MOS_32": "PSME_FLASH", "MOS_34": "OUI", "MOS_21": True},
    {"MOS_32": "PSME_ACCOMPAGNEMENT", "MOS_34": "NON", "MOS_36": "2026-11-01"},
    {"MOS_32": "AUCUNE_SUITE", "MOS_21": False, "MOS_36": "2026-11-01"},
    {"MOS_32": "PSME_FLASH", "MOS_34": "OUI", "MOS_36": "2026-11-01"},
)


async def _bilans(monde: Monde) -> list[int]:
    questionnaire, lignes = uuid.uuid4(), []
    dossiers = [await monde.dossier(nom=f"Essai {rang}") for rang in range(len(REPONSES))]
    numeros = [numero for numero, _ in dossiers]
    version = {"id": questionnaire, "code": "MOS", "version": 99, "libelle": "MOS", "offre": "MOS", "sensible": True}
    version |= {"contenu": {}, "empreinte": "1" * 64, "charge_le": MAINTENANT}
    date = JOUR - dt.timedelta(days=20)
    commun = {"organisme": monde.organisme, "version": 1}
    for (numero, entree), reponses in zip(dossiers, REPONSES, strict=True):
        bilan = {"id": uuid.uuid4(), "beneficiaire": numero, "questionnaire": questionnaire, "date_bilan": date}
        bilan |= {"nombre_questions": 37, "nombre_reponses": len(reponses), "clos_le": None, "created_at": MAINTENANT}
        lignes.append((_etape(monde, numero, entree, "MOS"), {**commun, **bilan}, reponses))
    async with transaction():
        await inserer_lot(QuestionnaireVersion, [version])
        await inserer_lot(Etape, [etape for etape, _, _ in lignes])
        await inserer_lot(Bilan, [{**bilan, "etape": etape["id"]} for etape, bilan, _ in lignes])
        await inserer_lot(
            Reponse,
            [
                {"id": uuid.uuid4(), "bilan": bilan["id"], "question": question, "valeur": valeur, "auteur": None}
                | {"auteur_nom": "", "at": MAINTENANT, "version": 1}
                for _, bilan, reponses in lignes
                for question, valeur in reponses.items()
            ],
        )
        await inserer_lot(Etape, [_etape(monde, numeros[3], dossiers[3][1], "PSME_FLASH")])
    return numeros


def _etape(monde: Monde, numero: int, dispositif: uuid.UUID, offre: str) -> dict[str, Any]:
    etape = {"id": uuid.uuid4(), "beneficiaire": numero, "dispositif": dispositif, "organisme": monde.organisme}
    etape |= {"offre_de_service": monde.offre_de_service, "offre": offre, "debut_prevu": None, "fin_prevue": None}
    etape |= {"debut_reel": JOUR - dt.timedelta(days=20), "fin_reelle": None, "motif_fin": "", "commentaire": ""}
    return {**etape, "version": 1}


async def test_the_mos_finds_what_its_bilans_left_to_do(monde: Monde) -> None:
    numeros = await _bilans(monde)
    registre = charger_extensions()
    try:
        regles = {regle.code: regle for regle in registre.regles_alerte({"MOS"})}
    finally:
        registre.fermer()
    assert all(regle.sensible and regle.offre == "MOS" for regle in regles.values())
    for ctx in (monde.referent, monde.pilote):
        trouves = {code: await _liste(ctx, regle) for code, regle in regles.items()}
        assert trouves == {
            "MOS-PSME": [numeros[0]],
            "MOS-TRANSMISSION": [numeros[0]],
            "MOS-MDPH": [numeros[0]],
        }
    async with transaction():
        await executer("DELETE FROM reponse WHERE question = 'MOS_34'")
    assert await _liste(monde.referent, regles["MOS-PSME"]) == []
