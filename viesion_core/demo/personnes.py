"""The person: synthetic identity, address, right; entries into the dispositif; the words of the search."""

import datetime as dt
import random
from typing import Any

from viesion_core.demo.dossier import Dossier, Entree
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import (
    PART_REPRISE,
    Parametres,
    Situation,
    alea,
    code_postal,
    entre,
    jours,
    mots,
    tirer,
)
from viesion_core.dossiers.indexation import lignes_recherche
from viesion_core.dossiers.model import ACCOMP_RSA
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif, MotDossier, Rattachement
from viesion_core.nomenclatures.model import cle

_AGES = ((18, 24, 0.06), (25, 34, 0.29), (35, 44, 0.26), (45, 54, 0.23), (55, 64, 0.16))
_SORTIES = (
    ("EMPLOI", 0.53),
    ("FIN_DE_DROIT_RSA", 0.20),
    ("DEMENAGEMENT_HORS_DEPARTEMENT", 0.10),
    ("RETRAITE_OU_AAH", 0.08),
    ("REORIENTATION", 0.06),
    ("DECES", 0.02),
    ("ENTREE_CREEE_PAR_ERREUR", 0.01),
)
_PARCOURS = (("SOCIO_PRO", 0.45), ("SOCIAL", 0.35), ("PRO", 0.20))
_DROIT_SORTI = (("5", 0.70), ("6", 0.15), ("2", 0.15))
_DROIT_ACTIF = (("2", 0.92), ("4", 0.03), ("3", 0.03), ("5", 0.02))


class Identite:
    """Who somebody is; the same number always gives the same person."""

    __slots__ = ("civilite", "naissance", "nom", "nom_usage", "prenom")

    def __init__(self, p: Parametres, numero: int) -> None:
        r = alea(p.graine, "identite", numero)
        m = mots()
        femme = r.random() < 0.53
        prenoms = m.prenoms_f if femme else m.prenoms_m
        self.civilite = "MME" if femme else "M"
        self.prenom = prenoms[_rang(r, len(prenoms))]
        self.nom = nom_de_famille(r)
        self.nom_usage = nom_de_famille(r) if femme and r.random() < 0.22 else ""
        minimum, maximum, _ = tirer(r, [(tranche, tranche[2]) for tranche in _AGES])
        self.naissance = p.aujourdhui - jours(entre(r, int(minimum * 365.25), int((maximum + 1) * 365.25) - 1))


def nom_de_famille(r: random.Random) -> str:
    """Return a surname that nobody bears: a word, two of them, or one with a particle."""
    m = mots()
    tirage = r.random()
    if tirage < 0.50:
        return m.noms[_rang(r, len(m.noms))]
    if tirage < 0.75:
        return m.prefixes[entre(r, 0, len(m.prefixes) - 1)] + m.suffixes[entre(r, 0, len(m.suffixes) - 1)]
    nom = m.noms[entre(r, 0, len(m.noms) - 1)]
    if tirage < 0.92:
        return f"{nom}-{m.noms[_rang(r, len(m.noms))]}"
    particule = m.particules[entre(r, 0, len(m.particules) - 1)]
    elision = particule == "d'" and nom[0] not in "AEÉIOUY"
    return ("de " if elision else particule) + nom


def entrer(d: Dossier) -> None:
    """Decide the stays of the person in the dispositif, and write them with the identity and the opening."""
    d.entrees = _sejours(d)
    _identite(d)
    for entree in d.entrees:
        _ecrire_entree(d, entree)


def ouvrir_acces(d: Dossier) -> None:
    """Write the perimeter: the organisms that the étapes and référents have brought in. Called last."""
    for organisme, (nature, debut) in d.acces.items():
        d.lot.ajouter(
            Rattachement,
            {
                "id": d.cle(),
                "beneficiaire": d.numero,
                "organisme": organisme,
                "nature": nature,
                "motif": "",
                "debut": debut,
                "fin": None,
                "version": 1,
            },
        )


def _rang(r: random.Random, nombre: int) -> int:
    """Return an index, the first ones several times more frequent: names are not equally borne."""
    return int(nombre * r.random() ** 1.8)


def _sejours(d: Dossier) -> list[Entree]:
    if not d.personne.active:
        debut, fin = _sejour_passe(d)
        return [Entree(d.cle(), debut, fin, tirer(d.r, _SORTIES))]
    courant = Entree(d.cle(), _entree_courante(d), None, "")
    if d.personne.retour:
        limite = (courant.debut - d.p.debut).days - 60
        if limite > 120:
            reprise = d.r.random() < 0.7
            debut = d.p.debut if reprise else d.p.debut + jours(entre(d.r, 1, limite - 100))
            fin = debut + jours(entre(d.r, 60, min(600, (courant.debut - debut).days - 60)))
            return [Entree(d.cle(), debut, fin, tirer(d.r, _SORTIES[:4])), courant]
    return [courant]


def _entree_courante(d: Dossier) -> dt.date:
    """Return when an active person entered: 24 months ago at most, except for the long ones (A01)."""
    situation = d.personne.situation
    anciennete = {
        Situation.ORDINAIRE: (45 if d.personne.en_retard else 25 if d.personne.etape_ouverte else 6, 715),
        Situation.SANS_REFERENT: (90, 700),
        Situation.NON_RENOUVELE: (260, 700),
        Situation.SANS_BILAN: (45, 130),
        Situation.SANS_ENTRETIEN: (125, 330),
        Situation.LONGUE: (770, 1300),
    }[situation]
    if d.personne.non_orientee:
        anciennete = (20, 60)
    return d.aujourdhui - jours(entre(d.r, *anciennete))


