"""Entretiens: 70 % Présence, 12 % absence justifiée, 14 % non justifiée, 4 % of the rest; and those to come."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.demo.agenda import creneau
from viesion_core.demo.dossier import Dossier, EtapeDemo
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import Compte, Situation, entre, jours, mots, ouvre, tirer
from viesion_core.entretiens.model import PRESENCE, PREVU, REPORTE
from viesion_core.entretiens.tables import Entretien, EntretienTheme
from viesion_core.nomenclatures.model import libelle

_REALISATIONS = (
    (PRESENCE, 0.70),
    ("ABS_JUST", 0.12),
    ("ABS_NON_JUST", 0.14),
    ("ANNULE_STR", 0.02),
    (REPORTE, 0.02),
)
_NOMBRE = ((1, 0.06), (2, 0.16), (3, 0.21), (4, 0.24), (5, 0.18), (6, 0.15))
_TYPES = (
    ("SUIVI", 0.58),
    ("DIAGNOSTIC", 0.14),
    ("BILAN_INTERMEDIAIRE", 0.10),
    ("SIGNATURE_OU_RENOUVELLEMENT_DE_CONTRAT", 0.08),
    ("ENTRETIEN_TRIPARTITE", 0.03),
    ("ATELIER_COLLECTIF", 0.04),
    ("VISITE_A_DOMICILE", 0.03),
)
_LIEUX = (
    ("INDIVIDUEL_PHYSIQUE_DANS_LES_LOCAUX_DE_L", 0.55),
    ("INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE", 0.25),
    ("INDIVIDUEL_A_DISTANCE", 0.12),
    ("INDIVIDUEL_CHEZ_UN_PARTENAIRE", 0.05),
    ("INDIVIDUEL_A_DOMICILE", 0.03),
)
_THEMES = (
    ("SANTE", 0.20),
    ("EMPLOI", 0.17),
    ("MOBILITE", 0.12),
    ("LOGEMENT", 0.10),
    ("ADMINISTRATIF_JURIDIQUE", 0.10),
    ("BUDGET", 0.07),
    ("FORMATION", 0.07),
    ("CONTRAT", 0.06),
    ("FAMILLE_GARDE_D_ENFANTS", 0.05),
    ("NUMERIQUE", 0.03),
    ("LANGUE", 0.02),
    ("AUTRE", 0.01),
)
_DUREES = ((30, 0.55), (45, 0.30), (60, 0.15))
_SANS_NOUVELLES = 93
"""Days: nobody made for A07 has been seen since."""


def rencontrer(d: Dossier) -> None:
    """Write the entretiens of each étape, then those that wait and those to come."""
    for etape in d.etapes:
        if etape.fin is None:
            _etape_ouverte(d, etape)
        else:
            _etape_close(d, etape, etape.fin)
    courante = d.etape_ouverte
    for instant in d.personne.en_retard:
        _ecrire(d, courante, d.suivi_par, instant, "SUIVI", PREVU)
    for instant in d.personne.rendez_vous:
        nouvelle = courante is not None and (d.aujourdhui - courante.debut).days < 10
        _ecrire(d, courante, d.suivi_par, instant, "ENTRETIEN_D_ACCUEIL" if nouvelle else tirer(d.r, _TYPES), PREVU)


def _etape_close(d: Dossier, etape: EtapeDemo, fin: dt.date) -> None:
    nombre = tirer(d.r, _NOMBRE)
    duree = (fin - etape.debut).days
    for rang in range(nombre):
        jour = etape.debut + jours(int(duree * (rang + d.r.random() * 0.8) / nombre))
        genre = "BILAN_FINAL" if rang == nombre - 1 and nombre > 2 else ""
        _passe(d, etape, min(ouvre(jour), _dernier_jour(d, fin)), genre, premier=rang == 0)


def _dernier_jour(d: Dossier, fin: dt.date | None) -> dt.date:
    """Return the last day of which an entretien is told as past: yesterday for an étape that ends today, or goes on."""
    hier = d.aujourdhui - jours(1)
    return hier if fin is None else min(fin, hier)


def _etape_ouverte(d: Dossier, etape: EtapeDemo) -> None:
    """Meet every three weeks until yesterday; somebody followed for three months has come lately, or is an A07."""
    jour = etape.debut + jours(entre(d.r, 0, 6))
    sans_nouvelles = d.personne.situation is Situation.SANS_ENTRETIEN
    limite = _dernier_jour(d, None)
    premier, derniere_presence = True, etape.debut - jours(1)
    while jour <= limite:
        tard = sans_nouvelles and jour > d.aujourdhui - jours(_SANS_NOUVELLES)
        venue = _passe(d, etape, min(ouvre(jour), limite), "", premier=premier, absente=tard)
        derniere_presence = venue or derniere_presence
        premier = False
        jour += jours(entre(d.r, 16, 30))
    ancienne = (d.aujourdhui - etape.debut).days > 85
    if ancienne and not sans_nouvelles and (d.aujourdhui - derniere_presence).days > 60:
        jour = d.aujourdhui - jours(entre(d.r, 2, 25))
        _ecrire(d, etape, etape.referent, creneau(d.r, ouvre(jour - jours(2))), "SUIVI", PRESENCE)


def _passe(
    d: Dossier, etape: EtapeDemo, jour: dt.date, genre: str, *, premier: bool, absente: bool = False
) -> dt.date | None:
    """Write one entretien of a past day and, when it was postponed, the one that replaced it; the day if they came."""
    realisation = "ABS_NON_JUST" if absente else tirer(d.r, _REALISATIONS)
    suite = jour + jours(entre(d.r, 2, 9))
    if realisation == REPORTE and suite > _dernier_jour(d, etape.fin):
        realisation = PRESENCE
    choisi = "ENTRETIEN_D_ACCUEIL" if premier else genre or tirer(d.r, _TYPES)
    cle = _ecrire(d, etape, etape.referent, creneau(d.r, jour), choisi, realisation)
    if realisation == REPORTE:
        _ecrire(d, etape, etape.referent, creneau(d.r, suite), choisi, PRESENCE, reporte_de=cle)
        return suite
    return jour if realisation == PRESENCE else None


def _ecrire(
    d: Dossier,
    etape: EtapeDemo | None,
    compte: Compte,
    instant: dt.datetime,
    genre: str,
    realisation: str,
    reporte_de: uuid.UUID | None = None,
) -> uuid.UUID:
    lieu = tirer(d.r, _LIEUX)
    a_venir = instant > d.p.maintenant
    entree = etape.entree if etape else d.entrees[-1]
    pris = instant - dt.timedelta(days=entre(d.r, 2, 16), hours=entre(d.r, 0, 3))
    pris = min(pris, d.p.maintenant - dt.timedelta(hours=entre(d.r, 3, 90)))
    nom = f"Entretien du {instant:%d/%m/%Y}"
    moments = [Moment(pris, compte, "entretien.creer", nom)]
    if realisation != PREVU:
        quand = min(instant + dt.timedelta(minutes=entre(d.r, 35, 300)), d.p.maintenant - dt.timedelta(minutes=5))
        valeurs: dict[str, Any] = {"realisation": realisation, "modifie_le": quand}
        fait = f"{nom} : {libelle('REALISATION', realisation)}"
        moments.append(Moment(quand, compte, "entretien.realiser", fait, valeurs))
    cle = d.cle()
    ligne = {
        "id": cle,
        "beneficiaire": d.numero,
        "debut": instant,
        "duree": 30 if a_venir else tirer(d.r, _DUREES),
        "collaborateur": compte.id,
        "organisme": compte.organisme.id,
        "lieu": lieu,
        "vecteur": "TELEPHONE" if lieu == "INDIVIDUEL_A_DISTANCE" else "PHYSIQUE",
        "dispositif": entree.id,
        "etape": etape.id if etape else None,
        "type": genre,
        "realisation": PREVU,
        "reporte_de": reporte_de,
        "modifie_le": None,
        "creneau": None,
        "place": None,
    }
    d.lot.ecrire(d.r, Entretien, ligne, d.numero, moments)
    if realisation == PRESENCE:
        _themes(d, cle, genre)
    return cle


def _themes(d: Dossier, entretien: uuid.UUID, genre: str) -> None:
    accueil = genre == "ENTRETIEN_D_ACCUEIL"
    choisis = ["1_CONVOCATION_1ER_ACCUEIL"] if accueil else []
    for _ in range(entre(d.r, 0 if accueil else 1, 2)):
        theme = tirer(d.r, _THEMES)
        if theme not in choisis:
            choisis.append(theme)
    for ordre, theme in enumerate(choisis):
        phrases = mots().phrases["accueil" if accueil and ordre == 0 else "suivi"]
        d.lot.ajouter(
            EntretienTheme,
            {
                "id": d.cle(),
                "entretien": entretien,
                "theme": theme,
                "synthese": phrases[entre(d.r, 0, len(phrases) - 1)],
                "ordre": ordre,
                "version": 1,
            },
        )
