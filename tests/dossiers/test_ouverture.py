"""« Nouveau bénéficiaire » on both engines: what a dossier holds, mistakes, probable duplicates, undo."""

import datetime as dt

import msgspec
import pytest

from tests.dossiers.aides import ENTREE, J, ouvrir, une_personne
from viesion_core.actes import annuler_acte, historique
from viesion_core.db import lire, lire_un, lire_valeur
from viesion_core.dossiers.actions import modifier_identite, noter_consultation, ouvrir_dossier
from viesion_core.dossiers.doublons import inverser, naissance_proche
from viesion_core.dossiers.model import DoublonsProbables, SaisieDossier, SaisieIdentite
from viesion_core.dossiers.queries import entrees, identite, recents
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.journal.actions import vider
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.testing import Monde


def _dossier(personne: SaisieIdentite, entree: dt.date = ENTREE) -> SaisieDossier:
    return SaisieDossier(identite=personne, entree=entree)


async def test_un_dossier_s_ouvre_avec_son_entree_et_son_perimetre(monde: Monde) -> None:
    personne = une_personne(
        "  de  la Tour ", "Élodie", civilite="MME", commune="34172", telephone="+33 6.12.34.56.78", courriel="E@X.FR"
    )
    fait = await ouvrir_dossier(monde.referent, _dossier(personne))
    assert fait.beneficiaire is not None
    fiche = await identite(monde.referent, fait.beneficiaire)
    assert (fiche.nom, fiche.prenom, fiche.commune_nom) == ("DE LA TOUR", "Élodie", "Montpellier")
    assert (fiche.telephone, fiche.courriel, fiche.provenance) == ("06 12 34 56 78", "e@x.fr", "Saisie")
    entree = (await entrees(monde.referent, fiche.numero))[0]
    assert (entree.libelle, entree.debut, entree.ouverte) == ("Accomp RSA", ENTREE, True)
    rattachement = await lire_un("SELECT organisme, nature, debut FROM rattachement")
    assert rattachement == {"organisme": monde.organisme, "nature": "CREATION", "debut": J(2026, 11, 24)}
    evenement = await lire_un("SELECT nom, donnees FROM evenement")
    assert evenement == {"nom": "dossier_ouvert", "donnees": {"beneficiaire": fiche.numero}}
    assert [a.libelle for a in await historique(monde.referent, fiche.numero)] == [
        "Ouverture du dossier de DE LA TOUR Élodie"
    ]
    with pytest.raises(Introuvable):
        await identite(monde.autre_referent, fiche.numero)


async def test_qui_peut_ouvrir(monde: Monde) -> None:
    for ctx in (monde.pilote, monde.administrateur):
        with pytest.raises(Interdit):
            await ouvrir_dossier(ctx, _dossier(une_personne()))


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"nom_naissance": " - "}, "nom_naissance"),
        ({"prenom": ""}, "prenom"),
        ({"nom_usage": "x" * 81}, "nom_usage"),
        ({"date_naissance": J(2027, 1, 1)}, "date_naissance"),
        ({"date_naissance": J(2020, 1, 1)}, "date_naissance"),
        ({"date_naissance": J(1885, 3, 12)}, "date_naissance"),
        ({"civilite": "MLLE"}, "civilite"),
        ({"code_postal": "3400"}, "code_postal"),
        ({"commune": "75056"}, "commune"),
        ({"telephone": "bonjour"}, "telephone"),
        ({"telephone_2": "12"}, "telephone_2"),
        ({"courriel": "sans-arobase"}, "courriel"),
        ({"organisme_payeur": "CPAM"}, "organisme_payeur"),
        ({"matricule": "12-34"}, "matricule"),
        ({"role_foyer": "XXX"}, "role_foyer"),
        ({"numero_demande": "123456789012"}, "numero_demande"),
        ({"date_demande": J(2026, 12, 1)}, "date_demande"),
        ({"date_ouverture": J(2026, 12, 1)}, "date_ouverture"),
        ({"etat_droit": "9"}, "etat_droit"),
        ({"parcours": "AUTRE"}, "parcours"),
    ],
)
async def test_chaque_erreur_est_dite_a_cote_de_son_champ(
    monde_sqlite: Monde, change: dict[str, object], champ: str
) -> None:
    with pytest.raises(ErreurSaisie) as refus:
        await ouvrir_dossier(monde_sqlite.referent, _dossier(msgspec.structs.replace(une_personne(), **change)))
    assert set(refus.value.erreurs) == {champ}


