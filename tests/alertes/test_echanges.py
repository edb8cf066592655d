"""A23: a person whom Solis assigns waits for the answer of the organism, more than ten days; the answer clears it."""

import datetime as dt
import uuid

import msgspec

from viesion_core.alertes.queries import compter, expliquer
from viesion_core.alertes.regles_echanges import REGLES_D_ECHANGE
from viesion_core.db import inserer_lot, transaction
from viesion_core.portefeuille.actions import refuser
from viesion_core.portefeuille.tables import AffectationRecue
from viesion_core.testing import MAINTENANT, Monde

A23 = REGLES_D_ECHANGE[0]


async def test_an_assignment_waits_ten_days_and_its_answer_clears_it(monde: Monde) -> None:
    numero, _ = await monde.dossier(monde.directeur)
    recue = {"id": uuid.uuid4(), "emetteur": "ESSAI", "beneficiaire": numero, "organisme": monde.organisme}
    recue |= {"offre": "", "role": "RU", "referent": None, "debut": MAINTENANT.date(), "fin": None, "motif": ""}
    recue |= {"etat": "RECUE", "motif_reponse": "", "lot": None, "premier_rdv": None, "affectation": None}
    recue |= {"acte": None, "repondue_le": None, "version": 1, "version_message": 1, "recue_le": MAINTENANT}
    async with transaction():
        await inserer_lot(AffectationRecue, [recue])
    for jours, attendu in ((10, 0), (11, 1)):
        ctx = msgspec.structs.replace(monde.directeur, maintenant=MAINTENANT + dt.timedelta(days=jours))
        assert await compter(ctx, [A23], {}) == {"A23": attendu}
    assert await compter(ctx, [A23], {"A23": 30}) == {"A23": 0}
    pilote = msgspec.structs.replace(monde.pilote, maintenant=ctx.maintenant)
    assert await compter(pilote, [A23], {}) == {"A23": 1}
    (dit,) = await expliquer(ctx, A23, None, [numero])
    assert dit.constats[0].valeur == "24/11/2026"
    await refuser(ctx, recue["id"], "Hors de notre secteur", version=1)
    assert await compter(pilote, [A23], {}) == {"A23": 0}
