"""A refused line corrected and replayed: carried out once, by the rules of a line that arrives; never kept in clear."""

import pathlib

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.echanges.actions_rejets import abandonner_rejet, ligne_rejetee, rejouer_rejet, trancher_doublon
from viesion_core.echanges.coffre import chiffrer
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.model import EtatRejet, RejetVu
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import FLUX, cle_nir

NIR = "2850334172001"
NIR_ENTIER = f"{NIR}{cle_nir(NIR):02d}"


async def passer(dossier: pathlib.Path, *lignes: dict[str, str], seq: int = 1) -> None:
    deposer(dossier, contenu(lignes), seq=seq)
    (fait,) = await traiter_depot(contexte_systeme(MAINTENANT), dossier, [FLUX], secret=SECRET, cles=CLE)
    assert fait.fichier is not None
    assert fait.fichier.equilibre


async def en_attente(ctx: Contexte) -> RejetVu:
    (rejet,), _ = await rejets_page(ctx, EtatRejet.A_TRAITER, 1)
    return rejet


async def rejouer(ctx: Contexte, rejet: RejetVu, **corrections: str) -> bool:
    return await rejouer_rejet(ctx, rejet.id, [FLUX], corrections, secret=SECRET, cles=CLE, version=rejet.version)


async def test_a_line_is_corrected_and_carried_out_once(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, etat_dossier="9", nir=NIR_ENTIER))
    rejet = await en_attente(monde.pilote)
    vue = await ligne_rejetee(monde.pilote, rejet.id, [FLUX], cles=CLE)
    assert (vue.colonne, vue.valeurs["etat_dossier"], vue.valeurs["nir"], vue.gardees) == (
        "etat_dossier",
        "9",
        "",
        ("nir",),
    )
    with pytest.raises(ErreurSaisie) as faux:
        await rejouer(monde.pilote, rejet, etat_dossier="8")
    assert list(faux.value.erreurs) == ["etat_dossier"]
    assert await rejouer(monde.pilote, rejet, etat_dossier="2", nir="")
    personne = await lire_un("SELECT numero, etat_droit, source FROM beneficiaire WHERE id_individu = 'IND000001'")
    assert personne is not None
    assert (personne["etat_droit"], personne["source"]) == ("2", "SOLIS")
    assert await lire_valeur("SELECT count(*) FROM echange_nir WHERE beneficiaire = {}", personne["numero"]) == 1
    (regle,), _ = await rejets_page(monde.pilote, EtatRejet.REGLE, 1)
    assert (regle.motif, regle.decide_par, regle.corrigeable) == ("Corrigée et rejouée", monde.pilote.nom, False)
    with pytest.raises(ConflitVersion):
        await rejouer(monde.pilote, rejet, etat_dossier="2")
    await passer(tmp_path, une_ligne(1), seq=2)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 1
    assert await lire_valeur("SELECT ignorees FROM echange_fichier WHERE seq = 2") == 1


async def test_the_line_waits_encrypted_and_goes_once_decided(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, etat_dossier="9", nir=NIR_ENTIER), une_ligne(2, prenom=""))
    assert NIR not in str(await lire("SELECT * FROM echange_rejet"))
    rejets, _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    for rejet in rejets:
        await abandonner_rejet(monde.pilote, rejet.id, "Essai", version=rejet.version)
    assert await lire_valeur("SELECT count(*) FROM echange_rejet WHERE ligne_chiffree <> ''") == 0


async def test_a_newer_message_takes_the_place_of_the_correction(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, etat_dossier="9"))
    rejet = await en_attente(monde.pilote)
    await passer(tmp_path, une_ligne(2), seq=2)
    with pytest.raises(ErreurMetier, match="plus récent"):
        await rejouer(monde.pilote, rejet, etat_dossier="2", id_individu="IND000002")
    await passer(tmp_path, une_ligne(1, version="2"), seq=3)
    with pytest.raises(ConflitVersion):
        await rejouer(monde.pilote, rejet, etat_dossier="2")
    assert await lire_valeur("SELECT count(*) FROM echange_rejet WHERE ligne_chiffree <> ''") == 0


async def test_an_unknown_person_is_replayed_as_it_came_once_they_are_known(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_ligne(1, action="M", version="5", adresse="2 place de l'Essai"))
    rejet = await en_attente(monde.pilote)
    with pytest.raises(ErreurSaisie) as inconnu:
        await rejouer(monde.pilote, rejet)
    assert list(inconnu.value.erreurs) == ["id_individu"]
    assert await rejouer(monde.pilote, rejet, action="C")
    assert await lire_valeur("SELECT adresse FROM beneficiaire") == "2 place de l'Essai"


async def test_a_correction_that_names_a_known_person_becomes_a_doublon(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    await passer(tmp_path, une_ligne(1, date_naissance="1985-02-30"))
    rejet = await en_attente(monde.pilote)
    assert not await rejouer(monde.pilote, rejet, date_naissance="1985-03-12")
    rejet = await en_attente(monde.pilote)
    assert (rejet.code, rejet.candidat) == ("DOUBLON", numero)
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=True, version=rejet.version)
    assert await lire_valeur("SELECT id_individu FROM beneficiaire WHERE numero = {}", numero) == "IND000001"


async def test_a_line_kept_before_the_flow_gained_columns_is_still_replayed(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    await passer(tmp_path, une_ligne(1, etat_dossier="9"))
    rejet = await en_attente(monde.pilote)
    async with transaction():
        await executer("UPDATE echange_rejet SET ligne_chiffree = {}", chiffrer({"nom_naissance": "Essaib"}, CLE))
    with pytest.raises(ErreurSaisie) as manque:
        await rejouer(monde.pilote, rejet, prenom="Camille")
    assert list(manque.value.erreurs) == ["action"]


async def test_the_pilote_alone_corrects(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, etat_dossier="9"))
    rejet = await en_attente(monde.pilote)
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        with pytest.raises(Interdit):
            await ligne_rejetee(ctx, rejet.id, [FLUX], cles=CLE)
        with pytest.raises(Interdit):
            await rejouer(ctx, rejet)
    with pytest.raises(ErreurMetier):
        await rejouer_rejet(monde.pilote, rejet.id, [], {}, secret=SECRET, cles=CLE, version=1)
    autre = "YXV0cmUgY2xlIGRlcyBlc3NhaXMsIGRlIDMyIG9jdC4="
    with pytest.raises(ErreurMetier, match="clé"):
        await ligne_rejetee(monde.pilote, rejet.id, [FLUX], cles=autre)
