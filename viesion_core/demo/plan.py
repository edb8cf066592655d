"""What is decided of each person before any row: where they live, who follows them, which alert they are made for."""

import bisect
import datetime as dt
import itertools
import random

from viesion_core.demo.agenda import Agenda
from viesion_core.demo.model import (
    PART_ACTIVE,
    PART_ANCIENNE,
    PART_DOUBLE,
    PART_HORS_RSA,
    PART_MANQUANTE,
    PART_NON_ORIENTEE,
    PARTS,
    PORTEFEUILLE_DEMO,
    Compte,
    Parametres,
    Personne,
    Situation,
    a_heure,
    alea,
    entre,
    jours,
    ouvre,
    poids_commune,
)
from viesion_core.demo.organismes import Monde
from viesion_core.nomenclatures.model import communes

_ETAPE_OUVERTE = {
    Situation.ORDINAIRE: 0.88,
    Situation.SANS_REFERENT: 0.0,
    Situation.NON_RENOUVELE: 0.7,
    Situation.SANS_BILAN: 1.0,
    Situation.SANS_ENTRETIEN: 1.0,
    Situation.LONGUE: 0.5,
}
_COMPOSITION = (Situation.NON_RENOUVELE, Situation.SANS_BILAN, Situation.SANS_BILAN, Situation.SANS_ENTRETIEN)
"""What the portfolio of a demo référent holds besides ordinary people: something of each alert."""


def planifier(p: Parametres, monde: Monde) -> list[Personne]:
    """Return the people by number, from 1."""
    personnes = _loger(p)
    r = alea(p.graine, "plan")
    actives = _repartir(p, r, personnes)
    _portefeuilles_demo(monde, actives)
    _confier(r, monde, personnes)
    _donner_rendez_vous(p, r, monde, personnes)
    return personnes


def _loger(p: Parametres) -> list[Personne]:
    """Give each person a commune, by population."""
    liste = communes()
    cumul = list(itertools.accumulate(poids_commune(commune) for commune in liste))
    r = alea(p.graine, "communes")
    return [
        Personne(numero=numero, commune=liste[bisect.bisect_left(cumul, r.random() * cumul[-1])])
        for numero in range(1, p.beneficiaires + 1)
    ]


