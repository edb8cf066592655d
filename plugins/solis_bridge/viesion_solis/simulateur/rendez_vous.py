"""The bookings of the simulated Solis: asked until they are answered, some given back, their slots read by the API."""

import random
import uuid
from collections.abc import Callable

from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.etat import Etat, Resa
from viesion_solis.simulateur.scenario import Scenario

SUIVIES = 20
"""How many bookings, the latest, are looked at again at each turn."""


def tourner(api: Api, etat: Etat, scenario: Scenario, dire: Callable[[str], None]) -> None:
    """Ask again what was not answered, book a slot when it is time, give some back."""
    for resa in etat.reservations.values():
        if not resa.repondue:
            _demander(api, resa, dire)
    voulu = scenario.rdv
    if etat.tour % voulu.chaque == 0:
        _reserver(api, etat, scenario, dire)
    for rang, resa in list(enumerate(etat.reservations.values(), 1))[-SUIVIES:]:
        if not resa.repondue or resa.etat == "ANNULE" or resa.statut == "REFUSE":
            continue
        if voulu.annulations and rang % voulu.annulations == 0:
            resa.etat, resa.repondue = "ANNULE", False
            _demander(api, resa, dire)
            continue
        lu = api.lire(f"/rdv/{resa.uuid_resa}")
        if lu.statut == 200 and lu.corps["statut"] != resa.statut:
            resa.statut = lu.corps["statut"]
            dire(f"RDV de {resa.id_individu} : {lu.corps['statut_libelle']}")


def _reserver(api: Api, etat: Etat, scenario: Scenario, dire: Callable[[str], None]) -> None:
    libres = api.lire("/creneaux")
    if libres.statut != 200 or not libres.corps["creneaux"]:
        return
    graine, tour = scenario.graine, etat.tour
    for creneau in libres.corps["creneaux"]:
        etat.nommer(creneau["siret"])
    r = random.Random(f"{graine}/rdv/{tour}")  # noqa: S311  # invented data
    for essai in range(5):  # a person whom the organism of the slot does not follow is refused: ask for another
        resa = Resa(
            uuid_resa=str(uuid.uuid5(uuid.NAMESPACE_OID, f"simulateur/{graine}/rdv/{tour}/{essai}")),
            uuid_creneau=r.choice(libres.corps["creneaux"])["uuid_creneau"],
            id_individu=scenario.rdv.individus.format(r.randint(1, scenario.rdv.nombre)),
        )
        etat.reservations[resa.uuid_resa] = resa
        if _demander(api, resa, dire) or not resa.repondue:
            return


def _demander(api: Api, resa: Resa, dire: Callable[[str], None]) -> bool:
    """Book or give back; return whether it was done. Without an answer, it is asked again at the next turn."""
    corps = {champ: getattr(resa, champ) for champ in ("uuid_resa", "uuid_creneau", "id_individu", "etat")}
    recu = api.envoyer("/rdv", corps, f"{resa.etat.lower()}-{resa.uuid_resa}")
    if recu.statut in (0, 429) or recu.statut >= 500:
        return False
    resa.repondue = True
    if recu.statut in (200, 201):
        resa.statut = recu.corps["statut"]
        dire(f"RDV de {resa.id_individu} : {recu.corps['statut_libelle']}")
        return True
    resa.statut = "REFUSE"
    return False
