"""Reading of the journal, and verification of its chain: a line changed, deleted, moved or cut off is seen."""

import uuid
from typing import Any

import msgspec

from viesion_core.db import convertir, lire, lire_un
from viesion_core.journal.model import Ligne, LigneLue, empreinte

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


async def journal_page(
    *,
    utilisateur: uuid.UUID | None = None,
    dossier: int | None = None,
    avant: int | None = None,
    par_page: int = 50,
) -> tuple[list[LigneLue], int | None]:
    """Return lines of the journal, the latest first, and the number to go on before (None: no more).

    Of one author or of one dossier when named; keyset paging, so that the last page costs what the first does.
    """
    conditions: list[str] = ["1 = 1"]
    parametres: list[Any] = []
    for condition, valeur in (
        ("j.utilisateur = {}", utilisateur),
        ("j.objet = 'dossier' AND j.cle = {}", str(dossier) if dossier is not None else None),
        ("j.seq < {}", avant),
    ):
        if valeur is not None:
            conditions.append(condition)
            parametres.append(valeur)
    lignes = await lire(
        f"""SELECT j.seq, j.at, j.utilisateur, coalesce(u.prenom || ' ' || upper(u.nom), '') AS auteur,
            coalesce(o.nom, '') AS organisme_nom, j.role, j.operation, j.objet, j.cle, j.motif, j.adresse
        FROM journal j LEFT JOIN utilisateur u ON u.id = j.utilisateur LEFT JOIN organisme o ON o.id = j.organisme
        WHERE {" AND ".join(conditions)} ORDER BY j.seq DESC LIMIT {{}}""",
        *parametres,
        par_page + 1,
    )
    lues = [convertir(LigneLue, ligne) for ligne in lignes[:par_page]]
    return lues, (lues[-1].seq if len(lignes) > par_page else None)
