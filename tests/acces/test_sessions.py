"""Sessions and links: opened by the right password alone, ended when they must, delayed after failures."""

import datetime as dt

import pytest

from viesion_core.acces.actions import (
    definir_mot_de_passe,
    demander_mot_de_passe,
    desactiver_utilisateur,
    inviter_utilisateur,
    lire_jeton,
    modifier_utilisateur,
)
from viesion_core.acces.queries import lire_session, utilisateur
from viesion_core.acces.sessions import REFUS, fermer_session, ouvrir_session
from viesion_core.contexte import Role
from viesion_core.db import lire, lire_valeur
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.testing import MAINTENANT, Monde

MOT = "Une-phrase-34-solide!"
URL = "https://viesion.exemple.test"
HEURES = dt.timedelta(hours=10)
INACTIVITE = dt.timedelta(hours=2)


async def inviter(monde: Monde, courriel: str = "nina@exemple.test") -> str:
    """Invite an account; return the secret of its link."""
    valeurs = {
        "nom": "Essai",
        "prenom": "Nina",
        "courriel": courriel,
        "role": Role.REFERENT,
        "organisme": monde.organisme,
    }
    await inviter_utilisateur(monde.administrateur, valeurs, url=URL)
    return await dernier_lien(courriel)


async def dernier_lien(courriel: str) -> str:
    """Return the secret of the last mail of an address."""
    textes = await lire("SELECT texte FROM courriel WHERE destinataire = {} ORDER BY cree_le", courriel)
    return str(textes[-1]["texte"]).partition(f"{URL}/connexion/mot-de-passe/")[2].split()[0]


async def ouvrir(mot: str = MOT, quand: dt.datetime = MAINTENANT, qui: str = "nina@exemple.test") -> str:
    """Open a session; return its token."""
    jeton, _ = await ouvrir_session(qui, mot, maintenant=quand, duree=HEURES, adresse="192.0.2.7", agent="essai")
    return jeton


async def test_the_link_of_the_mail_serves_once_and_a_day(monde: Monde) -> None:
    secret = await inviter(monde)
    assert await lire_jeton(secret, MAINTENANT) == "nina@exemple.test"
    assert secret not in str(await lire("SELECT empreinte FROM jeton"))
    with pytest.raises(ErreurMetier, match="plus valable"):
        await lire_jeton(secret, MAINTENANT + dt.timedelta(hours=25))
    with pytest.raises(ErreurSaisie) as refus:
        await definir_mot_de_passe(secret, MOT, "autre chose", maintenant=MAINTENANT)
    assert refus.value.erreurs == {"confirmation": "Les deux saisies sont différentes."}
    await definir_mot_de_passe(secret, MOT, MOT, maintenant=MAINTENANT)
    with pytest.raises(ErreurMetier, match="plus valable"):
        await definir_mot_de_passe(secret, MOT, MOT, maintenant=MAINTENANT)


async def test_a_session_opens_and_ends(monde: Monde) -> None:
    await definir_mot_de_passe(await inviter(monde), MOT, MOT, maintenant=MAINTENANT)
    premier, second = await ouvrir(), await ouvrir()
    assert premier != second
    ouverte = await lire_session(premier, MAINTENANT, INACTIVITE)
    assert ouverte is not None
    assert (ouverte.nom_complet, ouverte.role) == ("Nina ESSAI", Role.REFERENT)
    assert await lire_session(premier, MAINTENANT + INACTIVITE, INACTIVITE) is None
    assert await lire_session("inconnu", MAINTENANT, INACTIVITE) is None
    await fermer_session(premier)
    assert await lire_session(premier, MAINTENANT, INACTIVITE) is None
    assert await lire_session(second, MAINTENANT, INACTIVITE) is not None


async def test_a_new_password_a_changed_right_or_a_closed_account_ends_every_session(monde: Monde) -> None:
    await definir_mot_de_passe(await inviter(monde), MOT, MOT, maintenant=MAINTENANT)
    jeton = await ouvrir()
    await demander_mot_de_passe("nina@exemple.test", url=URL, maintenant=MAINTENANT)
    await definir_mot_de_passe(await dernier_lien("nina@exemple.test"), MOT + "2", MOT + "2", maintenant=MAINTENANT)
    assert await lire_session(jeton, MAINTENANT, INACTIVITE) is None
    jeton = await ouvrir(MOT + "2")
    identifiant = await lire_valeur("SELECT id FROM utilisateur WHERE identifiant = 'nina@exemple.test'")
    compte = await utilisateur(identifiant)
    assert compte is not None
    valeurs = {"nom": "Essai", "prenom": "Nina", "courriel": "nina@exemple.test", "organisme": monde.organisme}
    valeurs |= {"role": Role.DIRECTEUR}
    await modifier_utilisateur(monde.administrateur, identifiant, valeurs, version=compte.version)
    assert await lire_session(jeton, MAINTENANT, INACTIVITE) is None
    jeton = await ouvrir(MOT + "2")
    await desactiver_utilisateur(monde.administrateur, identifiant, version=compte.version + 1)
    assert await lire_session(jeton, MAINTENANT, INACTIVITE) is None
    with pytest.raises(ErreurSaisie, match="incorrect"):
        await ouvrir(MOT + "2")


async def test_failures_delay_the_account_and_tell_nothing(monde: Monde) -> None:
    await definir_mot_de_passe(await inviter(monde), MOT, MOT, maintenant=MAINTENANT)
    for _ in range(5):
        with pytest.raises(ErreurSaisie) as refus:
            await ouvrir("Un-autre-mot-34!")
        assert refus.value.erreurs == {"mot_de_passe": REFUS}
    with pytest.raises(ErreurSaisie, match="Réessayez dans"):
        await ouvrir()
    with pytest.raises(ErreurSaisie) as refus:
        await ouvrir(qui="personne@exemple.test")
    assert refus.value.erreurs == {"mot_de_passe": REFUS}
    assert await ouvrir(quand=MAINTENANT + dt.timedelta(seconds=5))


async def test_a_forgotten_password_answers_alike_for_an_unknown_account(monde: Monde) -> None:
    avant = await lire_valeur("SELECT count(*) FROM courriel")
    await demander_mot_de_passe("personne@exemple.test", url=URL, maintenant=MAINTENANT)
    assert await lire_valeur("SELECT count(*) FROM courriel") == avant


async def test_only_an_administrator_invites(monde: Monde) -> None:
    with pytest.raises(Interdit):
        await inviter_utilisateur(monde.directeur, {}, url=URL)
    with pytest.raises(ErreurSaisie) as refus:
        await inviter_utilisateur(monde.administrateur, {"courriel": "sans arobase"}, url=URL)
    assert set(refus.value.erreurs) == {"nom", "prenom", "courriel", "role", "organisme"}
