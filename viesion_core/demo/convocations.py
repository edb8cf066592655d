"""Who takes convocations and reminders by mail, and the convocations that have left."""

import datetime as dt

from viesion_core.convocations.tables import AccordCourriel, Convocation
from viesion_core.demo.dossier import Dossier
from viesion_core.demo.model import alea, entre, identifiant
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.entretiens.tables import Entretien

_PART_ACCORD, _PART_CONVOQUES = 0.7, 0.4


def convoquer(d: Dossier) -> None:
    """Write the agreement of a person who has an address and is followed; some entretiens to come are convoked."""
    r = alea(d.p.graine, "accord", d.numero)
    personne = d.lot.lignes[Beneficiaire][-1]
    if not d.personne.active or not personne["courriel"] or r.random() > _PART_ACCORD:
        return
    recueilli = d.p.maintenant - dt.timedelta(days=entre(r, 20, 400))
    d.lot.ajouter(AccordCourriel, {"beneficiaire": d.numero, "recueilli_le": recueilli, "version": 1})
    siens = (e for e in d.lot.lignes[Entretien] if e["beneficiaire"] == d.numero and e["debut"] > d.p.maintenant)
    for entretien in siens:
        if r.random() < _PART_CONVOQUES:
            partie = d.p.maintenant - dt.timedelta(hours=entre(r, 2, 60))
            d.lot.ajouter(
                Convocation,
                {
                    **{champ: entretien[champ] for champ in ("beneficiaire", "organisme", "debut", "duree", "lieu")},
                    "entretien": entretien["id"],
                    "uid": identifiant(r, d.numero),
                    "sequence": 1,
                    "demandee_le": partie - dt.timedelta(minutes=1),
                    "partie_le": partie,
                    "annulee": False,
                    "version": 2,
                },
            )
