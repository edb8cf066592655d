"""A series of ateliers changed afterwards, on both engines: what moves with it, what is left alone, what is refused."""

import asyncio
import datetime as dt
import pathlib

import msgspec
import pytest

from tests.agenda.test_ateliers import FIN, des_gens, le_jour, une_serie
from tests.agenda.test_creneaux import MARDI
from tests.convocations.test_convocations import calendrier, partir, personne, texte
from tests.entretiens.aides import paris
from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import annuler_acte
from viesion_core.agenda.actions import liberer_creneau
from viesion_core.agenda.actions_ateliers import inscrire, pointer
from viesion_core.agenda.actions_series import annuler_seance, deplacer_seance, modifier_seances, prolonger_serie
from viesion_core.agenda.model import SaisiePlage
from viesion_core.agenda.model_ateliers import SEULE, SUIVANTES, Seance
from viesion_core.agenda.model_series import SaisieSeance, prochaine_date, saisie_de
from viesion_core.agenda.queries_ateliers import participants, seance, seances, serie
from viesion_core.contexte import Contexte
from viesion_core.convocations.actions import convoquer
from viesion_core.db import compter_requetes, executer, lire, transaction
from viesion_core.db.migrations.m0042_series import MIGRATION
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import Monde


def voulue(vue: Seance, **autres: object) -> SaisieSeance:
    return msgspec.structs.replace(saisie_de(vue), **autres)


async def toutes(ctx: Contexte) -> list[Seance]:
    return await seances(ctx, MARDI, dt.date(2027, 12, 31), tout=True)


async def test_les_suivantes_ne_prennent_que_ce_qui_change_et_leurs_gens_suivent(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent)
    gens = await des_gens(monde, 2)
    await inscrire(monde.referent, serie_[2].id, gens[0])
    await inscrire(monde.referent, serie_[1].id, gens[1])
    # One séance is elsewhere, alone: a change of hour of the others leaves it there.
    ailleurs = voulue(serie_[2], adresse="Maison du lac", lieu="COLLECTIF_EXTERIEUR")
    seule = await modifier_seances(monde.referent, serie_[2].id, ailleurs, portee=SEULE, version=1)
    assert seule.libelle == "Atelier CV du 15/12/2026 à 9\u00a0h : séance modifiée (lieu, adresse)"
    assert (await entretiens_page(monde.referent, gens[0]))[0][0].lieu == "COLLECTIF_EXTERIEUR"
    equipe = {c.id: c for c in await collaborateurs(monde.referent)}
    assert monde.collegue.utilisateur in equipe
    change = voulue(
        serie_[1], titre="Atelier emploi", debut=paris("2026-12-08 14:00"), duree=90, capacite=6,
        collaborateur=monde.collegue.utilisateur,
    )  # fmt: skip
    with compter_requetes() as compte:
        fait = await modifier_seances(monde.referent, serie_[1].id, change, portee=SUIVANTES, version=1)
    assert compte.nombre <= 20
    assert fait.libelle == (
        "Atelier CV du 08/12/2026 à 9\u00a0h : 4\u00a0séances modifiées "
        "(titre, animateur, places, la première au 08/12/2026 à 14\u00a0h, 1\u00a0h\u00a030)"
    )
    vues = await toutes(monde.referent)
    assert [(s.nom, s.duree, s.capacite, s.adresse) for s in vues[:3]] == [
        ("Atelier CV", 120, 3, ""),
        ("Atelier emploi", 90, 6, ""),
        ("Atelier emploi", 90, 6, "Maison du lac"),
    ]
    assert [s.debut for s in vues] == [paris("2026-12-01 09:00")] + [
        paris(f"2026-12-{j} 14:00") for j in ("08", "15", "22", "29")
    ]
    assert {s.collaborateur for s in vues[1:]} == {monde.collegue.utilisateur}
    for numero, rang in ((gens[1], 1), (gens[0], 2)):
        (fiche,), _ = await entretiens_page(monde.referent, numero)
        assert (fiche.debut, fiche.duree, fiche.collaborateur) == (vues[rang].debut, 90, monde.collegue.utilisateur)
    await annuler_acte(monde.referent, fait.id)
    revenues = await toutes(monde.referent)
    assert [(s.nom, s.debut, s.capacite, s.adresse) for s in revenues] == [
        (s.nom, s.debut, s.capacite, "Maison du lac" if s.id == serie_[2].id else "") for s in serie_
    ]
    assert (await entretiens_page(monde.referent, gens[1]))[0][0].debut == serie_[1].debut


