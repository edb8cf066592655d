"""RDV: what a partner is told of the rendez-vous that it took, laid in the transaction that changes the entretien.

Its réalisation, its cancellation, another hour, the entretien that replaces it, and each of these undone. The booking
itself is not told: the partner has asked for it. Source: exchange contract, CRENEAU/RDV.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.actes import Acte, Ecriture
from viesion_core.agenda.rdv_model import LIBERATIONS, RdvDit, rdv_dit
from viesion_core.db import en_instant, executer, lire
from viesion_core.echanges.envois import deposer_envois
from viesion_core.echanges.envois_model import RDV, ADeposer
from viesion_core.echanges.envois_queries import derniers_envois

_CHAMPS = ("debut", "duree", "realisation", "reporte_de")


async def suivre_rdv(a: Acte, ecritures: Sequence[Ecriture]) -> None:
    """Tell the partners what an act did to their rendez-vous (an observer of `entretien`, undoing included)."""
    touches = _touches(ecritures)
    if not touches:
        return
    marques = ", ".join("{}" for _ in touches)
    lignes = await lire(
        f"""SELECT r.id, r.emetteur, r.uuid_resa, r.creneau, r.beneficiaire, r.entretien, r.entretien_pris,
            c.debut AS debut_creneau, c.fin AS fin_creneau, e.debut, e.duree, e.realisation,
            (SELECT min(s.debut) FROM entretien s WHERE s.reporte_de = r.entretien_pris) AS reporte_au
        FROM rdv_partenaire r JOIN creneau c ON c.id = r.creneau LEFT JOIN entretien e ON e.id = r.entretien_pris
        WHERE r.entretien_pris IN ({marques})""",
        *touches,
    )
    if not lignes:
        return
    deja = await derniers_envois(RDV, [li["id"] for li in lignes])
    avant = {e.cle: e.avant for e in ecritures}
    depots = []
    for li in lignes:
        if li["entretien"] is None and li["debut"] is not None:  # the booking undone, then the undoing undone
            await executer("UPDATE rdv_partenaire SET entretien = entretien_pris WHERE id = {}", li["id"])
        donnees = _donnees(li, _actuel(li))
        if li["id"] in deja:
            connu: dict[str, Any] | None = deja[li["id"]].donnees
        elif (cle := str(li["entretien_pris"])) in avant:
            ligne = avant[cle]
            if ligne is None:  # the booking itself: the partner has asked for it
                continue
            connu = _donnees(li, RdvDit(ligne["debut"], ligne["duree"], ligne["realisation"], None))
        else:
            connu = None
        if donnees != connu:
            depot = ADeposer(
                cle=li["id"], beneficiaire=li["beneficiaire"], donnees=donnees, destinataire=li["emetteur"]
            )
            depots.append(depot)
    await deposer_envois(RDV, depots, a.ctx.maintenant)


def _touches(ecritures: Sequence[Ecriture]) -> list[uuid.UUID]:
    """Return the entretiens whose hour, réalisation or replacement an act has changed."""
    touches: set[uuid.UUID] = set()
    for e in ecritures:
        avant, apres = e.avant or {}, e.apres or {}
        if all(avant.get(c) == apres.get(c) for c in _CHAMPS):
            continue
        touches.add(uuid.UUID(e.cle))
        touches |= {uuid.UUID(str(v["reporte_de"])) for v in (avant, apres) if v.get("reporte_de")}
    return sorted(touches)


def _actuel(ligne: Mapping[str, Any]) -> RdvDit:
    if ligne["debut"] is None:  # its entretien was deleted: the place is free
        duree = int((ligne["fin_creneau"] - ligne["debut_creneau"]).total_seconds()) // 60
        return RdvDit(ligne["debut_creneau"], duree, LIBERATIONS[0], None)
    return RdvDit(ligne["debut"], ligne["duree"], ligne["realisation"], en_instant(ligne["reporte_au"]))


def _donnees(ligne: Mapping[str, Any], dit: RdvDit) -> dict[str, Any]:
    return {"uuid_resa": str(ligne["uuid_resa"]), "uuid_creneau": str(ligne["creneau"]), **rdv_dit(dit)}
