"""AFFECT: Solis assigns a person, the organism answers; the answers go back, and each change of mind does."""

import csv
import datetime as dt
import pathlib
import uuid
from typing import Any

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer
from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.echanges.depot import Traitement, traiter_depot
from viesion_core.echanges.envois_fichiers import envoyer
from viesion_core.echanges.model import FichierVu
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.journal import verifier_chaine
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import PARCOURS, SaisieAffectation
from viesion_core.parcours.queries import affectations
from viesion_core.portefeuille import import_affect
from viesion_core.portefeuille.actions import accepter, annuler_lot, prendre_en_charge, refuser, terminer
from viesion_core.portefeuille.model import AffectVue, EtatAffect
from viesion_core.portefeuille.queries import affects_page, charges
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis import affect as pont
from viesion_solis.alloc import FLUX as ALLOC

SIRET, AUTRE_SIRET = "12345678900011", "98765432100022"


@pytest.fixture
async def connu(monde: Monde) -> int:
    """A person that Solis has opened, whom no organism sees yet; return the number of the dossier."""
    numero, _ = await monde.dossier(monde.systeme, entree=dt.date(2026, 10, 1))
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = 'IND1' WHERE numero = {}", numero)
        await executer("DELETE FROM rattachement WHERE beneficiaire = {}", numero)
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", SIRET, monde.organisme)
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", AUTRE_SIRET, monde.autre_organisme)
    return numero


def une_affectation(rang: int = 1, **valeurs: str) -> dict[str, str]:
    return {
        **dict.fromkeys(pont.COLONNES, ""),
        "id_message": str(uuid.uuid4()),
        "version": "1",
        "horodatage": "2026-11-20T08:00:00+01:00",
        "uuid_affectation": str(cle(rang)),
        "id_individu": "IND1",
        "siret": SIRET,
        "role": "RU",
        "debut": "2026-11-23",
        "motif": "Orientation sociale",
        **valeurs,
    }


def cle(rang: int = 1) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"affectation-{rang}")


async def prendre(dossier: pathlib.Path, *lignes: dict[str, str], seq: int = 1) -> Traitement:
    deposer(dossier, contenu(lignes, pont.COLONNES), seq=seq, flux="AFFECT")
    ctx = contexte_systeme(MAINTENANT, nom="Solis")
    (fait,) = await traiter_depot(ctx, dossier, [ALLOC, pont.FLUX], secret=SECRET, cles=CLE)
    return fait


async def passer(dossier: pathlib.Path, *lignes: dict[str, str], seq: int = 1) -> FichierVu:
    fait = await prendre(dossier, *lignes, seq=seq)
    assert fait.fichier is not None, fait.refus
    assert fait.fichier.equilibre
    return fait.fichier


def comptes(f: FichierVu) -> tuple[int, int, int, int, int]:
    return f.recues, f.creees, f.modifiees, f.ignorees, f.rejetees


async def une(ctx: Contexte, etat: EtatAffect = EtatAffect.RECUE) -> AffectVue:
    ((vue,), total) = await affects_page(ctx, etat, 1)
    assert total == 1
    return vue


async def reponses() -> list[dict[str, Any]]:
    lignes = await lire("SELECT donnees FROM echange_envoi WHERE flux = 'AFFECT' ORDER BY version_message")
    return [ligne["donnees"] for ligne in lignes]


def qui(ctx: Contexte) -> uuid.UUID:
    assert ctx.utilisateur is not None
    return ctx.utilisateur


async def test_a_person_assigned_enters_the_perimeter_and_waits_to_be_spread(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.directeur, connu)
    assert comptes(await passer(tmp_path, une_affectation())) == (1, 1, 0, 0, 0)
    await exiger_dossier(monde.directeur, connu)
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.autre_referent, connu)
    vue = await une(monde.directeur)
    assert (vue.personne, vue.role_libelle, vue.motif, vue.referent) == (
        "EXEMPLE Camille",
        "Référent de parcours",
        "Orientation sociale",
        None,
    )
    assert await affects_page(monde.autre_referent, EtatAffect.RECUE, 1) == ([], 0)
    assert [r["reponse"] for r in await reponses()] == ["RECUE"]
    acte = await lire_un("SELECT auteur, libelle FROM acte WHERE nature = 'portefeuille.recevoir'")
    assert acte is not None
    assert (acte["auteur"], acte["libelle"]) == ("Solis", "Affectation reçue")
    assert (await verifier_chaine()).intacte


