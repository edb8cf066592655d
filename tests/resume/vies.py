"""Synthetic parcours for the frise: two months, two years, ten years; deterministic."""

import datetime as dt
import random
import uuid

from viesion_core.resume.elements import CLOS, NON_SIGNE, Element, Voie

MAINTENANT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
AUJOURDHUI = MAINTENANT.date()


def element(voie: Voie, debut: dt.date, fin: dt.date | None = None, **plus: object) -> Element:
    cle = f"{voie}{debut}{fin}{sorted(plus.items(), key=str)}"
    return Element(voie=voie, id=uuid.uuid5(uuid.NAMESPACE_OID, cle), debut=debut, fin=fin, **plus)  # type: ignore[arg-type]  # a maker for tests


def entretien(jour: dt.date, etat: str, code: str = "SUIVI", heure: int = 10) -> Element:
    instant = dt.datetime.combine(jour, dt.time(heure), tzinfo=dt.UTC)
    return element(Voie.ENTRETIEN, jour, jour, instant=instant, code=code, nom="LEFÈVRE Anne", etat=etat)


def il_y_a(jours: int) -> dt.date:
    return AUJOURDHUI - dt.timedelta(days=jours)


def deux_mois() -> list[Element]:
    """A person just come: no contract yet, one étape, three entretiens."""
    return [
        element(Voie.DISPOSITIF, il_y_a(55), code="ACCOMP_RSA"),
        element(Voie.ETAPE, il_y_a(41), code="MOS", nom="Maison de l'insertion du Biterrois", prevue=il_y_a(-50)),
        element(Voie.REFERENT, il_y_a(52), code="PARCOURS", nom="LEFÈVRE Anne"),
        element(Voie.REFERENT, il_y_a(41), code="ETAPE", nom="MARTEL Idriss"),
        entretien(il_y_a(41), "PRESENCE", "ENTRETIEN_D_ACCUEIL"),
        entretien(il_y_a(20), "ABS_JUST"),
        entretien(il_y_a(6), "PREVU"),
        entretien(il_y_a(-9), "PREVU"),
        element(Voie.BILAN, il_y_a(38), code="MOS_BILAN", nom="MOS - Bilan, 12 / 37 réponses"),
        element(Voie.DIFFICULTE, il_y_a(41), code="MOBILITE_SANS_PERMIS"),
    ]


def deux_ans() -> list[Element]:
    """A parcours in its middle: contracts that follow each other, three étapes, marks of every shape."""
    etats = ["PRESENCE", "PRESENCE", "ABS_JUST", "PRESENCE", "ABS_NON_JUST", "PRESENCE", "REPORTE"]
    entretiens = [entretien(il_y_a(690 - 26 * n), etats[n % len(etats)]) for n in range(26)]
    return [
        element(Voie.DISPOSITIF, il_y_a(700), code="ACCOMP_RSA"),
        element(Voie.CONTRAT, il_y_a(690), il_y_a(601), code="CO"),
        element(Voie.CONTRAT, il_y_a(600), il_y_a(420), code="CER"),
        element(Voie.CONTRAT, il_y_a(419), il_y_a(238), code="CER"),
        element(Voie.CONTRAT, il_y_a(180), il_y_a(-3), code="CER"),
        element(Voie.CONTRAT, il_y_a(-4), il_y_a(-185), code="CE", etat=NON_SIGNE),
        element(
            Voie.ETAPE,
            il_y_a(660),
            il_y_a(571),
            code="MOS",
            nom="Maison de l'insertion",
            etat="OBJECTIF_DE_L_ETAPE_ATTEINT",
        ),
        element(
            Voie.ETAPE,
            il_y_a(540),
            il_y_a(300),
            code="PSME",
            nom="Pause Santé",
            etat="RELAIS_VERS_UNE_AUTRE_OFFRE_DE_SERVICE",
        ),
        element(Voie.ETAPE, il_y_a(250), code="C-PARTI", nom="Atelier des créateurs", prevue=il_y_a(-110)),
        element(Voie.ETAPE, il_y_a(120), code="PSME", nom="Pause Santé"),
        element(Voie.REFERENT, il_y_a(695), il_y_a(330), code="PARCOURS", nom="ROUSSEAU Nadia"),
        element(Voie.REFERENT, il_y_a(329), code="PARCOURS", nom="LEFÈVRE Anne"),
        element(Voie.REFERENT, il_y_a(540), il_y_a(300), code="ETAPE", nom="MARTEL Idriss"),
        element(Voie.REFERENT, il_y_a(250), code="ETAPE", nom="FAURE Camille"),
        *entretiens,
        entretien(il_y_a(2), "PREVU"),
        entretien(il_y_a(-20), "PREVU"),
        element(Voie.BILAN, il_y_a(571), code="MOS_BILAN", nom="MOS - Bilan, 37 / 37 réponses", etat=CLOS),
        element(Voie.BILAN, il_y_a(240), code="CPARTI_PRE", nom="C-PARTI - Bilan, 12 / 28 réponses"),
        element(Voie.DIFFICULTE, il_y_a(660), il_y_a(400), code="MOBILITE_SANS_PERMIS", etat="LEVEE"),
        element(Voie.DIFFICULTE, il_y_a(655), code="FINANCES_GESTION_DU_BUDGET"),
        element(Voie.DIFFICULTE, il_y_a(110), code="SAVOIRS_DE_B_LECTURE"),
    ]


def dix_ans() -> list[Element]:
    """Ten years: twenty contracts, a dozen étapes, more than a hundred entretiens."""
    hasard = random.Random(34)
    tous = [
        element(Voie.DISPOSITIF, il_y_a(3650), il_y_a(2300), code="ACCOMP_RSA", etat="EMPLOI"),
        element(Voie.DISPOSITIF, il_y_a(2000), code="ACCOMP_RSA"),
    ]
    for debut in [*range(3640, 2400, -183), *range(1990, 180, -183)]:
        tous.append(element(Voie.CONTRAT, il_y_a(debut), il_y_a(debut - 182), code="CER" if debut < 3500 else "CO"))
    for rang, debut in enumerate([*range(3600, 2500, -270), *range(1950, 200, -330)]):
        duree = hasard.randrange(120, 330)
        fin = il_y_a(debut - duree) if debut > 400 else None
        tous.append(
            element(
                Voie.ETAPE, il_y_a(debut), fin, code=("MOS", "PSME", "C-PARTI")[rang % 3], nom="Association Exemple"
            )
        )
    for rang, debut in enumerate(range(3650, 300, -700)):
        fin = il_y_a(debut - 699) if debut > 700 else None
        tous.append(
            element(Voie.REFERENT, il_y_a(debut), fin, code="PARCOURS", nom=("FAURE Zoé", "BLANC Yanis")[rang % 2])
        )
    tous += [
        entretien(il_y_a(n), hasard.choice(["PRESENCE", "PRESENCE", "PRESENCE", "ABS_JUST", "ABS_NON_JUST"]))
        for n in sorted(hasard.sample([*range(2400, 3640), *range(10, 1990)], 110))
    ]
    tous += [
        element(Voie.DIFFICULTE, il_y_a(n), il_y_a(n - 300) if n > 400 else None, code="MOBILITE_SANS_PERMIS")
        for n in (3600, 3598, 3000, 1800, 1500, 300)
    ]
    return tous
