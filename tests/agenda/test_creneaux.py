"""Plages and créneaux on both engines: published, booked once under concurrency, freed, moved, undone, withdrawn."""

import asyncio
import datetime as dt
import uuid

import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape, paris
from viesion_core.actes import annuler_acte
from viesion_core.agenda.actions import liberer_creneau, publier_creneaux, reserver_creneau, retirer_creneau
from viesion_core.agenda.model import Creneau, CreneauPris, SaisiePlage, defauts_plage, feries, paques, periodes
from viesion_core.agenda.queries import creneaux_libres
from viesion_core.contexte import Contexte
from viesion_core.db import compter_requetes, lire, lire_valeur
from viesion_core.entretiens.actions import deplacer_entretien, realiser_entretien
from viesion_core.entretiens.queries import entretien, entretiens_page
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import Monde

J = dt.date
MARDI = J(2026, 12, 1)


def une_plage(**autres: object) -> SaisiePlage:
    valeurs: dict[str, object] = {"jours": (1,), "debut": MARDI, "fin": MARDI, "de": 9 * 60, "a": 12 * 60}
    return SaisiePlage(**{**valeurs, "duree": 60, "type": "SUIVI", **autres})


async def libres(ctx: Contexte, jour: dt.date = MARDI) -> list[Creneau]:
    return await creneaux_libres(ctx, jour, jour)


async def tenus(creneau: uuid.UUID) -> int:
    requete = "SELECT count(*) FROM entretien WHERE creneau = {} AND realisation NOT IN ('REPORTE', 'ANNULE_STR')"
    return int(await lire_valeur(requete, creneau))


def test_la_regle_fait_les_creneaux() -> None:
    saisie = une_plage(jours=(0, 4), debut=J(2026, 12, 21), fin=J(2027, 1, 4), de=570, a=690)
    debuts = [debut for debut, _ in periodes(saisie)]
    attendus = ["12-21 09:30", "12-21 10:30", "12-28 09:30", "12-28 10:30"]
    assert debuts == [paris(f"2026-{j}") for j in attendus] + [paris("2027-01-04 09:30"), paris("2027-01-04 10:30")]
    une_sur_deux = msgspec.structs.replace(saisie, semaines=2)
    assert [d for d, _ in periodes(une_sur_deux)] == [debuts[0], debuts[1], debuts[4], debuts[5]]


def test_les_jours_feries() -> None:
    assert [paques(a) for a in (2024, 2026, 2027, 2038)] == [
        J(2024, 3, 31),
        J(2026, 4, 5),
        J(2027, 3, 28),
        J(2038, 4, 25),
    ]
    assert len(feries(2026)) == 11
    assert {J(2026, 4, 6), J(2026, 5, 14), J(2026, 5, 25)} <= feries(2026)


@pytest.mark.parametrize(
    ("champ", "autres"),
    [
        ("type", {"type": "INCONNU"}),
        ("lieu", {"lieu": "INCONNU"}),
        ("jours", {"jours": ()}),
        ("jours", {"jours": (0,)}),
        ("jours", {"debut": J(2026, 12, 25), "fin": J(2026, 12, 25), "jours": (4,)}),
        ("debut", {"debut": J(2026, 11, 1)}),
        ("fin", {"fin": J(2026, 11, 30)}),
        ("fin", {"fin": J(2028, 1, 1)}),
        ("fin", {"fin": J(2027, 11, 1), "jours": (0, 1, 2, 3, 4), "duree": 15}),
        ("a", {"a": 9 * 60}),
        ("duree", {"duree": 3}),
        ("duree", {"duree": 240}),
        ("capacite", {"capacite": 0}),
        ("semaines", {"semaines": 9}),
    ],
)
def test_une_plage_impossible_dit_pourquoi(champ: str, autres: dict[str, object]) -> None:
    assert set(defauts_plage(une_plage(**autres), J(2026, 11, 24))) == {champ}


