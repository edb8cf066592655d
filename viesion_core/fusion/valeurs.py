"""What the fields of a template are worth for a dossier: French words, plain texts. One function per group.

Pure: `donnees.py` reads, this writes. Each field of `champs.py` is answered here (a test compares the two).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from viesion_core import formats
from viesion_core.acces.model import UtilisateurResume
from viesion_core.bilans.model import BilanResume, Questionnaire, TypeQuestion
from viesion_core.bilans.regles import Listes, texte_reponse, visibles
from viesion_core.contexte import PARIS
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.dossiers.model import Identite
from viesion_core.dossiers.model_caracteristiques import CaracteristiqueCourante
from viesion_core.dossiers.model_orientations import OrientationResume
from viesion_core.entretiens.model import PRESENCE, EntretienResume
from viesion_core.organismes.model import OrganismeResume
from viesion_core.parcours.model import ContratResume, EntreeResume, EtapeResume, nom_contrat

OUI = "Oui"


def beneficiaire(personne: Identite, jour: dt.date) -> dict[str, str]:
    """Return the fields of the person."""
    feminin = personne.civilite == "MME"
    return {
        "civilite": personne.civilite_libelle,
        "nom_complet": _suite(" ", personne.civilite_libelle, personne.prenom, personne.nom),
        "nom": personne.nom,
        "prenom": personne.prenom,
        "nom_naissance": personne.nom_naissance.upper(),
        "nom_usage": personne.nom_usage.upper(),
        "date_naissance": formats.date(personne.date_naissance),
        "lieu_naissance": personne.lieu_naissance,
        "age": formats.age(personne.date_naissance, jour),
        "ne": "née" if feminin else "né",
        "e": "e" if feminin else "",
        "numero": str(personne.numero),
        "matricule": personne.matricule,
        "adresse": personne.adresse,
        "complement": personne.complement,
        "code_postal": personne.code_postal,
        "commune": personne.commune_nom,
        "adresse_complete": _adresse(personne.adresse, personne.complement, personne.code_postal, personne.commune_nom),
        "telephone": personne.telephone,
        "courriel": personne.courriel,
        "etat_droit": personne.etat_droit_libelle,
    }


def organisme(fiche: OrganismeResume) -> dict[str, str]:
    """Return the fields of the organism of the author."""
    siret = fiche.siret
    return {
        "nom": fiche.nom,
        "adresse": fiche.adresse,
        "code_postal": fiche.code_postal,
        "commune": fiche.commune,
        "adresse_complete": _adresse(fiche.adresse, "", fiche.code_postal, fiche.commune),
        "telephone": fiche.telephone,
        "courriel": fiche.courriel,
        "siret": _suite(" ", siret[:3], siret[3:6], siret[6:9], siret[9:]),
    }


def personne(compte: UtilisateurResume) -> dict[str, str]:
    """Return the fields of a user."""
    return {
        "nom_complet": f"{compte.prenom} {compte.nom.upper()}",
        "nom": compte.nom.upper(),
        "prenom": compte.prenom,
        "fonction": compte.fonction,
        "telephone": compte.telephone,
        "courriel": compte.courriel,
    }


def referent(compte: UtilisateurResume) -> dict[str, str]:
    """Return the fields of a référent: those of a user, and their organism."""
    return {**personne(compte), "organisme": compte.organisme_nom}


def contrat(fiche: ContratResume, jour: dt.date) -> dict[str, str]:
    """Return the fields of a contract."""
    return {
        "nom": nom_contrat(fiche.type, fiche.debut, fiche.fin),
        "type": fiche.type_libelle,
        "numero": fiche.numero,
        "debut": formats.date(fiche.debut),
        "fin": formats.date(fiche.fin),
        "signature": formats.date(fiche.signature),
        "heures_hebdo": "" if fiche.heures_hebdo is None else str(fiche.heures_hebdo),
        "statut": fiche.statut(jour),
    }


def dispositif(fiche: EntreeResume) -> dict[str, str]:
    """Return the fields of the entry into the dispositif."""
    return {"nom": fiche.libelle, "entree": formats.date(fiche.debut)}


def orientation(fiche: OrientationResume) -> dict[str, str]:
    """Return the fields of an orientation."""
    return {
        "parcours": fiche.parcours_libelle,
        "notifiee_le": formats.date(fiche.notifiee_le),
        "diagnostic_le": formats.date(fiche.diagnostic_le),
    }


def etape(fiche: EtapeResume) -> dict[str, str]:
    """Return the fields of an étape."""
    return {
        "nom": fiche.nom,
        "offre": fiche.offre,
        "libelle": fiche.offre_libelle,
        "organisme": fiche.organisme_nom,
        "territoire": fiche.territoire,
        "periode": formats.periode(fiche.debut_reel, fiche.fin_reelle),
        "debut": formats.date(fiche.debut_reel),
        "fin": formats.date(fiche.fin_reelle),
        "motif_fin": fiche.motif_libelle,
        "statut": "En cours" if fiche.ouverte else "Terminée",
    }


def bilan(
    fiche: BilanResume, questionnaire: Questionnaire, reponses: Mapping[str, Any], listes: Listes
) -> dict[str, Any]:
    """Return the fields of a bilan: its sections with the questions that are asked, its answers by code."""
    posees = set(visibles(questionnaire, reponses))
    textes = {
        q.code: texte_reponse(q, reponses.get(q.code), listes) if q.code in posees else ""
        for q in questionnaire.questions()
    }
    rangs = {q.code: rang for rang, q in enumerate(questionnaire.questions(), start=1)}
    sections = [
        {
            "code": section.code,
            "titre": section.titre,
            "questions": [
                {
                    "code": q.code,
                    "numero": str(rangs[q.code]),
                    "texte": q.texte,
                    "reponse": textes[q.code],
                    "repondue": OUI if textes[q.code] else "",
                    "texte_libre": OUI if q.type is TypeQuestion.TEXTE else "",
                }
                for q in section.questions
                if q.code in posees
            ],
        }
        for section in questionnaire.sections
    ]
    return {
        "libelle": fiche.libelle,
        "date": formats.date(fiche.date_bilan),
        "etat": f"Clos le {formats.date(fiche.clos_le)}" if fiche.clos_le else "En cours",
        "organisme": fiche.organisme_nom,
        "nombre_questions": str(fiche.nombre_questions),
        "nombre_reponses": str(sum(1 for texte in textes.values() if texte)),
        "sections": [section for section in sections if section["questions"]],
        "reponses": textes,
    }


def entretien(fiche: EntretienResume) -> dict[str, str]:
    """Return the fields of one entretien."""
    quand = fiche.debut.astimezone(PARIS)
    return {
        "date": formats.date(quand),
        "date_longue": formats.date_longue(quand),
        "heure": formats.heure(quand),
        "duree": formats.duree(fiche.duree),
        "type": fiche.type_libelle,
        "realisation": fiche.realisation_libelle,
        "collaborateur": f"{fiche.collaborateur_prenom} {fiche.collaborateur_nom.upper()}",
        "organisme": fiche.organisme_nom,
        "lieu": fiche.lieu_libelle,
        "vecteur": fiche.vecteur_libelle,
    }


def entretiens(fiches: Iterable[EntretienResume]) -> list[dict[str, Any]]:
    """Return the entretiens in the order of time, with their themes; a synthèse that is masked is left empty."""
    return [
        {
            **entretien(fiche),
            "resume": ", ".join(theme.libelle for theme in fiche.themes),
            "themes": [{"libelle": theme.libelle, "synthese": theme.synthese} for theme in fiche.themes],
        }
        for fiche in sorted(fiches, key=lambda fiche: fiche.debut)
    ]


def suivi(fiches: Sequence[EntretienResume]) -> dict[str, str]:
    """Return the counts of the entretiens."""
    realisations = [fiche.realisation for fiche in fiches]
    return {
        "entretiens": str(len(realisations)),
        "presences": str(realisations.count(PRESENCE)),
        "absences_justifiees": str(realisations.count("ABS_JUST")),
        "absences_non_justifiees": str(realisations.count("ABS_NON_JUST")),
    }


def difficultes(fiches: Iterable[DifficulteResume]) -> list[dict[str, str]]:
    """Return the difficultés, the oldest first."""
    return [
        {
            "nature": fiche.nature_libelle,
            "famille": fiche.famille,
            "debut": formats.date(fiche.debut),
            "fin": formats.date(fiche.fin),
            "realisation": fiche.realisation_libelle,
            "commentaire": fiche.commentaire,
            "ouverte": OUI if fiche.ouverte else "",
        }
        for fiche in sorted(fiches, key=lambda fiche: (fiche.debut, fiche.nature))
    ]


def caracteristiques(fiches: Iterable[CaracteristiqueCourante]) -> dict[str, str]:
    """Return the current values by code; those that the user may not read are empty."""
    return {fiche.code: fiche.valeur for fiche in fiches}


def _adresse(rue: str, complement: str, code_postal: str, commune: str) -> str:
    """Return an address on several lines, without empty ones."""
    return _suite("\n", rue, complement, _suite(" ", code_postal, commune))


def _suite(separateur: str, *morceaux: str) -> str:
    return separateur.join(morceau for morceau in morceaux if morceau)
