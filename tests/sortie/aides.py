"""Makers of the tests of the exit: values of every room, without a base."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.bilans.model import BilanResume
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.dossiers.model_caracteristiques import CaracteristiqueCourante, par_code
from viesion_core.entretiens.model import EntretienResume
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.parcours.model import AffectationResume, EtapeResume
from viesion_core.sortie.model import Verification, verifier

MAINTENANT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
AUJOURDHUI = dt.date(2026, 11, 24)
ORGANISME, AUTRE = uuid.uuid4(), uuid.uuid4()


def une_etape(**autres: Any) -> EtapeResume:
    valeurs: dict[str, Any] = {
        "id": uuid.uuid4(),
        "beneficiaire": 1,
        "dispositif": uuid.uuid4(),
        "dispositif_code": "ACCOMP_RSA",
        "dispositif_debut": dt.date(2026, 1, 5),
        "organisme": ORGANISME,
        "organisme_nom": "Association Exemple",
        "offre_de_service": uuid.uuid4(),
        "offre": "MOS",
        "offre_libelle": "Module d'Orientation Santé",
        "territoire": "Département",
        "debut_prevu": None,
        "fin_prevue": None,
        "debut_reel": dt.date(2026, 9, 1),
        "fin_reelle": None,
        "motif_fin": "",
        "commentaire": "",
        "version": 1,
    }
    return EtapeResume(**{**valeurs, **autres})


def un_entretien(etape: EtapeResume, jours: int, realisation: str, **autres: Any) -> EntretienResume:
    valeurs: dict[str, Any] = {
        "id": uuid.uuid4(),
        "beneficiaire": 1,
        "debut": MAINTENANT + dt.timedelta(days=jours),
        "duree": 30,
        "collaborateur": uuid.uuid4(),
        "collaborateur_nom": "Essai",
        "collaborateur_prenom": "Alix",
        "organisme": ORGANISME,
        "organisme_nom": "Association Exemple",
        "lieu": "",
        "vecteur": "",
        "dispositif": None,
        "etape": etape.id,
        "type": "SUIVI",
        "realisation": realisation,
        "reporte_de": None,
        "version": 1,
    }
    return EntretienResume(**{**valeurs, **autres})


def un_bilan(etape: EtapeResume, reponses: int, clos_le: dt.date | None = None, **autres: Any) -> BilanResume:
    valeurs: dict[str, Any] = {
        "id": uuid.uuid4(),
        "beneficiaire": 1,
        "etape": etape.id,
        "etape_debut": etape.debut_reel,
        "etape_fin": None,
        "organisme": ORGANISME,
        "organisme_nom": "Association Exemple",
        "questionnaire": uuid.uuid4(),
        "code": "MOS",
        "version_questionnaire": 1,
        "libelle": "MOS - Bilan",
        "offre": "MOS",
        "sensible": True,
        "charge_le": MAINTENANT,
        "date_bilan": dt.date(2026, 9, 2),
        "nombre_questions": 37,
        "nombre_reponses": reponses,
        "clos_le": clos_le,
        "created_at": MAINTENANT,
        "version": 1,
    }
    return BilanResume(**{**valeurs, **autres})


def une_difficulte(etape: EtapeResume | None, realisation: str, fin: dt.date | None = None, **autres: Any) -> Any:
    valeurs: dict[str, Any] = {
        "id": uuid.uuid4(),
        "beneficiaire": 1,
        "nature": "MOBILITE_SANS_PERMIS",
        "debut": dt.date(2026, 9, 10),
        "fin": fin,
        "realisation": realisation,
        "commentaire": "",
        "etape": etape.id if etape else None,
        "etape_nom": None,
        "etape_fin": None,
        "organisme": ORGANISME,
        "organisme_nom": "Association Exemple",
        "actualisee_le": dt.date(2026, 9, 10),
        "version": 1,
    }
    return DifficulteResume(**{**valeurs, **autres})


def une_affectation(etape: EtapeResume | None, fin: dt.date | None = None, **autres: Any) -> AffectationResume:
    valeurs: dict[str, Any] = {
        "id": uuid.uuid4(),
        "beneficiaire": 1,
        "referent": uuid.uuid4(),
        "referent_nom": "ESSAI Alix",
        "organisme_nom": "Association Exemple",
        "actif": True,
        "nature": "ETAPE",
        "dispositif": None,
        "dispositif_code": None,
        "dispositif_debut": None,
        "etape": etape.id if etape else None,
        "etape_nom": None,
        "debut": dt.date(2026, 9, 1),
        "fin": fin,
        "version": 1,
        "organisme": ORGANISME,
    }
    return AffectationResume(**{**valeurs, **autres})


def des_caracteristiques(
    actualisees: dt.date = AUJOURDHUI, *, sauf: tuple[str, ...] = (), anciennes: tuple[str, ...] = ()
) -> list[CaracteristiqueCourante]:
    """All the caractéristiques known, but some; `anciennes` were confirmed long ago."""
    connues = []
    for definition in definitions_caracteristiques():
        if definition.code in sauf:
            connues.append(CaracteristiqueCourante(definition=par_code()[definition.code]))
            continue
        jour = dt.date(2025, 11, 1) if definition.code in anciennes else actualisees
        connues.append(
            CaracteristiqueCourante(
                definition=definition, id=uuid.uuid4(), valeur="x", debut=jour, actualisee_le=jour, presente=True
            )
        )
    return connues


def verification(etape: EtapeResume, **rangees: Any) -> Verification:
    """The checklist of an étape on these rows; a dossier in order unless said otherwise."""
    valeurs: dict[str, Any] = {
        "etapes": [etape],
        "entretiens": [un_entretien(etape, -30, "PRESENCE")],
        "bilans": [un_bilan(etape, 37, dt.date(2026, 11, 20))],
        "difficultes": [],
        "caracteristiques": des_caracteristiques(),
        "affectations": [une_affectation(etape)],
    }
    return verifier(etape, maintenant=MAINTENANT, aujourdhui=AUJOURDHUI, **{**valeurs, **rangees})
