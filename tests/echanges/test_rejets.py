"""A refused line corrected and replayed: carried out once, by the rules of a line that arrives; never kept in clear."""

import csv
import pathlib

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.echanges.actions_rejets import abandonner_rejet, ligne_rejetee, rejouer_rejet, trancher_doublon
from viesion_core.echanges.coffre import chiffrer
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.lecture import MOTIFS
from viesion_core.echanges.model import EtatRejet, RejetVu
from viesion_core.echanges.nir import Nir, ouvrir_nir
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import COLONNES, FLUX, cle_nir

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


async def test_the_file_of_rejets_comes_back_corrected_and_nothing_is_done_twice(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    refusees = [
        une_ligne(1, etat_dossier="9", nir=NIR_ENTIER, tel="+33601020304"),
        une_ligne(2, adresse="=1+1"),
        une_ligne(3, code_insee="99999"),
    ]
    await passer(tmp_path, *refusees, une_ligne(4))
    (rejets,) = (tmp_path / "rejets").iterdir()
    assert (rejets.stat().st_mode & 0o777, NIR in rejets.read_text()) == (0o600, False)
    with rejets.open(newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    assert list(lignes[0]) == [*COLONNES, *MOTIFS]
    assert [(li["rejet_ligne"], li["rejet_code"], li["rejet_colonne"]) for li in lignes] == [
        ("1", "CODE_INCONNU", "etat_dossier"),
        ("2", "VALEUR_INVALIDE", "adresse"),
        ("3", "CODE_INCONNU", "code_insee"),
    ]
    assert (lignes[0]["nir"], lignes[0]["tel"], lignes[1]["adresse"]) == ("", "'+33601020304", "'=1+1")
    lignes[0]["etat_dossier"], lignes[1]["adresse"] = "2", "11 rue de l'Essai"
    corrigees = contenu(lignes, (*COLONNES, *MOTIFS))
    for seq, attendus in ((2, (2, 0, 0, 1)), (3, (0, 0, 2, 1))):
        deposer(tmp_path, corrigees, seq=seq)
        (fait,) = await traiter_depot(contexte_systeme(MAINTENANT), tmp_path, [FLUX], secret=SECRET, cles=CLE)
        f = fait.fichier
        assert f is not None, fait.refus
        assert (f.creees, f.modifiees, f.ignorees, f.rejetees) == attendus
    (gardee,) = await lire(
        """SELECT b.id_individu, b.telephone, n.empreinte, n.chiffre FROM echange_nir n
        JOIN beneficiaire b ON b.numero = n.beneficiaire"""
    )
    assert (gardee["id_individu"], gardee["telephone"]) == ("IND000001", "06 01 02 03 04")
    assert ouvrir_nir(Nir(gardee["empreinte"], gardee["chiffre"]), CLE) == NIR
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 3
    assert [r.cle for r in (await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1))[0]] == ["IND000003"]
