"""The layout of the frise: what is told apart, what is cut, what is written; on lives short and long."""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Sequence

import pytest

from tests.resume.vies import AUJOURDHUI, MAINTENANT, deux_ans, deux_mois, dix_ans, element, entretien, il_y_a
from viesion_core.resume.elements import Element, Voie
from viesion_core.resume.frise import CIBLE, ENTETE, ETROITE, LARGE, Barre, Frise, dessiner, graduations, largeur_texte

VIES = pytest.mark.parametrize("vie", [deux_mois, deux_ans, dix_ans])


def frise(elements: Sequence[Element]) -> Frise:
    dessin = dessiner(elements, MAINTENANT)
    assert dessin is not None
    return dessin


def bout(barre: Barre) -> float:
    return barre.x + barre.largeur + barre.suite


def test_rien_n_est_encore_arrive() -> None:
    assert dessiner([], MAINTENANT) is None


@VIES
def test_tout_est_dans_le_dessin(vie: Callable[[], list[Element]]) -> None:
    dessin = frise(vie())
    dessines = [b.element for b in dessin.barres] + [e for m in dessin.marques for e in m.elements]
    assert sorted(dessines, key=lambda e: e.id) == sorted(vie(), key=lambda e: e.id)
    for barre in dessin.barres:
        assert 0 <= barre.x < bout(barre) <= 100.9
        assert ENTETE <= barre.y < dessin.hauteur
    for marque in dessin.marques:
        assert 0 <= marque.x <= 100
    assert 0 < dessin.aujourdhui < 100
    assert [v.y + v.hauteur for v in dessin.voies] == [*(v.y for v in dessin.voies[1:]), dessin.hauteur]
    assert sum(v.nombre for v in dessin.voies) == len(vie())


@VIES
def test_rien_ne_se_recouvre(vie: Callable[[], list[Element]]) -> None:
    dessin = frise(vie())
    for une, autre in itertools.combinations(dessin.barres, 2):
        if une.y == autre.y:
            assert bout(une) <= autre.x + 1 or bout(autre) <= une.x + 1, (une, autre)
    for premiere, seconde in itertools.combinations(dessin.marques, 2):
        if premiere.y == seconde.y:
            assert abs(premiere.x - seconde.x) * ETROITE / 100 >= CIBLE - 0.1


@VIES
@pytest.mark.parametrize("largeur", [ETROITE, LARGE])
def test_un_texte_ne_depasse_jamais(vie: Callable[[], list[Element]], largeur: int) -> None:
    dessin = frise(vie())
    for barre in dessin.barres:
        ecrit = barre.etroit if largeur == ETROITE else barre.large
        if not ecrit.texte:
            continue
        suivantes = [b.x for b in dessin.barres if b.y == barre.y and b.x > barre.x]
        limite = min(suivantes, default=100.0) if ecrit.dehors else barre.x + barre.largeur
        debut = barre.x + (barre.largeur if ecrit.dehors else 0)
        assert largeur_texte(ecrit.texte) <= (limite - debut) * largeur / 100


def test_une_periode_sans_fin_va_jusqu_a_aujourd_hui_puis_reste_ouverte() -> None:
    etape = element(Voie.ETAPE, il_y_a(200), code="MOS", nom="Exemple", prevue=il_y_a(-100))
    sans_terme = element(Voie.REFERENT, il_y_a(200), code="PARCOURS", nom="LEFÈVRE Anne")
    close = element(Voie.CONTRAT, il_y_a(200), il_y_a(-100), code="CER")
    barres = {b.element.voie: b for b in frise([etape, sans_terme, close]).barres}
    dessin = frise([etape, sans_terme, close])
    assert barres[Voie.ETAPE].x + barres[Voie.ETAPE].largeur == pytest.approx(dessin.aujourdhui, abs=0.02)
    assert bout(barres[Voie.ETAPE]) == pytest.approx(bout(barres[Voie.CONTRAT]), abs=0.4)
    assert bout(barres[Voie.REFERENT]) == pytest.approx(100, abs=0.01)
    assert barres[Voie.CONTRAT].suite == 0
    assert {b.etat for b in barres.values()} == {"courant"}


def test_passe_courant_a_venir() -> None:
    contrats = [
        element(Voie.CONTRAT, il_y_a(400), il_y_a(201), code="CER"),
        element(Voie.CONTRAT, il_y_a(200), il_y_a(0), code="CER"),
        element(Voie.CONTRAT, il_y_a(-1), il_y_a(-90), code="CE"),
    ]
    dessin = frise(contrats)
    assert [b.etat for b in dessin.barres] == ["passe", "courant", "avenir"]
    assert len({b.y for b in dessin.barres}) == 1, "contracts that follow each other share a row"


def test_deux_periodes_qui_se_recouvrent_prennent_deux_rangs() -> None:
    dessin = frise(
        [
            element(Voie.ETAPE, il_y_a(300), il_y_a(100), code="MOS", nom="A"),
            element(Voie.ETAPE, il_y_a(200), il_y_a(50), code="PSME", nom="B"),
            element(Voie.ETAPE, il_y_a(99), il_y_a(10), code="MOC", nom="C"),
        ]
    )
    premier, second, troisieme = dessin.barres
    assert {b.element.nom: b.y for b in dessin.barres} == {"A": premier.y, "C": premier.y, "B": troisieme.y}
    assert second.y == premier.y < troisieme.y


