"""ALLOC from the folder to the dossiers: created, matched, changed, closed, refused; answered, and balanced."""

import csv
import json
import pathlib

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from tests.serveur import SQLITE
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import lire, lire_un, lire_valeur
from viesion_core.dossiers.queries import identite
from viesion_core.dossiers.recherche import chercher
from viesion_core.echanges import actions, fichiers
from viesion_core.echanges.actions import importer_fichier
from viesion_core.echanges.actions_rejets import abandonner_rejet, trancher_doublon
from viesion_core.echanges.depot import Traitement, traiter_depot
from viesion_core.echanges.model import EtatRejet, FichierVu
from viesion_core.echanges.queries import rejets_page
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit
from viesion_core.journal import verifier_chaine
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import FLUX, cle_nir

SOLIS = contexte_systeme(MAINTENANT, nom="Solis")
NIR = "2850334172001"
NIR_ENTIER = f"{NIR}{cle_nir(NIR):02d}"


async def prendre(dossier: pathlib.Path) -> list[Traitement]:
    return await traiter_depot(SOLIS, dossier, [FLUX], secret=SECRET, cles=CLE)


async def passer(dossier: pathlib.Path, *lignes: dict[str, str], seq: int = 1) -> FichierVu:
    """Lay these lines and take them; return the answer, balanced."""
    deposer(dossier, contenu(lignes), seq=seq)
    (fait,) = await prendre(dossier)
    assert fait.fichier is not None, fait.refus
    assert fait.fichier.equilibre
    return fait.fichier


def comptes(f: FichierVu) -> tuple[int, int, int, int, int]:
    return f.recues, f.creees, f.modifiees, f.ignorees, f.rejetees


async def personne(rang: int) -> dict[str, object]:
    ligne = await lire_un("SELECT * FROM beneficiaire WHERE id_individu = {}", f"IND{rang:06d}")
    assert ligne is not None
    return ligne


async def test_a_line_opens_a_dossier_with_its_provenance_history_and_search(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    assert comptes(await passer(tmp_path, une_ligne(1), une_ligne(2, nir=NIR_ENTIER))) == (2, 2, 0, 0, 0)
    numero = int(str((await personne(1))["numero"]))
    vue = await identite(monde.pilote, numero)
    assert (vue.provenance, vue.etat_droit, vue.commune) == ("Solis", "2", "34172")
    acte = await lire_un("SELECT * FROM acte WHERE beneficiaire = {}", numero)
    assert acte is not None
    assert (acte["auteur"], acte["nature"], acte["libelle"]) == (
        "Solis",
        "dossier.ouvrir",
        "Ouverture du dossier de ESSAIB Camille",
    )
    revisions = await lire("SELECT nom_table, apres FROM revision WHERE acte = {} ORDER BY ordre", acte["id"])
    assert [r["nom_table"] for r in revisions] == ["beneficiaire", "entree_dispositif"]
    assert revisions[0]["apres"]["nom_naissance"] == "Essaib"
    entree = await lire_un("SELECT dispositif, debut FROM entree_dispositif WHERE beneficiaire = {}", numero)
    assert entree is not None
    assert (entree["dispositif"], str(entree["debut"])) == ("ACCOMP_RSA", "2026-10-01")
    trouves = await chercher(monde.pilote, "essaib camille")
    assert numero in [r.numero for r in trouves]
    assert await chercher(monde.referent, "essaib camille") == []


@SQLITE
async def test_after_many_dossiers_the_engine_counts_its_rows(
    monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fichiers, "_BEAUCOUP", 3)
    deja = int(await lire_valeur("SELECT count(*) AS n FROM beneficiaire"))
    comptees = "SELECT count(*) AS n FROM sqlite_stat1 WHERE tbl = 'beneficiaire' AND stat LIKE {}"
    await passer(tmp_path, une_ligne(1), une_ligne(2))
    assert await lire_valeur(comptees, f"{deja + 2} %") == 0
    await passer(tmp_path, une_ligne(3), une_ligne(4), une_ligne(5), seq=2)
    assert await lire_valeur(comptees, f"{deja + 5} %") > 0
    assert (await verifier_chaine()).intacte


async def test_the_nir_is_in_clear_neither_in_the_base_nor_in_the_answers(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nir=NIR_ENTIER), une_ligne(2, nir=NIR_ENTIER, date_naissance="1999-01-01"))
    for table in ("echange_nir", "echange_rejet", "revision", "evenement", "journal", "beneficiaire"):
        assert NIR not in str(await lire(f"SELECT * FROM {table}")), table
    for chemin in [*(tmp_path / "ack").iterdir(), *(tmp_path / "rejets").iterdir()]:
        assert NIR not in chemin.read_text()