async def test_l_entree_n_est_pas_a_venir(monde: Monde) -> None:
    with pytest.raises(ErreurSaisie) as refus:
        await ouvrir_dossier(monde.referent, _dossier(une_personne(), J(2026, 11, 25)))
    assert set(refus.value.erreurs) == {"entree"}
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0


async def test_les_doublons_probables_sont_montres(monde: Monde) -> None:
    ailleurs = monde.autre_referent
    connus = {
        "même": await ouvrir(ailleurs, "Durand-Péret", "Anaïs", J(1985, 3, 12)),
        "usage": await ouvrir(monde.referent, "Blanchard", "Rose", J(1985, 3, 12), nom_usage="Oliveira"),
    }
    for nom, prenom, naissance, qui, raison in (
        ("DURAND PERET", "anais", J(1985, 3, 12), "même", "mêmes nom, prénom et date de naissance"),
        ("Durand Péret", "Anaïs", J(1985, 12, 3), "même", "mêmes nom et prénom, jour et mois de naissance inversés"),
        ("Durand Péret", "Anaïs", J(1985, 3, 21), "même", "mêmes nom et prénom, date de naissance proche"),
        ("Durand Péret", "Anaïs", J(1986, 3, 12), "même", "mêmes nom et prénom, date de naissance proche"),
        ("Durant Péret", "Anaïs", J(1985, 3, 12), "même", "même date de naissance, nom ou prénom à une faute près"),
        ("Durand", "Anaïs", J(1985, 3, 12), "même", "même date de naissance, nom ou prénom à une faute près"),
        (
            "Durand Péret",
            "Anais Marie",
            J(1985, 3, 12),
            "même",
            "même date de naissance, nom ou prénom à une faute près",
        ),
        ("Blanchard", "Rose", J(1985, 3, 12), "usage", "mêmes nom, prénom et date de naissance"),
        ("Oliveira", "Rose", J(1985, 3, 2), "usage", "mêmes nom et prénom, date de naissance proche"),
        ("Blanchard", "Rose", J(1985, 4, 1), "usage", "mêmes nom et prénom, date de naissance proche"),
    ):
        with pytest.raises(DoublonsProbables) as refus:
            await ouvrir_dossier(monde.referent, _dossier(une_personne(nom, prenom, naissance)))
        assert [(c.numero, c.raison) for c in refus.value.cartes] == [(connus[qui], raison)]
        assert refus.value.cartes[0].accessible == (qui == "usage")
    for nom, prenom, naissance in (
        ("Durand", "Anaïs", J(1970, 8, 25)),
        ("Durand Péret", "Anaïs", J(1972, 7, 25)),
        ("Durand Péret", "Bruno", J(1985, 3, 12)),
        ("Autrement", "Anaïs", J(1985, 3, 12)),
    ):
        await ouvrir_dossier(monde.referent, _dossier(une_personne(nom, prenom, naissance)))


async def test_un_doublon_ecarte_s_ouvre_et_un_doublon_d_ailleurs_est_journalise(monde: Monde) -> None:
    numero = await ouvrir(monde.autre_referent)
    with pytest.raises(DoublonsProbables):
        await ouvrir_dossier(monde.referent, _dossier(une_personne()))
    await vider()
    lue = await lire_un("SELECT operation, cle, utilisateur FROM journal WHERE operation = 'identite.doublon'")
    assert lue == {"operation": "identite.doublon", "cle": str(numero), "utilisateur": monde.referent.utilisateur}
    fait = await ouvrir_dossier(monde.referent, _dossier(une_personne()), confirme=True)
    assert fait.beneficiaire not in (None, numero)


def test_les_naissances_proches() -> None:
    assert inverser(J(1985, 3, 12)) == J(1985, 12, 3)
    assert inverser(J(1985, 3, 13)) is None
    assert inverser(J(1985, 3, 3)) is None
    assert naissance_proche(J(1985, 3, 12), J(1985, 4, 12))
    assert naissance_proche(J(1985, 3, 12), J(1995, 3, 12))
    assert not naissance_proche(J(1985, 3, 12), J(1996, 3, 12))
    assert not naissance_proche(J(1985, 3, 12), J(1985, 4, 13))