async def test_un_collegue_reserve_et_l_entretien_nait_avec(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    publie = await publier_creneaux(
        monde.referent, une_plage(lieu="INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE", adresse="Maison du lac")
    )
    assert publie.libelle == "3 créneaux publiés"
    proposes = await libres(monde.collegue)
    assert [c.debut for c in proposes] == [paris(f"2026-12-01 {h}") for h in ("09:00", "10:00", "11:00")]
    assert (proposes[0].restant, proposes[0].adresse, proposes[0].collaborateur_nom) == (
        1,
        "Maison du lac",
        "ESSAI Alix",
    )
    prise = await reserver_creneau(monde.collegue, proposes[1].id, numero)
    fiche = await entretien(monde.referent, numero, prise.entretien)
    assert (fiche.debut, fiche.duree, fiche.realisation) == (proposes[1].debut, 60, "PREVU")
    assert (fiche.collaborateur, fiche.etape, fiche.dispositif) == (monde.referent.utilisateur, etape, dispositif)
    assert [c.id for c in await libres(monde.referent)] == [proposes[0].id, proposes[2].id]
    assert prise.acte.libelle == "Rendez-vous pris le 01/12/2026 à 10\u00a0h"
    await annuler_acte(monde.collegue, prise.acte.id)
    assert len(await libres(monde.referent)) == 3
    assert (await entretiens_page(monde.referent, numero))[1] == 0


@pytest.mark.parametrize("capacite", [1, 8])
async def test_cinquante_clients_jamais_une_place_deux_fois(monde: Monde, capacite: int) -> None:
    numeros = [(await monde.dossier(nom=f"Exemple {n}"))[0] for n in range(50)]
    await publier_creneaux(monde.referent, une_plage(capacite=capacite, a=15 * 60))
    voulu = (await libres(monde.referent))[0]
    proposes: list[list[dt.datetime]] = []

    async def reserver(numero: int) -> str:
        try:
            await reserver_creneau(monde.collegue, voulu.id, numero)
        except CreneauPris as refus:
            proposes.append([c.debut for c in refus.alternatives])
            return "pris"
        return "reserve"

    faits = await asyncio.gather(*(reserver(numero) for numero in numeros))
    assert faits.count("reserve") == capacite
    assert faits.count("pris") == 50 - capacite
    trois = [paris(f"2026-12-01 {h}:00") for h in (10, 11, 12)]
    assert all(choix == trois for choix in proposes)
    places = await lire("SELECT place FROM entretien WHERE creneau = {} ORDER BY place", voulu.id)
    assert [ligne["place"] for ligne in places] == list(range(1, capacite + 1))


async def test_annule_reporte_ou_deplace_le_creneau_se_libere(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    autre, _ = await monde.dossier(nom="Autre")
    await publier_creneaux(monde.referent, une_plage(a=600))
    (voulu,) = await libres(monde.referent)
    prise = await reserver_creneau(monde.referent, voulu.id, numero)
    assert await libres(monde.referent) == []
    annulation = await liberer_creneau(monde.collegue, numero, prise.entretien)
    assert (await entretien(monde.referent, numero, prise.entretien)).realisation == "ANNULE_STR"
    assert len(await libres(monde.referent)) == 1
    suivante = await reserver_creneau(monde.referent, voulu.id, autre)
    with pytest.raises(ErreurMetier, match="vient d'être pris"):
        await annuler_acte(monde.collegue, annulation.id)
    assert await tenus(voulu.id) == 1
    await realiser_entretien(monde.referent, autre, suivante.entretien, "REPORTE", version=1)
    assert await tenus(voulu.id) == 0
    derniere = await reserver_creneau(monde.referent, voulu.id, numero)
    await deplacer_entretien(monde.referent, numero, derniere.entretien, paris("2026-12-02 15:00"), version=1)
    assert len(await libres(monde.referent)) == 1
    with pytest.raises(ErreurSaisie):
        await liberer_creneau(monde.referent, numero, derniere.entretien, realisation="PRESENCE")


async def test_une_personne_n_a_qu_une_place(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await publier_creneaux(monde.referent, une_plage(capacite=5, type="ATELIER_COLLECTIF", titre="Atelier CV"))
    atelier = (await libres(monde.referent))[0]
    await reserver_creneau(monde.referent, atelier.id, numero)
    with pytest.raises(ErreurMetier, match="déjà une place"):
        await reserver_creneau(monde.collegue, atelier.id, numero)
    assert [(c.titre, c.pris, c.restant) for c in (await libres(monde.referent))[:1]] == [("Atelier CV", 1, 4)]


async def test_deux_creneaux_d_un_referent_ne_se_rencontrent_pas(monde: Monde) -> None:
    await publier_creneaux(monde.referent, une_plage())
    with pytest.raises(ErreurMetier, match="déjà publié"):
        await publier_creneaux(monde.referent, une_plage(de=9 * 60 + 30))
    await publier_creneaux(monde.collegue, une_plage())
    assert len(await libres(monde.referent)) == 6
    premier = next(c for c in await libres(monde.referent) if c.collaborateur == monde.referent.utilisateur)
    retrait = await retirer_creneau(monde.referent, premier.id, version=premier.version)
    assert len(await libres(monde.referent)) == 5
    with pytest.raises(Introuvable):
        await reserver_creneau(monde.referent, premier.id, (await monde.dossier())[0])
    await annuler_acte(monde.referent, retrait.id)
    assert len(await libres(monde.referent)) == 6


async def test_un_creneau_reserve_ne_se_retire_pas_et_sa_publication_ne_s_annule_plus(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    publie = await publier_creneaux(monde.referent, une_plage(a=600))
    (voulu,) = await libres(monde.referent)
    await reserver_creneau(monde.referent, voulu.id, numero)
    with pytest.raises(ErreurMetier, match="libérez-le"):
        await retirer_creneau(monde.referent, voulu.id, version=voulu.version)
    with pytest.raises(ErreurMetier, match="rattachés"):
        await annuler_acte(monde.referent, publie.id)


async def test_le_referent_pris_ailleurs_n_est_pas_propose(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    autre, _ = await monde.dossier(nom="Autre")
    await publier_creneaux(monde.referent, une_plage())
    un, deux, _ = await libres(monde.referent)
    prise = await reserver_creneau(monde.referent, un.id, numero)
    await deplacer_entretien(
        monde.referent, numero, prise.entretien, paris("2026-12-01 10:30"), version=1, confirme=True
    )
    assert [c.id for c in await libres(monde.referent)] == [un.id]
    with pytest.raises(ErreurSaisie) as refus:
        await reserver_creneau(monde.referent, deux.id, autre)
    assert set(refus.value.erreurs) == {"confirmation"}


async def test_chacun_chez_soi(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    d_ailleurs, _ = await monde.dossier(monde.autre_referent, nom="Ailleurs")
    await publier_creneaux(monde.referent, une_plage())
    voulu = (await libres(monde.referent))[0]
    assert await libres(monde.autre_referent) == []
    assert await libres(monde.administrateur) == []
    assert len(await libres(monde.pilote)) == 3
    with pytest.raises(Introuvable):
        await reserver_creneau(monde.autre_referent, voulu.id, d_ailleurs)
    with pytest.raises(Introuvable):
        await reserver_creneau(monde.referent, voulu.id, d_ailleurs)
    with pytest.raises(Interdit):
        await reserver_creneau(monde.pilote, voulu.id, numero)
    with pytest.raises(Interdit):
        await publier_creneaux(monde.pilote, une_plage())
    with pytest.raises(ErreurSaisie) as refus:
        await publier_creneaux(monde.referent, une_plage(collaborateur=monde.autre_referent.utilisateur))
    assert set(refus.value.erreurs) == {"collaborateur"}
    with pytest.raises(ErreurMetier, match="pas suivie"):
        await reserver_creneau(monde.systeme, voulu.id, d_ailleurs)
    prise = await reserver_creneau(monde.systeme, voulu.id, numero)
    assert (await entretien(monde.referent, numero, prise.entretien)).organisme == monde.organisme


async def test_un_creneau_passe_et_le_nombre_de_requetes(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await publier_creneaux(monde.referent, une_plage(fin=J(2027, 1, 26)))
    with compter_requetes() as compte:
        tous = await creneaux_libres(monde.referent, MARDI, J(2027, 1, 31))
    assert (len(tous), compte.nombre) == (27, 3)
    plus_tard = msgspec.structs.replace(monde.referent, maintenant=paris("2026-12-01 10:15"))
    assert [c.debut for c in await libres(plus_tard)] == [paris("2026-12-01 11:00")]
    with pytest.raises(ErreurMetier, match="passé"):
        await reserver_creneau(plus_tard, tous[0].id, numero)
