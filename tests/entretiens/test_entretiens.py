"""Entretiens on both engines: planning, themes, réalisation, postponing, conflicts, perimeter, undo."""

import datetime as dt
import uuid

import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape, paris, une_saisie
from viesion_core.actes import acte, annuler_acte
from viesion_core.db import compter_requetes, lire, lire_valeur
from viesion_core.dossiers.tables import Rattachement
from viesion_core.entretiens.actions import creer_entretien, modifier_entretien, realiser_entretien
from viesion_core.entretiens.model import Saisie, Theme
from viesion_core.entretiens.queries import a_realiser, agenda, entretien, entretiens_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import Monde

J = dt.date


def _saisie_de(fiche: object, **autres: object) -> Saisie:
    champs = {c: getattr(fiche, c) for c in Saisie.__struct_fields__}
    return Saisie(**{**champs, **autres})


async def _un(monde: Monde, numero: int, quand: str = "2026-12-01 10:00", **autres: object) -> object:
    await creer_entretien(monde.referent, numero, une_saisie(monde.referent, quand, **autres))
    fiches, _ = await entretiens_page(monde.referent, numero)
    return next(f for f in fiches if f.debut == paris(quand))


async def test_un_entretien_se_planifie_avec_ses_themes(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    themes = (
        Theme(theme="1_CONVOCATION_1ER_ACCUEIL", synthese="Souhaite créer son entreprise"),
        Theme(theme="MOBILITE", synthese="Doit passer son permis"),
    )
    saisie = une_saisie(monde.referent, etape=etape, dispositif=dispositif, duree=30, themes=themes)
    await creer_entretien(monde.referent, numero, saisie)
    fiches, total = await entretiens_page(monde.referent, numero)
    assert total == 1
    fiche = fiches[0]
    assert fiche.debut == dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
    assert (fiche.duree, fiche.realisation, fiche.etape, fiche.organisme) == (30, "PREVU", etape, monde.organisme)
    assert fiche.collaborateur_complet == "ESSAI Alix"
    assert fiche.etape_nom == "Association Exemple - MOS"
    assert [(t.libelle, t.synthese) for t in fiche.themes] == [
        ("1 Convocation 1er accueil", "Souhaite créer son entreprise"),
        ("Mobilité", "Doit passer son permis"),
    ]
    evenements = await lire("SELECT nom FROM evenement WHERE nom = 'entretien_enregistre'")
    assert len(evenements) == 1


async def test_impossible_d_enregistrer_sans_l_etape_ouverte(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    await ouvrir_etape(monde, numero, dispositif)
    with pytest.raises(ErreurSaisie) as refus:
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent))
    assert set(refus.value.erreurs) == {"etape"}
    assert await lire_valeur("SELECT count(*) FROM entretien") == 0


