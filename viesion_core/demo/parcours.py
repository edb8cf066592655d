"""Étapes, contracts, référents: what the deck asks for, and the few gaps that the alerts are there to find."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from viesion_core.demo.dossier import Dossier, Entree, EtapeDemo
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import (
    CONTRAT_ENGAGEMENT,
    Compte,
    OffreDemo,
    Situation,
    entre,
    jours,
    mots,
    tirer,
)
from viesion_core.parcours.model import ETAPE, LIBELLE_NATURE, PARCOURS, ajouter_mois, du_au, nom_contrat
from viesion_core.parcours.tables import Affectation, Contrat, Etape

_NOMBRE_ETAPES = ((1, 0.45), (2, 0.35), (3, 0.15), (4, 0.05))
_MOTIFS = (
    ("OBJECTIF_DE_L_ETAPE_ATTEINT", 0.22),
    ("RELAIS_VERS_UNE_AUTRE_OFFRE_DE_SERVICE", 0.15),
    ("EMPLOI_DE_MOINS_DE_6_MOIS_SAISONNIER_INT", 0.09),
    ("EMPLOI_DURABLE", 0.08),
    ("ENTREE_EN_FORMATION_QUALIFIANTE", 0.06),
    ("ENTREE_EN_IAE_OU_CONTRAT_AIDE", 0.05),
    ("ACCES_A_UN_AUTRE_DROIT", 0.05),
    ("CREATION_OU_REPRISE_D_ACTIVITE", 0.03),
    ("REORIENTATION_DE_PARCOURS", 0.06),
    ("TERME_DE_LA_DUREE_MAXIMALE", 0.05),
    ("FIN_DE_DROIT_RSA", 0.03),
    ("SANTE_INCOMPATIBLE_HOSPITALISATION", 0.02),
    ("DEMENAGEMENT_HORS_DEPARTEMENT", 0.02),
    ("ABANDON", 0.04),
    ("ABSENCES_REPETEES_NON_JUSTIFIEES", 0.03),
    ("JAMAIS_VENU", 0.02),
)
_DUREES_CER = ((6, 0.62), (9, 0.08), (12, 0.30))
_DUREE_RETENUE = 200
"""Days for each étape of a stay that has ended: of a long one, the last étapes are those that were taken over."""
_PART_DERNIER_CONTRAT = 0.64
"""Of a stay that has ended: the contract is not followed by another."""
_PART_REFERENT_OUBLIE = 0.02
_PART_SANS_CONTRAT = 0.35
"""Of those who enter for the first time: 72 % of the active people have a live contract."""


def accompagner(d: Dossier) -> None:
    """Write the étapes, then the référents and the contracts of the person."""
    for entree in d.entrees:
        if not d.personne.non_orientee:
            _etapes(d, entree)
    if d.etapes:
        min(d.etapes, key=lambda etape: etape.debut).premiere = True
    for etape in d.etapes:
        _ecrire_etape(d, etape)
        _referent_etape(d, etape)
    for entree in d.entrees:
        _referents_parcours(d, entree)
        if not d.personne.non_orientee:
            _contrats(d, entree)


def _etapes(d: Dossier, entree: Entree) -> None:
    """Decide the étapes of a stay: closed ones in a row, then the open one when the stay goes on."""
    ouverte = _etape_en_cours(d, entree) if entree.fin is None and d.personne.etape_ouverte else None
    limite = entree.fin or d.aujourdhui - jours(20)
    if ouverte is not None:
        limite = ouverte.debut - jours(10)
    if d.personne.situation not in (Situation.SANS_BILAN,) or entree.fin is not None:
        nombre = tirer(d.r, _NOMBRE_ETAPES) - (ouverte is not None)
        _etapes_closes(d, entree, limite, nombre)
    if ouverte is not None:
        d.etapes.append(ouverte)


def _etape_en_cours(d: Dossier, entree: Entree) -> EtapeDemo | None:
    offre = _offre(d, d.suivi_par)
    if offre is None:
        return None
    minimum, maximum = {
        Situation.SANS_BILAN: (33, 95),
        Situation.SANS_ENTRETIEN: (95, 210),
    }.get(d.personne.situation, (93, 150) if d.r.random() < 0.1 else (20 if d.personne.en_retard else 4, 84))
    anciennete = (d.aujourdhui - entree.debut).days
    recul = entre(d.r, minimum, max(minimum, min(maximum, anciennete - 8)))
    debut = d.aujourdhui - jours(min(recul, anciennete))
    return EtapeDemo(d.cle(), entree, offre, d.suivi_par, debut, None)


def _etapes_closes(d: Dossier, entree: Entree, limite: dt.date, nombre: int) -> None:
    debut = entree.debut + jours(entre(d.r, 8, 40))
    if entree.fin is not None:
        debut = max(debut, entree.fin - jours(_DUREE_RETENUE * max(1, nombre)))
    for rang in range(nombre):
        if (limite - debut).days < 20:
            return
        dernier = rang == nombre - 1 and entree.fin is not None
        compte = d.suivi_par if dernier else _passe(d)
        offre = _offre(d, compte)
        if offre is None:
            return
        fin = min(debut + jours(int(offre.duree * 30 * (0.4 + 0.65 * d.r.random()))), limite)
        d.etapes.append(EtapeDemo(d.cle(), entree, offre, compte, debut, fin))
        debut = fin + jours(entre(d.r, 8, 70))


def _passe(d: Dossier) -> Compte:
    """Return who followed the person before: their référent, or another of the territory."""
    if d.r.random() < 0.5:
        return d.suivi_par
    return d.monde.equipe(d.personne.commune.secteur, passee=True).tirer(d.r)


def _offre(d: Dossier, compte: Compte) -> OffreDemo | None:
    """Return an offre of the référent's organism, on the territory of the person when it has one there."""
    offres = compte.organisme.offres
    proches = [offre for offre in offres if offre.territoire == d.personne.commune.secteur] or offres
    if not proches:
        return None
    return proches[0] if d.r.random() < 0.6 else proches[entre(d.r, 0, len(proches) - 1)]


