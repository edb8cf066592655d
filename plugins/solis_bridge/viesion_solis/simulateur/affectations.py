"""Whom the simulated Solis assigns, and where: its own people, once VieSion has their dossier."""

import random
import uuid
from typing import Any

from viesion_solis.affect import COLONNES
from viesion_solis.simulateur.etat import Affectation, Etat
from viesion_solis.simulateur.population import individu
from viesion_solis.simulateur.scenario import Affect

_MOTIFS = ("Orientation sociale", "Orientation socioprofessionnelle", "Déménagement dans votre secteur")
SANS_REPONSE = frozenset({"", "RECUE"})


def composer(etat: Etat, voulu: Affect, graine: int, seq: int, debut: str) -> list[list[int]]:
    """Assign some people who have no organism from a day (AAAA-MM-JJ); return the lot.

    A person whom an organism refused is assigned to another one.
    """
    sirets = voulu.sirets or tuple(etat.organismes)
    attendent = sum(a.reponse in SANS_REPONSE for a in etat.affectations.values())
    r = random.Random(f"{graine}/affect/{seq}")  # noqa: S311  # invented data
    essayes: dict[str, set[str]] = {}
    pris = set()
    for a in etat.affectations.values():
        essayes.setdefault(a.individu, set()).add(a.siret)
        if a.reponse != "REFUSEE":
            pris.add(a.individu)
    libres = [n for n in _ouverts(etat) if individu(n) not in pris and set(sirets) - essayes.get(individu(n), set())]
    lot = []
    for n in r.sample(libres, min(voulu.personnes, len(libres), max(voulu.attente - attendent, 0))):
        qui, rang = individu(n), len(etat.affectations) + 1
        reste = [s for s in sirets if s not in essayes.get(qui, set())]
        cle = str(uuid.uuid5(uuid.NAMESPACE_OID, f"simulateur/{graine}/affectation/{rang}"))
        etat.affectations[str(rang)] = Affectation(cle, qui, r.choice(reste), debut)
        lot.append([rang, 1])
    return lot


def ligne(etat: Etat, graine: int, rang: int, version: int) -> dict[str, str]:
    """Return what Solis says of its n-th affectation."""
    affectation = etat.affectations[str(rang)]
    r = random.Random(f"{graine}/affectation/{rang}")  # noqa: S311  # invented data
    valeurs = {
        "id_message": str(uuid.uuid5(uuid.NAMESPACE_OID, f"simulateur/{graine}/affect/{rang}/{version}")),
        "version": str(version),
        "horodatage": f"{affectation.debut}T08:00:00+01:00",
        "uuid_affectation": affectation.uuid,
        "id_individu": affectation.individu,
        "siret": affectation.siret,
        "role": "RU",
        "debut": affectation.debut,
        "motif": r.choice(_MOTIFS),
    }
    return {**dict.fromkeys(COLONNES, ""), **valeurs}


def refuser(etat: Etat, lot: list[list[int]], rejets: list[dict[str, Any]]) -> None:
    """Note the lines that VieSion refused."""
    for rejet in rejets:
        rang = lot[rejet["ligne"] - 1][0] if 0 < rejet["ligne"] <= len(lot) else 0
        if (affectation := etat.affectations.get(str(rang))) is not None and not affectation.reponse:
            affectation.reponse, affectation.motif = f"REJET {rejet['code']}", rejet["message"]


def _ouverts(etat: Etat) -> list[int]:
    """Return the people whose dossier VieSion has opened: nothing that tells of them waits for an answer."""
    attendent = {rang for seq in etat.alloc.attendent() for rang, _ in etat.alloc.lots[str(seq)]}
    refuses = {
        rang
        for seq, a in etat.alloc.accuses.items()
        if a["etat"] != "TRAITE" or a["rejetees"]
        for rang, _ in etat.alloc.lots.get(seq, [])
    }
    return [n for n in range(1, len(etat.versions) + 1) if n not in attendent | refuses]
