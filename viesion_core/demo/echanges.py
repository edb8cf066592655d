"""What the bridge to Solis has done: the live contracts told, and the people that Solis assigns to the organisms.

Written from the rows of the base, once they are all there.
"""

import datetime as dt
import random
import uuid
from typing import Any

from viesion_core.db import inserer_lot, lire
from viesion_core.demo.model import Compte, Parametres, alea, entre, identifiant, jours
from viesion_core.demo.organismes import Monde
from viesion_core.dossiers.tables import Rattachement
from viesion_core.echanges.envois_model import AFFECT, CONTRAT
from viesion_core.echanges.tables import EchangeEnvoi
from viesion_core.portefeuille.tables import AffectationRecue

_PARTS = (("REFUSE", 0.02), ("ENVOYE", 0.05))
"""How many live contracts Solis refused, or has not answered yet; the others are acknowledged."""
_REFUS = ("CHEVAUCHEMENT", "Un contrat du même type existe déjà dans Solis à ces dates")
_ATTENTES = (1, 2, 4, 6, 9, 13, 17)
"""For how many days each person waits to be spread: the alert asks for an answer within ten."""
_MOTIFS = ("Orientation sociale", "Orientation socioprofessionnelle", "Déménagement dans votre secteur", "")
_REPONSES = (
    ("ACCEPTEE", ""),
    ("ACCEPTEE", ""),
    ("PRISE_EN_CHARGE", ""),
    ("PRISE_EN_CHARGE", ""),
    ("REFUSEE", "Hors de notre secteur"),
    ("TERMINEE", "Emploi durable"),
)


async def echanger(p: Parametres, monde: Monde) -> None:
    """Write the exchanges with Solis, inside the open transaction."""
    r = alea(p.graine, "echanges")
    envois = await _contrats(p, r)
    recues, acces = await _affectations(p, r, monde)
    await inserer_lot(Rattachement, acces)
    await inserer_lot(AffectationRecue, recues)
    await inserer_lot(EchangeEnvoi, envois + [_reponse(p, r, recue) for recue in recues])


async def _contrats(p: Parametres, r: random.Random) -> list[dict[str, Any]]:
    """Tell the signed contracts that are not over; those of people whom Solis does not know wait."""
    lignes = await lire(
        """SELECT k.*, b.id_individu, o.siret, u.prenom || ' ' || upper(u.nom) AS nom FROM contrat k
            JOIN beneficiaire b ON b.numero = k.beneficiaire LEFT JOIN organisme o ON o.id = k.organisme
            LEFT JOIN utilisateur u ON u.id = k.referent
        WHERE k.signature IS NOT NULL AND k.fin >= {} ORDER BY k.debut, k.beneficiaire""",
        p.aujourdhui,
    )
    envois = []
    for li in lignes:
        donnees = {
            **{c: li[c] for c in ("type", "numero", "heures_hebdo", "dispense")},
            **{c: li[c].isoformat() for c in ("debut", "fin", "signature")},
            "statut": "SIGNE",
            "siret": li["siret"] or "",
            "referent": li["nom"] or "",
        }
        instant = dt.datetime.combine(max(li["signature"], p.aujourdhui - jours(200)), dt.time(10), dt.UTC)
        etat = "ACQUITTE"
        if li["id_individu"] is None:
            etat = "A_ENVOYER"
        else:
            tirage = r.random()
            for nom, part in _PARTS:
                tirage -= part
                if tirage < 0:
                    etat = nom
                    break
        envoi = _envoi(p, r, CONTRAT, li["id"], li["beneficiaire"], donnees, instant, etat)
        envois.append({**envoi, "echeance": li["fin"]})
    return envois


