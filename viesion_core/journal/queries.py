"""Verification of the chain: a line changed, deleted, moved or cut off is seen."""

import msgspec

from viesion_core.db import convertir, lire, lire_un
from viesion_core.journal.model import Ligne, empreinte

_LOT = 5_000


class RapportChaine(msgspec.Struct, frozen=True):
    """What the verification found: how many lines were read, and the defects in French (none: intact)."""

    lignes: int
    anomalies: list[str]

    @property
    def intacte(self) -> bool:
        """Whether nothing was tampered with."""
        return not self.anomalies


async def verifier_chaine() -> RapportChaine:
    """Read the whole journal by batches and recompute its chain up to the head kept apart."""
    tete = await lire_un("SELECT nombre, premier, empreinte FROM journal_tete WHERE id = 1")
    if tete is None:
        return RapportChaine(0, ["La tête du journal a disparu."])
    anomalies: list[str] = []
    attendu, precedent, lues = int(tete["premier"]), None, 0
    while len(anomalies) < 20:
        lot = await lire("SELECT * FROM journal WHERE seq >= {} ORDER BY seq LIMIT {}", attendu, _LOT)
        for brute in lot:
            seq = brute["seq"]
            if seq != attendu:
                anomalies.append(f"Lignes {attendu} à {seq - 1} absentes.")
            if precedent is not None and brute["precedent"] != precedent:
                anomalies.append(f"La ligne {seq} ne suit pas la précédente.")
            ligne = convertir(Ligne, {champ: brute[champ] for champ in Ligne.__struct_fields__})
            if empreinte(seq, ligne, brute["precedent"]) != brute["empreinte"]:
                anomalies.append(f"La ligne {seq} a été modifiée.")
            attendu, precedent, lues = seq + 1, brute["empreinte"], lues + 1
        if len(lot) < _LOT:
            break
    if attendu - 1 != tete["nombre"]:
        anomalies.append(f"Le journal compte {attendu - 1} lignes, sa tête en annonce {tete['nombre']}.")
    elif precedent is not None and precedent != tete["empreinte"]:
        anomalies.append("La dernière ligne ne correspond pas à la tête du journal.")
    return RapportChaine(lues, anomalies)
