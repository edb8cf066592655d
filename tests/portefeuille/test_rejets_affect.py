"""A refused line of AFFECT corrected and replayed: carried out once, settled in its place alone, on the screen too."""

import pathlib

import pytest

from tests.echanges.aides import CLE, SECRET
from tests.portefeuille.test_affect import (
    AUTRE_SIRET,
    SIRET,
    cle,
    comptes,
    connu,
    passer,
    reponses,
    une,
    une_affectation,
)
from tests.serveur import SQLITE, requetes, servir
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.echanges.actions_rejets import ligne_rejetee, rejouer_rejet
from viesion_core.echanges.model import EtatRejet, RejetVu
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie
from viesion_core.testing import Monde
from viesion_solis.affect import COLONNES, FLUX

__all__ = ["connu"]
INCONNU = "00000000000000"


async def en_attente(monde: Monde) -> list[RejetVu]:
    return (await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1))[0]


async def rejouer(monde: Monde, rejet: RejetVu, **corrections: str) -> bool:
    return await rejouer_rejet(
        monde.pilote, rejet.id, [FLUX], corrections, secret=SECRET, cles=CLE, version=rejet.version
    )


async def test_une_ligne_se_corrige_et_ne_fait_son_effet_qu_une_fois(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    assert comptes(await passer(tmp_path, une_affectation(1, siret=INCONNU))) == (1, 0, 0, 0, 1)
    (rejet,) = await en_attente(monde)
    assert (rejet.flux, rejet.cle, rejet.corrigeable) == ("AFFECT", str(cle(1)), True)
    vue = await ligne_rejetee(monde.pilote, rejet.id, [FLUX], cles=CLE)
    assert (vue.colonne, vue.valeurs["siret"], vue.libelles["siret"]) == ("siret", INCONNU, "SIRET de l'organisme")
    assert set(vue.libelles) == set(COLONNES)
    for faux, champ in (({"siret": "1"}, "siret"), ({"siret": SIRET, "debut": "hier"}, "debut")):
        with pytest.raises(ErreurSaisie) as refus:
            await rejouer(monde, rejet, **faux)
        assert list(refus.value.erreurs) == [champ]
    assert await lire_valeur("SELECT count(*) FROM affectation_recue") == 0
    assert await rejouer(monde, rejet, siret=SIRET)
    assert (await une(monde.directeur)).motif == "Orientation sociale"
    assert [r["reponse"] for r in await reponses()] == ["RECUE"]
    (regle,), _ = await rejets_page(monde.pilote, EtatRejet.REGLE, 1)
    assert (regle.motif, regle.decide_par, regle.corrigeable) == ("Corrigée et rejouée", monde.pilote.nom, False)
    with pytest.raises(ConflitVersion):
        await rejouer(monde, rejet, siret=SIRET)
    assert await lire_valeur("SELECT count(*) FROM affectation_recue") == 1
    assert await lire_valeur("SELECT ligne_chiffree FROM echange_rejet") == ""


async def test_une_ligne_se_rejoue_quand_l_organisme_est_connu_depuis(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation(1, siret=INCONNU))
    (rejet,) = await en_attente(monde)
    async with transaction():
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", INCONNU, monde.autre_organisme)
    assert await rejouer(monde, rejet)
    assert (await une(monde.autre_referent)).beneficiaire == connu


async def test_un_rejet_ne_cede_la_place_qu_a_la_meme_affectation(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation(1, siret=INCONNU), une_affectation(2, siret=AUTRE_SIRET))
    (rejet,) = await en_attente(monde)
    assert rejet.cle == str(cle(1)), "another affectation of the same person settles nothing"
    await passer(tmp_path, une_affectation(1, version="2", siret=INCONNU), seq=2)
    (encore,) = await en_attente(monde)
    assert encore.id != rejet.id, "the newer refusal takes the place of the older one"
    await passer(tmp_path, une_affectation(1, version="3"), seq=3)
    assert await en_attente(monde) == []
    etats = await lire("SELECT etat, motif FROM echange_rejet")
    assert {(e["etat"], e["motif"]) for e in etats} == {("REGLE", "Remplacé par un envoi plus récent")}


async def test_une_ligne_depassee_ne_se_rejoue_pas(monde: Monde, connu: int, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_affectation(1, version="5"), une_affectation(2, version="3", siret=INCONNU))
    (rejet,) = await en_attente(monde)
    with pytest.raises(ErreurMetier, match="plus récent"):
        await rejouer(monde, rejet, siret=SIRET, uuid_affectation=str(cle(1)))
    assert len(await en_attente(monde)) == 1


@SQLITE
async def test_l_ecran_corrige_et_rejoue(adresse_base: str, monde: Monde, connu: int, tmp_path: pathlib.Path) -> None:
    async with servir(adresse_base, tmp_path / "donnees", cle_echanges=CLE) as serveur:
        await passer(serveur.settings.dossier_echanges, une_affectation(1, siret=INCONNU))
        (rejet,) = await en_attente(monde)
        async with serveur.client(monde.pilote) as client:
            liste = await client.get("/echanges")
            assert requetes(liste) <= 12
            assert f"Affectation {rejet.cle[:8]}" in liste.text
            page = await client.get(f"/echanges/rejets/{rejet.id}")
            assert requetes(page) <= 12
            assert "SIRET de l" in page.text
            chemin = f"/echanges/rejets/{rejet.id}/rejouer"
            faux = await client.post(chemin, data={"version": "1", "col_siret": "12", "col_motif": "Gardé"})
            assert faux.status_code == 422
            for attendu in ("Aucun organisme ouvert", 'value="12"', 'value="Gardé"'):
                assert attendu in faux.text
            bon = await client.post(chemin, data={"version": "1", "col_siret": SIRET})
            assert bon.status_code == 303
    assert (await une(monde.directeur)).beneficiaire == connu
