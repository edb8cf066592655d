"""Makers of what plugins see, for their tests: a dossier, an étape, entretiens, bilans. Imported from `testing`.

Everything has a value; a test says only what it is about: `un_dossier(etape, entretiens=[un_entretien(jour, "PRESENCE",
etape)])`.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.bilans.model import BilanVu
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.entretiens.model import EntretienResume
from viesion_core.offres.model import DossierVu
from viesion_core.parcours.model import PARCOURS, AffectationResume, EtapeResume
from viesion_core.resume.model import Bandeau

AUJOURDHUI = dt.date(2026, 11, 24)
ORGANISME = uuid.UUID(int=7)


def une_etape(debut: dt.date = dt.date(2026, 10, 1), fin: dt.date | None = None, offre: str = "MOS") -> EtapeResume:
    """Return an étape of « Association Exemple », closed when it has an end."""
    return EtapeResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        dispositif=uuid.uuid4(),
        dispositif_code="ACCOMP_RSA",
        dispositif_debut=dt.date(2026, 1, 5),
        organisme=ORGANISME,
        organisme_nom="Association Exemple",
        offre_de_service=uuid.uuid4(),
        offre=offre,
        offre_libelle=offre,
        territoire="Département",
        debut_prevu=None,
        fin_prevue=None,
        debut_reel=debut,
        fin_reelle=fin,
        motif_fin="OBJECTIF_DE_L_ETAPE_ATTEINT" if fin else "",
        commentaire="",
        version=1,
    )


def un_entretien(jour: dt.date, realisation: str, etape: EtapeResume | None) -> EntretienResume:
    """Return an entretien of a morning, with a réalisation of the list (PRESENCE, ABS_NON_JUST…)."""
    return EntretienResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        debut=dt.datetime.combine(jour, dt.time(9), tzinfo=dt.UTC),
        duree=30,
        collaborateur=uuid.uuid4(),
        collaborateur_nom="Essai",
        collaborateur_prenom="Alix",
        organisme=ORGANISME,
        organisme_nom="Association Exemple",
        lieu="",
        vecteur="",
        dispositif=None,
        etape=etape.id if etape else None,
        type="SUIVI",
        realisation=realisation,
        reporte_de=None,
        version=1,
    )


def une_difficulte(nature: str, fin: dt.date | None = None) -> DifficulteResume:
    """Return a difficulté of a nature of the list, open unless it has an end."""
    return DifficulteResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        nature=nature,
        debut=dt.date(2026, 10, 1),
        fin=fin,
        realisation="",
        commentaire="",
        etape=None,
        etape_nom=None,
        etape_fin=None,
        organisme=None,
        organisme_nom=None,
        actualisee_le=dt.date(2026, 10, 1),
        version=1,
    )


def un_referent(organisme_nom: str, nature: str = PARCOURS, fin: dt.date | None = None) -> AffectationResume:
    """Return a référent of an organism, current unless it has an end."""
    return AffectationResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        referent=uuid.uuid4(),
        referent_nom="ESSAI Alix",
        organisme_nom=organisme_nom,
        actif=True,
        nature=nature,
        dispositif=None,
        dispositif_code=None,
        dispositif_debut=None,
        etape=None,
        etape_nom=None,
        debut=dt.date(2026, 1, 5),
        fin=fin,
        version=1,
    )


def un_bilan(
    etape: EtapeResume,
    reponses: Mapping[str, Any],
    jour: str = "2026-11-20",
    *,
    clos: bool = False,
    questionnaire: str = "",
) -> BilanVu:
    """Return a bilan of an étape; its questionnaire has the code of the offre unless said otherwise."""
    return BilanVu(
        id=str(uuid.uuid4()),
        questionnaire=questionnaire or etape.offre,
        version_questionnaire=1,
        offre=etape.offre,
        etape=str(etape.id),
        date_bilan=jour,
        clos=clos,
        reponses=reponses,
    )


def un_dossier(
    *etapes: EtapeResume,
    entretiens: Sequence[EntretienResume] = (),
    difficultes: Sequence[DifficulteResume] = (),
    affectations: Sequence[AffectationResume] = (),
    bilans: Sequence[BilanVu] = (),
    caracteristiques: Mapping[str, str] | None = None,
    bilans_en_tout: int | None = None,
) -> DossierVu:
    """Return a dossier on 24/11/2026; `bilans_en_tout` counts those that the reader may not see too."""
    return DossierVu(
        fiche=_fiche(len(bilans) if bilans_en_tout is None else bilans_en_tout),
        aujourdhui=AUJOURDHUI,
        caracteristiques=caracteristiques or {},
        etapes=etapes,
        entretiens=tuple(entretiens),
        difficultes=tuple(difficultes),
        affectations=tuple(affectations),
        bilans=tuple(bilans),
    )


def _fiche(bilans: int) -> Bandeau:
    return Bandeau(
        numero=1,
        version=1,
        civilite="MME",
        nom_naissance="Exemple",
        nom_usage="",
        prenom="Camille",
        date_naissance=dt.date(1985, 3, 12),
        commune="",
        telephone="",
        etat_droit="2",
        soumis_droits_devoirs=True,
        entree=None,
        caracteristiques_requises=16,
        caracteristiques_presentes=16,
        caracteristiques_anciennes=0,
        etapes=1,
        etapes_ouvertes=1,
        entretiens=0,
        entretiens_a_realiser=0,
        entrees=1,
        contrats=0,
        contrat_fin=None,
        bilans=bilans,
        difficultes=0,
        difficultes_ouvertes=0,
        documents=0,
    )