async def test_the_answers_balance_and_the_files_are_put_away(monde: Monde, tmp_path: pathlib.Path) -> None:
    f = await passer(tmp_path, une_ligne(1), une_ligne(2, nom_naissance=""), une_ligne(3, etat_dossier="9"))
    assert comptes(f) == (3, 1, 0, 0, 2)
    (ack,) = (tmp_path / "ack").iterdir()
    reponse = json.loads(ack.read_text())
    assert reponse["recues"] == sum(reponse[c] for c in ("creees", "modifiees", "ignorees", "rejetees"))
    (rejets,) = (tmp_path / "rejets").iterdir()
    with rejets.open(newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    assert [(li["rejet_ligne"], li["rejet_code"], li["rejet_colonne"]) for li in lignes] == [
        ("2", "CHAMP_OBLIGATOIRE", "nom_naissance"),
        ("3", "CODE_INCONNU", "etat_dossier"),
    ]
    assert not list((tmp_path / "in").iterdir())
    assert len(list((tmp_path / "archive").iterdir())) == 2


async def test_a_replay_changes_nothing(monde: Monde, tmp_path: pathlib.Path) -> None:
    lignes = [une_ligne(r) for r in range(1, 6)]
    await passer(tmp_path, *lignes)
    actes = await lire_valeur("SELECT count(*) FROM acte")
    assert comptes(await passer(tmp_path, *lignes, seq=2)) == (5, 0, 0, 5, 0)
    plus_recentes = [{**ligne, "version": "2"} for ligne in lignes]
    assert comptes(await passer(tmp_path, *plus_recentes, seq=3)) == (5, 0, 0, 5, 0)
    deposer(tmp_path, contenu(lignes), seq=1)
    (fait,) = await prendre(tmp_path)
    assert fait.fichier is not None
    assert comptes(fait.fichier) == (5, 5, 0, 0, 0)
    assert await lire_valeur("SELECT count(*) FROM acte") == actes


async def test_solis_owns_the_civil_status_the_address_and_the_right_only(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, tel="0601020304", parcours="SOCIAL"))
    change = une_ligne(
        1, version="2", action="M", adresse="2 place de l'Essai", tel="0699999999", parcours="PRO", nom_usage="Autre"
    )
    assert comptes(await passer(tmp_path, change, seq=2)) == (1, 0, 1, 0, 0)
    ligne = await personne(1)
    assert (ligne["adresse"], ligne["nom_usage"], ligne["nom_cle"]) == ("2 place de l'Essai", "Autre", "AUTRE")
    assert (ligne["telephone"], ligne["parcours"]) == ("06 01 02 03 04", "SOCIAL")
    vide = une_ligne(1, version="3", action="M", adresse="", nom_usage="")
    assert comptes(await passer(tmp_path, vide, seq=3)) == (1, 0, 0, 1, 0)


async def test_a_closure_flags_and_never_erases(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1))
    avant = await personne(1)
    fin = une_ligne(1, version="2", action="F", etat_dossier="", nom_naissance="", prenom="", date_naissance="")
    assert comptes(await passer(tmp_path, fin, seq=2)) == (1, 0, 1, 0, 0)
    assert await personne(1) == {**avant, "etat_droit": "5", "version": 2}
    assert await lire_valeur("SELECT fin FROM entree_dispositif") is None


async def test_an_old_version_is_ignored(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, version="5"))
    assert comptes(await passer(tmp_path, une_ligne(1, version="4", adresse="Ailleurs"), seq=2)) == (1, 0, 0, 1, 0)
    assert (await personne(1))["adresse"] == "1 rue de l'Essai"


async def test_two_lines_about_one_person_are_taken_in_order(monde: Monde, tmp_path: pathlib.Path) -> None:
    lignes = une_ligne(1), une_ligne(2), une_ligne(1, version="2", action="M", adresse="Ailleurs")
    assert comptes(await passer(tmp_path, *lignes)) == (3, 2, 1, 0, 0)
    assert (await personne(1))["adresse"] == "Ailleurs"


