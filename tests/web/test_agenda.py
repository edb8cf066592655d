"""The agenda over HTTP: views, whose, perimeter, moves; and its grid, pure."""

import datetime as dt
import re
import uuid

import pytest

from tests.serveur import Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.contexte import PARIS
from viesion_core.entretiens.actions import realiser_entretien
from viesion_core.entretiens.model import RendezVous
from viesion_core.entretiens.queries import entretien
from viesion_core.testing import Monde
from web.ecrans.agenda_grille import JOUR, MOIS_ENTIER, SEMAINE, heures, jours, periode, placer

L = dt.date(2026, 11, 23)


def un_rendez_vous(jour: dt.date, heure: str, duree: int = 30) -> RendezVous:
    debut = dt.datetime.combine(jour, dt.time.fromisoformat(heure), tzinfo=PARIS).astimezone(dt.UTC)
    return RendezVous(
        id=uuid.uuid4(),
        numero=1,
        nom="Exemple",
        prenom="Camille",
        debut=debut,
        duree=duree,
        type="SUIVI",
        lieu="",
        vecteur="",
        realisation="PREVU",
        collaborateur=uuid.uuid4(),
        collaborateur_nom="Essai",
        collaborateur_prenom="Alix",
        version=1,
    )


@pytest.mark.parametrize(
    ("vue", "jour", "debut", "fin", "titre"),
    [
        (JOUR, dt.date(2026, 12, 1), dt.date(2026, 12, 1), dt.date(2026, 12, 1), "Mardi 1er décembre 2026"),
        (SEMAINE, dt.date(2026, 11, 25), L, dt.date(2026, 11, 29), "Du 23 au 29 novembre 2026"),
        (
            SEMAINE,
            dt.date(2027, 1, 1),
            dt.date(2026, 12, 28),
            dt.date(2027, 1, 3),
            "Du 28 décembre 2026 au 3 janvier 2027",
        ),
        (MOIS_ENTIER, L, dt.date(2026, 10, 26), dt.date(2026, 12, 6), "Novembre 2026"),
    ],
)
def test_les_jours_d_une_vue(vue: str, jour: dt.date, debut: dt.date, fin: dt.date, titre: str) -> None:
    vus = periode(vue, jour)
    assert (vus.debut, vus.fin, vus.titre) == (debut, fin, titre)
    assert periode(vue, vus.suivante).precedente <= jour <= periode(vue, vus.precedente).suivante + dt.timedelta(35)


def test_ceux_qui_se_rencontrent_se_partagent_la_largeur() -> None:
    blocs = placer([un_rendez_vous(L, h, d) for h, d in (("09:00", 60), ("09:30", 30), ("10:00", 15))], 8)
    assert [(b.rang, b.longueur, b.colonne, b.colonnes) for b in blocs] == [(5, 4, 1, 2), (7, 2, 2, 2), (9, 2, 1, 1)]
    assert {b.colonnes for b in placer([un_rendez_vous(L, "09:00") for _ in range(9)], 8)} == {4}


def test_la_grille_s_ouvre_aux_heures_utiles() -> None:
    assert heures([]) == (8, 18)
    tot, tard = un_rendez_vous(L, "07:15"), un_rendez_vous(L, "18:30", 45)
    assert heures([tot, tard]) == (7, 20)
    assert heures([un_rendez_vous(L, "23:30", 600)])[1] == 24
    samedi = un_rendez_vous(L + dt.timedelta(5), "10:00")
    assert [j.date.weekday() for j in jours(L, L + dt.timedelta(6), [tot, samedi], 7)] == [0, 1, 2, 3, 4, 5]


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


async def test_la_semaine_du_referent(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    cle = await suivi.entretien(0, "11:00")
    tenu = await suivi.entretien(0, "08:15")
    await realiser_entretien(suivi.ctx, suivi.numero, tenu, "PRESENCE", version=1)
    async with serveur.client(monde.referent) as client:
        for vue in ("semaine", "jour", "mois"):
            page = await client.get(f"/agenda?vue={vue}")
            assert page.status_code == 200
            assert f"/entretiens/{cle}" in page.text
            assert "EXEMPLE Camille" in page.text
            assert ", aujourd'hui" in page.text
            assert requetes(page) <= 12
        semaine = (await client.get("/agenda")).text
    assert f'data-deplacer="{suivi.base}/entretiens/{cle}/deplacer"' in semaine
    assert f"/entretiens/{tenu}/deplacer" not in semaine
    assert "11\u00a0h" in semaine
    assert "style=" not in semaine


async def test_l_agenda_d_un_collegue_et_celui_de_l_organisme(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    cle = str(await suivi.entretien(0, "11:00"))
    async with serveur.client(monde.collegue) as client:
        assert cle not in (await client.get("/agenda")).text
        de_l_autre = await client.get(f"/agenda?de={monde.referent.utilisateur}")
        assert cle in de_l_autre.text
        organisme = (await client.get("/agenda?de=organisme")).text
        assert cle in organisme
        assert "ESSAI Alix" in organisme
        assert (await client.get(f"/agenda?de={monde.autre_referent.utilisateur}")).status_code == 404
        assert (await client.get("/agenda?date=pas-un-jour&vue=siecle")).status_code == 200
    async with serveur.client(monde.autre_referent) as client:
        assert cle not in (await client.get("/agenda?de=organisme")).text
    async with serveur.client(monde.pilote) as client:
        assert (await client.get("/agenda")).status_code == 403


async def test_un_entretien_se_deplace_et_le_deplacement_s_annule(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    cle = await suivi.entretien(2, "11:00")
    adresse = f"{suivi.base}/entretiens/{cle}/deplacer"
    champs = {"version": "1", "date": suivi.date(3), "heure": "09:15", "retour": "/agenda?vue=semaine"}
    async with serveur.client(monde.referent) as client:
        fait = await client.post(adresse, data=champs)
        assert fait.status_code == 303
        assert fait.headers["location"].startswith("/agenda?vue=semaine&acte=")
        assert (await entretien(suivi.ctx, suivi.numero, cle)).debut == suivi.le(3, "09:15")
        page = await client.get(fait.headers["location"])
        annuler = re.search(r'action="(/actes/[^"]+/annuler)"', page.text)
        assert annuler
        assert f"Entretien déplacé au {suivi.date(3)} à 9\u00a0h\u00a015" in page.text
        await client.post(annuler[1])
        assert (await entretien(suivi.ctx, suivi.numero, cle)).debut == suivi.le(2, "11:00")
        assert (await client.post(adresse, data={**champs, "retour": "https://ailleurs.test"})).status_code == 409


async def test_un_deplacement_sur_une_heure_prise_demande_d_abord(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(2, "09:00", duree=60)
    cle = await suivi.entretien(2, "14:00")
    adresse = f"{suivi.base}/entretiens/{cle}/deplacer"
    champs = {"version": "1", "date": suivi.date(2), "heure": "09:30", "retour": "/agenda"}
    async with serveur.client(monde.referent) as client:
        refus = await client.post(adresse, data=champs)
        assert refus.status_code == 422
        assert "Déplacer quand même" in refus.text
        assert "déjà un entretien à 9\u00a0h (" in refus.text
        assert (await client.post(adresse, data={**champs, "confirme": "oui"})).status_code == 303
        hors = await client.post(adresse, data={**champs, "version": "2", "date": suivi.date(-200)})
        assert hors.status_code == 422
        assert "ne couvre pas" in hors.text
        assert "Déplacer quand même" not in hors.text
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.post(adresse, data=champs)).status_code == 404