async def test_a_new_referent_de_parcours_closes_the_former_the_day_before(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation())
    entree = await lire_valeur("SELECT id FROM entree_dispositif WHERE beneficiaire = {}", connu)
    ancien = SaisieAffectation(
        referent=qui(monde.collegue), nature=PARCOURS, dispositif=entree, debut=dt.date(2026, 10, 5)
    )
    await affecter_referent(monde.directeur, connu, ancien)
    vue = await une(monde.directeur)
    a = await accepter(monde.directeur, vue.id, qui(monde.referent), version=vue.version)
    liens = {li.referent: (li.debut, li.fin) for li in await affectations(monde.directeur, connu)}
    assert liens == {
        qui(monde.collegue): (dt.date(2026, 10, 5), dt.date(2026, 11, 22)),
        qui(monde.referent): (dt.date(2026, 11, 23), None),
    }
    assert (await reponses())[-1] == {
        "reponse": "ACCEPTEE",
        "motif": "",
        "premier_rdv": "",
        "referent": "Alix ESSAI",
    }
    await annuler_acte(monde.directeur, a.id)
    assert [(li.referent, li.fin) for li in await affectations(monde.directeur, connu)] == [(qui(monde.collegue), None)]
    assert (await une(monde.directeur)).etat is EtatAffect.RECUE
    assert [r["reponse"] for r in await reponses()] == ["RECUE", "ACCEPTEE", "RECUE"]


async def test_the_asked_referent_is_proposed_and_may_accept_for_himself_only(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    identifiant = await lire_valeur("SELECT identifiant FROM utilisateur WHERE id = {}", qui(monde.referent))
    await passer(tmp_path, une_affectation(referent=identifiant.upper()))
    assert await affects_page(monde.collegue, EtatAffect.RECUE, 1) == ([], 0)
    vue = await une(monde.referent)
    assert (vue.referent, vue.referent_nom) == (qui(monde.referent), "Alix ESSAI")
    with pytest.raises(Interdit):
        await accepter(monde.referent, vue.id, qui(monde.collegue), version=vue.version)
    with pytest.raises(Interdit):
        await refuser(monde.referent, vue.id, "Non", version=vue.version)
    await accepter(monde.referent, vue.id, qui(monde.referent), version=vue.version)
    assert (await une(monde.referent, EtatAffect.ACCEPTEE)).chargee == "Alix ESSAI"
    assert [(c.nom, c.charge) for c in await charges(monde.directeur) if c.charge] == [("Alix ESSAI", 1)]


async def test_refusing_asks_why_and_gives_the_dossier_back(monde: Monde, connu: int, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_affectation())
    vue = await une(monde.directeur)
    with pytest.raises(ErreurSaisie):
        await refuser(monde.directeur, vue.id, "  ", version=vue.version)
    a = await refuser(monde.directeur, vue.id, "Hors de notre secteur", version=vue.version)
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.directeur, connu)
    assert (await reponses())[-1]["motif"] == "Hors de notre secteur"
    await annuler_acte(monde.directeur, a.id)
    await exiger_dossier(monde.directeur, connu)
    vue = await une(monde.directeur)
    await refuser(monde.directeur, vue.id, "Hors de notre secteur", version=vue.version)
    assert comptes(await passer(tmp_path, une_affectation(version="2", motif="Elle a déménagé"), seq=2)) == (
        1, 0, 1, 0, 0,
    )  # fmt: skip
    assert (await une(monde.directeur)).motif == "Elle a déménagé"
    await exiger_dossier(monde.directeur, connu)


async def test_a_refusal_leaves_a_dossier_that_the_organism_follows_otherwise(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation(), une_affectation(2, role="ETAPE", code_offre="MOS"))
    (premiere, seconde), _ = await affects_page(monde.directeur, EtatAffect.RECUE, 1)
    await refuser(monde.directeur, premiere.id, "Déjà suivie", version=premiere.version)
    await exiger_dossier(monde.directeur, connu)
    await accepter(monde.directeur, seconde.id, qui(monde.referent), version=seconde.version)
    assert [li.nature for li in await affectations(monde.directeur, connu)] == ["ETAPE"]


