"""What VieSion tells: taken from the files or from the API, each version of an object in effect once, acknowledged."""

import pathlib
from collections.abc import Callable
from typing import Any

from viesion_solis.simulateur import dossier as depot
from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.etat import Etat, Recu
from viesion_solis.simulateur.scenario import API, FICHIER, LES_DEUX, Genre

CLES = {"CONTRAT": "uuid_contrat", "AFFECT": "uuid_affectation", "RDV": "uuid_resa"}
"""The column that names the object of a message, by flow."""
PAGES = 50
"""Pages read of a flow in one turn, at most."""
Dire = Callable[[str], None]


def prendre_fichiers(dossier: pathlib.Path, etat: Etat, pannes: Callable[[str], frozenset[Genre]], dire: Dire) -> None:
    """Take the files of « out » and answer them."""
    for flux, ctl in depot.a_prendre(dossier):
        if flux not in CLES or Genre.RETARD in pannes(flux):
            continue
        try:
            lignes = depot.lire_sortie(ctl)
        except (OSError, ValueError) as erreur:
            dire(f"{ctl.stem} : illisible ({erreur})")
            continue
        reponses = [prendre(etat, flux, li) for li in lignes]
        depot.repondre(dossier, ctl, reponses * (2 if Genre.DOUBLE in pannes(flux) else 1))
        dire(f"{ctl.stem} : {_pris(reponses)}")


def prendre_api(api: Api, etat: Etat, pannes: Callable[[str], frozenset[Genre]], dire: Dire) -> None:
    """Read the messages of each flow by pages, and acknowledge each page. A lost answer is asked again next turn."""
    for flux in CLES:
        if Genre.RETARD in pannes(flux):
            continue
        curseur = ""
        for _ in range(PAGES):
            lu = api.lire(f"/{flux.lower()}/messages", **({"curseur": curseur} if curseur else {}))
            if lu.statut != 200:
                dire(f"{flux} par l'API : {lu.dit}")
                break
            reponses = [prendre(etat, flux, li) for li in lu.corps["messages"]]
            for _ in range((2 if Genre.DOUBLE in pannes(flux) else 1) if reponses else 0):
                rendu = api.envoyer(f"/{flux.lower()}/accuses", {"messages": reponses})
                if rendu.statut != 200:
                    dire(f"{flux} : accusés sans réponse ({rendu.dit})")
            if reponses:
                dire(f"{flux} par l'API : {_pris(reponses)}")
            curseur = lu.corps["curseur"]
            if not lu.corps["suite"]:
                break


def prend_par(par: str) -> frozenset[str]:
    """Return the ways of a choice of the scenario."""
    return frozenset({FICHIER, API} if par == LES_DEUX else {par})


def prendre(etat: Etat, flux: str, li: dict[str, str]) -> dict[str, Any]:
    """Take a message: it has its effect when its version is newer than what is known; return its acknowledgement."""
    connus, version = etat.recu(flux), int(li["version"])
    connu = connus.get(li[CLES[flux]])
    if connu is None:
        identifiant = f"SOL-{len(connus) + 1:06d}" if flux == "CONTRAT" else ""
        connu = connus[li[CLES[flux]]] = Recu(version, li, identifiant)
        _suivre(etat, flux, li)
    elif version > connu.version:
        connu.version, connu.dit, connu.effets = version, li, connu.effets + 1
        _suivre(etat, flux, li)
    else:
        connu.doubles += 1
    return {
        "id_message": li["id_message"],
        "version": version,
        "accepte": True,
        "id_externe": connu.id_solis,
    }


def _suivre(etat: Etat, flux: str, li: dict[str, str]) -> None:
    """Bring what Solis knows of its own affectations and bookings to what it is told."""
    if flux == "CONTRAT":
        etat.nommer(li["siret"])
    elif flux == "AFFECT":
        for affectation in etat.affectations.values():
            if affectation.uuid == li["uuid_affectation"]:
                affectation.reponse, affectation.motif = li["reponse"], li["motif"]
                affectation.premier_rdv = li["date_premier_rdv"]
    elif li["uuid_resa"] in etat.reservations:
        resa = etat.reservations[li["uuid_resa"]]
        resa.statut = li["statut"]


def _pris(reponses: list[dict[str, Any]]) -> str:
    """Return « 1 message pris », « 3 messages pris »."""
    pluriel = "s" if len(reponses) > 1 else ""
    return f"{len(reponses)} message{pluriel} pris"