def _ecrire_etape(d: Dossier, etape: EtapeDemo) -> None:
    nom = f"Étape {etape.referent.organisme.nom} - {etape.offre.offre}"
    moments = [Moment(d.instant(etape.debut, 9), etape.referent, "etape.ouvrir", f"{nom} {du_au(etape.debut, None)}")]
    if etape.fin is not None:
        valeurs = {"fin_reelle": etape.fin, "motif_fin": tirer(d.r, _MOTIFS)}
        fait = f"{nom} {du_au(etape.debut, etape.fin)}"
        moments.append(Moment(d.instant(etape.fin, 15), etape.referent, "etape.clore", fait, valeurs))
    ligne = {
        "id": etape.id,
        "beneficiaire": d.numero,
        "dispositif": etape.entree.id,
        "organisme": etape.offre.organisme,
        "offre_de_service": etape.offre.id,
        "offre": etape.offre.offre,
        "debut_prevu": None,
        "fin_prevue": None,
        "debut_reel": etape.debut,
        "fin_reelle": None,
        "motif_fin": "",
        "commentaire": "",
    }
    d.lot.ecrire(d.r, Etape, ligne, d.numero, moments)
    d.ouvrir_acces(etape.referent, "ETAPE", etape.debut)


def _referent_etape(d: Dossier, etape: EtapeDemo) -> None:
    """Write the référent of an étape; one closed étape in fifty keeps its référent (A14)."""
    fin = etape.fin
    if fin is not None and d.personne.situation is not Situation.SANS_REFERENT:
        fin = None if d.r.random() < _PART_REFERENT_OUBLIE else fin
    _affecter(d, etape.referent, ETAPE, etape.entree, etape.debut, fin, etape)


def _referents_parcours(d: Dossier, entree: Entree) -> None:
    """Write the référents de parcours of a stay: one at a time, two in a row for one person in four."""
    compte = d.personne.referent_parcours or d.suivi_par
    debut = entree.debut + jours(entre(d.r, 0, 6))
    fin = entree.fin
    if d.personne.situation is Situation.SANS_REFERENT and fin is None:
        fin = d.aujourdhui - jours(entre(d.r, 10, 60))
    sejour = ((fin or d.aujourdhui) - debut).days
    if sejour > 150 and d.r.random() < 0.25:
        precedent = _passe(d)
        if precedent is not compte:
            change = debut + jours(entre(d.r, 60, sejour - 30))
            _affecter(d, precedent, PARCOURS, entree, debut, change - jours(1))
            debut = change
    _affecter(d, compte, PARCOURS, entree, debut, None if fin is None else max(fin, debut))


def _affecter(
    d: Dossier,
    compte: Compte,
    nature: str,
    entree: Entree,
    debut: dt.date,
    fin: dt.date | None,
    etape: EtapeDemo | None = None,
) -> None:
    qui = f"{compte.nom.upper()} {compte.prenom} {LIBELLE_NATURE[nature]}"
    moments = [Moment(d.instant(debut, 9), compte, "referent.affecter", f"{qui} {du_au(debut, None)}")]
    if fin is not None:
        fait = f"{qui} jusqu'au {fin:%d/%m/%Y}"
        moments.append(Moment(d.instant(fin, 16), compte, "referent.terminer", fait, {"fin": fin}))
    ligne = {
        "id": d.cle(),
        "beneficiaire": d.numero,
        "referent": compte.id,
        "nature": nature,
        "dispositif": entree.id,
        "etape": etape.id if etape else None,
        "debut": debut,
        "fin": None,
    }
    d.lot.ecrire(d.r, Affectation, ligne, d.numero, moments)
    d.ouvrir_acces(compte, "REFERENT", debut)