def _repartir(p: Parametres, r: random.Random, personnes: list[Personne]) -> list[Personne]:
    """Choose the active people and the alerts; return the active ones in random order."""
    total = len(personnes)
    ordre = r.sample(personnes, total)
    actives = ordre[: round(total * PART_ACTIVE)]
    rang = 0
    for situation, part in PARTS.items():
        nombre = max(1, round(total * part))
        for personne in actives[rang : rang + nombre]:
            personne.situation = situation
        rang += nombre
    for personne in actives:
        personne.active = True
        personne.etape_ouverte = r.random() < _ETAPE_OUVERTE[personne.situation]
        personne.retour = personne.situation is Situation.ORDINAIRE and r.random() < 0.5
    ordre = r.sample(personnes, total)
    manquantes, anciennes = round(total * PART_MANQUANTE), round(total * PART_ANCIENNE)
    for personne in ordre[:manquantes]:
        personne.manquante = True
    for personne in ordre[manquantes : manquantes + anciennes]:
        personne.ancienne = True
    for personne in [x for x in ordre if x.numero > total // 2][-_part(total, PART_DOUBLE) :]:
        personne.double = personne.numero - entre(alea(p.graine, "double", personne.numero), 1, total // 2 - 1)
    actives = r.sample(actives, len(actives))
    for personne in [x for x in actives if x.retour][: _part(total, PART_HORS_RSA)]:
        personne.hors_rsa = True
    for personne in [x for x in actives if _peut_attendre(x)][: _part(total, PART_NON_ORIENTEE)]:
        personne.non_orientee = True
    return actives


def _part(total: int, part: float) -> int:
    """Return how many people a share is, one at least."""
    return max(1, round(total * part))


def _peut_attendre(personne: Personne) -> bool:
    """Whether the person may still be without orientation: nothing has begun."""
    return personne.situation is Situation.ORDINAIRE and not personne.etape_ouverte and not personne.retour


def _portefeuilles_demo(monde: Monde, actives: list[Personne]) -> None:
    """Fill the portfolios of the two demo référents; their people live on their territory."""
    for nom, nombre in (
        ("referent.mos", min(PORTEFEUILLE_DEMO, len(actives) // 4)),
        ("referent.cparti", min(18, len(actives) // 8)),
    ):
        compte = monde.demo[nom]
        secteur = compte.organisme.secteurs[0]
        lieux = [personne.commune for personne in actives if personne.commune.secteur == secteur]
        for situation in itertools.islice(itertools.chain(_COMPOSITION, itertools.repeat(Situation.ORDINAIRE)), nombre):
            libres = [x for x in actives if x.referent is None and x.situation is situation]
            voisins = [x for x in libres if x.commune.secteur == secteur]
            choisie = next(iter(voisins or libres), None)
            if choisie is None:
                continue
            if not voisins and lieux:
                choisie.commune = lieux[choisie.numero % len(lieux)]
            choisie.referent = choisie.referent_parcours = compte
            choisie.etape_ouverte = True


def _confier(r: random.Random, monde: Monde, personnes: list[Personne]) -> None:
    """Give everybody a référent of their territory, and a référent de parcours: the same, two times out of three."""
    for personne in personnes:
        if personne.referent is not None:
            continue
        equipe = monde.equipe(personne.commune.secteur, passee=not personne.active)
        personne.referent = personne.referent_parcours = equipe.tirer(r)
        tirage = r.random()
        if tirage < 0.25:
            personne.referent_parcours = equipe.tirer(r)
        elif tirage < 0.35:
            agents = monde.departement.referents
            personne.referent_parcours = agents[entre(r, 0, len(agents) - 1)]


def _donner_rendez_vous(p: Parametres, r: random.Random, monde: Monde, personnes: list[Personne]) -> None:
    """Plan the entretiens to come, never two at once for a référent; the demo accounts have a full week."""
    agenda = Agenda()
    for nom in ("referent.mos", "referent.cparti"):
        _semaine_demo(p, monde.demo[nom], [x for x in personnes if x.active and x.referent is monde.demo[nom]], agenda)
    for personne in personnes:
        if not personne.etape_ouverte or personne.rendez_vous or personne.en_retard or personne.referent is None:
            continue
        if r.random() < 0.6:
            jour = ouvre(p.aujourdhui + jours(entre(r, 1, 25)))
            personne.rendez_vous = [agenda.prendre(r, personne.referent, jour)]
        elif r.random() < 0.05:
            jour = ouvre(p.aujourdhui - jours(entre(r, 4, 12)))
            personne.en_retard = [agenda.prendre(r, personne.referent, jour)]


_AUJOURD_HUI = ((9, 0), (10, 0), (11, 0), (14, 0), (15, 30))


def _semaine_demo(p: Parametres, compte: Compte, personnes: list[Personne], agenda: Agenda) -> None:
    """Five entretiens today, two to three on each of the next seven days, three past ones still « Prévu »."""
    r = alea(p.graine, f"semaine/{compte.identifiant}")
    libres = [personne for personne in personnes if personne.situation is not Situation.SANS_ENTRETIEN]
    for heure, minute in _AUJOURD_HUI[: max(2, len(libres) // 5)]:
        if libres:
            instant = a_heure(p.aujourdhui, heure, minute)
            agenda.bloquer(compte, instant)
            libres.pop(0).rendez_vous = [instant]
    for recul in (1, 2, 6):
        if libres:
            jour = _jour_ouvre_avant(p.aujourdhui, recul)
            libres.pop(0).en_retard = [agenda.prendre(r, compte, jour)]
    avance = 0
    while libres and avance < 7:
        avance += 1
        jour = p.aujourdhui + jours(avance)
        if jour.weekday() < 5:
            for personne in libres[: 3 if avance < 3 else 2]:
                personne.rendez_vous = [agenda.prendre(r, compte, jour)]
            del libres[: 3 if avance < 3 else 2]


def _jour_ouvre_avant(jour: dt.date, recul: int) -> dt.date:
    avant = jour - jours(recul)
    return avant - jours({5: 1, 6: 2}.get(avant.weekday(), 0))
