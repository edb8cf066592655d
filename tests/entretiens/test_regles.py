"""The pure rules: hours of Paris, réalisation, étape, choices proposed."""

import datetime as dt
import uuid

import msgspec
import pytest

from tests.entretiens.aides import paris
from viesion_core.contexte import Contexte, Role, minuit
from viesion_core.entretiens.model import Saisie as SaisieEntretien
from viesion_core.entretiens.model import (
    Theme,
    defaut_etape,
    defaut_realisation,
    defauts_saisie,
    entree_proposee,
    etape_proposee,
    jour_de,
    visible,
)
from viesion_core.parcours.model import EntreeResume, EtapeResume

J = dt.date
MOI, AUTRE = uuid.uuid4(), uuid.uuid4()


def une_etape(debut: J, fin: J | None, organisme: uuid.UUID = MOI) -> EtapeResume:
    return EtapeResume(
        id=uuid.uuid4(),
        beneficiaire=1,
        dispositif=uuid.uuid4(),
        dispositif_code="ACCOMP_RSA",
        dispositif_debut=J(2026, 1, 1),
        organisme=organisme,
        organisme_nom="ASSOCIATION",
        offre_de_service=uuid.uuid4(),
        offre="MOS",
        offre_libelle="",
        territoire="",
        debut_prevu=None,
        fin_prevue=None,
        debut_reel=debut,
        fin_reelle=fin,
        motif_fin="",
        commentaire="",
        version=1,
    )


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-07-14 10:00", dt.datetime(2026, 7, 14, 8, 0, tzinfo=dt.UTC)),
        ("2026-01-14 10:00", dt.datetime(2026, 1, 14, 9, 0, tzinfo=dt.UTC)),
        ("2026-03-28 10:00", dt.datetime(2026, 3, 28, 9, 0, tzinfo=dt.UTC)),
        ("2026-03-29 10:00", dt.datetime(2026, 3, 29, 8, 0, tzinfo=dt.UTC)),
        ("2026-10-24 10:00", dt.datetime(2026, 10, 24, 8, 0, tzinfo=dt.UTC)),
        ("2026-10-25 10:00", dt.datetime(2026, 10, 25, 9, 0, tzinfo=dt.UTC)),
    ],
)
def test_dix_heures_a_paris_en_toute_saison(local: str, utc: dt.datetime) -> None:
    assert paris(local) == utc
    assert jour_de(utc) == utc.date()


def test_une_journee_de_paris_compte_23_ou_25_heures_au_changement() -> None:
    def duree(jour: J) -> dt.timedelta:
        return minuit(jour + dt.timedelta(days=1)) - minuit(jour)

    assert duree(J(2026, 3, 29)) == dt.timedelta(hours=23)
    assert duree(J(2026, 10, 25)) == dt.timedelta(hours=25)
    assert duree(J(2026, 7, 14)) == dt.timedelta(hours=24)
    assert minuit(J(2026, 7, 14)) == dt.datetime(2026, 7, 13, 22, tzinfo=dt.UTC)


def test_tard_le_soir_le_jour_reste_celui_de_paris() -> None:
    assert jour_de(dt.datetime(2026, 7, 14, 22, 30, tzinfo=dt.UTC)) == J(2026, 7, 15)
    assert jour_de(dt.datetime(2026, 1, 14, 22, 30, tzinfo=dt.UTC)) == J(2026, 1, 14)


@pytest.mark.parametrize("realisation", ["PRESENCE", "ABS_JUST", "ABS_NON_JUST"])
def test_la_realisation_reste_a_prevu_jusqu_a_la_date(realisation: str) -> None:
    maintenant = paris("2026-11-24 09:00")
    assert "Prévu" in (defaut_realisation(realisation, paris("2026-11-25 08:00"), maintenant) or "")
    assert defaut_realisation(realisation, paris("2026-11-24 10:00"), maintenant) is None
    assert defaut_realisation(realisation, paris("2026-11-23 10:00"), maintenant) is None


