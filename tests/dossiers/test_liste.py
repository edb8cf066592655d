"""« Gestion → Bénéficiaires » on both engines: filters, sorts, pages, next act, perimeter, number of queries."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from tests.dossiers.aides import J, ouvrir, ouvrir_etape
from viesion_core.actes import acte
from viesion_core.contexte import Contexte
from viesion_core.db import compter_requetes, executer, lire_valeur, transaction
from viesion_core.db.migrations.m0006b_listes import REQUISES
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.dossiers.actions_dispositif import clore_entree
from viesion_core.dossiers.liste import TRIS, beneficiaires_page
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.dossiers.model_liste import Filtres, LigneBeneficiaire, ProchainActe
from viesion_core.dossiers.queries import entrees, etat_dossiers
from viesion_core.entretiens.tables import Entretien
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.parcours.tables import Affectation, Contrat
from viesion_core.testing import Monde

REQUIS = {d.code: d.valeurs[0] if d.valeurs else "1" for d in definitions_caracteristiques() if d.requise}


async def _noms(ctx: Contexte, filtres: Filtres, **autres: Any) -> list[str]:
    lignes, total = await beneficiaires_page(ctx, filtres, **autres)
    if not autres:
        assert total == len(lignes)
    return [ligne.nom for ligne in lignes]


async def _affecter(monde: Monde, numero: int, ctx: Contexte, fin: dt.date | None = None) -> None:
    async with acte(monde.referent, "referent.affecter", "Référent", beneficiaire=numero) as a:
        await a.inserer(
            Affectation,
            {
                "beneficiaire": numero,
                "referent": ctx.utilisateur,
                "nature": "PARCOURS",
                "debut": J(2026, 2, 1),
                "fin": fin,
            },
        )


async def _contrat(monde: Monde, numero: int, fin: dt.date) -> None:
    async with acte(monde.referent, "contrat.enregistrer", "Contrat", beneficiaire=numero) as a:
        await a.inserer(Contrat, {"beneficiaire": numero, "type": "CER", "debut": J(2026, 1, 5), "fin": fin})


async def _entretien(monde: Monde, numero: int, debut: dt.datetime) -> None:
    async with acte(monde.referent, "entretien.creer", "Entretien", beneficiaire=numero) as a:
        await a.inserer(
            Entretien,
            {
                "beneficiaire": numero,
                "debut": debut,
                "duree": 30,
                "collaborateur": monde.referent.utilisateur,
                "organisme": monde.organisme,
                "type": "ENTRETIEN_D_ACCUEIL",
                "realisation": "PREVU",
            },
        )


async def test_les_filtres(monde: Monde) -> None:
    ctx = monde.referent
    alpha = await ouvrir(ctx, "Alpha", commune="34172", etat_droit="2")
    bravo = await ouvrir(ctx, "Bravo", commune="34032", etat_droit="5")
    charlie = await ouvrir(ctx, "Charlie")
    delta = await ouvrir(ctx, "Delta")
    await ouvrir_etape(monde, alpha)
    await _affecter(monde, alpha, ctx)
    await _affecter(monde, bravo, monde.collegue)
    await _affecter(monde, charlie, ctx, fin=J(2026, 3, 1))
    await _contrat(monde, alpha, J(2027, 1, 4))
    await _contrat(monde, bravo, J(2026, 7, 4))
    await completer(ctx, alpha, REQUIS)
    await completer(ctx, bravo, dict(list(REQUIS.items())[1:]))
    sortie = (await entrees(ctx, delta))[0]
    await clore_entree(ctx, delta, sortie.id, J(2026, 6, 1), "EMPLOI", version=sortie.version)
    for filtres, attendus in (
        (Filtres(), ["ALPHA", "BRAVO", "CHARLIE"]),
        (Filtres(active=False), ["ALPHA", "BRAVO", "CHARLIE", "DELTA"]),
        (Filtres(commune="34172"), ["ALPHA"]),
        (Filtres(secteur="Biterrois Béziers"), ["BRAVO"]),
        (Filtres(etat_droit="5"), ["BRAVO"]),
        (Filtres(referent=ctx.utilisateur), ["ALPHA"]),
        (Filtres(referent=monde.collegue.utilisateur), ["BRAVO"]),
        (Filtres(offre="MOS"), ["ALPHA"]),
        (Filtres(sans_referent=True), ["CHARLIE"]),
        (Filtres(contrat_termine=True), ["BRAVO"]),
        (Filtres(caracteristiques_manquantes=True), ["BRAVO", "CHARLIE"]),
        (Filtres(active=False, sans_referent=True, caracteristiques_manquantes=True), ["CHARLIE", "DELTA"]),
        (Filtres(recherche="brava"), ["BRAVO"]),
        (Filtres(recherche="personne", active=False), []),
        (Filtres(recherche="delta"), []),
        (Filtres(recherche="delta", active=False), ["DELTA"]),
    ):
        for qui in (ctx, monde.directeur, monde.pilote):
            assert (filtres, await _noms(qui, filtres)) == (filtres, attendus)
        assert await _noms(monde.autre_referent, filtres) == []
        assert await _noms(monde.administrateur, filtres) == []


async def test_une_grande_liste_se_lit_le_long_de_son_tri(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = monde.referent
    for rang, nom in enumerate(("Zoulou", "Écho", "Alpha", "Le Mans", "Lem")):
        await ouvrir(ctx, nom, f"P{rang}", J(1980 + rang, 1, 1))
    petites = {tri: await _noms(ctx, Filtres(), tri=tri, par_page=2, page=2) for tri in TRIS}
    monkeypatch.setattr("viesion_core.dossiers.liste._GRAND", 0)
    for qui in (ctx, monde.pilote):
        assert await _noms(qui, Filtres()) == ["ALPHA", "ÉCHO", "LE MANS", "LEM", "ZOULOU"]
        assert {tri: await _noms(qui, Filtres(), tri=tri, par_page=2, page=2) for tri in TRIS} == petites
        assert await _noms(qui, Filtres(), tri="-naissance") == ["LEM", "LE MANS", "ALPHA", "ÉCHO", "ZOULOU"]
        assert await _noms(qui, Filtres(), tri="b.version; DROP TABLE beneficiaire") == await _noms(qui, Filtres())
    assert await beneficiaires_page(ctx, Filtres(), page=9) == ([], 5)


async def test_une_ligne_et_ses_requetes(monde: Monde) -> None:
    ctx = monde.referent
    numero = await ouvrir(ctx, "Alpha", "Ana", nom_usage="Bêta", commune="34172")
    await ouvrir_etape(monde, numero)
    await _affecter(monde, numero, ctx)
    await _contrat(monde, numero, J(2027, 1, 4))
    await _entretien(monde, numero, ctx.maintenant + dt.timedelta(days=7))
    for _ in range(3):
        await ouvrir(ctx, "Autre")
    with compter_requetes() as compte:
        lignes, total = await beneficiaires_page(ctx, Filtres())
    assert (compte.nombre, total) == (3, 4)
    ligne = next(li for li in lignes if li.numero == numero)
    assert (ligne.nom, ligne.commune, ligne.etape) == ("BÊTA", "Montpellier", "Association Exemple - MOS")
    assert (ligne.referents, ligne.contrat_fin, ligne.entree) == (("Alix ESSAI",), J(2027, 1, 4), J(2026, 1, 5))
    assert (ligne.caracteristiques_manquantes, ligne.entretien_a_realiser) == (16, None)
    assert ligne.entretien_a_venir == ctx.maintenant + dt.timedelta(days=7)


async def test_l_etat_du_portefeuille(monde: Monde) -> None:
    ctx = monde.referent
    un, deux = await ouvrir(ctx, "Un"), await ouvrir(ctx, "Deux")
    await _affecter(monde, un, ctx)
    await _affecter(monde, deux, ctx)
    await _contrat(monde, un, J(2026, 12, 31))
    await completer(ctx, un, REQUIS)
    await _entretien(monde, deux, ctx.maintenant + dt.timedelta(hours=1))
    etat = await etat_dossiers(ctx)
    assert msgspec.structs.astuple(etat) == (2, 1, 1, 1)
    assert (await etat_dossiers(monde.collegue)).portefeuille == 0


async def test_le_compte_des_requises_suit_chaque_ecriture(monde: Monde) -> None:
    assert codes_requis() == REQUISES
    numero, autre = await ouvrir(monde.referent, "Un"), await ouvrir(monde.referent, "Deux")

    async def compte(de: int) -> int:
        return int(await lire_valeur("SELECT requises FROM caracteristique_compte WHERE beneficiaire = {}", de))

    await completer(monde.referent, numero, {**REQUIS, "GARDE": "Sans objet"})
    assert (await compte(numero), await compte(autre)) == (16, 0)
    async with transaction():
        await executer("UPDATE caracteristique SET fin = {} WHERE code IN ('PERMIS', 'GARDE')", J(2026, 11, 24))
    assert await compte(numero) == 15
    async with transaction():
        await executer("UPDATE caracteristique SET beneficiaire = {} WHERE code IN ('FT', 'RQTH')", autre)
    assert (await compte(numero), await compte(autre)) == (13, 2)
    async with transaction():
        await executer("DELETE FROM caracteristique WHERE code IN ('FT', 'SITFAM', 'PERMIS')")
    assert (await compte(numero), await compte(autre)) == (12, 1)
    async with transaction():
        await executer("DELETE FROM beneficiaire WHERE numero = {}", numero)
    assert await lire_valeur("SELECT count(*) FROM caracteristique_compte") == 1


INSTANT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
PREVU_A = "Entretien le 24/11/2026 à 10\u00a0h\u00a030"
LIGNE = LigneBeneficiaire(
    numero=1,
    civilite="",
    nom_naissance="Exemple",
    nom_usage="",
    prenom="Ana",
    date_naissance=J(1985, 3, 12),
    commune="",
    etat_droit="2",
    entree=J(2026, 1, 5),
    etape="Association Exemple - MOS",
    offre="MOS",
    etapes_ouvertes=1,
    contrat_fin=J(2027, 1, 4),
    entretien_a_venir=None,
    entretien_a_realiser=None,
    caracteristiques_manquantes=0,
    referents=("Alix ESSAI",),
)


def test_le_prochain_acte_suit_le_processus() -> None:
    for change, attendu in (
        ({}, ProchainActe("Prendre un rendez-vous", "entretiens")),
        (
            {"entretien_a_venir": INSTANT},
            ProchainActe(PREVU_A, "entretiens", presse=False),
        ),
        ({"caracteristiques_manquantes": 1}, ProchainActe("Compléter 1 caractéristique requise", "caracteristiques")),
        ({"caracteristiques_manquantes": 9}, ProchainActe("Compléter 9 caractéristiques requises", "caracteristiques")),
        ({"contrat_fin": J(2026, 11, 23)}, ProchainActe("Renouveler le contrat terminé le 23/11/2026", "contrats")),
        ({"contrat_fin": None}, ProchainActe("Ajouter un contrat RSA", "contrats")),
        ({"etapes_ouvertes": 0, "contrat_fin": None}, ProchainActe("Créer une étape", "parcours")),
        ({"referents": (), "etapes_ouvertes": 0}, ProchainActe("Affecter un référent", "parcours")),
        ({"etat_droit": "5", "referents": ()}, ProchainActe("Droit clos\xa0: préparer la sortie", "sortie")),
        (
            {"entretien_a_realiser": INSTANT, "etat_droit": "5"},
            ProchainActe("Saisir la réalisation de l'entretien du 24/11/2026", "entretiens"),
        ),
        ({"entree": None}, None),
    ):
        assert msgspec.structs.replace(LIGNE, **change).prochain_acte(J(2026, 11, 24)) == attendu
