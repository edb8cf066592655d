"""The rules of the exit checklist, on values alone."""

import datetime as dt

import pytest

from tests.sortie.aides import (
    AUJOURDHUI,
    AUTRE,
    des_caracteristiques,
    un_bilan,
    un_entretien,
    une_affectation,
    une_difficulte,
    une_etape,
    verification,
)
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.offres.model import PointSortie
from viesion_core.sortie.model import (
    FINALES,
    Etat,
    FinDifficulte,
    Point,
    SaisieSortie,
    Verification,
    defaut_raison,
    etapes_a_clore,
    message_blocage,
)

LE_20 = dt.date(2026, 11, 20)


def point(vue: Verification, code: str) -> Point:
    return next(p for p in vue.points if p.code == code)


def constats(vue: Verification, code: str) -> list[str]:
    return [constat.replace("\xa0", " ") for constat in point(vue, code).constats]


def test_les_lignes_sont_celles_du_support_dans_l_ordre() -> None:
    vue = verification(une_etape())
    assert [p.libelle for p in vue.points] == [
        "Les entretiens",
        "Le bilan",
        "Les difficultés",
        "Les caractéristiques de l'allocataire",
        "L'étape + le motif de fin d'étape, et la date de fin réelle de l'étape",
        "Mettre une date de fin à sa qualité de référent d'étape",
    ]
    assert [p.etat for p in vue.points] == [Etat.FAIT] * 4 + [Etat.CLOTURE] * 2
    assert (vue.verifies, vue.a_verifier, vue.manques, vue.blocages) == (4, 4, (), ())


def test_un_entretien_passe_encore_prevu_manque() -> None:
    etape = une_etape()
    entretiens = [un_entretien(etape, -30, "PRESENCE"), un_entretien(etape, -2, "PREVU")]
    vue = verification(etape, entretiens=entretiens)
    assert vue.prevus_passes == (entretiens[1],)
    assert constats(vue, "entretiens") == ["Un entretien passé est resté « Prévu »."]
    assert point(vue, "entretiens").etat is Etat.A_COMPLETER


def test_sans_presence_et_avec_un_rendez_vous_a_venir() -> None:
    etape = une_etape()
    vue = verification(etape, entretiens=[un_entretien(etape, -9, "ABS_JUST"), un_entretien(etape, 3, "PREVU")])
    assert constats(vue, "entretiens") == [
        "Un entretien est encore prévu après aujourd'hui.",
        "Aucun entretien de l'étape n'a la réalisation « Présence ».",
    ]


def test_les_entretiens_d_une_autre_etape_ne_comptent_pas() -> None:
    etape, autre = une_etape(), une_etape()
    vue = verification(etape, entretiens=[un_entretien(autre, -9, "PRESENCE"), un_entretien(autre, -2, "PREVU")])
    assert (vue.entretiens, vue.presences, vue.prevus_passes) == (0, 0, ())
    assert point(vue, "entretiens").manque


@pytest.mark.parametrize(
    ("reponses", "clos", "etat", "constat"),
    [
        (37, LE_20, Etat.FAIT, "MOS - Bilan du 02/09/2026, clos le 20/11/2026."),
        (32, None, Etat.A_COMPLETER, "MOS - Bilan du 02/09/2026 : 32 réponses / 37, à compléter puis à clore."),
        (1, None, Etat.A_COMPLETER, "MOS - Bilan du 02/09/2026 : 1 réponse / 37, à compléter puis à clore."),
    ],
)
def test_le_bilan_existe_et_il_est_clos(reponses: int, clos: dt.date | None, etat: Etat, constat: str) -> None:
    etape = une_etape()
    vue = verification(etape, bilans=[un_bilan(etape, reponses, clos), un_bilan(une_etape(), 0)])
    assert (point(vue, "bilan").etat, constats(vue, "bilan")) == (etat, [constat])


def test_sans_bilan() -> None:
    vue = verification(une_etape(), bilans=[])
    assert constats(vue, "bilan") == ["Aucun bilan n'est créé pour cette étape."]


def test_une_difficulte_ouverte_dit_ce_qu_elle_est_devenue() -> None:
    etape = une_etape()
    vue = verification(etape, difficultes=[une_difficulte(etape, "EN_COURS_DE_TRAITEMENT")])
    assert point(vue, "difficultes").etat is Etat.A_COMPLETER
    assert "dites ce qu'elle est devenue" in constats(vue, "difficultes")[0]
    vue = verification(etape, difficultes=[une_difficulte(etape, "LEVEE")])
    assert point(vue, "difficultes").etat is Etat.CLOTURE
    vue = verification(etape, difficultes=[une_difficulte(etape, "NON_LEVEE", LE_20)])
    assert point(vue, "difficultes").etat is Etat.FAIT
    vue = verification(etape, difficultes=[une_difficulte(etape, "", LE_20)])
    assert constats(vue, "difficultes") == ["« Sans permis » n'a pas de réalisation."]


