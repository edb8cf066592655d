"""What a followed person can do and wishes to do: métiers, experiences, diplomas, languages, permits, availability."""

import random
from typing import Any

from viesion_core.demo.dossier import Dossier
from viesion_core.demo.model import alea, entre, identifiant, jours, tirer
from viesion_core.employabilite.model import Rubrique
from viesion_core.employabilite.tables import Atout, Disponibilite
from viesion_core.nomenclatures.model import nomenclature

_PART = 0.75
_EMPLOYEURS = ("Mairie", "Commerce de quartier", "Exploitation familiale", "Association", "Intérim", "Restaurant")
_DIPLOMES = (
    ("CAP", "3", 0.4),
    ("Baccalauréat", "4", 0.3),
    ("BTS", "5", 0.15),
    ("Licence", "6", 0.1),
    ("Habilitation électrique", "CERTIFICAT", 0.05),
)
_LANGUES = ("Anglais", "Espagnol", "Arabe", "Portugais", "Italien", "Turc")
_NIVEAUX = (("DEBUTANT", 0.35), ("INTERMEDIAIRE", 0.35), ("COURANT", 0.2), ("MATERNELLE", 0.1))
_ZONES = (("COMMUNE", 0.2), ("30_KM", 0.5), ("DEPARTEMENT", 0.25), ("AU_DELA", 0.05))
_DISPONIBILITES = (("IMMEDIATE", 0.5), ("SOUS_1_MOIS", 0.2), ("SOUS_3_MOIS", 0.15), ("PLUS_TARD", 0.15))
_TEMPS = (("PLEIN", 0.45), ("PARTIEL", 0.3), ("INDIFFERENT", 0.25))


def projeter(d: Dossier) -> None:
    """Write the employabilité of a person who is followed; her own random source, so that nothing else moves."""
    r = alea(d.p.graine, "employabilite", d.numero)
    if not d.personne.active or d.personne.referent is None or r.random() > _PART:
        return
    metiers = nomenclature("METIER").elements
    for place in ("PRINCIPAL", "SECONDAIRE")[: entre(r, 1, 2)]:
        _atout(d, r, Rubrique.METIER, code=metiers[entre(r, 0, len(metiers) - 1)].code, niveau=place)
    annee = d.aujourdhui.year
    for _ in range(entre(r, 0, 3)):
        fin = annee - entre(r, 1, 15)
        metier = metiers[entre(r, 0, len(metiers) - 1)].libelle[:120]
        periode = {"annee_debut": fin - entre(r, 0, 5), "annee_fin": fin}
        _atout(d, r, Rubrique.EXPERIENCE, intitule=metier, detail=_EMPLOYEURS[entre(r, 0, 5)], **periode)
    if r.random() < 0.7:
        intitule, niveau, _ = tirer(r, [(diplome, diplome[2]) for diplome in _DIPLOMES])
        _atout(d, r, Rubrique.DIPLOME, intitule=intitule, niveau=niveau, annee_fin=annee - entre(r, 2, 20))
    if r.random() < 0.45:
        parle, ecrit = tirer(r, _NIVEAUX), tirer(r, _NIVEAUX)
        _atout(d, r, Rubrique.LANGUE, intitule=_LANGUES[entre(r, 0, 5)], niveau=parle, niveau_ecrit=ecrit)
    if r.random() < 0.55:
        _atout(d, r, Rubrique.PERMIS, code="B", annee_fin=annee - entre(r, 1, 20))
    ligne = {
        "id": identifiant(r, d.numero),
        "beneficiaire": d.numero,
        "zone": tirer(r, _ZONES),
        "zone_precision": "",
        "disponibilite": tirer(r, _DISPONIBILITES),
        "disponible_le": None,
        "temps": tirer(r, _TEMPS),
        "contraintes": "",
        "actualise_le": d.aujourdhui - jours(entre(r, 5, 300)),
        "auteur": d.suivi_par.nom_complet,
        "version": 1,
    }
    d.lot.ajouter(Disponibilite, ligne)


def _atout(d: Dossier, r: random.Random, rubrique: Rubrique, **valeurs: Any) -> None:
    vide = {
        **dict.fromkeys(("code", "intitule", "detail", "niveau", "niveau_ecrit", "commentaire"), ""),
        "annee_debut": None,
        "annee_fin": None,
    }
    fixe = {
        "id": identifiant(r, d.numero),
        "beneficiaire": d.numero,
        "rubrique": str(rubrique),
        "actualise_le": d.aujourdhui - jours(entre(r, 5, 300)),
        "auteur": d.suivi_par.nom_complet,
        "version": 1,
    }
    d.lot.ajouter(Atout, {**vide, **fixe, **valeurs})