def _contrats(d: Dossier, entree: Entree) -> None:
    """Write a chain of contracts: CO first, then CER, contrats d'engagement since 2025; 72 % have a live one."""
    periodes = _periodes(d, entree)
    if entree.fin is None:
        periodes = _couper(d, periodes)
    for rang, (debut, mois) in enumerate(periodes):
        fin = ajouter_mois(debut, mois) - jours(1)
        if rang + 1 < len(periodes):
            fin = min(fin, periodes[rang + 1][0] - jours(1))
        if entree.fin is not None:
            fin = min(fin, entree.fin)
        if d.personne.situation is Situation.NON_RENOUVELE and entree.fin is None and rang == len(periodes) - 1:
            fin = min(fin, d.aujourdhui - jours(entre(d.r, 3, 60)))
        if fin > debut:
            _ecrire_contrat(d, entree, debut, fin, premier=rang == 0)


def _periodes(d: Dossier, entree: Entree) -> list[tuple[dt.date, int]]:
    """Return (start, months) of contracts that follow one another until the end of the stay, or past today."""
    limite = entree.fin or d.aujourdhui
    delai = entre(d.r, 12, 45)
    if entree.fin is None and len(d.entrees) > 1:
        delai = min(delai, (limite - entree.debut).days)
    debut = entree.debut + jours(delai)
    periodes: list[tuple[dt.date, int]] = []
    while debut <= limite and len(periodes) < 12:
        mois = 6 if debut >= CONTRAT_ENGAGEMENT else tirer(d.r, _DUREES_CER)
        if not periodes and debut < CONTRAT_ENGAGEMENT:
            mois = entre(d.r, 3, 6)
        periodes.append((debut, mois))
        debut = ajouter_mois(debut, mois)
        if entree.fin is not None and d.r.random() < _PART_DERNIER_CONTRAT:
            break
    return periodes


def _couper(d: Dossier, periodes: list[tuple[dt.date, int]]) -> list[tuple[dt.date, int]]:
    """Leave out those of the fourth of the people who have none yet; who comes back has one again, or is an A04."""
    if d.personne.situation in (Situation.NON_RENOUVELE, Situation.LONGUE) or len(d.entrees) > 1:
        return periodes
    return [] if d.r.random() < _PART_SANS_CONTRAT else periodes


def _ecrire_contrat(d: Dossier, entree: Entree, debut: dt.date, fin: dt.date, *, premier: bool) -> None:
    r = d.r
    genre = "CE" if debut >= CONTRAT_ENGAGEMENT else ("CO" if premier else "CER")
    compte = d.personne.referent_parcours or d.suivi_par
    signe = r.random() < 0.95
    ligne: dict[str, Any] = {
        "id": d.cle(),
        "beneficiaire": d.numero,
        "type": genre,
        "numero": f"{genre}-{debut.year}-{d.numero:05d}",
        "debut": debut,
        "fin": fin,
        "signature": min(debut - jours(entre(r, 0, 9)), d.aujourdhui) if signe else None,
        "heures_hebdo": None,
        "dispense": "",
        "dispositif": entree.id,
        "organisme": compte.organisme.id,
        "referent": compte.id,
        "commentaire": _phrase(d, mots().phrases["contrat"]),
    }
    if ligne["signature"] is not None and genre != "CO":
        d.signatures.append(ligne["signature"])
    if genre == "CE":
        reduit = r.random() < 0.2
        ligne["heures_hebdo"] = entre(r, 2, 12) if reduit else entre(r, 15, 20)
        ligne["dispense"] = tirer(r, _DISPENSES) if reduit else ""
    moment = Moment(
        d.instant(debut, 10), compte, "contrat.enregistrer", f"Contrat RSA {nom_contrat(genre, debut, fin)}"
    )
    d.lot.ecrire(r, Contrat, ligne, d.numero, [moment])


_DISPENSES = (
    ("SANTE", 0.4),
    ("PARENT_ISOLE_SANS_MODE_DE_GARDE", 0.25),
    ("HANDICAP_OU_INVALIDITE", 0.1),
    ("LOGEMENT", 0.1),
    ("DIFFICULTE_DE_MOBILITE", 0.1),
    ("PROCHE_AIDANT", 0.05),
)


def _phrase(d: Dossier, phrases: Sequence[str]) -> str:
    return phrases[entre(d.r, 0, len(phrases) - 1)]