def test_une_difficulte_sans_etape_est_de_la_seule_etape_ouverte_de_l_organisme() -> None:
    etape, autre, ailleurs = une_etape(), une_etape(), une_etape(organisme=AUTRE)
    libre, d_ailleurs = une_difficulte(None, "LEVEE"), une_difficulte(None, "LEVEE", organisme=AUTRE)
    difficultes = [libre, d_ailleurs, une_difficulte(autre, "LEVEE")]
    assert verification(etape, etapes=[etape, ailleurs], difficultes=difficultes).difficultes_ouvertes == (libre,)
    assert verification(etape, etapes=[etape, autre], difficultes=difficultes).difficultes_ouvertes == ()


def test_les_realisations_finales_sont_dans_la_nomenclature() -> None:
    codes = set(nomenclature("REALISATION_DIFFICULTE").codes())
    assert codes - FINALES == {"IDENTIFIEE", "EN_COURS_DE_TRAITEMENT"}


def test_les_caracteristiques_requises_et_rafraichies() -> None:
    etape = une_etape()
    vue = verification(etape, caracteristiques=des_caracteristiques(sauf=("SITFAM", "GARDE"), anciennes=("FT",)))
    assert [c.code for c in vue.manquantes] == ["SITFAM"], "« Mode de garde » is not required"
    assert [c.code for c in vue.a_rafraichir] == ["FT"]
    assert constats(vue, "caracteristiques") == [
        "1 caractéristique requise est manquante.",
        "1 caractéristique date de plus de 12 mois.",
    ]
    douze_mois = verification(etape, caracteristiques=des_caracteristiques(dt.date(2025, 11, 24)))
    assert point(douze_mois, "caracteristiques").etat is Etat.FAIT


def test_les_referents_d_etape_qui_prennent_fin() -> None:
    etape, autre = une_etape(), une_etape()
    sien, libre = une_affectation(etape), une_affectation(None)
    liens = [
        sien,
        libre,
        une_affectation(autre),
        une_affectation(etape, LE_20),
        une_affectation(None, organisme=AUTRE),
        une_affectation(None, nature="PARCOURS"),
    ]
    assert verification(etape, affectations=liens).referents == (sien, libre)
    assert verification(etape, etapes=[etape, autre], affectations=liens).referents == (sien,)
    vide = verification(etape, affectations=[])
    assert point(vide, "referent").etat is Etat.FAIT


def test_les_lignes_de_l_extension() -> None:
    etape = une_etape()
    points = [
        PointSortie(libelle="Suites données", fait=True),
        PointSortie(libelle="Préconisation", fait=False, detail="PSME accepté, sans étape PSME", onglet="parcours"),
        PointSortie(libelle="Accord écrit", fait=False, bloquant=True),
        PointSortie(libelle="MOS : non vérifiable", fait=False, verifiable=False),
    ]
    vue = verification(etape, extensions=points)
    etats = [p.etat for p in vue.points if p.code.startswith("extension")]
    assert etats == [Etat.FAIT, Etat.A_COMPLETER, Etat.BLOQUE, Etat.NON_VERIFIABLE]
    assert [p.libelle for p in vue.blocages] == ["Accord écrit"]
    assert len(vue.manques) == 2
    assert "Accord écrit" in message_blocage(vue)
    assert message_blocage(verification(etape)) == ""


def test_un_manque_demande_une_raison() -> None:
    etape = une_etape()
    saisie = SaisieSortie(fin_reelle=AUJOURDHUI, motif_fin="JAMAIS_VENU")
    assert defaut_raison(saisie, verification(etape)) is None
    incomplet = verification(etape, bilans=[], entretiens=[])
    assert "2 points restent à compléter" in (defaut_raison(saisie, incomplet) or "")
    avec = SaisieSortie(fin_reelle=AUJOURDHUI, motif_fin="JAMAIS_VENU", raison="N'est jamais venue")
    assert defaut_raison(avec, incomplet) is None
    trop = SaisieSortie(fin_reelle=AUJOURDHUI, motif_fin="JAMAIS_VENU", raison="x" * 301)
    assert "300 au plus" in (defaut_raison(trop, incomplet) or "")


def test_ce_que_le_formulaire_dit_d_une_difficulte_n_est_plus_un_manque() -> None:
    etape = une_etape()
    ouverte = une_difficulte(etape, "EN_COURS_DE_TRAITEMENT")
    vue = verification(etape, difficultes=[ouverte])

    def dite(realisation: str) -> SaisieSortie:
        fins = (FinDifficulte(id=ouverte.id, realisation=realisation, version=1),)
        return SaisieSortie(fin_reelle=AUJOURDHUI, motif_fin="JAMAIS_VENU", difficultes=fins)

    assert defaut_raison(dite("LEVEE"), vue) is None
    for encore in ("", "EN_COURS_DE_TRAITEMENT"):
        assert "Un point reste à compléter" in (defaut_raison(dite(encore), vue) or "")


def test_l_etape_a_clore_est_celle_de_l_organisme() -> None:
    ancienne, recente = une_etape(debut_reel=dt.date(2026, 2, 1)), une_etape()
    close = une_etape(fin_reelle=LE_20, motif_fin="ABANDON")
    toutes = [ancienne, recente, close, une_etape(organisme=AUTRE)]
    assert etapes_a_clore(toutes, recente.organisme) == [recente, ancienne]
    assert etapes_a_clore(toutes, None) == []
