"""Organisms, their offres de service, their accounts; the five demo accounts among them."""

import bisect
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from viesion_core.contexte import LIBELLE_ROLE, Role
from viesion_core.demo.model import (
    HISTOIRE,
    Compte,
    OffreDemo,
    OrganismeDemo,
    Parametres,
    a_heure,
    alea,
    code_postal,
    entre,
    identifiant,
    jours,
    mots,
    poids_commune,
)
from viesion_core.nomenclatures.model import Commune, cle, communes
from viesion_core.offres.model import Offre

MONTPELLIER, BEZIERS = "Montpellier", "Biterrois Béziers"
_DUREE_PAR_DEFAUT = 6
_POIDS_SECONDAIRE = 0.2
"""What a référent takes of the people of a territory that is not the first of their organism."""


class Monde(msgspec.Struct):
    """Who works in the département. `demo`: the demo accounts, by the part of their identifier before « @ »."""

    departement: OrganismeDemo
    organismes: list[OrganismeDemo]
    comptes: list[Compte]
    demo: dict[str, Compte]
    _equipes: dict[tuple[str, bool], "Equipe"] = {}

    def equipe(self, secteur: str, *, passee: bool) -> "Equipe":
        """Return who follows the people of a territory, former référents included if `passee`.

        The demo accounts are not in it: their portfolios are filled one by one.
        """
        cle = (secteur, passee)
        if cle not in self._equipes:
            demo = {compte.id for compte in self.demo.values()}
            choisis = [
                (compte, compte.poids * (1.0 if organisme.secteurs[0] == secteur else _POIDS_SECONDAIRE))
                for organisme in self.organismes
                if secteur in organisme.secteurs and organisme.offres
                for compte in [*organisme.referents, *(organisme.anciens if passee else ())]
                if compte.id not in demo
            ]
            self._equipes[cle] = Equipe(choisis or [(compte, 1.0) for compte in self.departement.referents])
        return self._equipes[cle]


class Equipe:
    """Référents drawn by the weight of their portfolio."""

    def __init__(self, choisis: Sequence[tuple[Compte, float]]) -> None:
        self._comptes = [compte for compte, _ in choisis]
        self._cumul = list(itertools.accumulate(poids for _, poids in choisis))

    def tirer(self, r: random.Random) -> Compte:
        """Return one of them."""
        return self._comptes[bisect.bisect_left(self._cumul, r.random() * self._cumul[-1])]


def composer(p: Parametres, offres: Sequence[Offre]) -> Monde:
    """Return the organisms and accounts; `offres` are those of the installed plugins."""
    r = alea(p.graine, "organismes")
    departement = OrganismeDemo(
        id=identifiant(r),
        code="SERVICE-INSERTION",
        nom="Service départemental insertion (démo)",
        secteurs=tuple(secteurs()),
        departement=True,
    )
    organismes = [_organisme(p, rang, secteurs_servis, offres) for rang, secteurs_servis in enumerate(_territoires(p))]
    monde = Monde(departement, organismes, [], {})
    _ouvrir_comptes(p, monde)
    return monde


def secteurs() -> dict[str, float]:
    """Return the weight of each territory, the largest first."""
    totaux: dict[str, float] = {}
    for commune in communes():
        totaux[commune.secteur] = totaux.get(commune.secteur, 0.0) + poids_commune(commune)
    return dict(sorted(totaux.items(), key=lambda couple: -couple[1]))


def lignes_organismes(p: Parametres, monde: Monde) -> Iterator[dict[str, Any]]:
    """Yield the rows of `organisme`."""
    lieux = _chefs_lieux()
    for rang, organisme in enumerate([monde.departement, *monde.organismes]):
        commune = lieux[organisme.secteurs[0]]
        yield {
            "id": organisme.id,
            "code": organisme.code,
            "nom": organisme.nom,
            "nature": "DEPARTEMENT" if organisme.departement else "ORGANISME",
            "siret": _siret(rang + 1),
            "adresse": f"{rang + 1} place de l'Exemple",
            "code_postal": code_postal(commune),
            "commune": commune.nom,
            "telephone": f"04 65 71 {rang // 100 % 100:02d} {rang % 100:02d}",
            "courriel": f"contact@{organisme.code.lower()}.demo.test",
            "ferme_le": None,
            "version": 1,
        }


