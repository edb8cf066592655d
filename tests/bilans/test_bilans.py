"""A bilan is created dès l'entrée, several per étape; it changes date, is deleted, and all of it can be undone."""

import datetime as dt
import uuid
from typing import Any

import pytest

from tests.bilans.aides import INSTALLEES, essai, garder, repondre, un_bilan
from tests.entretiens.aides import ouvrir_etape
from viesion_core.actes import annuler_acte
from viesion_core.bilans.actions import changer_date, creer_bilan, rouvrir_bilan, supprimer_bilan
from viesion_core.bilans.queries import bilan, bilans, bilans_vus, reponses
from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire, transaction
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.organismes.actions import terminer_offre
from viesion_core.parcours.model import EtapeResume
from viesion_core.testing import MAINTENANT, Monde, creer_utilisateur

J = dt.date
AUJOURDHUI = J(2026, 11, 24)


async def creer(ctx: Contexte, numero: int, etape: uuid.UUID, **autres: Any) -> uuid.UUID:
    valeurs = {"code": "ESSAI", "date_bilan": AUJOURDHUI, "installees": INSTALLEES, **autres}
    _, identifiant = await creer_bilan(ctx, numero, etape_choisie=etape, **valeurs)
    return identifiant


async def test_several_dated_bilans_of_an_etape_the_latest_first(monde: Monde) -> None:
    await garder()
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    for jour in (J(2026, 2, 1), J(2026, 6, 1), AUJOURDHUI):
        await creer(monde.referent, numero, etape, date_bilan=jour)
    lus = await bilans(monde.referent, numero)
    assert [fiche.date_bilan for fiche in lus] == [AUJOURDHUI, J(2026, 6, 1), J(2026, 2, 1)]
    assert (lus[0].nombre_questions, lus[0].nombre_reponses, lus[0].nom) == (9, 0, "MOS - Essai du 24/11/2026")
    evenements = await lire("SELECT nom, donnees FROM evenement WHERE nom = 'bilan_enregistre'")
    assert {e["donnees"]["bilan"] for e in evenements} == {str(fiche.id) for fiche in lus}


@pytest.mark.parametrize(
    ("autres", "champ", "message"),
    [
        ({"date_bilan": J(2026, 11, 25)}, "date_bilan", "ne peut pas être à venir"),
        ({"date_bilan": J(2026, 1, 31)}, "date_bilan", "précède le début de l'étape (01/02/2026)"),
        ({"code": "AUTRE"}, "questionnaire", "celui de l'offre PSME : l'étape est MOS"),
        ({"code": "INCONNU"}, "questionnaire", "Choisissez un bilan"),
        ({"installees": frozenset({"PSME"})}, "questionnaire", "n'est pas installée"),
    ],
)
async def test_creation_is_checked(monde: Monde, autres: dict[str, Any], champ: str, message: str) -> None:
    await garder(essai(), essai(code="AUTRE", offre="PSME"))
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    with pytest.raises(ErreurSaisie) as refus:
        await creer(monde.referent, numero, etape, **autres)
    assert message in refus.value.erreurs[champ]
    assert await bilans(monde.referent, numero) == []


async def test_a_double_click_makes_one_bilan(monde: Monde) -> None:
    await garder()
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    await creer(monde.referent, numero, etape)
    with pytest.raises(ErreurSaisie) as refus:
        await creer(monde.collegue, numero, etape)
    assert "existe déjà" in refus.value.erreurs["date_bilan"]


async def test_nothing_is_created_once_the_offre_is_disabled_and_the_old_ones_are_read(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    await terminer_offre(monde.systeme, monde.offre_de_service, fin=J(2026, 11, 1), version=1)
    fiche = await bilan(monde.referent, numero, identifiant)
    assert not fiche.offre_ouverte
    with pytest.raises(ErreurSaisie) as refus:
        await creer(monde.referent, numero, fiche.etape, date_bilan=J(2026, 6, 1))
    assert "n'est pas ouverte" in refus.value.erreurs["questionnaire"]
    with pytest.raises(Interdit, match="il ne se modifie plus"):
        await repondre(monde.referent, numero, identifiant, "NOMBRE", 4, 1)
    assert [r.valeur for r in await reponses(identifiant)] == [3]


async def test_the_etape_of_another_organism_is_not_mine(monde: Monde) -> None:
    await garder()
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif, organisme=monde.autre_organisme)
    with pytest.raises(Interdit, match="Comité Témoin"):
        await creer(monde.referent, numero, etape)
    with pytest.raises(Introuvable):
        await creer(monde.autre_referent, numero, etape)
    with pytest.raises(Introuvable):
        await creer(monde.referent, numero, uuid.uuid4())


async def test_a_health_bilan_is_for_those_entitled(monde: Monde) -> None:
    await garder(essai(sensible=True))
    numero, identifiant = await un_bilan(monde)
    sans_droit = await creer_utilisateur("Lou", monde.referent.role, monde.organisme, sensible=False)
    fiche = await bilan(sans_droit, numero, identifiant)
    with pytest.raises(Interdit, match="santé"):
        await creer(sans_droit, numero, fiche.etape, date_bilan=J(2026, 6, 1))
    with pytest.raises(Interdit, match="santé"):
        await repondre(sans_droit, numero, identifiant, "NOMBRE", 3)
    with pytest.raises(Interdit):
        await repondre(monde.pilote, numero, identifiant, "NOMBRE", 3)
    assert await bilans_vus(sans_droit, numero) == []
    assert [vu.id for vu in await bilans_vus(monde.referent, numero)] == [str(identifiant)]