async def test_sans_etape_l_entretien_s_enregistre(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await creer_entretien(monde.referent, numero, une_saisie(monde.referent))
    assert await lire_valeur("SELECT count(*) FROM entretien") == 1


async def test_le_dispositif_et_le_collaborateur_sont_verifies(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    _, dispositif_d_un_autre = await monde.dossier(nom="Autre")
    saisie = une_saisie(
        monde.referent, dispositif=dispositif_d_un_autre, collaborateur=monde.autre_referent.utilisateur
    )
    with pytest.raises(ErreurSaisie) as refus:
        await creer_entretien(monde.referent, numero, saisie)
    assert set(refus.value.erreurs) == {"dispositif", "collaborateur"}


@pytest.mark.parametrize(
    ("quand", "duree", "pris"),
    [
        ("2026-12-01 10:20", 15, True),
        ("2026-12-01 09:30", 60, True),
        ("2026-12-01 10:30", 15, False),
        ("2026-12-01 09:45", 15, False),
        ("2026-12-02 10:00", 15, False),
    ],
)
async def test_un_creneau_deja_pris_avertit(monde: Monde, quand: str, duree: int, pris: bool) -> None:
    premier, _ = await monde.dossier()
    second, _ = await monde.dossier(nom="Seconde")
    await _un(monde, premier, duree=30)
    saisie = une_saisie(monde.referent, quand, duree=duree)
    if pris:
        with pytest.raises(ErreurSaisie) as refus:
            await creer_entretien(monde.referent, second, saisie)
        assert "Alix ESSAI a déjà un entretien à 10\xa0h" in refus.value.erreurs["confirmation"]
        assert "Exemple" not in refus.value.erreurs["confirmation"]
    await creer_entretien(monde.referent, second, saisie, confirme=pris)
    _, total = await entretiens_page(monde.referent, second)
    assert total == 1


async def test_la_personne_deja_attendue_ailleurs_avertit(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await _un(monde, numero)
    with pytest.raises(ErreurSaisie, match="à corriger") as refus:
        await creer_entretien(
            monde.referent, numero, une_saisie(monde.referent, collaborateur=monde.collegue.utilisateur)
        )
    assert "Cette personne a déjà un entretien" in refus.value.erreurs["confirmation"]


async def test_enregistrer_les_modifications(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    themes = (Theme(theme="CONTRAT", synthese="a"), Theme(theme="MOBILITE", synthese="b"))
    fiche = await _un(monde, numero, themes=themes)
    garde = msgspec.structs.replace(fiche.themes[1], synthese="b bis")
    saisie = _saisie_de(fiche, lieu="INDIVIDUEL_A_DOMICILE", themes=(garde, Theme(theme="LOGEMENT", synthese="c")))
    fait = await modifier_entretien(monde.referent, numero, fiche.id, saisie, version=1)
    change = await entretien(monde.referent, numero, fiche.id)
    assert change.version == 2
    assert change.lieu_libelle == "Individuel - À domicile"
    assert [(t.theme, t.synthese) for t in change.themes] == [("MOBILITE", "b bis"), ("LOGEMENT", "c")]
    assert change.themes[0].id == fiche.themes[1].id
    await annuler_acte(monde.referent, fait.id)
    revenu = await entretien(monde.referent, numero, fiche.id)
    assert [(t.theme, t.synthese) for t in revenu.themes] == [("CONTRAT", "a"), ("MOBILITE", "b")]
    assert revenu.lieu == ""


async def test_ajouter_un_theme_seul_change_la_version(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero)
    saisie = _saisie_de(fiche, themes=(Theme(theme="SANTE", synthese="x"),))
    await modifier_entretien(monde.referent, numero, fiche.id, saisie, version=1)
    with pytest.raises(ConflitVersion) as conflit:
        await modifier_entretien(monde.collegue, numero, fiche.id, _saisie_de(fiche, lieu=""), version=1)
    assert conflit.value.version == 2


async def test_enregistrer_sans_rien_changer_ne_laisse_pas_de_trace(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, themes=(Theme(theme="CONTRAT", synthese="a"),))
    avant = await lire_valeur("SELECT count(*) FROM acte")
    await modifier_entretien(monde.referent, numero, fiche.id, _saisie_de(fiche), version=1)
    assert await lire_valeur("SELECT count(*) FROM acte") == avant


async def test_la_synthese_de_sante_survit_a_qui_ne_la_lit_pas(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    themes = (Theme(theme="SANTE", synthese="secret"), Theme(theme="CONTRAT", synthese="a"))
    fiche = await _un(monde, numero, themes=themes)
    prive = msgspec.structs.replace(monde.collegue, sensible=False)
    vue = await entretien(prive, numero, fiche.id)
    assert [t.synthese for t in vue.themes] == ["", "a"]
    saisie = _saisie_de(vue, themes=(Theme(theme="LOGEMENT", synthese="b"),))
    await modifier_entretien(prive, numero, fiche.id, saisie, version=1)
    apres = await entretien(monde.referent, numero, fiche.id)
    assert {(t.theme, t.synthese) for t in apres.themes} == {("SANTE", "secret"), ("LOGEMENT", "b")}


async def test_la_realisation_en_un_clic_s_annule(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, "2026-11-23 10:00")
    assert (await a_realiser(monde.referent))[1] == 1
    fait = await realiser_entretien(monde.referent, numero, fiche.id, "ABS_NON_JUST", version=1)
    assert "Absence non justifiée" in fait.libelle
    assert (await a_realiser(monde.referent))[1] == 0
    await annuler_acte(monde.referent, fait.id)
    assert (await entretien(monde.referent, numero, fiche.id)).realisation == "PREVU"


async def test_pas_de_presence_avant_la_date(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, "2026-12-01 10:00")
    with pytest.raises(ErreurMetier, match="01/12/2026"):
        await realiser_entretien(monde.referent, numero, fiche.id, "PRESENCE", version=1)
    with pytest.raises(ErreurSaisie) as refus:
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent, realisation="PRESENCE"))
    assert set(refus.value.erreurs) == {"realisation"}


async def test_reporter_lie_le_nouvel_entretien(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, "2026-12-01 10:00")
    nouvelle = une_saisie(monde.referent, "2026-12-08 14:00")
    fait = await creer_entretien(monde.referent, numero, nouvelle, reporte_de=fiche.id, version_reportee=1)
    fiches, _ = await entretiens_page(monde.referent, numero)
    assert [(f.realisation, f.reporte_de) for f in fiches] == [("PREVU", fiche.id), ("REPORTE", None)]
    assert (fiches[0].reporte_de_debut, fiches[0].suivant, fiches[0].reportable) == (fiche.debut, None, True)
    assert (fiches[1].suivant, fiches[1].suivant_debut, fiches[1].reportable) == (fiches[0].id, fiches[0].debut, False)
    autre = une_saisie(monde.referent, "2026-12-09 14:00")
    with pytest.raises(ErreurMetier, match="déjà reporté"):
        await creer_entretien(monde.referent, numero, autre, reporte_de=fiche.id)
    await annuler_acte(monde.referent, fait.id)
    fiches, _ = await entretiens_page(monde.referent, numero)
    assert [f.realisation for f in fiches] == ["PREVU"]


async def test_un_entretien_tenu_ne_se_reporte_plus(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, "2026-11-20 10:00", realisation="PRESENCE")
    with pytest.raises(ErreurMetier, match="ne se reporte plus"):
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent), reporte_de=fiche.id)


async def test_le_perimetre_et_les_roles(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero)
    with pytest.raises(Introuvable):
        await creer_entretien(monde.autre_referent, numero, une_saisie(monde.autre_referent))
    with pytest.raises(Introuvable):
        await entretien(monde.autre_referent, numero, fiche.id)
    with pytest.raises(Introuvable):
        await entretien(monde.referent, numero + 1, fiche.id)
    with pytest.raises(Interdit):
        await realiser_entretien(monde.pilote, numero, fiche.id, "ANNULE_STR", version=1)
    assert await entretiens_page(monde.autre_referent, numero) == ([], 0)
    assert await agenda(monde.autre_referent, J(2026, 12, 1), J(2026, 12, 1), organisme=monde.organisme) == []
    assert (await entretiens_page(monde.pilote, numero))[1] == 1


async def test_l_entretien_d_un_autre_organisme_se_lit_sans_se_modifier(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    fiche = await _un(monde, numero, "2026-11-20 10:00")
    invite = monde.autre_referent
    async with acte(monde.systeme, "dossier.rattacher", "Rattachement", beneficiaire=numero) as a:
        await a.inserer(
            Rattachement,
            {"beneficiaire": numero, "organisme": monde.autre_organisme, "nature": "SOLIS", "debut": J(2026, 1, 1)},
        )
    assert (await entretien(invite, numero, fiche.id)).type_libelle == "Entretien d'accueil"
    with pytest.raises(Interdit, match="autre organisme"):
        await realiser_entretien(invite, numero, fiche.id, "PRESENCE", version=1)
    with pytest.raises(Interdit, match="autre organisme"):
        await modifier_entretien(invite, numero, fiche.id, _saisie_de(fiche), version=1)


async def test_l_agenda_compte_les_jours_de_paris(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    for quand in ("2026-10-24 23:30", "2026-10-25 00:15", "2026-10-25 10:00", "2026-10-25 23:45", "2026-10-26 00:00"):
        await _un(monde, numero, quand)
    jour = await agenda(monde.referent, J(2026, 10, 25), J(2026, 10, 25))
    assert [rdv.debut for rdv in jour] == [
        paris("2026-10-25 00:15"), paris("2026-10-25 10:00"), paris("2026-10-25 23:45"),
    ]  # fmt: skip
    assert {rdv.jour for rdv in jour} == {J(2026, 10, 25)}
    assert jour[0].personne == "EXEMPLE Camille"
    assert len(await agenda(monde.collegue, J(2026, 10, 20), J(2026, 10, 30))) == 0
    assert len(await agenda(monde.directeur, J(2026, 10, 20), J(2026, 10, 30), organisme=monde.organisme)) == 5


async def test_la_liste_est_paginee_en_une_requete(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    for jour in range(1, 24):
        await _un(monde, numero, f"2026-10-{jour:02d} 10:00", themes=(Theme(theme="EMPLOI", synthese=str(jour)),))
    with compter_requetes() as compte:
        premiere, total = await entretiens_page(monde.referent, numero)
    assert (compte.nombre, len(premiere), total) == (1, 20, 23)
    seconde, _ = await entretiens_page(monde.referent, numero, page=2)
    assert [f.themes[0].synthese for f in seconde] == ["3", "2", "1"]


async def test_ce_qui_est_a_realiser_de_l_organisme(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await _un(monde, numero, "2026-11-20 10:00")
    await _un(monde, numero, "2026-11-21 10:00", collaborateur=monde.collegue.utilisateur)
    await _un(monde, numero, "2026-12-21 10:00")
    rdv, total = await a_realiser(monde.directeur, tout_l_organisme=True)
    assert total == 2
    assert [r.jour for r in rdv] == [J(2026, 11, 20), J(2026, 11, 21)]
    assert (await a_realiser(monde.directeur))[1] == 0


async def test_un_identifiant_inconnu_est_introuvable(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    with pytest.raises(Introuvable):
        await realiser_entretien(monde.referent, numero, uuid.uuid4(), "PRESENCE", version=1)
