"""Difficultés on both engines: several at once, dates, health natures, closing, repair, perimeter, undo."""

import datetime as dt

import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape
from viesion_core.actes import annuler_acte, historique
from viesion_core.difficultes.actions import (
    ajouter_difficultes,
    clore_difficulte,
    modifier_difficulte,
    rouvrir_difficulte,
)
from viesion_core.difficultes.model import DifficulteResume, Saisie, familles_proposees, natures_sensibles
from viesion_core.difficultes.queries import difficulte, difficultes_page
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import Monde

J = dt.date
PERMIS, TRANSPORT = "MOBILITE_SANS_PERMIS", "MOBILITE_AUCUN_MOYEN_DE_TRANSPORT"
SANTE = "SANTE_ENTRAVE_A_CERTAINS_METIERS"
SAISIE = Saisie(debut=J(2026, 11, 3))


async def _une(monde: Monde, numero: int, nature: str = PERMIS) -> DifficulteResume:
    await ajouter_difficultes(monde.referent, numero, [nature], SAISIE)
    lignes, _ = await difficultes_page(monde.referent, numero)
    return next(d for d in lignes if d.nature == nature)


def test_les_natures_de_sante_sont_celles_de_la_famille_sante() -> None:
    assert len(natures_sensibles()) == 6
    assert all(code.startswith("SANTE_") for code in natures_sensibles())


async def test_plusieurs_difficultes_en_un_acte(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    saisie = msgspec.structs.replace(SAISIE, etape=etape, commentaire="Vit loin", realisation="IDENTIFIEE")
    fait = await ajouter_difficultes(monde.referent, numero, [PERMIS, TRANSPORT, PERMIS], saisie)
    lignes, total = await difficultes_page(monde.referent, numero)
    assert total == 2
    assert {d.nature_libelle for d in lignes} == {"Sans permis", "Aucun moyen de transport"}
    assert {(d.famille, d.commentaire, d.etape, d.realisation_libelle) for d in lignes} == {
        ("Mobilité", "Vit loin", etape, "Identifiée")
    }
    await annuler_acte(monde.referent, fait.id)
    assert await difficultes_page(monde.referent, numero) == ([], 0)


async def test_ce_qui_est_faux_est_nomme(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    for natures, saisie, champ in (
        ([], SAISIE, "natures"),
        (["INCONNUE"], SAISIE, "natures"),
        ([PERMIS], Saisie(debut=J(2026, 11, 25)), "debut"),
        ([PERMIS], Saisie(debut=J(2026, 11, 3), fin=J(2026, 11, 2)), "fin"),
        ([PERMIS], Saisie(debut=J(2026, 11, 3), realisation="X"), "realisation"),
        ([PERMIS], Saisie(debut=J(2026, 11, 3), etape=(await monde.dossier())[1]), "etape"),
    ):
        with pytest.raises(ErreurSaisie) as refus:
            await ajouter_difficultes(monde.referent, numero, natures, saisie)
        assert set(refus.value.erreurs) == {champ}


async def test_une_difficulte_deja_suivie_ne_s_ajoute_pas_deux_fois(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    ouverte = await _une(monde, numero)
    with pytest.raises(ErreurSaisie) as refus:
        await ajouter_difficultes(monde.referent, numero, [TRANSPORT, PERMIS], SAISIE)
    assert "déjà suivie depuis le 03/11/2026" in refus.value.erreurs["natures"]
    await clore_difficulte(monde.referent, numero, ouverte.id, version=1)
    await ajouter_difficultes(monde.referent, numero, [PERMIS], SAISIE)
    with pytest.raises(ErreurSaisie):
        await rouvrir_difficulte(monde.referent, numero, ouverte.id, version=2)


async def test_clore_rouvrir_et_annuler(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    ouverte = await _une(monde, numero)
    fait = await clore_difficulte(monde.referent, numero, ouverte.id, version=1)
    close = await difficulte(monde.referent, numero, ouverte.id)
    assert (close.fin, close.realisation) == (J(2026, 11, 24), "LEVEE")
    await annuler_acte(monde.referent, fait.id)
    assert (await difficulte(monde.referent, numero, ouverte.id)).fin is None
    await clore_difficulte(monde.referent, numero, ouverte.id, version=3, realisation="NON_LEVEE")
    await rouvrir_difficulte(monde.referent, numero, ouverte.id, version=4)
    assert (await difficulte(monde.referent, numero, ouverte.id)).ouverte


async def test_modifier_et_conflit(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    une = await _une(monde, numero)
    saisie = msgspec.structs.replace(SAISIE, commentaire="Inscrit à l'auto-école", realisation="EN_COURS_DE_TRAITEMENT")
    plus_tard = msgspec.structs.replace(monde.referent, maintenant=monde.referent.maintenant + dt.timedelta(days=9))
    await modifier_difficulte(plus_tard, numero, une.id, saisie, version=1)
    apres = await difficulte(monde.referent, numero, une.id)
    assert (apres.commentaire, apres.actualisee_le, apres.version) == ("Inscrit à l'auto-école", J(2026, 12, 3), 2)
    with pytest.raises(ConflitVersion) as conflit:
        await modifier_difficulte(monde.collegue, numero, une.id, SAISIE, version=1)
    assert conflit.value.actuelle["commentaire"] == "Inscrit à l'auto-école"


async def test_ce_qui_est_a_reparer(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif, fin=J(2026, 10, 31))
    saisie = Saisie(debut=J(2026, 3, 1), etape=etape)
    await ajouter_difficultes(monde.referent, numero, [PERMIS], saisie)
    await ajouter_difficultes(
        monde.referent, numero, [TRANSPORT], msgspec.structs.replace(saisie, fin=J(2026, 5, 1), etape=None)
    )
    lignes, _ = await difficultes_page(monde.referent, numero)
    assert [d.a_reparer for d in lignes] == [
        "L'étape est close depuis le 31/10/2026\xa0: la fin est à saisir.",
        "La réalisation n'est pas renseignée.",
    ]
    await clore_difficulte(monde.referent, numero, lignes[0].id, version=1, fin=J(2026, 10, 31))
    reparee = await difficulte(monde.referent, numero, lignes[0].id)
    assert (reparee.fin, reparee.a_reparer) == (J(2026, 10, 31), "")


async def test_la_sante_n_est_pas_montree_sans_habilitation(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    sante = await _une(monde, numero, SANTE)
    await _une(monde, numero)
    prive = msgspec.structs.replace(monde.collegue, sensible=False)
    lignes, total = await difficultes_page(prive, numero)
    assert (total, [d.nature for d in lignes]) == (1, [PERMIS])
    with pytest.raises(Introuvable):
        await difficulte(prive, numero, sante.id)
    with pytest.raises(ErreurSaisie):
        await ajouter_difficultes(prive, numero, [SANTE], SAISIE)
    assert "Santé" not in dict(familles_proposees(prive))
    assert "Santé" in dict(familles_proposees(monde.referent))
    await clore_difficulte(monde.referent, numero, sante.id, version=1)
    textes = " ".join(a.libelle for a in await historique(prive, numero))
    assert "Entrave" not in textes
    assert "anté" not in textes


async def test_le_perimetre(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    une = await _une(monde, numero)
    with pytest.raises(Introuvable):
        await clore_difficulte(monde.autre_referent, numero, une.id, version=1)
    with pytest.raises(Interdit):
        await clore_difficulte(monde.pilote, numero, une.id, version=1)
    assert await difficultes_page(monde.autre_referent, numero) == ([], 0)