async def test_a_health_question_alone_is_hidden_from_plugins_asked_by_others(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    for question, valeur in (("SECRET", "Mal"), ("NOMBRE", 3), ("RENONCE", False), ("RAISONS", ["COUT"])):
        await repondre(monde.referent, numero, identifiant, question, valeur)
    sans_droit = await creer_utilisateur("Lou", monde.referent.role, monde.organisme, sensible=False)
    assert (await bilans_vus(sans_droit, numero))[0].reponses == {"NOMBRE": 3, "RENONCE": False}
    assert (await bilans_vus(monde.referent, numero))[0].reponses == {"SECRET": "Mal", "NOMBRE": 3, "RENONCE": False}
    with pytest.raises(Interdit):
        await repondre(sans_droit, numero, identifiant, "SECRET", "Bien", 1)


async def test_what_the_dossier_knows_is_proposed_and_what_it_says_wrong_is_left_out(monde: Monde) -> None:
    async def preremplir(etape: EtapeResume) -> dict[str, Any]:
        return {"NOMBRE": 4, "DATE": "pas une date", "RENONCE": True, "INCONNUE": 1, "COUT": None}

    await garder()
    numero, identifiant = await un_bilan(monde, preremplir=preremplir)
    lues = {r.question: r for r in await reponses(identifiant)}
    assert {q: r.valeur for q, r in lues.items()} == {"NOMBRE": 4, "RENONCE": True}
    assert (lues["NOMBRE"].auteur, lues["NOMBRE"].auteur_nom) == (None, "Prérempli d'après le dossier")
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 2
    fait = await repondre(monde.referent, numero, identifiant, "NOMBRE", 5, 1)
    assert fait.reponses["NOMBRE"].auteur == monde.referent.utilisateur


async def test_the_date_changes_with_its_version(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    acte = await changer_date(monde.referent, numero, identifiant, J(2026, 11, 20), version=1, installees=INSTALLEES)
    assert (await bilan(monde.referent, numero, identifiant)).date_bilan == J(2026, 11, 20)
    with pytest.raises(ConflitVersion):
        await changer_date(monde.collegue, numero, identifiant, J(2026, 11, 21), version=1, installees=INSTALLEES)
    with pytest.raises(ErreurSaisie):
        await changer_date(monde.collegue, numero, identifiant, J(2026, 12, 1), version=2, installees=INSTALLEES)
    await repondre(monde.collegue, numero, identifiant, "NOMBRE", 3)
    await annuler_acte(monde.referent, acte.id)
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (fiche.date_bilan, fiche.nombre_reponses) == (AUJOURDHUI, 1)


async def test_a_deletion_takes_the_answers_along_and_its_undo_brings_them_back(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    await repondre(monde.referent, numero, identifiant, "RENONCE", False)
    acte = await supprimer_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES)
    assert await bilans(monde.referent, numero) == []
    await annuler_acte(monde.referent, acte.id)
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (fiche.nombre_reponses, {r.question: r.valeur for r in await reponses(identifiant)}) == (
        2,
        {"NOMBRE": 3, "RENONCE": False},
    )


async def test_undoing_the_creation_never_takes_answers_given_since(monde: Monde) -> None:
    async def preremplir(etape: EtapeResume) -> dict[str, Any]:
        return {"NOMBRE": 4}

    await garder()
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    acte, identifiant = await creer_bilan(
        monde.referent,
        numero,
        etape_choisie=etape,
        code="ESSAI",
        date_bilan=AUJOURDHUI,
        installees=INSTALLEES,
        preremplir=preremplir,
    )
    fait = await repondre(monde.collegue, numero, identifiant, "RENONCE", True)
    with pytest.raises(ErreurMetier, match="Des réponses ont été saisies depuis"):
        await annuler_acte(monde.referent, acte.id)
    assert len(await reponses(identifiant)) == 2
    assert fait.acte is not None
    await annuler_acte(monde.collegue, fait.acte)
    await annuler_acte(monde.referent, acte.id)
    assert await bilans(monde.referent, numero) == []


async def test_a_bilan_with_a_document_is_not_deleted(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    async with transaction():
        await executer(
            """INSERT INTO document (id, beneficiaire, organisme, nom, nature, type_mime, taille, empreinte, fichier,
                sensible, bilan, auteur_nom, created_at, version)
            VALUES ({}, {}, {}, 'fiche.docx', 'FUSION', '', 1, '', '', {}, {}, '', {}, 1)""",
            uuid.uuid4(),
            numero,
            monde.organisme,
            True,
            identifiant,
            MAINTENANT,
        )
    with pytest.raises(ErreurMetier, match="ne peut plus être supprimé"):
        await supprimer_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES)


async def test_an_open_bilan_is_not_reopened(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    with pytest.raises(ErreurMetier, match="déjà ouvert"):
        await rouvrir_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES)