async def _affectations(
    p: Parametres, r: random.Random, monde: Monde
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Assign people to the organism of the demo director: some wait, the others were answered."""
    organisme = monde.demo["directeur"].organisme
    lignes = await lire(
        """SELECT b.numero, d.debut FROM beneficiaire b JOIN entree_dispositif d ON d.beneficiaire = b.numero
        WHERE d.fin IS NULL AND d.debut < {} AND b.id_individu IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM rattachement t WHERE t.beneficiaire = b.numero AND t.organisme = {})
        ORDER BY b.numero DESC LIMIT {}""",
        p.aujourdhui - jours(30),
        organisme.id,
        len(_ATTENTES),
    )
    recues, acces = [], []
    for rang, (ligne, attente) in enumerate(zip(lignes, _ATTENTES, strict=False)):
        referent = organisme.referents[0] if rang == 1 else None
        recues.append(_recue(p, r, ligne["numero"], organisme.id, attente, referent))
        acces.append(_acces(r, ligne["numero"], organisme.id, p.aujourdhui - jours(attente)))
    suivies = await lire(
        """SELECT a.id, a.beneficiaire, a.debut FROM affectation a JOIN utilisateur u ON u.id = a.referent
        WHERE u.organisme = {} AND a.nature = 'PARCOURS' AND a.fin IS NULL AND EXISTS (
            SELECT 1 FROM beneficiaire b WHERE b.numero = a.beneficiaire AND b.id_individu IS NOT NULL)
        ORDER BY a.debut DESC, a.beneficiaire LIMIT {}""",
        organisme.id,
        len(_REPONSES),
    )
    for ligne, (etat, motif) in zip(suivies, _REPONSES, strict=False):
        reponse = {
            "etat": etat,
            "motif_reponse": motif,
            "affectation": ligne["id"] if etat != "REFUSEE" else None,
            "debut": ligne["debut"],
            "repondue_le": p.maintenant - jours(entre(r, 1, 3)),
            "premier_rdv": ligne["debut"] + jours(9) if etat in ("PRISE_EN_CHARGE", "TERMINEE") else None,
            "version": 2,
        }
        recues.append(_recue(p, r, ligne["beneficiaire"], organisme.id, entre(r, 4, 40), None) | reponse)
    return recues, acces


def _recue(
    p: Parametres, r: random.Random, numero: int, organisme: uuid.UUID, attente: int, referent: Compte | None
) -> dict[str, Any]:
    return {
        "id": identifiant(r),
        "emetteur": "SOLIS",
        "beneficiaire": numero,
        "organisme": organisme,
        "offre": "",
        "role": "RU",
        "referent": referent.id if referent else None,
        "debut": p.aujourdhui - jours(attente),
        "fin": None,
        "motif": _MOTIFS[entre(r, 0, len(_MOTIFS) - 1)],
        "etat": "RECUE",
        "motif_reponse": "",
        "premier_rdv": None,
        "affectation": None,
        "lot": None,
        "acte": None,
        "recue_le": p.maintenant - jours(attente),
        "repondue_le": None,
        "version_message": 1,
        "version": 1,
    }


def _acces(r: random.Random, numero: int, organisme: uuid.UUID, debut: dt.date) -> dict[str, Any]:
    return {
        "id": identifiant(r),
        "beneficiaire": numero,
        "organisme": organisme,
        "nature": "SOLIS",
        "motif": "",
        "debut": debut,
        "fin": None,
        "version": 1,
    }


def _reponse(p: Parametres, r: random.Random, recue: dict[str, Any]) -> dict[str, Any]:
    rdv = recue["premier_rdv"]
    donnees = {
        "reponse": recue["etat"],
        "motif": recue["motif_reponse"],
        "premier_rdv": rdv.isoformat() if rdv else "",
        "referent": "",
    }
    instant = recue["repondue_le"] or recue["recue_le"]
    return _envoi(p, r, AFFECT, recue["id"], recue["beneficiaire"], donnees, instant, "ACQUITTE")


def _envoi(
    p: Parametres,
    r: random.Random,
    flux: str,
    cle: uuid.UUID,
    numero: int,
    donnees: dict[str, Any],
    instant: dt.datetime,
    etat: str,
) -> dict[str, Any]:
    """Return a message; one that is not answered leaves again in a day: the demo has no Solis behind it."""
    parti, repondu = etat != "A_ENVOYER", etat in ("ACQUITTE", "REFUSE")
    code, motif = _REFUS if etat == "REFUSE" else ("", "")
    return {
        "id": identifiant(r),
        "flux": flux,
        "cle": cle,
        "version_message": 1,
        "beneficiaire": numero,
        "donnees": donnees,
        "echeance": None,
        "ligne": None,
        "sortie": None,
        "etat": etat,
        "cree_le": instant,
        "envoye_le": instant + dt.timedelta(seconds=1) if parti else None,
        "repondu_le": instant + dt.timedelta(minutes=4) if repondu else None,
        "tentatives": int(parti),
        "prochain_essai": p.maintenant + jours(1) if parti else p.maintenant,
        "code": code,
        "motif": motif,
        "id_externe": f"K{entre(r, 100_000, 999_999)}" if etat == "ACQUITTE" and flux == CONTRAT else "",
    }