async def test_taking_charge_and_ending_are_told(monde: Monde, connu: int, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_affectation())
    vue = await une(monde.directeur)
    await accepter(monde.directeur, vue.id, qui(monde.referent), version=vue.version)
    vue = await une(monde.referent, EtatAffect.ACCEPTEE)
    with pytest.raises(ErreurSaisie) as erreur:
        await prendre_en_charge(monde.referent, vue.id, dt.date(2026, 11, 1), version=vue.version)
    assert "précède" in erreur.value.erreurs["premier_rdv"]
    with pytest.raises(ConflitVersion):
        await prendre_en_charge(monde.referent, vue.id, dt.date(2026, 12, 1), version=vue.version - 1)
    await prendre_en_charge(monde.referent, vue.id, dt.date(2026, 12, 1), version=vue.version)
    with pytest.raises(ErreurMetier, match="quelqu'un a répondu"):
        await prendre_en_charge(monde.referent, vue.id, dt.date(2026, 12, 1), version=vue.version + 1)
    vue = await une(monde.referent, EtatAffect.PRISE_EN_CHARGE)
    await terminer(monde.referent, vue.id, "Emploi durable", version=vue.version)
    assert [(r["reponse"], r["premier_rdv"], r["motif"]) for r in await reponses()] == [
        ("RECUE", "", ""),
        ("ACCEPTEE", "", ""),
        ("PRISE_EN_CHARGE", "2026-12-01", ""),
        ("TERMINEE", "2026-12-01", "Emploi durable"),
    ]
    await envoyer(contexte_systeme(MAINTENANT), tmp_path, [pont.REPONSES])
    (sortie,) = (tmp_path / "out").glob("*.csv")
    with sortie.open(newline="") as fichier:
        lues = list(csv.DictReader(fichier, delimiter=";"))
    assert [(li["version"], li["reponse"], li["date_premier_rdv"]) for li in lues][2:] == [
        ("3", "PRISE_EN_CHARGE", "2026-12-01"),
        ("4", "TERMINEE", "2026-12-01"),
    ]
    assert {li["uuid_affectation"] for li in lues} == {str(cle())}


async def test_bulk_is_undone_person_by_person(monde: Monde, connu: int, tmp_path: pathlib.Path) -> None:
    second, _ = await monde.dossier(monde.directeur, nom="Second", entree=dt.date(2026, 10, 1))
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = 'IND2' WHERE numero = {}", second)
    await passer(tmp_path, une_affectation(), une_affectation(2, id_individu="IND2"))
    lot = uuid.uuid4()
    vues, _ = await affects_page(monde.directeur, EtatAffect.RECUE, 1)
    for vue in vues:
        await accepter(monde.directeur, vue.id, qui(monde.referent), version=vue.version, lot=lot)
    vue = next(v for v in (await affects_page(monde.referent, EtatAffect.ACCEPTEE, 1))[0] if v.beneficiaire == second)
    await prendre_en_charge(monde.referent, vue.id, dt.date(2026, 12, 1), version=vue.version)
    (reste,) = await annuler_lot(monde.directeur, lot)
    assert "SECOND Camille" in reste
    assert (await une(monde.directeur)).beneficiaire == connu
    with pytest.raises(ErreurMetier, match="déjà annulée"):
        await annuler_lot(monde.autre_referent, lot)


@pytest.mark.parametrize(
    ("champ", "valeur", "code"),
    [
        ("id_individu", "INCONNU", "INDIVIDU_INCONNU"),
        ("siret", "00000000000000", "ORGANISME_INCONNU"),
        ("code_offre", "PSME", "OFFRE_FERMEE"),
        ("referent", "parti@exemple.test", "REFERENT_CLOTURE"),
        ("role", "CHEF", "CODE_INCONNU"),
        ("fin", "2026-01-01", "DATES_INCOHERENTES"),
        ("debut", "31/12/2026", "DATES_INCOHERENTES"),
        ("debut", "", "CHAMP_OBLIGATOIRE"),
        ("uuid_affectation", "12", "VALEUR_INVALIDE"),
        ("motif", "=1+1", "VALEUR_INVALIDE"),
    ],
)
async def test_a_bad_line_is_refused_by_name_and_the_rest_goes_on(
    monde: Monde, connu: int, tmp_path: pathlib.Path, champ: str, valeur: str, code: str
) -> None:
    f = await passer(tmp_path, une_affectation(1, **{champ: valeur}), une_affectation(2))
    assert comptes(f) == (2, 1, 0, 0, 1)
    rejet = await lire_un("SELECT code, champ, etat FROM echange_rejet")
    assert rejet is not None
    assert (rejet["code"], rejet["champ"]) == (code, champ)


