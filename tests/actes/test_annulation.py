import datetime as dt

import msgspec
import pytest

from viesion_core.actes import acte, annuler_acte, changements, etat_connu_le, historique
from viesion_core.db import lire_un, lire_valeur
from viesion_core.erreurs import ConflitVersion, ErreurMetier, Interdit, Introuvable
from viesion_core.parcours.tables import Contrat
from viesion_core.testing import Monde

DEBUT, FIN = dt.date(2026, 1, 1), dt.date(2026, 6, 30)


async def _contrat(monde: Monde, numero: int, **valeurs: object) -> tuple[dict[str, object], object]:
    async with acte(monde.referent, "contrat.enregistrer", "Contrat RSA", beneficiaire=numero) as a:
        ligne = await a.inserer(Contrat, {"beneficiaire": numero, "type": "CO", "debut": DEBUT, "fin": FIN, **valeurs})
    return ligne, a.id


async def test_un_ajout_s_annule(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    _, identifiant = await _contrat(monde, numero)
    await annuler_acte(monde.referent, identifiant)
    assert await lire_valeur("SELECT count(*) FROM contrat") == 0
    with pytest.raises(ErreurMetier, match="déjà annulée"):
        await annuler_acte(monde.referent, identifiant)


async def test_une_modification_s_annule_et_se_lit_dans_l_historique(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, _ = await _contrat(monde, numero)
    async with acte(monde.referent, "contrat.modifier", "Contrat modifié", beneficiaire=numero) as a:
        await a.modifier(Contrat, contrat["id"], {"numero": "C-12", "fin": dt.date(2026, 7, 31)}, version=1)
    await annuler_acte(monde.referent, a.id)
    ligne = await lire_un("SELECT numero, fin, version FROM contrat")
    assert ligne == {"numero": "", "fin": FIN, "version": 3}
    champs = {c.champ for c in await changements("contrat", [contrat["id"]])}
    assert {"numero", "fin"} <= champs
    assert "Annulé : Contrat modifié" in [a.libelle for a in await historique(monde.referent, numero)]


async def test_une_suppression_s_annule(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, _ = await _contrat(monde, numero, commentaire="à garder")
    async with acte(monde.referent, "contrat.supprimer", "Contrat supprimé", beneficiaire=numero) as a:
        await a.supprimer(Contrat, contrat["id"], version=1)
    await annuler_acte(monde.referent, a.id)
    ligne = await lire_un("SELECT id, commentaire, version FROM contrat")
    assert ligne == {"id": contrat["id"], "commentaire": "à garder", "version": 2}


async def test_ce_qui_empeche_est_nomme(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, identifiant = await _contrat(monde, numero)
    async with acte(monde.collegue, "contrat.modifier", "Contrat C-12", beneficiaire=numero) as a:
        await a.modifier(Contrat, contrat["id"], {"numero": "C-12"}, version=1)
    with pytest.raises(ErreurMetier, match=r"« Contrat C-12 » est passé depuis \(Morgan ESSAI"):
        await annuler_acte(monde.referent, identifiant)
    assert await lire_valeur("SELECT numero FROM contrat") == "C-12"


async def test_qui_peut_annuler_et_jusqu_a_quand(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    _, identifiant = await _contrat(monde, numero)
    with pytest.raises(Interdit):
        await annuler_acte(monde.collegue, identifiant)
    with pytest.raises(Introuvable):
        await annuler_acte(monde.autre_referent, identifiant)
    lendemain = msgspec.structs.replace(monde.referent, maintenant=monde.referent.maintenant + dt.timedelta(hours=25))
    with pytest.raises(ErreurMetier, match="plus d'un jour"):
        await annuler_acte(lendemain, identifiant)
    await annuler_acte(monde.directeur, identifiant)
    assert await lire_valeur("SELECT count(*) FROM contrat") == 0


async def test_une_version_depassee_montre_l_actuelle(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, _ = await _contrat(monde, numero)
    async with acte(monde.collegue, "contrat.modifier", "x", beneficiaire=numero) as a:
        await a.modifier(Contrat, contrat["id"], {"numero": "A"}, version=1)
    with pytest.raises(ConflitVersion) as refus:
        async with acte(monde.referent, "contrat.modifier", "y", beneficiaire=numero) as b:
            await b.modifier(Contrat, contrat["id"], {"numero": "B"}, version=1)
    assert refus.value.actuelle["numero"] == "A"
    assert refus.value.version == 2


async def test_tel_que_connu_le(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, _ = await _contrat(monde, numero)
    plus_tard = msgspec.structs.replace(monde.referent, maintenant=monde.referent.maintenant + dt.timedelta(days=2))
    async with acte(plus_tard, "contrat.modifier", "x", beneficiaire=numero) as a:
        await a.modifier(Contrat, contrat["id"], {"fin": dt.date(2026, 9, 30)}, version=1)
    entre = monde.referent.maintenant + dt.timedelta(days=1)
    connu = await etat_connu_le("contrat", contrat["id"], entre)
    assert connu is not None
    assert connu["fin"] == FIN
    assert await etat_connu_le("contrat", contrat["id"], monde.referent.maintenant - dt.timedelta(days=1)) is None


async def test_un_acte_sans_effet_ne_laisse_pas_de_trace(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    contrat, _ = await _contrat(monde, numero)
    avant = await lire_valeur("SELECT count(*) FROM acte")
    async with acte(monde.referent, "contrat.modifier", "rien", beneficiaire=numero) as a:
        await a.modifier(Contrat, contrat["id"], {"debut": DEBUT}, version=1)
    assert await lire_valeur("SELECT count(*) FROM acte") == avant