async def test_le_passe_et_les_presences_saisies_restent(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent)
    gens = await des_gens(monde, 1)
    await inscrire(monde.referent, serie_[1].id, gens[0])
    (venu,) = await participants(monde.referent, serie_[1].id)
    ctx = le_jour(monde.referent, "2026-12-08 08:00")  # the day has come, the séance has not begun
    await pointer(ctx, serie_[1].id, {venu.entretien: "PRESENCE"}, {venu.entretien: venu.version})
    avant = [await seance(ctx, s.id) for s in serie_[:2]]
    change = voulue(serie_[0], capacite=9)
    fait = await modifier_seances(ctx, serie_[0].id, change, portee=SUIVANTES, version=1)
    assert fait.libelle.endswith(
        ": 3\u00a0séances modifiées (places), "
        "2\u00a0laissées telles quelles (1\u00a0passée, 1\u00a0aux présences saisies)"
    )
    assert [await seance(ctx, s.id) for s in serie_[:2]] == avant
    assert [s.capacite for s in await toutes(ctx)] == [3, 3, 9, 9, 9]
    for vue, message in ((serie_[0], "a commencé"), (serie_[1], "a eu lieu")):
        with pytest.raises(ErreurMetier, match=message):
            await modifier_seances(ctx, vue.id, voulue(vue, capacite=4), portee=SEULE, version=1)
    annule = await annuler_seance(ctx, serie_[1].id, portee=SUIVANTES, version=1)
    assert annule.libelle.endswith(": 3\u00a0séances annulées, 1\u00a0laissée telle quelle (présences saisies)")
    assert [s.id for s in await toutes(ctx)] == [s.id for s in serie_[:2]]
    with pytest.raises(ErreurMetier, match="Aucune séance"):
        await annuler_seance(ctx, serie_[1].id, portee=SUIVANTES, version=1)
    assert not (await annuler_seance(ctx, serie_[0].id, portee=SEULE, version=1)).vide  # it did not take place


async def test_moins_de_places_que_d_inscrits_se_refuse(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent)
    gens = await des_gens(monde, 4)
    for numero in gens[:3]:
        await inscrire(monde.referent, serie_[1].id, numero)
    with pytest.raises(ErreurSaisie) as refus:
        await modifier_seances(monde.referent, serie_[0].id, voulue(serie_[0], capacite=2), portee=SUIVANTES, version=1)
    dit = "Plus de 2\u00a0personnes inscrites\u00a0: 3 le 08/12/2026 à 9\u00a0h. Retirez d'abord des inscriptions."
    assert refus.value.erreurs == {"capacite": dit}
    # A place in the middle goes, then the capacity: the numbers that are held above it are places all the same.
    present = (await participants(monde.referent, serie_[1].id))[0]
    libere = await liberer_creneau(monde.referent, present.numero, present.entretien, version=present.version)
    moins = await modifier_seances(monde.referent, serie_[1].id, voulue(serie_[1], capacite=2), portee=SEULE, version=1)
    assert (await inscrire(monde.referent, serie_[1].id, gens[3])).attend
    with pytest.raises(ErreurMetier, match="inscrites depuis"):
        await annuler_acte(monde.referent, libere.id)
    await annuler_acte(monde.referent, moins.id)
    await annuler_acte(monde.referent, libere.id)
    assert len(await participants(monde.referent, serie_[1].id)) == 3


async def test_qui_s_inscrit_apres_un_changement_empeche_de_l_annuler(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent)
    (numero,) = await des_gens(monde, 1)
    fait = await deplacer_seance(monde.referent, serie_[0].id, paris("2026-12-02 14:00"), portee=SEULE, version=1)
    await inscrire(monde.referent, serie_[0].id, numero)
    with pytest.raises(ErreurMetier, match="inscrites depuis"):
        await annuler_acte(monde.referent, fait.id)
    assert (await seance(monde.referent, serie_[0].id)).debut == paris("2026-12-02 14:00")


async def test_inscrire_pendant_que_la_serie_change_ne_separe_personne(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent, capacite=12)
    gens = await des_gens(monde, 10)
    change = voulue(serie_[0], debut=paris("2026-12-03 14:00"), duree=90)
    faits = await asyncio.gather(
        *(inscrire(monde.collegue, serie_[0].id, numero) for numero in gens[:5]),
        modifier_seances(monde.referent, serie_[0].id, change, portee=SUIVANTES, version=1),
        *(inscrire(monde.collegue, serie_[0].id, numero) for numero in gens[5:]),
        modifier_seances(monde.collegue, serie_[0].id, change, portee=SUIVANTES, version=1),
        return_exceptions=True,
    )
    assert all(f is None or not isinstance(f, BaseException) or isinstance(f, ErreurMetier) for f in faits)
    assert sum(isinstance(f, ConflitVersion) for f in (faits[5], faits[-1])) == 1
    vue = await seance(monde.referent, serie_[0].id)
    assert vue.debut == change.debut
    lignes = await lire("SELECT debut, duree, collaborateur FROM entretien WHERE creneau = {}", vue.id)
    assert {(li["debut"], li["duree"], li["collaborateur"]) for li in lignes} <= {(vue.debut, 90, vue.collaborateur)}