def test_une_date_tapee_de_travers_n_ecrase_pas_le_dessin() -> None:
    vie = [
        *deux_ans(),
        element(Voie.CONTRAT, dt.date(2026, 12, 1), dt.date(2099, 12, 31), code="CER"),
        element(Voie.REFERENT, dt.date(1901, 1, 1), il_y_a(600), code="PARCOURS", nom="ERREUR Une"),
    ]
    dessin = frise(vie)
    assert dessin.debut.year == AUJOURDHUI.year - 15
    assert dessin.fin.year <= AUJOURDHUI.year + 4
    coupees = {b.element.nom or b.element.code: b for b in dessin.barres}
    assert coupees["ERREUR Une"].x == 0


def test_trop_d_entretiens_deviennent_des_groupes() -> None:
    jours = [entretien(il_y_a(30 * n), "PRESENCE" if n % 4 else "ABS_JUST") for n in range(1, 120)]
    dessin = frise([*jours, entretien(il_y_a(1), "PREVU")])
    assert len(dessin.marques) < 40
    assert len({m.y for m in dessin.marques}) == 1
    assert dessin.groupes
    groupe = next(m for m in dessin.marques if m.nombre > 3 and any(e.etat == "ABS_JUST" for e in m.elements))
    assert groupe.presences == [e.etat for e in groupe.elements].count("PRESENCE") / groupe.nombre < 1
    assert dessin.marques[-1].forme == "a-renseigner", "what waits is seen first"


def test_des_entretiens_proches_prennent_plusieurs_rangs_sans_se_confondre() -> None:
    dessin = frise([entretien(il_y_a(400 - 7 * n), "PRESENCE") for n in range(3)] + [entretien(il_y_a(300), "PREVU")])
    assert [m.nombre for m in dessin.marques] == [1, 1, 1, 1]
    assert len({m.y for m in dessin.marques}) == 3
    assert not dessin.groupes


def test_la_tige_d_une_difficulte_va_jusqu_a_sa_fin() -> None:
    ouverte = element(Voie.DIFFICULTE, il_y_a(200), code="MOBILITE_SANS_PERMIS")
    levee = element(Voie.DIFFICULTE, il_y_a(300), il_y_a(150), code="SAVOIRS_DE_B_LECTURE", etat="LEVEE")
    dessin = frise([ouverte, levee])
    tige_levee, tige_ouverte = sorted(dessin.tiges, key=lambda t: t.x)
    assert (tige_levee.ouverte, tige_ouverte.ouverte) == (False, True)
    assert tige_ouverte.fin == pytest.approx(dessin.aujourdhui, abs=0.5)
    assert [forme for forme, _ in dessin.formes] == ["difficulte", "difficulte-close"]


@pytest.mark.parametrize(
    ("jours", "majeures", "mineures"),
    [
        (60, ["octobre 2026", "novembre 2026"], ["5", "12", "19", "26"]),
        (400, ["2026"], ["janv.", "mars"]),
        (3650, ["2017", "2018", "2026"], []),
    ],
)
def test_graduations(jours: int, majeures: list[str], mineures: list[str]) -> None:
    dessin = frise([element(Voie.CONTRAT, il_y_a(jours), AUJOURDHUI, code="CER")])
    assert set(majeures) <= {g.texte for g in dessin.majeures}
    assert set(mineures) <= {g.texte for g in dessin.mineures}
    if not mineures:
        assert dessin.mineures == ()


def test_les_graduations_tombent_juste_a_toute_etendue() -> None:
    hasard = random.Random(34)
    for _ in range(300):
        debut = dt.date(2015, 1, 1) + dt.timedelta(days=hasard.randrange(3000))
        fin = debut + dt.timedelta(days=hasard.choice([14, 60, 119, 121, 200, 400, 900, 2000, 5500]))
        for rangee in graduations(debut, fin):
            for une, autre in itertools.pairwise(rangee):
                assert une.x < autre.x
                assert une.x + une.largeur == pytest.approx(autre.x, abs=0.02)
            assert all(largeur_texte(g.texte) <= g.largeur * ETROITE / 100 for g in rangee if g.texte)
            if rangee:
                assert rangee[-1].x + rangee[-1].largeur == pytest.approx(100, abs=0.02)


def test_chaque_element_se_dit_en_une_phrase() -> None:
    etape = element(Voie.ETAPE, dt.date(2026, 2, 1), dt.date(2026, 7, 31), code="MOS", nom="Exemple", etat="ABANDON")
    assert etape.titre == "Étape : Exemple - MOS, du 01/02/2026 au 31/07/2026, Abandon"
    venu = entretien(dt.date(2026, 11, 18), "ABS_NON_JUST", "ENTRETIEN_D_ACCUEIL")
    assert venu.titre == "Entretien : Entretien d'accueil avec LEFÈVRE Anne, le 18/11/2026, Absence non justifiée"
    referent = element(Voie.REFERENT, dt.date(2026, 2, 1), code="ETAPE", nom="MARTEL Idriss")
    assert referent.titre == "Référent : MARTEL Idriss, référent d'étape, depuis le 01/02/2026"
