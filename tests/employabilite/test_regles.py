"""The rules of employabilité, alone: what is required, refused, written beside a name."""

import datetime as dt
import uuid
from typing import Any

import pytest

from viesion_core.employabilite.model import (
    DEFINITIONS,
    Atout,
    Employabilite,
    Rubrique,
    SaisieAtout,
    SaisieDisponibilite,
    annees,
    defauts_atout,
    defauts_disponibilite,
    nettoyer,
)
from viesion_core.employabilite.tables import Atout as TableAtout
from viesion_core.nomenclatures.model import nomenclature

JOUR = dt.date(2026, 11, 24)


def un_atout(rubrique: Rubrique, **plus: Any) -> Atout:
    return Atout(
        id=uuid.uuid4(),
        beneficiaire=1,
        rubrique=rubrique,
        actualise_le=JOUR,
        auteur="Alix ESSAI",
        version=1,
        **plus,
    )


@pytest.mark.parametrize(
    ("rubrique", "saisie", "champ", "dit"),
    [
        (Rubrique.METIER, {}, "code", "Choisissez un métier, ou écrivez-le."),
        (Rubrique.METIER, {"code": "Z9999"}, "code", "Choisissez un élément de la liste."),
        (Rubrique.METIER, {"code": "F1703", "niveau": "X"}, "niveau", "Choisissez un élément de la liste."),
        (Rubrique.EXPERIENCE, {}, "intitule", "Ce champ est requis."),
        (Rubrique.EXPERIENCE, {"intitule": "a" * 121}, "intitule", "120 caractères au plus."),
        (Rubrique.EXPERIENCE, {"intitule": "a", "annee_debut": 1900}, "annee_debut", "Une année entre 1940 et 2026."),
        (
            Rubrique.EXPERIENCE,
            {"intitule": "a", "annee_debut": 2020, "annee_fin": 2019},
            "annee_fin",
            "La fin précède le début.",
        ),
        (Rubrique.DIPLOME, {"intitule": "CAP", "annee_fin": 2027}, "annee_fin", "Une année entre 1940 et 2026."),
        (Rubrique.LANGUE, {"intitule": "Arabe", "niveau_ecrit": "B2"}, "niveau_ecrit", "Choisissez"),
        (Rubrique.PERMIS, {}, "code", "Ce champ est requis."),
        (Rubrique.PERMIS, {"code": "Z"}, "code", "Choisissez un élément de la liste."),
    ],
)
def test_ce_qui_est_refuse(rubrique: Rubrique, saisie: dict[str, Any], champ: str, dit: str) -> None:
    defauts = defauts_atout(rubrique, SaisieAtout(**saisie), [], JOUR)
    assert list(defauts) == [champ]
    assert defauts[champ].startswith(dit)


@pytest.mark.parametrize(
    ("rubrique", "saisie"),
    [
        (Rubrique.METIER, {"code": "F1703"}),
        (Rubrique.METIER, {"intitule": "Luthière"}),
        (Rubrique.EXPERIENCE, {"intitule": "Serveuse", "annee_debut": 2019, "annee_fin": 2019}),
        (Rubrique.PERMIS, {"code": "B", "annee_fin": 2026}),
    ],
)
def test_ce_qui_est_accepte(rubrique: Rubrique, saisie: dict[str, Any]) -> None:
    assert defauts_atout(rubrique, SaisieAtout(**saisie), [], JOUR) == {}


def test_une_ligne_n_est_pas_ajoutee_deux_fois() -> None:
    anglais = un_atout(Rubrique.LANGUE, intitule="Anglais")
    defauts = defauts_atout(Rubrique.LANGUE, SaisieAtout(intitule="ANGLAIS"), [anglais], JOUR)
    assert "déjà dans la liste" in defauts["intitule"]
    assert defauts_atout(Rubrique.LANGUE, SaisieAtout(intitule="ANGLAIS"), [anglais], JOUR, anglais.id) == {}
    serveuse = un_atout(Rubrique.EXPERIENCE, intitule="Serveuse", annee_debut=2019)
    assert defauts_atout(Rubrique.EXPERIENCE, SaisieAtout(intitule="Serveuse"), [serveuse], JOUR) == {}


def test_ce_qui_se_dit_d_une_ligne() -> None:
    metier = un_atout(Rubrique.METIER, code="F1703", niveau="PRINCIPAL")
    assert (metier.nom, metier.precisions) == ("Maçonnerie", ["ROME F1703", "Projet principal"])
    libre = un_atout(Rubrique.METIER, intitule="Luthière")
    assert (libre.nom, libre.precisions) == ("Luthière", [])
    langue = un_atout(Rubrique.LANGUE, intitule="Espagnol", niveau="COURANT", niveau_ecrit="DEBUTANT")
    assert langue.precisions == ["oral : Courant", "écrit : Débutant"]
    experience = un_atout(Rubrique.EXPERIENCE, intitule="Serveuse", detail="Sète", annee_debut=2019, annee_fin=2022)
    assert experience.precisions == ["Sète", "2019 à 2022"]
    assert un_atout(Rubrique.PERMIS, code="B").nom == "B (voiture)"
    assert [annees(None, None), annees(2019, None), annees(None, 2019), annees(2019, 2019)] == [
        "",
        "depuis 2019",
        "2019",
        "2019",
    ]


def test_l_ordre_de_lecture() -> None:
    lues = Employabilite(
        atouts=(
            un_atout(Rubrique.METIER, intitule="Z", niveau="A_EXPLORER"),
            un_atout(Rubrique.METIER, intitule="B"),
            un_atout(Rubrique.METIER, intitule="A", niveau="PRINCIPAL"),
            un_atout(Rubrique.EXPERIENCE, intitule="ancienne", annee_fin=2001),
            un_atout(Rubrique.EXPERIENCE, intitule="récente", annee_debut=2020),
        ),
        disponibilite=None,
    )
    assert [a.nom for a in lues.de(Rubrique.METIER)] == ["A", "Z", "B"]
    assert [a.nom for a in lues.de(Rubrique.EXPERIENCE)] == ["récente", "ancienne"]


def test_chaque_champ_d_une_rubrique_est_une_colonne() -> None:
    colonnes = {c._meta.name for c in TableAtout._meta.columns}
    assert set(DEFINITIONS) == set(Rubrique)
    for definition in DEFINITIONS.values():
        assert set(definition.champs) <= colonnes & set(SaisieAtout.__struct_fields__)
        assert set(definition.listes) | set(definition.requis) <= set(definition.champs)


def test_nettoyage_et_disponibilite() -> None:
    propre = nettoyer(SaisieAtout(intitule="  Agent   d'entretien ", commentaire=" x "))
    assert (propre.intitule, propre.commentaire) == ("Agent d'entretien", "x")
    assert defauts_disponibilite(SaisieDisponibilite()) == {}
    mauvaise = SaisieDisponibilite(zone="LUNE", temps="?", disponibilite="?", zone_precision="a" * 161)
    assert set(defauts_disponibilite(mauvaise)) == {"zone", "temps", "disponibilite", "zone_precision"}


def test_les_metiers_sont_ceux_du_rome() -> None:
    metiers = nomenclature("METIER").elements
    assert len(metiers) >= 150
    assert all(len(e.code) == 5 and e.code[0].isalpha() and e.code[1:].isdigit() for e in metiers)
    assert len({e.code for e in metiers}) == len(metiers)
    familles = nomenclature("METIER").familles()
    assert {famille: {e.code[0] for e in elements} for famille, elements in familles.items()} == {
        famille: {elements[0].code[0]} for famille, elements in familles.items()
    }