async def test_une_serie_se_prolonge_par_son_rythme_et_cela_s_annule(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent, semaines=2, fin=FIN)
    derniere = serie_[-1]
    await modifier_seances(monde.referent, derniere.id, voulue(derniere, capacite=8), portee=SEULE, version=1)
    suite = await serie(monde.referent, serie_[0])
    assert (suite.jours, suite.semaines, suite.derniere.id) == ((1,), 2, derniere.id)
    assert prochaine_date(suite, monde.referent.aujourdhui) == dt.date(2027, 1, 12)
    assert prochaine_date(suite, dt.date(2027, 1, 13)) == dt.date(2027, 1, 26)
    regle = SaisiePlage(
        jours=(1,), debut=dt.date(2027, 1, 12), fin=dt.date(2027, 2, 9), de=840, a=960, duree=120, semaines=2,
        type="SUIVI",
    )  # fmt: skip
    fait = await prolonger_serie(monde.referent, serie_[0].id, regle, version=suite.version)
    assert fait.libelle == "Atelier CV : 3\u00a0séances ajoutées"
    ajoutees = (await toutes(monde.referent))[len(serie_) :]
    assert [(s.jour.isoformat(), s.capacite, s.type, s.plage) for s in ajoutees] == [
        (j, 8, "ATELIER_COLLECTIF", suite.id) for j in ("2027-01-12", "2027-01-26", "2027-02-09")
    ]
    with pytest.raises(ConflitVersion):
        await prolonger_serie(monde.collegue, serie_[0].id, regle, version=suite.version)
    with pytest.raises(ErreurMetier, match="déjà publié"):
        await prolonger_serie(monde.collegue, serie_[0].id, regle, version=suite.version + 1)
    await annuler_acte(monde.referent, fait.id)
    assert len(await toutes(monde.referent)) == len(serie_)


async def test_ce_qui_est_mal_saisi_ou_impossible_se_dit(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent)
    vue = serie_[0]
    for champ, valeurs in (
        ("capacite", {"capacite": 1}),
        ("type", {"type": "SUIVI"}),
        ("lieu", {"lieu": "AILLEURS"}),
        ("a", {"duree": 1}),
        ("collaborateur", {"collaborateur": monde.autre_referent.utilisateur}),
        ("date", {"debut": paris("2026-11-20 09:00")}),
        ("date", {"debut": paris("2026-12-04 09:00")}),  # each Friday: the 25th and the 1st are holidays
    ):
        with pytest.raises(ErreurSaisie) as refus:
            await modifier_seances(monde.referent, vue.id, voulue(vue, **valeurs), portee=SUIVANTES, version=1)
        assert list(refus.value.erreurs) == [champ]
    with pytest.raises(ErreurSaisie):
        await modifier_seances(monde.referent, vue.id, voulue(vue), portee="passees", version=1)
    assert (await modifier_seances(monde.referent, vue.id, voulue(vue), portee=SUIVANTES, version=1)).vide
    for ctx, attendue in ((monde.autre_referent, Introuvable), (monde.pilote, Interdit)):
        with pytest.raises(attendue):
            await modifier_seances(ctx, vue.id, voulue(vue, capacite=5), portee=SEULE, version=1)


async def test_la_convocation_dit_le_nouveau_lieu_avec_un_numero_plus_haut(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    serie_ = await une_serie(monde.referent, adresse="Salle bleue")
    numero = await personne(monde)
    await inscrire(monde.referent, serie_[1].id, numero)
    (venu,) = await participants(monde.referent, serie_[1].id)
    await convoquer(monde.referent, numero, venu.entretien)
    (premier,) = await partir(tmp_path, 2)
    assert "« Atelier CV »" in texte(premier)
    change = voulue(serie_[1], adresse="Maison du lac", titre="Atelier emploi")
    await modifier_seances(monde.referent, serie_[1].id, change, portee=SUIVANTES, version=1)
    assert await partir(tmp_path, 0) == []  # it can still be undone
    (second,) = await partir(tmp_path, 4)
    assert second["Subject"].startswith("Rendez-vous modifié : mardi 8 décembre 2026")
    assert "« Atelier emploi »" in texte(second)
    assert "Lieu : Maison du lac" in texte(second)
    (avant,), (apres,) = calendrier(premier).events, calendrier(second).events
    assert (avant["uid"], avant["sequence"] + 1, str(apres["location"])) == (
        apres["uid"], apres["sequence"], "Maison du lac",
    )  # fmt: skip
    assert await partir(tmp_path, 6) == []


async def test_une_base_d_avant_garde_le_titre_et_le_lieu_de_ses_seances(monde: Monde) -> None:
    serie_ = await une_serie(monde.referent, adresse="Salle bleue", lieu="COLLECTIF_EXTERIEUR")
    async with transaction():
        await executer("UPDATE creneau SET titre = '', type = '', lieu = '', adresse = ''")
        for requete in MIGRATION.commun:
            if requete.startswith("UPDATE"):
                await executer(requete)
    assert await toutes(monde.referent) == serie_