@pytest.mark.parametrize("realisation", ["PREVU", "REPORTE", "ANNULE_STR"])
def test_reporter_et_annuler_se_decident_avant(realisation: str) -> None:
    assert defaut_realisation(realisation, paris("2026-12-25 08:00"), paris("2026-11-24 09:00")) is None


def test_l_etape_est_a_raccrocher_imperativement_si_une_couvre_la_date() -> None:
    ouverte, close = une_etape(J(2026, 2, 1), None), une_etape(J(2025, 1, 1), J(2025, 12, 31))
    jour = J(2026, 11, 24)
    assert "impérativement" in (defaut_etape(None, jour, [close, ouverte]) or "")
    assert defaut_etape(ouverte.id, jour, [close, ouverte]) is None
    assert defaut_etape(None, J(2026, 1, 15), [close, ouverte]) is None
    assert "ne couvre pas" in (defaut_etape(close.id, jour, [close, ouverte]) or "")
    assert "de cette personne" in (defaut_etape(uuid.uuid4(), jour, [ouverte]) or "")


def test_l_etape_proposee_est_celle_de_l_organisme_ou_la_seule() -> None:
    mienne, autre = une_etape(J(2026, 2, 1), None), une_etape(J(2026, 1, 1), None, AUTRE)
    jour = J(2026, 11, 24)
    assert etape_proposee([autre, mienne], MOI, jour) == mienne
    assert etape_proposee([autre], MOI, jour) == autre
    assert etape_proposee([autre, une_etape(J(2026, 1, 1), None, uuid.uuid4())], MOI, jour) is None
    assert etape_proposee([mienne], MOI, J(2026, 1, 31)) is None


def test_l_accompagnement_propose_est_celui_du_jour() -> None:
    finie = EntreeResume(id=uuid.uuid4(), dispositif="ACCOMP_RSA", debut=J(2021, 12, 17), fin=J(2024, 1, 1))
    ouverte = EntreeResume(id=uuid.uuid4(), dispositif="ACCOMP_RSA", debut=J(2026, 1, 5), fin=None)
    assert entree_proposee([ouverte, finie], J(2026, 11, 24)) == ouverte
    assert entree_proposee([ouverte, finie], J(2023, 1, 1)) == finie
    assert entree_proposee([ouverte, finie], J(2025, 1, 1)) is None


def test_chaque_champ_faux_est_nomme() -> None:
    saisie = SaisieEntretien(
        debut=paris("2026-12-24 10:00"),
        duree=3,
        collaborateur=MOI,
        lieu="LUNE",
        vecteur="PIGEON",
        type="INCONNU",
        realisation="PRESENCE",
        themes=(Theme(theme=""),),
    )
    assert set(defauts_saisie(saisie, paris("2026-11-24 09:00"))) == {
        "duree", "lieu", "vecteur", "type", "realisation", "theme",
    }  # fmt: skip
    juste = msgspec.structs.replace(
        saisie, duree=15, lieu="", vecteur="SMS", type="SUIVI", realisation="PREVU", themes=(Theme(theme="MOBILITE"),)
    )
    assert defauts_saisie(juste, paris("2026-11-24 09:00")) == {}


def test_une_synthese_de_sante_est_reservee() -> None:
    def ctx(sensible: bool, utilisateur: uuid.UUID) -> Contexte:
        return Contexte(
            utilisateur=utilisateur,
            nom="A",
            role=Role.REFERENT,
            organisme=MOI,
            maintenant=paris("2026-11-24 09:00"),
            sensible=sensible,
        )

    sante, mobilite = Theme(theme="SANTE", synthese="secret"), Theme(theme="MOBILITE", synthese="sans voiture")
    assert visible(ctx(True, AUTRE), sante, MOI).synthese == "secret"
    assert visible(ctx(False, MOI), sante, MOI).synthese == "secret"
    masque = visible(ctx(False, AUTRE), sante, MOI)
    assert masque.masque
    assert masque.synthese == ""
    assert visible(ctx(False, AUTRE), mobilite, MOI) == mobilite
