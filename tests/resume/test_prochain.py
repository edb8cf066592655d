"""The one next act: each rule alone, their order, and what who only reads is shown."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from tests.resume.vies import AUJOURDHUI, MAINTENANT, element, il_y_a
from viesion_core.contexte import Contexte, Role
from viesion_core.resume.elements import CLOS, Element, Voie, situation
from viesion_core.resume.model import Bandeau, ReferentCourant
from viesion_core.resume.prochain import REGLES, prochain_acte

MOI, MON_ORGANISME = uuid.uuid4(), uuid.uuid4()
CTX = Contexte(
    utilisateur=MOI,
    nom="Alix ESSAI",
    role=Role.REFERENT,
    organisme=MON_ORGANISME,
    maintenant=MAINTENANT,
    sensible=True,
)
ETAPE = element(Voie.ETAPE, il_y_a(200), code="MOS", nom="Association Exemple", organisme=MON_ORGANISME)
CONTRAT = element(Voie.CONTRAT, il_y_a(100), il_y_a(-200), code="CER")
BILAN = element(Voie.BILAN, il_y_a(100), code="MOS_BILAN", nom="MOS - Bilan, 3 / 37", etape=ETAPE.id)
REFERENT = ReferentCourant(
    utilisateur=MOI, nom="Essai", prenom="Alix", organisme_nom="Association Exemple", nature="ETAPE", debut=il_y_a(200)
)


def rendez_vous(jours: int, etat: str = "PREVU", organisme: uuid.UUID = MON_ORGANISME) -> Element:
    instant = MAINTENANT - dt.timedelta(days=jours)
    return element(
        Voie.ENTRETIEN,
        instant.date(),
        instant=instant,
        code="SUIVI",
        nom="ESSAI Alix",
        etat=etat,
        organisme=organisme,
        version=4,
    )


A_JOUR = [ETAPE, CONTRAT, BILAN, rendez_vous(20, "PRESENCE"), rendez_vous(-10)]


def fiche(**plus: Any) -> Bandeau:
    """A dossier where nothing waits, unless said."""
    valeurs: dict[str, Any] = {
        "numero": 7,
        "version": 1,
        "civilite": "MME",
        "nom_naissance": "Exemple",
        "nom_usage": "",
        "prenom": "Camille",
        "date_naissance": dt.date(1985, 3, 12),
        "commune": "Béziers",
        "telephone": "",
        "etat_droit": "2",
        "soumis_droits_devoirs": True,
        "entree": il_y_a(300),
        "caracteristiques_requises": 16,
        "caracteristiques_presentes": 16,
        "caracteristiques_anciennes": 0,
        "contrat_fin": CONTRAT.fin,
        "referents": (REFERENT,),
        **dict.fromkeys(("etapes", "etapes_ouvertes", "entrees", "contrats", "bilans"), 1),
        **dict.fromkeys(("entretiens", "entretiens_a_realiser", "difficultes", "difficultes_ouvertes", "documents"), 0),
    }
    return Bandeau(**{**valeurs, **plus})


def sans(*retires: Element) -> list[Element]:
    return [e for e in A_JOUR if e not in retires]


@pytest.mark.parametrize(
    ("vie", "etat", "code", "dit"),
    [
        (A_JOUR, {"etat_droit": "5"}, "sortie", "Droit clos"),
        ([*A_JOUR, rendez_vous(6)], {}, "realisation", "18/11/2026"),
        ([*A_JOUR, rendez_vous(6), rendez_vous(3)], {}, "realisation", "2 entretiens passés"),
        (A_JOUR, {"entree": None}, "dispositif", "Aucune entrée"),
        (A_JOUR, {"referents": ()}, "referent", "Personne"),
        (sans(ETAPE), {}, "etape", "Aucune étape"),
        (sans(CONTRAT), {}, "contrat", "Aucun contrat"),
        ([*sans(CONTRAT), element(Voie.CONTRAT, il_y_a(300), il_y_a(1), code="CER")], {}, "contrat", "est terminé"),
        ([ETAPE, CONTRAT, BILAN], {}, "rendez-vous", "Aucun entretien n'est enregistré"),
        (A_JOUR, {"caracteristiques_presentes": 7}, "caracteristiques", "9 caractéristiques requises sont manquantes"),
        (
            [*sans(CONTRAT), element(Voie.CONTRAT, il_y_a(300), il_y_a(-12), code="CER")],
            {},
            "contrat",
            "se termine le 06/12/2026",
        ),
        ([ETAPE, CONTRAT, BILAN, rendez_vous(20, "PRESENCE")], {}, "rendez-vous", "dernière présence le 04/11/2026"),
        ([ETAPE, CONTRAT, BILAN, rendez_vous(120, "PRESENCE")], {}, "rendez-vous", "date du 27/07/2026"),
        ([ETAPE, CONTRAT, BILAN, rendez_vous(20, "ABS_JUST")], {}, "rendez-vous", "pas encore venue"),
        (sans(BILAN), {}, "bilan", "sans bilan"),
        (A_JOUR, {"caracteristiques_anciennes": 3}, "rafraichir", "depuis un an"),
        (A_JOUR, {}, "rien", "Prochain entretien le 04/12/2026"),
    ],
)
def test_chaque_regle(vie: list[Element], etat: dict[str, Any], code: str, dit: str) -> None:
    acte = prochain_acte(CTX, fiche(**etat), vie)
    assert acte.code == code
    assert dit in f"{acte.titre} {acte.raison}"
    assert bool(acte.boutons) == (code != "rien")


def test_l_ordre_est_celui_du_terrain() -> None:
    """With everything wrong at once, solving each act shows the next one, in the order of the rules."""
    etat: dict[str, Any] = {
        "etat_droit": "5",
        "referents": (),
        "caracteristiques_presentes": 0,
        "caracteristiques_anciennes": 2,
    }
    vie = [ETAPE, rendez_vous(6)]
    codes = []
    for correction in (
        {"etat_droit": "2"},
        {},
        {"referents": (REFERENT,)},
        {},
        {"caracteristiques_presentes": 16},
        {},
        {},
    ):
        codes.append(prochain_acte(CTX, fiche(**etat), vie).code)
        etat |= correction
        if codes[-1] == "realisation":
            vie = [ETAPE, rendez_vous(6, "PRESENCE")]
        elif codes[-1] == "contrat":
            vie.append(CONTRAT)
        elif codes[-1] == "rendez-vous":
            vie.append(rendez_vous(-10))
        elif codes[-1] == "bilan":
            vie.append(BILAN)
    codes.append(prochain_acte(CTX, fiche(**etat), vie).code)
    assert codes == [
        *("sortie", "realisation", "referent", "contrat", "caracteristiques", "rendez-vous", "bilan"),
        "rafraichir",
    ]
    assert len(REGLES) == 12


def test_la_realisation_se_dit_en_un_clic() -> None:
    passe = rendez_vous(6)
    acte = prochain_acte(CTX, fiche(), [*A_JOUR, passe])
    assert [b.libelle for b in acte.boutons] == ["Présence", "Absence justifiée", "Absence non justifiée"]
    assert acte.boutons[0].chemin == f"entretiens/{passe.id}/realisation"
    assert acte.boutons[0].champs == {"realisation": "PRESENCE", "version": "4"}


def test_m_ajouter_comme_referent_en_un_clic() -> None:
    entree = element(Voie.DISPOSITIF, il_y_a(300), code="ACCOMP_RSA")
    moi, nouveau = prochain_acte(CTX, fiche(referents=()), [*A_JOUR, entree]).boutons
    assert (moi.chemin, moi.champs) == (
        "parcours/referents/moi",
        {"nature": "PARCOURS", "dispositif": str(entree.id)},
    )
    assert nouveau.chemin == "parcours/referents/nouveau"


def test_ce_qu_un_autre_organisme_a_ecrit_n_est_pas_a_moi() -> None:
    ailleurs = rendez_vous(6, organisme=uuid.uuid4())
    assert prochain_acte(CTX, fiche(), [*A_JOUR, ailleurs]).code == "rien"
    etape_ailleurs = msgspec.structs.replace(ETAPE, organisme=uuid.uuid4())
    assert prochain_acte(CTX, fiche(), [etape_ailleurs, *sans(ETAPE, BILAN)]).code == "rien"


def test_un_bilan_de_sante_cache_n_est_pas_reclame() -> None:
    """Who may not read health bilans does not see them: their absence from the list proves nothing."""
    ctx = msgspec.structs.replace(CTX, sensible=False)
    assert prochain_acte(ctx, fiche(bilans=1), sans(BILAN)).code == "rien"
    assert prochain_acte(ctx, fiche(bilans=0), sans(BILAN)).code == "bilan"


def test_le_pilote_lit_sans_bouton() -> None:
    pilote = msgspec.structs.replace(CTX, role=Role.PILOTE, organisme=uuid.uuid4())
    acte = prochain_acte(pilote, fiche(caracteristiques_presentes=7), A_JOUR)
    assert acte.code == "caracteristiques"
    assert acte.boutons == ()


def test_suivi_termine() -> None:
    entree = element(Voie.DISPOSITIF, il_y_a(700), il_y_a(30), code="ACCOMP_RSA", etat="EMPLOI")
    acte = prochain_acte(CTX, fiche(entree=None), [entree])
    assert (acte.titre, acte.niveau) == ("Suivi terminé", "fait")
    assert "25/10/2026" in acte.raison


def test_situation() -> None:
    vie = [
        *A_JOUR,
        rendez_vous(-30),
        rendez_vous(90, "PRESENCE"),
        element(Voie.REFERENT, il_y_a(100), code="ETAPE", nom="ESSAI Alix", personne=MOI),
        element(Voie.REFERENT, il_y_a(200), code="PARCOURS", nom="ESSAI Alix", personne=MOI),
        element(Voie.REFERENT, il_y_a(300), il_y_a(201), code="PARCOURS", nom="ANCIEN Paul", personne=uuid.uuid4()),
        element(Voie.CONTRAT, il_y_a(300), il_y_a(101), code="CO"),
        element(Voie.BILAN, il_y_a(90), code="B", nom="B", etat=CLOS),
    ]
    lue = situation(vie, MAINTENANT)
    assert lue.etapes == (ETAPE,)
    assert lue.contrat is lue.dernier_contrat is CONTRAT
    assert [(r.nom, r.qualite, r.depuis) for r in lue.referents] == [
        ("ESSAI Alix", "référent de parcours et d'étape", il_y_a(200))
    ]
    assert lue.prochain_entretien is not None
    assert lue.prochain_entretien.debut == AUJOURDHUI + dt.timedelta(days=10)
    assert lue.derniere_presence is not None
    assert lue.derniere_presence.debut == il_y_a(20)