async def test_a_replay_changes_nothing_and_an_old_version_neither(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation(version="3"))
    actes = await lire_valeur("SELECT count(*) FROM acte")
    assert comptes(await passer(tmp_path, une_affectation(version="3"), seq=2)) == (1, 0, 0, 1, 0)
    assert comptes(await passer(tmp_path, une_affectation(version="2", motif="Ancien"), seq=3)) == (1, 0, 0, 1, 0)
    assert await lire_valeur("SELECT count(*) FROM acte") == actes
    fait = await prendre(tmp_path, une_affectation(version="4"), seq=9)
    assert fait.refus is not None
    assert fait.refus.code == "SEQUENCE_MANQUANTE"


async def test_what_is_accepted_does_not_move_but_what_waits_does(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation())
    ailleurs = une_affectation(version="2", siret=AUTRE_SIRET)
    assert comptes(await passer(tmp_path, ailleurs, seq=2)) == (1, 0, 1, 0, 0)
    assert await affects_page(monde.directeur, EtatAffect.RECUE, 1) == ([], 0)
    with pytest.raises(Introuvable):
        await exiger_dossier(monde.directeur, connu)
    vue = await une(monde.autre_referent)
    await accepter(monde.autre_referent, vue.id, qui(monde.autre_referent), version=vue.version)
    assert comptes(await passer(tmp_path, une_affectation(version="3"), seq=3)) == (1, 0, 0, 0, 1)
    assert await lire_valeur("SELECT code FROM echange_rejet") == "CHEVAUCHEMENT"
    fin = une_affectation(version="4", siret=AUTRE_SIRET, fin="2027-05-31")
    assert comptes(await passer(tmp_path, fin, seq=4)) == (1, 0, 1, 0, 0)
    assert (await une(monde.autre_referent, EtatAffect.ACCEPTEE)).fin == dt.date(2027, 5, 31)
    assert await lire_valeur("SELECT etat FROM echange_rejet") == "REGLE"


async def test_a_person_without_accompagnement_cannot_be_accepted(
    monde: Monde, connu: int, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_affectation())
    async with transaction():
        await executer("DELETE FROM entree_dispositif WHERE beneficiaire = {}", connu)
    vue = await une(monde.directeur)
    with pytest.raises(ErreurSaisie) as erreur:
        await accepter(monde.directeur, vue.id, qui(monde.referent), version=vue.version)
    assert "pas d'accompagnement ouvert" in erreur.value.erreurs["referent"]
    with pytest.raises(ErreurSaisie):
        await accepter(monde.directeur, vue.id, qui(monde.autre_referent), version=vue.version)


async def test_a_stop_in_the_middle_of_a_file_repeats_nothing(
    monde: Monde, connu: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faites = 0
    ordinaire = import_affect.avancer

    async def couper(*arguments: Any, **comptes: int) -> None:
        nonlocal faites
        faites += 1
        if faites == 3:
            raise OSError("coupé")
        await ordinaire(*arguments, **comptes)

    monkeypatch.setattr(import_affect, "avancer", couper)
    lignes = [une_affectation(r) for r in range(1, 6)]
    with pytest.raises(OSError, match="coupé"):
        await prendre(tmp_path, *lignes)
    assert await lire_valeur("SELECT count(*) FROM affectation_recue") == 2
    assert comptes(await passer(tmp_path, *lignes)) == (5, 5, 0, 0, 0)
    assert await lire_valeur("SELECT count(*) FROM acte WHERE nature = 'portefeuille.recevoir'") == 5
