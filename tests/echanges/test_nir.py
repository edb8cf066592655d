"""The NIR: encrypted beside its digest, shown with a reason that the journal keeps, encrypted again under a new key."""

import pathlib

import pytest
from cryptography.fernet import Fernet

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.contexte import contexte_systeme
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.echanges.actions_rejets import trancher_doublon
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.model import EtatRejet, empreinte_nir
from viesion_core.echanges.nir import Nir, montrer_nir, nir_garde, ouvrir_nir, rechiffrer_nirs, sceller_nir
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import FLUX, cle_nir

NIR = "2850334172001"
NIR_ENTIER = f"{NIR}{cle_nir(NIR):02d}"
AUTRE = Fernet.generate_key().decode()


async def passer(dossier: pathlib.Path, *lignes: dict[str, str], seq: int = 1) -> None:
    deposer(dossier, contenu(lignes), seq=seq)
    (fait,) = await traiter_depot(contexte_systeme(MAINTENANT), dossier, [FLUX], secret=SECRET, cles=CLE)
    assert fait.fichier is not None


async def test_a_nir_taken_is_shown_with_a_reason_that_the_journal_keeps(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER), une_ligne(2))
    numero, sans = [li["numero"] for li in await lire("SELECT numero FROM beneficiaire ORDER BY id_individu")]
    assert (await nir_garde(numero), await nir_garde(sans)) == (True, False)
    for motif in ("", "   ", "ok"):
        with pytest.raises(ErreurSaisie):
            await montrer_nir(monde.pilote, numero, motif, cles=CLE)
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'nir.montrer'") == 0
    assert await montrer_nir(monde.pilote, numero, "Contrôle avec la CAF", cles=CLE) == NIR
    trace = await lire_un("SELECT utilisateur, cle, motif FROM journal WHERE operation = 'nir.montrer'")
    assert trace is not None
    assert (trace["utilisateur"], trace["cle"], trace["motif"]) == (
        monde.pilote.utilisateur,
        str(numero),
        "Contrôle avec la CAF",
    )
    assert NIR not in str(await lire("SELECT * FROM journal"))
    with pytest.raises(ErreurMetier, match="ne garde pas"):
        await montrer_nir(monde.pilote, sans, "Contrôle avec la CAF", cles=CLE)


async def test_outside_the_perimeter_there_is_no_nir(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER))
    numero = int(await lire_valeur("SELECT numero FROM beneficiaire"))
    for ctx in (monde.referent, monde.directeur):
        with pytest.raises(Introuvable):
            await montrer_nir(ctx, numero, "Contrôle avec la CAF", cles=CLE)


async def test_another_key_or_another_row_opens_nothing(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER))
    numero = int(await lire_valeur("SELECT numero FROM beneficiaire"))
    with pytest.raises(ErreurMetier, match="clé"):
        await montrer_nir(monde.pilote, numero, "Contrôle avec la CAF", cles=AUTRE)
    scelle = sceller_nir(NIR, secret=SECRET, cles=CLE)
    deplace = Nir(empreinte_nir(SECRET, "1850334172001"), scelle.chiffre)
    with pytest.raises(ErreurMetier):
        ouvrir_nir(deplace, CLE)
    assert sceller_nir("", secret=SECRET, cles=CLE) == Nir("", "")
    assert sceller_nir(NIR, secret=SECRET, cles=CLE).chiffre != scelle.chiffre


async def test_a_new_key_takes_the_place_of_the_former(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER), une_ligne(2))
    numero = int(await lire_valeur("SELECT beneficiaire FROM echange_nir"))
    cles = f"{AUTRE},{CLE}"
    assert await montrer_nir(monde.pilote, numero, "Avant le rechiffrement", cles=cles) == NIR
    assert (await rechiffrer_nirs(cles), await rechiffrer_nirs(cles)) == (1, 0)
    assert await montrer_nir(monde.pilote, numero, "Après le rechiffrement", cles=AUTRE) == NIR
    with pytest.raises(ErreurMetier):
        await montrer_nir(monde.pilote, numero, "Avec la clé retirée", cles=CLE)


async def test_the_nir_of_a_doublon_follows_its_person(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    await passer(tmp_path, une_ligne(1, date_naissance="1985-03-12", nir=NIR_ENTIER))
    assert NIR not in str(await lire("SELECT * FROM echange_rejet"))
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=True, version=rejet.version)
    assert await montrer_nir(monde.referent, numero, "Demande de la personne", cles=CLE) == NIR


async def test_a_nir_taken_before_is_completed_by_the_next_message(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER))
    async with transaction():
        await executer("UPDATE echange_nir SET chiffre = ''")
    numero = int(await lire_valeur("SELECT beneficiaire FROM echange_nir"))
    assert not await nir_garde(numero)
    await passer(tmp_path, une_ligne(1, version="2", nir=NIR_ENTIER), seq=2)
    assert await montrer_nir(monde.pilote, numero, "Contrôle avec la CAF", cles=CLE) == NIR