async def test_a_doublon_is_the_same_person_and_a_known_nir_is_never_taken_for_sure(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    await passer(tmp_path, une_ligne(1, date_naissance="1985-03-12", nir=NIR_ENTIER))
    (rejet,), total = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    assert (total, rejet.code, rejet.candidat, rejet.personne) == (1, "DOUBLON", numero, "ESSAIB Camille")
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=True, version=rejet.version)
    ligne = await personne(1)
    assert (ligne["numero"], ligne["source"], ligne["matricule"]) == (numero, "PERSONNE", "0000001")
    # Another identifiant with the same NIR: never taken for sure.
    autre = une_ligne(2, nom_naissance="Essaib", date_naissance="1985-03-12", nir=NIR_ENTIER)
    assert comptes(await passer(tmp_path, autre, seq=2)) == (1, 0, 0, 0, 1)


async def test_a_doublon_may_be_somebody_else(monde: Monde, tmp_path: pathlib.Path) -> None:
    await monde.dossier(nom="Essaib", prenom="Camille")
    await passer(tmp_path, une_ligne(1, date_naissance="1985-03-12"))
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        with pytest.raises(Interdit):
            await trancher_doublon(ctx, rejet.id, [FLUX], meme=False, version=rejet.version)
        with pytest.raises(Interdit):
            await rejets_page(ctx, EtatRejet.A_TRAITER, 1)
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=False, version=rejet.version)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 2
    with pytest.raises(ConflitVersion):
        await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=False, version=rejet.version)
    assert await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1) == ([], 0)


async def test_a_refused_line_is_abandoned_with_a_reason_or_replaced(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1, nom_naissance=""), une_ligne(2, prenom=""))
    rejets, _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    un = next(r for r in rejets if r.cle == "IND000001")
    with pytest.raises(ErreurSaisie):
        await abandonner_rejet(monde.pilote, un.id, " ", version=un.version)
    with pytest.raises(ErreurMetier):
        await trancher_doublon(monde.pilote, un.id, [FLUX], meme=True, version=un.version)
    await abandonner_rejet(monde.pilote, un.id, "Essai", version=un.version)
    assert comptes(await passer(tmp_path, une_ligne(2), seq=2)) == (1, 1, 0, 0, 0)
    assert await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1) == ([], 0)


async def test_a_file_cut_by_a_stop_goes_on_exactly_once(
    monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TAILLE_LOT", {"sqlite": 3, "postgresql": 3})
    ordinaire = actions._executer
    faits = 0

    async def couper(*arguments: object) -> None:
        nonlocal faits
        faits += 1
        if faits == 3:
            raise KeyboardInterrupt
        await ordinaire(*arguments)  # type: ignore[arg-type]  # the same arguments, passed on

    chemin = deposer(tmp_path, contenu([une_ligne(r) for r in range(1, 11)]))
    monkeypatch.setattr(actions, "_executer", couper)
    with pytest.raises(KeyboardInterrupt):
        await importer_fichier(SOLIS, chemin, [FLUX], secret=SECRET, cles=CLE)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 6
    monkeypatch.setattr(actions, "_executer", ordinaire)
    fini = await importer_fichier(SOLIS, chemin, [FLUX], secret=SECRET, cles=CLE)
    assert comptes(fini) == (10, 10, 0, 0, 0)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 10


async def test_a_dossier_is_the_pilote_s_until_it_is_assigned(monde: Monde, tmp_path: pathlib.Path) -> None:
    await passer(tmp_path, une_ligne(1))
    numero = int(str((await personne(1))["numero"]))

    async def lisible(ctx: Contexte) -> bool:
        try:
            return (await identite(ctx, numero)).numero == numero
        except ErreurMetier:
            return False

    assert await lisible(monde.pilote)
    assert not await lisible(monde.referent)


async def test_who_waits_hears_how_far_a_file_is(
    monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TAILLE_LOT", {"sqlite": 4, "postgresql": 4})
    chemin = deposer(tmp_path, contenu([une_ligne(r) for r in range(1, 11)]))
    dits: list[tuple[str, int, int]] = []
    await traiter_depot(SOLIS, tmp_path, [FLUX], secret=SECRET, cles=CLE, suivre=lambda *dit: dits.append(dit))
    assert dits == [(chemin.name, faites, 10) for faites in (4, 8, 10)]