async def test_une_ouverture_s_annule_tant_que_rien_n_a_suivi(monde: Monde) -> None:
    fait = await ouvrir_dossier(monde.referent, _dossier(une_personne()))
    await annuler_acte(monde.referent, fait.id)
    for table in ("beneficiaire", "rattachement", "entree_dispositif", "mot_dossier", "caracteristique_compte"):
        assert await lire_valeur(f"SELECT count(*) FROM {table}") == 0
    fait = await ouvrir_dossier(monde.referent, _dossier(une_personne()))
    assert fait.beneficiaire is not None
    contrat = SaisieContrat(type="CER", debut=J(2026, 2, 1), fin=J(2026, 7, 31))
    suite = await enregistrer_contrat(monde.collegue, fait.beneficiaire, contrat)
    with pytest.raises(ErreurMetier, match="Contrat RSA"):
        await annuler_acte(monde.referent, fait.id)
    assert await lire_valeur("SELECT count(*) FROM contrat") == 1
    await annuler_acte(monde.collegue, suite.id)
    await annuler_acte(monde.referent, fait.id)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0


async def test_l_identite_se_modifie(monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Exemple", "Ana")
    avant = await identite(monde.referent, numero)
    saisie = une_personne("Exemple", "Ana", adresse="1 rue des Essais", code_postal="34000", commune="34172")
    fait = await modifier_identite(monde.referent, numero, saisie, version=avant.version)
    assert fait.libelle == "Adresse modifiée"
    evenement = await lire_un("SELECT donnees FROM evenement WHERE nom = 'dossier_modifie'")
    assert evenement == {"donnees": {"beneficiaire": numero, "champs": ["adresse", "code_postal", "commune"]}}
    with pytest.raises(ConflitVersion) as conflit:
        await modifier_identite(monde.collegue, numero, une_personne("Exemple", "Anna"), version=avant.version)
    assert conflit.value.actuelle["adresse"] == "1 rue des Essais"
    for saisie, libelle in (
        (
            une_personne(
                "Exemple",
                "Ana",
                telephone="0612345678",
                adresse="1 rue des Essais",
                code_postal="34000",
                commune="34172",
            ),
            "Coordonnées modifiées",
        ),
        (
            une_personne(
                "Exemple",
                "Ana",
                telephone="0612345678",
                adresse="1 rue des Essais",
                code_postal="34000",
                commune="34172",
                etat_droit="5",
                parcours="SOCIAL",
            ),
            "Droit RSA modifié",
        ),
        (une_personne("Exemplaire", "Ana"), "Identité modifiée"),
    ):
        version = (await identite(monde.referent, numero)).version
        assert (await modifier_identite(monde.referent, numero, saisie, version=version)).libelle == libelle
    apres = await identite(monde.referent, numero)
    assert (apres.nom, apres.etat_droit_libelle, apres.parcours_libelle) == ("EXEMPLAIRE", "", "")
    rien = await modifier_identite(monde.referent, numero, une_personne("Exemplaire", "Ana"), version=apres.version)
    assert rien.vide


async def test_l_identite_ne_se_modifie_pas_hors_du_perimetre(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    with pytest.raises(Introuvable):
        await modifier_identite(monde.autre_referent, numero, une_personne(), version=1)
    with pytest.raises(Interdit):
        await modifier_identite(monde.pilote, numero, une_personne(), version=1)
    with pytest.raises(ErreurSaisie):
        await modifier_identite(monde.referent, numero, une_personne(nom=""), version=1)


async def test_les_beneficiaires_recents(monde: Monde) -> None:
    un, deux = await ouvrir(monde.referent, "Un"), await ouvrir(monde.referent, "Deux")
    ailleurs = await ouvrir(monde.autre_referent, "Trois")
    for minutes, numero in ((0, un), (5, deux), (10, un), (12, ailleurs)):
        quand = monde.referent.maintenant + dt.timedelta(minutes=minutes)
        await noter_consultation(msgspec.structs.replace(monde.referent, maintenant=quand), numero)
    vus = await recents(monde.referent)
    assert [(v.numero, v.entree) for v in vus] == [(un, ENTREE), (deux, ENTREE)]
    assert vus[0].vue_le == monde.referent.maintenant + dt.timedelta(minutes=10)
    assert await recents(monde.collegue) == []
    plus_tard = msgspec.structs.replace(monde.referent, maintenant=vus[0].vue_le + dt.timedelta(seconds=30))
    await noter_consultation(plus_tard, un)
    assert await lire("SELECT beneficiaire FROM consultation WHERE vue_le = {}", plus_tard.maintenant) == []
