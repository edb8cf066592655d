"""CONTRAT: what the partners are told of the contracts, laid in the transaction that writes them.

A contract is a draft until it is signed, and a draft never leaves. Once told, every change is: the deletion of the
contract or of its signature as ANNULE, its end as CLOS. Source: exchange contract, CONTRAT.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.actes import Acte, Ecriture
from viesion_core.contexte import Contexte
from viesion_core.db import lire, transaction
from viesion_core.echanges.envois import deposer_envois
from viesion_core.echanges.envois_model import CONTRAT, ADeposer
from viesion_core.echanges.envois_queries import derniers_envois, envois_echus

SIGNE, CLOS, ANNULE = "SIGNE", "CLOS", "ANNULE"
_CHAMPS = ("type", "numero", "debut", "fin", "signature", "heures_hebdo", "dispense")


async def suivre_contrats(a: Acte, ecritures: Sequence[Ecriture]) -> None:
    """Tell the partners what an act did to contracts (an observer of `contrat`: inside its transaction)."""
    lignes = {uuid.UUID(e.cle): e.apres for e in ecritures}
    deja = await derniers_envois(CONTRAT, list(lignes))
    signees = [ligne for ligne in lignes.values() if ligne and ligne["signature"]]
    auteurs = await _auteurs(signees)
    depots = []
    for cle, ligne in lignes.items():
        dit = deja[cle].donnees if cle in deja else None
        if ligne and ligne["signature"]:
            depot = _depot(ligne, _donnees(ligne, auteurs, a.ctx.aujourdhui))
        elif dit is not None:
            depot = ADeposer(cle=cle, beneficiaire=deja[cle].beneficiaire, donnees={**dit, "statut": ANNULE})
        else:
            continue
        if depot.donnees != dit:
            depots.append(depot)
    await deposer_envois(CONTRAT, depots, a.ctx.maintenant)


async def clore_contrats_echus(ctx: Contexte) -> int:
    """Tell as CLOS the contracts told as signed whose last day has passed; return how many."""
    total = 0
    while True:
        async with transaction():
            echus = await envois_echus(CONTRAT, ctx.aujourdhui)
            depots = [
                ADeposer(cle=e.cle, beneficiaire=e.beneficiaire, donnees={**e.donnees, "statut": CLOS}) for e in echus
            ]
            await deposer_envois(CONTRAT, depots, ctx.maintenant)
        if not echus:
            return total
        total += len(echus)


async def reprendre_contrats(ctx: Contexte) -> int:
    """Tell the signed contracts that no partner was ever told (a bridge that comes later); return how many."""
    total = 0
    while True:
        async with transaction():
            lignes = await lire(
                """SELECT k.* FROM contrat k WHERE k.signature IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM echange_envoi e WHERE e.flux = {} AND e.cle = k.id)
                ORDER BY k.debut, k.id LIMIT 500""",
                CONTRAT,
            )
            auteurs = await _auteurs(lignes)
            depots = [_depot(ligne, _donnees(ligne, auteurs, ctx.aujourdhui)) for ligne in lignes]
            await deposer_envois(CONTRAT, depots, ctx.maintenant)
        if not lignes:
            return total
        total += len(lignes)


def _depot(ligne: Mapping[str, Any], donnees: dict[str, Any]) -> ADeposer:
    echeance = ligne["fin"] if donnees["statut"] == SIGNE else None
    return ADeposer(cle=ligne["id"], beneficiaire=ligne["beneficiaire"], donnees=donnees, echeance=echeance)


def _donnees(ligne: Mapping[str, Any], auteurs: Mapping[str, Any], aujourdhui: dt.date) -> dict[str, Any]:
    """Return what is told of a signed contract: plain values, compared with what was told before."""
    dates = {c: ligne[c].isoformat() for c in ("debut", "fin", "signature")}
    return {
        **{c: ligne[c] for c in _CHAMPS},
        **dates,
        "statut": CLOS if ligne["fin"] < aujourdhui else SIGNE,
        "siret": auteurs.get(str(ligne["organisme"]), ""),
        "referent": auteurs.get(str(ligne["referent"]), ""),
    }


async def _auteurs(lignes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the SIRET of the organisms and the names of the référents of some contracts, by their ids."""
    organismes = [ligne["organisme"] for ligne in lignes if ligne["organisme"]]
    referents = [ligne["referent"] for ligne in lignes if ligne["referent"]]
    if not organismes and not referents:
        return {}
    trouves = await lire(
        f"""SELECT id, siret AS texte FROM organisme WHERE id IN ({_marques(organismes)})
        UNION ALL SELECT id, prenom || ' ' || upper(nom) FROM utilisateur WHERE id IN ({_marques(referents)})""",
        *organismes,
        *referents,
    )
    return {str(ligne["id"]): ligne["texte"] for ligne in trouves}


def _marques(valeurs: Sequence[Any]) -> str:
    return ", ".join("{}" for _ in valeurs) or "NULL"