def lignes_offres(p: Parametres, monde: Monde, libelles: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `offre_de_service`; `libelles` by code of offre."""
    for organisme in monde.organismes:
        for offre in organisme.offres:
            yield {
                "id": offre.id,
                "organisme": organisme.id,
                "offre": offre.offre,
                "libelle": libelles[offre.offre],
                "territoire": offre.territoire,
                "debut": p.debut - jours(200),
                "fin": None,
                "capacite": 40,
                "version": 1,
            }


def lignes_comptes(p: Parametres, monde: Monde, hache_demo: str, hache_autres: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of `utilisateur`; the demo accounts have the published password, nobody knows the other."""
    demo = {compte.id for compte in monde.demo.values()}
    ouverture = a_heure(p.debut - jours(30), 9)
    for rang, compte in enumerate(monde.comptes):
        yield {
            "id": compte.id,
            "identifiant": compte.identifiant,
            "nom": compte.nom,
            "prenom": compte.prenom,
            "courriel": compte.identifiant,
            "telephone": f"04 65 71 {50 + rang // 100 % 50:02d} {rang % 100:02d}",
            "fonction": compte.fonction,
            "role": compte.role,
            "organisme": compte.organisme.id,
            "sensible": compte.sensible,
            "mot_de_passe": hache_demo if compte.id in demo else hache_autres,
            "actif": compte.actif,
            "desactive_le": None if compte.actif else ouverture + HISTOIRE * (0.4 + 0.5 * (rang % 10) / 10),
            "created_at": ouverture,
            "version": 1,
        }


def _territoires(p: Parametres) -> list[tuple[str, ...]]:
    """Return the territories of each conventioned organism, shared out by weight; none is left out."""
    r = alea(p.graine, "territoires")
    poids = secteurs()
    noms, total = list(poids), sum(poids.values())
    nombre = p.organismes - 1
    servis: list[list[str]] = [[MONTPELLIER], [BEZIERS]]
    while len(servis) < nombre:
        manque = {s: poids[s] / total * nombre - sum(s == liste[0] for liste in servis) for s in noms}
        servis.append([max(noms, key=lambda s: manque[s])])
    for rang, secteur in enumerate(s for s in noms if all(s not in liste for liste in servis)):
        servis[2 + rang % (nombre - 2)].append(secteur)
    for liste in servis:
        autre = noms[entre(r, 0, len(noms) - 1)]
        if r.random() < 0.4 and autre not in liste:
            liste.append(autre)
    return [tuple(liste) for liste in servis]


def _organisme(p: Parametres, rang: int, servis: tuple[str, ...], offres: Sequence[Offre]) -> OrganismeDemo:
    r = alea(p.graine, "organisme", rang)
    nom = _nom(rang)
    organisme = OrganismeDemo(
        id=identifiant(r), code=cle(nom).replace(" ", "-")[:30].strip("-"), nom=f"{nom} (démo)", secteurs=servis
    )
    choisies = _offres_de(rang, offres)
    organisme.sensible = any(offre.sensible for offre in choisies)
    organisme.offres = [
        OffreDemo(
            id=identifiant(r),
            organisme=organisme.id,
            offre=offre.code,
            territoire=secteur,
            duree=offre.duree_maximale or _DUREE_PAR_DEFAUT,
        )
        for offre in choisies
        for secteur in servis
    ]
    return organisme


def _offres_de(rang: int, offres: Sequence[Offre]) -> list[Offre]:
    """Return one to three offres by organism; the first does MOS and the second C-PARTI, when installed."""
    if not offres:
        return []
    favori = {0: "MOS", 1: "PARTI"}.get(rang, "")
    principale = next((o for o in offres if favori and favori in o.code), offres[rang % len(offres)])
    choisies = [principale]
    for decalage in range(1, 1 + rang % 3):
        autre = offres[(rang + decalage) % len(offres)]
        if autre not in choisies:
            choisies.append(autre)
    return choisies


def _nom(rang: int) -> str:
    m = mots()
    if rang == 0:
        return "Association Passerelle"
    genres, noms = m.organismes_genres, m.organismes_mots
    tour, place = divmod(rang, len(noms))
    return f"{genres[(rang * 3 + tour) % len(genres)]} {noms[place]}{f' {tour + 1}' if tour else ''}"


def _ouvrir_comptes(p: Parametres, monde: Monde) -> None:
    """Give each organism its director and its référents, and the département its pilotes and administrators."""
    grand = p.comptes > 100
    _compte(p, monde, monde.departement, Role.ADMINISTRATEUR, "admin")
    _compte(p, monde, monde.departement, Role.PILOTE, "pilote")
    for _ in range(9 if grand else 1):
        _compte(p, monde, monde.departement, Role.PILOTE)
    for organisme in monde.organismes:
        premier = organisme is monde.organismes[0]
        _compte(p, monde, organisme, Role.DIRECTEUR, "directeur" if premier else "")
    places = [monde.organismes[0]] * 2 + [monde.organismes[1]]
    places += [monde.departement] * max(1, p.referents // 10)
    for rang in range(p.referents):
        organisme = places[rang] if rang < len(places) else monde.organismes[rang % len(monde.organismes)]
        compte = _compte(p, monde, organisme, Role.REFERENT, {0: "referent.mos", 2: "referent.cparti"}.get(rang, ""))
        organisme.referents.append(compte)
    rang = 0
    while len(monde.comptes) < p.comptes:
        organisme = monde.organismes[rang % len(monde.organismes)]
        ancien = _compte(p, monde, organisme, Role.REFERENT)
        ancien.actif = False
        organisme.anciens.append(ancien)
        rang += 1


_NOMS_DEMO = {
    "referent.mos": ("Camille", "Safran"),
    "referent.cparti": ("Sacha", "Figue"),
    "directeur": ("Dominique", "Cyprès"),
    "pilote": ("Claude", "Outremer"),
    "admin": ("Andréa", "Ardoise"),
}


def _compte(p: Parametres, monde: Monde, organisme: OrganismeDemo, role: Role, demo: str = "") -> Compte:
    """Open one account; `demo` is the name of a demo account."""
    rang = len(monde.comptes)
    r = alea(p.graine, "compte", rang)
    m = mots()
    prenoms = (*m.prenoms_f, *m.prenoms_m)
    prenom, nom = _NOMS_DEMO.get(demo, (prenoms[entre(r, 0, len(prenoms) - 1)], m.noms[entre(r, 0, len(m.noms) - 1)]))
    adresse = f"{cle(prenom)}.{cle(nom)}".lower().replace(" ", "-")
    compte = Compte(
        id=identifiant(r),
        identifiant=f"{demo}@demo.test" if demo else f"{adresse}.{rang}@{organisme.code.lower()}.demo.test",
        nom=nom,
        prenom=prenom,
        role=str(role),
        organisme=organisme,
        sensible=role in (Role.REFERENT, Role.DIRECTEUR) and organisme.sensible,
        poids=0.45 + 2.8 * r.random() ** 2,
        fonction=LIBELLE_ROLE[role],
    )
    monde.comptes.append(compte)
    if demo:
        monde.demo[demo] = compte
    return compte


def _chefs_lieux() -> dict[str, Commune]:
    """Return the largest commune of each territory."""
    return {c.secteur: c for c in sorted(communes(), key=lambda c: c.population)}


def _siret(rang: int) -> str:
    """Return a SIRET whose key is right and that no register gives: it begins with zeros."""
    base = f"000000{rang:04d}000"
    somme = 0
    for place, chiffre in enumerate(reversed(base)):
        double = int(chiffre) * (1 if place % 2 else 2)
        somme += double - 9 if double > 9 else double
    return f"{base}{-somme % 10}"
