"""Caractéristiques on both engines: complete, correct, historise, detail, refresh; health data masked but counted."""

import datetime as dt
import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dossiers.aides import J, ouvrir
from viesion_core.actes import annuler_acte
from viesion_core.actes import historique as actes_du_dossier
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.dossiers.actions_caracteristiques import (
    actualiser,
    actualiser_avec_historique,
    completer,
    modifier_detail,
    rafraichir_tout,
    supprimer_detail,
)
from viesion_core.dossiers.model_caracteristiques import (
    CaracteristiqueCourante,
    SaisieDetail,
    defaut_valeur,
    il_y_a,
    manquantes,
    message_manquantes,
)
from viesion_core.dossiers.queries_caracteristiques import caracteristiques, historique, valeur
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit, Introuvable
from viesion_core.nomenclatures.model import DefinitionCaracteristique, definitions_caracteristiques
from viesion_core.testing import MAINTENANT, Monde

JOUR = J(2026, 11, 24)


def _le(ctx: Contexte, jours: int) -> Contexte:
    return msgspec.structs.replace(ctx, maintenant=ctx.maintenant + dt.timedelta(days=jours))


async def _une(ctx: Contexte, numero: int, code: str) -> CaracteristiqueCourante:
    return next(c for c in await caracteristiques(ctx, numero) if c.code == code)