def _sejour_passe(d: Dossier) -> tuple[dt.date, dt.date]:
    """Return the stay of somebody who left: taken over four years ago for most, or new since (5,000 a year)."""
    histoire = (d.aujourdhui - d.p.debut).days
    if d.r.random() < PART_REPRISE + 0.04:
        return d.p.debut, d.p.debut + jours(entre(d.r, 500, histoire - 20))
    ancien = d.r.random() < 0.77
    arrivee = entre(d.r, 1, histoire // 2) if ancien else entre(d.r, histoire // 2, histoire - 120)
    debut = d.p.debut + jours(arrivee)
    return debut, debut + jours(entre(d.r, 150, min(900, histoire - arrivee - 5)))


def _identite(d: Dossier) -> None:
    i = Identite(d.p, d.personne.double or d.numero)
    premier, dernier = d.entrees[0], d.entrees[-1]
    reprise = premier.debut == d.p.debut
    auteur = None if reprise else d.suivi_par
    nom = (i.nom_usage or i.nom).upper()
    moment = Moment(
        d.instant(premier.debut, 9),
        auteur,
        "dossier.reprendre" if reprise else "dossier.ouvrir",
        f"{'Reprise' if reprise else 'Ouverture'} du dossier de {nom} {i.prenom}",
    )
    ligne = {
        "numero": d.numero,
        "civilite": i.civilite,
        "nom_naissance": i.nom,
        "nom_usage": i.nom_usage,
        "prenom": i.prenom,
        "date_naissance": i.naissance,
        "nom_cle": cle(i.nom_usage or i.nom)[:80],
        "prenom_cle": cle(i.prenom)[:80],
        **_coordonnees(d, i),
        **_droit(d, premier, dernier),
        "commentaire": "",
        "source": "IMPORT" if reprise else "PERSONNE",
        "created_at": moment.quand,
        "version": 1,
    }
    d.lot.ajouter(Beneficiaire, ligne)
    recent = d.lot.detaille(moment.quand)
    d.lot.acte(d.r, d.numero, moment, Beneficiaire if recent else None, None, ligne if recent else None)
    for mot in lignes_recherche([(d.numero, i.nom, i.nom_usage, i.prenom)]):
        d.lot.ajouter(MotDossier, mot)


def _coordonnees(d: Dossier, i: Identite) -> dict[str, Any]:
    r, m, commune = d.r, mots(), d.personne.commune
    sans_domicile = r.random() < 0.03
    voie = f"{entre(r, 1, 140)} {m.voies[entre(r, 0, len(m.voies) - 1)]} {m.noms[entre(r, 0, len(m.noms) - 1)]}"
    etranger = r.random() < 0.18
    ville = m.villes_etrangeres[entre(r, 0, len(m.villes_etrangeres) - 1)] if etranger else commune.nom
    adresse = f"{cle(i.prenom)}.{cle(i.nom)}.{d.numero}@exemple.test".lower().replace(" ", "-")
    return {
        "lieu_naissance": ville,
        "nationalite": "",
        "adresse": "" if sans_domicile else voie,
        "complement": "Domiciliation au CCAS" if sans_domicile else "",
        "code_postal": code_postal(commune),
        "commune": commune.code_insee,
        "sans_domicile": sans_domicile,
        "telephone": f"06 39 98 {d.numero // 100 % 100:02d} {d.numero % 100:02d}" if r.random() < 0.94 else "",
        "telephone_2": "",
        "courriel": adresse if r.random() < 0.62 else "",
    }


def _droit(d: Dossier, premier: Entree, dernier: Entree) -> dict[str, Any]:
    r = d.r
    demande = premier.debut - jours(entre(r, 50, 140))
    if d.personne.active:
        ordinaire = d.personne.situation is Situation.ORDINAIRE
        etat = tirer(r, _DROIT_ACTIF) if ordinaire else "2"
    else:
        etat = tirer(r, _DROIT_SORTI)
    oriente = dernier.fin is None or dernier.fin.year >= 2025
    droit = {
        "organisme_payeur": "MSA" if r.random() < 0.07 else "CAF",
        "matricule": f"99{d.numero:05d}",
        "role_foyer": "CJT" if r.random() < 0.13 else "DEM",
        "id_individu": f"DEMO-{d.numero}" if r.random() < 0.9 else None,
        "numero_demande": f"34{d.numero:09d}",
        "date_demande": demande,
        "date_ouverture": demande + jours(entre(r, 5, 30)),
        "etat_droit": etat,
        "soumis_droits_devoirs": r.random() < 0.97,
    }
    d.parcours = tirer(r, _PARCOURS) if oriente and not d.personne.non_orientee else ""
    return {**droit, "parcours": d.parcours}


def _ecrire_entree(d: Dossier, entree: Entree) -> None:
    compte = d.suivi_par
    libelle = f"Entrée Accomp RSA du {entree.debut:%d/%m/%Y}"
    moments = [Moment(d.instant(entree.debut, 9), compte, "dispositif.entrer", libelle)]
    if entree.fin is not None:
        sortie = {"fin": entree.fin, "motif_fin": entree.motif}
        libelle = f"Sortie Accomp RSA le {entree.fin:%d/%m/%Y}"
        moments.append(Moment(d.instant(entree.fin, 16), compte, "dispositif.sortir", libelle, sortie))
    ligne = {
        "id": entree.id,
        "beneficiaire": d.numero,
        "dispositif": "AUTRE" if d.personne.hors_rsa and entree is not d.entrees[-1] else ACCOMP_RSA,
        "debut": entree.debut,
        "fin": None,
        "motif_fin": "",
        "commentaire": "",
    }
    d.lot.ecrire(d.r, EntreeDispositif, ligne, d.numero, moments)
