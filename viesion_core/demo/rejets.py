"""Exchanges: the files of Solis taken these last weeks, and the few refused lines that wait for a decision (A24)."""

import datetime as dt
from typing import Any

from viesion_core.demo.lot import Lot
from viesion_core.demo.model import Parametres, alea, entre, identifiant, jours
from viesion_core.echanges.tables import EchangeFichier, EchangeRejet

_SEMAINES = 8
_REFUS = (
    ("INDIVIDU_INCONNU", "id_individu", "Aucun dossier ne porte cet identifiant."),
    ("NIR_INVALIDE", "nir", "La clé du NIR ne correspond pas."),
    ("CODE_INCONNU", "code_insee", "Ce code n'est pas dans la liste."),
    ("CHAMP_OBLIGATOIRE", "date_naissance", "Ce champ est obligatoire."),
    ("DATES_INCOHERENTES", "date_ouverture", "La date d'ouverture précède la demande."),
)


def recevoir(p: Parametres, lot: Lot) -> None:
    """Write a file of the flow ALLOC a week, with one refused line in two hundred; the older ones are settled."""
    r = alea(p.graine, "echanges")
    for rang in range(_SEMAINES):
        recu = p.maintenant - jours(7 * (_SEMAINES - rang) - 4) - dt.timedelta(hours=entre(r, 1, 5))
        recues = max(8, p.beneficiaires // 10)
        rejetees = max(1, recues // 60)
        modifiees = recues - rejetees
        fichier: dict[str, Any] = {"id": identifiant(r), "emetteur": "SOLIS", "flux": "ALLOC", "seq": rang + 1}
        nom = f"SOLIS_VIESION_ALLOC_DELTA_{recu:%Y%m%d%H%M%S}_{rang + 1}.csv"
        fichier |= {"nature": "DELTA", "nom": nom, "sha256": f"{r.getrandbits(256):064x}", "etat": "TRAITE"}
        fichier |= {"recu_le": recu, "fini_le": recu + dt.timedelta(seconds=2), "recues": recues, "curseur": recues}
        fichier |= {"creees": 0, "modifiees": modifiees, "ignorees": 0, "rejetees": rejetees}
        lot.ajouter(EchangeFichier, fichier)
        for _ in range(rejetees):
            code, champ, message = _REFUS[entre(r, 0, len(_REFUS) - 1)]
            attend = rang >= _SEMAINES - 3
            rejet = {"id": identifiant(r), "fichier": fichier["id"], "ligne": entre(r, 1, recues), "flux": "ALLOC"}
            rejet |= {"id_message": str(identifiant(r)), "cle": f"DEMO-{entre(r, 1, 99_999)}", "code": code}
            rejet |= {"champ": champ, "message": message, "commande": None, "empreinte": "", "candidat": None}
            rejet |= {"etat": "A_TRAITER" if attend else "ABANDONNE", "recu_le": recu, "version": 1 if attend else 2}
            rejet |= {"motif": "" if attend else "Corrigé dans Solis, renvoyé ensuite."}
            rejet |= {"decide_par": "" if attend else "VieSion"}
            lot.ajouter(EchangeRejet, rejet)