async def test_il_y_en_a_22_dont_16_requises(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    toutes = await caracteristiques(monde.referent, numero)
    assert (len(toutes), len(manquantes(toutes))) == (22, 16)
    assert [c.libelle for c in toutes][:3] == ["Situation familiale", "Enfants à charge", "Parent isolé"]
    assert message_manquantes(9) == "9 caractéristiques requises sont manquantes"
    assert message_manquantes(1) == "1 caractéristique requise est manquante"
    assert message_manquantes(0) == ""


async def test_completer(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    fait = await completer(monde.referent, numero, {"PERMIS": "B", "ENFANTS": " 02 ", "LOGEMENT": ""})
    assert fait.libelle == "Caractéristiques complétées\xa0: Permis, Enfants à charge"
    permis = await _une(monde.referent, numero, "PERMIS")
    assert (permis.valeur, permis.debut, permis.actualisee_le, permis.auteur) == ("B", JOUR, JOUR, "Alix ESSAI")
    assert (await _une(monde.referent, numero, "ENFANTS")).valeur == "2"
    assert len(manquantes(await caracteristiques(monde.referent, numero))) == 14
    with pytest.raises(ConflitVersion) as conflit:
        await completer(monde.collegue, numero, {"PERMIS": "Aucun", "FT": "Non"})
    assert conflit.value.actuelle == {"PERMIS": "B"}
    assert not (await _une(monde.referent, numero, "FT")).presente
    assert (await completer(monde.collegue, numero, {"PERMIS": "B"})).vide
    await annuler_acte(monde.referent, fait.id)
    assert len(manquantes(await caracteristiques(monde.referent, numero))) == 16


@pytest.mark.parametrize(
    ("code", "texte"),
    [
        ("PERMIS", "Poids lourd"),
        ("ENFANTS", "31"),
        ("ENFANTS", "-1"),
        ("ENFANTS", "deux"),
        ("ENFANTS", "²"),
        ("X", "1"),
    ],
)
async def test_une_valeur_fausse_est_refusee(monde_sqlite: Monde, code: str, texte: str) -> None:
    numero = await ouvrir(monde_sqlite.referent)
    for action in (completer, actualiser, actualiser_avec_historique):
        with pytest.raises(ErreurSaisie) as refus:
            await action(monde_sqlite.referent, numero, {code: texte, "FT": "Non"})
        assert set(refus.value.erreurs) == {code}


async def test_actualiser_corrige_sans_historique(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await completer(monde.referent, numero, {"PERMIS": "Aucun", "FT": "Non"})
    plus_tard = _le(monde.collegue, 10)
    fait = await actualiser(
        plus_tard, numero, {"PERMIS": "En cours", "FT": "Non", "ISOLE": "Oui"}, {"PERMIS": 1, "ISOLE": 0}
    )
    assert fait.libelle == "Caractéristiques actualisées\xa0: Permis, Parent isolé"
    permis = await _une(monde.referent, numero, "PERMIS")
    assert (permis.valeur, permis.debut, permis.actualisee_le, permis.auteur) == (
        "En cours",
        JOUR,
        J(2026, 12, 4),
        "Morgan ESSAI",
    )
    assert (await _une(monde.referent, numero, "FT")).actualisee_le == JOUR
    assert len(await historique(monde.referent, numero)) == 3
    for versions in ({"PERMIS": 1}, {"PERMIS": 0}):
        with pytest.raises(ConflitVersion) as conflit:
            await actualiser(plus_tard, numero, {"PERMIS": "B"}, versions)
        assert (conflit.value.actuelle, conflit.value.version) == ({"PERMIS": "En cours"}, 2)
    await annuler_acte(plus_tard, fait.id)
    assert (await _une(monde.referent, numero, "PERMIS")).valeur == "Aucun"


async def test_actualiser_avec_historique(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await completer(monde.referent, numero, {"PERMIS": "Aucun", "FT": "Non"})
    plus_tard = _le(monde.referent, 30)
    with pytest.raises(ErreurSaisie) as refus:
        await actualiser_avec_historique(plus_tard, numero, {"PERMIS": "B"}, depuis=J(2026, 12, 25))
    assert set(refus.value.erreurs) == {"depuis"}
    for depuis in (JOUR, J(2026, 11, 1)):
        with pytest.raises(ErreurSaisie) as refus:
            await actualiser_avec_historique(plus_tard, numero, {"PERMIS": "B"}, depuis=depuis)
        assert "date du 24/11/2026" in refus.value.erreurs["PERMIS"]
    fait = await actualiser_avec_historique(
        plus_tard, numero, {"PERMIS": "B", "FT": "Non", "ISOLE": "Non"}, {"PERMIS": 1}, depuis=J(2026, 12, 1)
    )
    lignes = [(h.code, h.valeur, h.debut, h.fin) for h in await historique(monde.referent, numero)]
    assert lignes == [
        ("ISOLE", "Non", J(2026, 12, 1), None),
        ("PERMIS", "B", J(2026, 12, 1), None),
        ("PERMIS", "Aucun", JOUR, J(2026, 11, 30)),
        ("FT", "Non", JOUR, None),
    ]
    with pytest.raises(ConflitVersion):
        await actualiser_avec_historique(plus_tard, numero, {"PERMIS": "Autre"}, {"PERMIS": 0})
    await annuler_acte(plus_tard, fait.id)
    assert [(h.code, h.fin) for h in await historique(monde.referent, numero, "PERMIS")] == [("PERMIS", None)]


async def test_la_modification_detaillee(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await completer(monde.referent, numero, {"PERMIS": "Aucun"})
    plus_tard = _le(monde.referent, 30)
    await actualiser_avec_historique(plus_tard, numero, {"PERMIS": "B"}, depuis=J(2026, 12, 1))
    courante, ancienne = await historique(monde.referent, numero, "PERMIS")
    for saisie, champ in (
        (SaisieDetail(valeur="Aucun", debut=JOUR, fin=J(2026, 12, 1)), "debut"),
        (SaisieDetail(valeur="Aucun", debut=JOUR, fin=J(2026, 11, 23)), "fin"),
        (SaisieDetail(valeur="Aucun", debut=JOUR), "debut"),
        (SaisieDetail(valeur="Aucun", debut=J(2026, 12, 25)), "debut"),
        (SaisieDetail(valeur="Faux", debut=JOUR, fin=J(2026, 11, 30)), "valeur"),
    ):
        with pytest.raises(ErreurSaisie) as refus:
            await modifier_detail(plus_tard, numero, ancienne.id, saisie, version=ancienne.version)
        assert set(refus.value.erreurs) == {champ}
    saisie = SaisieDetail(valeur="Code obtenu", debut=J(2026, 10, 1), fin=J(2026, 11, 30))
    fait = await modifier_detail(plus_tard, numero, ancienne.id, saisie, version=ancienne.version)
    assert fait.libelle == "Modification détaillée\xa0: Permis"
    lue = await valeur(monde.referent, numero, ancienne.id)
    assert (lue.valeur, lue.debut, lue.fin) == ("Code obtenu", J(2026, 10, 1), J(2026, 11, 30))
    with pytest.raises(ConflitVersion):
        await modifier_detail(plus_tard, numero, ancienne.id, saisie, version=ancienne.version)
    await supprimer_detail(plus_tard, numero, courante.id, version=courante.version)
    assert not (await _une(monde.referent, numero, "PERMIS")).presente
    rouverte = SaisieDetail(valeur="Code obtenu", debut=J(2026, 10, 1))
    await modifier_detail(plus_tard, numero, ancienne.id, rouverte, version=lue.version)
    assert (await _une(monde.referent, numero, "PERMIS")).valeur == "Code obtenu"
    with pytest.raises(Introuvable):
        await valeur(monde.referent, numero, uuid.uuid4())


async def test_tout_rafraichir(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await completer(monde.referent, numero, {"PERMIS": "B", "FT": "Non", "RQTH": "Oui"})
    an_apres = _le(monde.collegue, 366)
    avant = await caracteristiques(an_apres, numero)
    assert {c.code for c in avant if c.a_rafraichir(an_apres.aujourdhui)} == {"PERMIS", "FT", "RQTH"}
    assert not any(c.a_rafraichir(_le(monde.collegue, 365).aujourdhui) for c in avant)
    sans_sante = msgspec.structs.replace(an_apres, sensible=False)
    fait = await rafraichir_tout(sans_sante, numero)
    apres = {c.code: c for c in await caracteristiques(an_apres, numero) if c.presente}
    assert {code for code, c in apres.items() if c.a_rafraichir(an_apres.aujourdhui)} == {"RQTH"}
    assert (apres["PERMIS"].valeur, apres["PERMIS"].debut, apres["PERMIS"].auteur) == ("B", JOUR, "Morgan ESSAI")
    assert (apres["PERMIS"].anciennete(an_apres.aujourdhui), apres["RQTH"].anciennete(an_apres.aujourdhui)) == (0, 366)
    assert (await rafraichir_tout(sans_sante, numero)).vide
    await annuler_acte(an_apres, fait.id)
    assert (await _une(an_apres, numero, "PERMIS")).actualisee_le == JOUR


async def test_les_donnees_de_sante_sont_masquees_mais_comptees(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    prive = msgspec.structs.replace(monde.collegue, sensible=False)
    await completer(monde.referent, numero, {"RQTH": "Oui", "PERMIS": "B"})
    await actualiser_avec_historique(_le(monde.referent, 9), numero, {"RQTH": "En cours"})
    for ctx in (prive, monde.pilote):
        rqth = await _une(ctx, numero, "RQTH")
        assert (rqth.presente, rqth.masquee, rqth.valeur, rqth.affichage) == (True, True, "", "Donnée de santé")
        assert len(manquantes(await caracteristiques(ctx, numero))) == 14
        assert {h.valeur for h in await historique(ctx, numero, "RQTH")} == {""}
        assert (await valeur(ctx, numero, rqth.id or uuid.uuid4())).affichage == "Donnée de santé"
    assert (await _une(monde.referent, numero, "RQTH")).affichage == "En cours"
    for action in (completer, actualiser, actualiser_avec_historique):
        for code, texte in (("RQTH", "Non"), ("SANTE", "Non")):
            with pytest.raises(ErreurSaisie) as refus:
                await action(prive, numero, {code: texte})
            assert set(refus.value.erreurs) == {code}
    ligne = (await historique(prive, numero, "RQTH"))[0]
    with pytest.raises(Interdit):
        await modifier_detail(prive, numero, ligne.id, SaisieDetail(valeur="Non", debut=JOUR), version=ligne.version)
    with pytest.raises(Interdit):
        await supprimer_detail(prive, numero, ligne.id, version=ligne.version)
    textes = [a.libelle for a in await actes_du_dossier(prive, numero)]
    assert "Caractéristiques complétées\xa0: Permis, donnée de santé" in textes
    assert not any("RQTH" in texte or "En cours" in texte for texte in textes)


async def test_le_perimetre(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    await completer(monde.referent, numero, {"PERMIS": "B"})
    ligne = (await historique(monde.referent, numero))[0]
    assert not any(c.presente for c in await caracteristiques(monde.autre_referent, numero))
    assert await historique(monde.autre_referent, numero) == []
    with pytest.raises(Introuvable):
        await valeur(monde.autre_referent, numero, ligne.id)
    for ctx, erreur in ((monde.autre_referent, Introuvable), (monde.pilote, Interdit)):
        for action in (completer, actualiser, actualiser_avec_historique):
            with pytest.raises(erreur):
                await action(ctx, numero, {"PERMIS": "B"})
        with pytest.raises(erreur):
            await rafraichir_tout(ctx, numero)
        with pytest.raises(erreur):
            await supprimer_detail(ctx, numero, ligne.id, version=1)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)), st.integers(1, 60))
def test_il_y_a_des_mois(jour: dt.date, mois: int) -> None:
    avant = il_y_a(jour, mois)
    assert (jour.year * 12 + jour.month) - (avant.year * 12 + avant.month) == mois
    assert avant.day == jour.day or (avant + dt.timedelta(days=1)).day == 1


@given(st.sampled_from(definitions_caracteristiques()), st.text(max_size=12))
def test_seul_ce_qui_est_dans_la_liste_passe(definition: DefinitionCaracteristique, texte: str) -> None:
    ctx = msgspec.structs.replace(contexte_systeme(MAINTENANT), sensible=True)
    permis = [str(n) for n in range(31)] if definition.type == "NOMBRE" else list(definition.valeurs)
    assert all(defaut_valeur(ctx, definition.code, valeur) is None for valeur in permis)
    if texte not in permis and not texte.isdigit():
        assert defaut_valeur(ctx, definition.code, texte) is not None
