"""CONTRAT: what is told to Solis is laid with the contract, leaves once in effect, and its answer is kept."""

import csv
import datetime as dt
import hashlib
import json
import pathlib
import uuid
from typing import Any

import msgspec
import pytest

from tests.echanges.aides import CLE
from tests.echanges.solis import FauxSolis
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.echanges import envois_fichiers
from viesion_core.echanges.envois import acquitter, renvoyer
from viesion_core.echanges.envois_fichiers import envoyer, lire_reponses
from viesion_core.echanges.envois_model import EtatEnvoi, FluxSortant, ReponseMessage
from viesion_core.echanges.envois_queries import envois_du_dossier, envois_page
from viesion_core.erreurs import ErreurMetier, Interdit
from viesion_core.parcours.actions import enregistrer_contrat, supprimer_contrat
from viesion_core.parcours.envois import clore_contrats_echus, reprendre_contrats
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis import contrat as pont

SIGNE = SaisieContrat(
    type="CER",
    numero="C-1",
    debut=dt.date(2026, 9, 1),
    fin=dt.date(2027, 2, 28),
    signature=dt.date(2026, 9, 1),
)


def plus_tard(**delai: float) -> Contexte:
    return contexte_systeme(MAINTENANT + dt.timedelta(**delai))


async def connue(monde: Monde, nom: str = "Exemple", individu: str = "IND1") -> int:
    """Open a dossier that Solis knows; return its number."""
    numero, _ = await monde.dossier(nom=nom)
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = {} WHERE numero = {}", individu, numero)
    return numero


async def messages() -> list[dict[str, Any]]:
    return await lire("SELECT * FROM echange_envoi ORDER BY cree_le, version_message")


async def partir(dossier: pathlib.Path, ctx: Contexte | None = None) -> int:
    return await envoyer(ctx or plus_tard(), dossier, [pont.FLUX])


def lignes_sorties(dossier: pathlib.Path) -> list[dict[str, str]]:
    lues = []
    for chemin in sorted((dossier / "out").glob("*.csv"), key=lambda c: int(c.stem.rsplit("_", 1)[1])):
        with chemin.open(newline="", encoding="utf-8") as fichier:
            lues += list(csv.DictReader(fichier, delimiter=";"))
    return lues


async def test_a_draft_never_leaves_and_a_signed_contract_does(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, msgspec.structs.replace(SIGNE, signature=None))
    assert await messages() == []
    assert await partir(tmp_path) == 0
    assert not (tmp_path / "out").exists()
    (ligne,) = await contrats(monde.referent, numero)
    await enregistrer_contrat(monde.referent, numero, SIGNE, identifiant=ligne.id, version=ligne.version)
    assert await partir(tmp_path) == 1
    (sortie,) = lignes_sorties(tmp_path)
    assert list(sortie) == list(pont.COLONNES)
    assert (sortie["uuid_contrat"], sortie["id_individu"], sortie["version"]) == (str(ligne.id), "IND1", "1")
    assert (sortie["type"], sortie["debut"], sortie["fin"]) == ("CER", "2026-09-01", "2027-02-28")
    assert (sortie["statut"], sortie["referent"]) == ("SIGNE", "Alix ESSAI")
    (ctl,) = (tmp_path / "out").glob("*.ctl")
    controle = json.loads(ctl.read_text())
    assert controle["sha256"] == hashlib.sha256(ctl.with_suffix(".csv").read_bytes()).hexdigest()
    assert (controle["emetteur"], controle["flux"], controle["seq"], controle["nb_lignes"]) == (
        "VIESION",
        "CONTRAT",
        1,
        1,
    )
    assert await partir(tmp_path) == 0
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'envoi.transmettre'") == 1


async def test_what_the_act_undoes_was_never_told(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    with pytest.raises(ErreurMetier):
        await enregistrer_contrat(monde.referent, numero, msgspec.structs.replace(SIGNE, numero="C-2"))
    assert [m["donnees"]["numero"] for m in await messages()] == ["C-1"]


async def test_each_change_is_a_version_and_a_comment_is_not(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    (c,) = await contrats(monde.referent, numero)
    await enregistrer_contrat(
        monde.referent, numero, msgspec.structs.replace(SIGNE, commentaire="Dit"), identifiant=c.id, version=1
    )
    assert len(await messages()) == 1
    fin = dt.date(2026, 12, 31)
    await enregistrer_contrat(
        monde.referent, numero, msgspec.structs.replace(SIGNE, fin=fin), identifiant=c.id, version=2
    )
    assert [(m["version_message"], m["donnees"]["fin"]) for m in await messages()] == [
        (1, "2027-02-28"),
        (2, "2026-12-31"),
    ]


async def test_the_former_contract_that_ends_the_day_before_is_told_in_the_same_act(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    suivant = msgspec.structs.replace(SIGNE, numero="C-2", debut=dt.date(2026, 11, 20), signature=dt.date(2026, 11, 20))
    await enregistrer_contrat(monde.referent, numero, suivant, terminer_precedent=True)
    dits = {(m["donnees"]["numero"], m["version_message"]): m["donnees"] for m in await messages()}
    assert dits["C-1", 2]["fin"] == "2026-11-19"
    assert dits["C-1", 2]["statut"] == "CLOS"
    assert dits["C-2", 1]["statut"] == "SIGNE"


async def test_a_deletion_and_its_undoing_are_told(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    (c,) = await contrats(monde.referent, numero)
    suppression = await supprimer_contrat(monde.referent, numero, c.id, version=1)
    await annuler_acte(monde.referent, suppression.id)
    assert [m["donnees"]["statut"] for m in await messages()] == ["SIGNE", "ANNULE", "SIGNE"]
    (c,) = await contrats(monde.referent, numero)
    brouillon = msgspec.structs.replace(SIGNE, signature=None)
    await enregistrer_contrat(monde.referent, numero, brouillon, identifiant=c.id, version=c.version)
    assert (await messages())[-1]["donnees"]["statut"] == "ANNULE"


async def test_a_contract_whose_last_day_has_passed_is_told_as_ended_once(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    assert await clore_contrats_echus(plus_tard(days=1)) == 0
    assert await clore_contrats_echus(plus_tard(days=120)) == 1
    assert await clore_contrats_echus(plus_tard(days=121)) == 0
    assert [m["donnees"]["statut"] for m in await messages()] == ["SIGNE", "CLOS"]


async def test_contracts_of_before_the_bridge_are_taken_up_once(monde: Monde) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    async with transaction():
        await executer("DELETE FROM echange_envoi")
    assert await reprendre_contrats(plus_tard()) == 1
    assert await reprendre_contrats(plus_tard()) == 0
    assert [m["donnees"]["numero"] for m in await messages()] == ["C-1"]


async def test_the_answer_is_kept_and_the_file_put_away(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    await partir(tmp_path)
    solis = FauxSolis(tmp_path)
    assert solis.prendre(laisser=True) == 1
    assert await lire_reponses(plus_tard(minutes=1), tmp_path, CLE) == 1
    (envoi,) = (await envois_du_dossier(monde.referent, numero, "CONTRAT")).values()
    assert (envoi.etat, envoi.id_externe, envoi.repondu_le) == (
        EtatEnvoi.ACQUITTE,
        f"SOL-{envoi.cle}"[:40],
        MAINTENANT + dt.timedelta(minutes=1),
    )
    assert list((tmp_path / "out").iterdir()) == []
    assert list((tmp_path / "ack").iterdir()) == []
    gardes = sorted(c.name.rsplit(".", 1)[1] for c in (tmp_path / "archive").iterdir())
    assert gardes == ["chiffre", "chiffre", "json"]
    assert await lire_reponses(plus_tard(minutes=2), tmp_path, CLE) == 0
    assert await envois_du_dossier(monde.autre_referent, numero, "CONTRAT") == {}


async def test_a_refusal_is_kept_and_sent_again_as_a_new_version(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    await partir(tmp_path)
    solis = FauxSolis(tmp_path, refuser="CHEVAUCHEMENT")
    solis.prendre()
    await lire_reponses(plus_tard(), tmp_path, CLE)
    ((refuse,), total) = await envois_page(monde.pilote, EtatEnvoi.REFUSE, 1)
    assert (total, refuse.code, refuse.motif) == (1, "CHEVAUCHEMENT", "Refusé par l'essai")
    with pytest.raises(Interdit):
        await renvoyer(monde.referent, refuse.id)
    await renvoyer(monde.pilote, refuse.id)
    with pytest.raises(ErreurMetier, match="n'attend plus"):
        await renvoyer(monde.pilote, refuse.id)
    solis.refuser = ""
    assert await partir(tmp_path) == 1
    solis.prendre()
    await lire_reponses(plus_tard(), tmp_path, CLE)
    assert solis.effets == {str(refuse.cle): [2]}
    (dernier,) = (await envois_du_dossier(monde.referent, numero, "CONTRAT")).values()
    assert (dernier.etat, dernier.version_message) == (EtatEnvoi.ACQUITTE, 2)


async def test_a_message_without_answer_leaves_again_later_and_later(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    departs = []
    for minute in range(0, 36 * 60, 15):
        if await partir(tmp_path, plus_tard(minutes=minute)):
            departs.append(minute)
    assert departs == [0, 15, 75, 75 + 6 * 60, 75 + 30 * 60]
    solis = FauxSolis(tmp_path)
    solis.prendre()
    assert (len(solis.effets), solis.doublons) == (1, 4)
    assert await lire_reponses(plus_tard(days=2), tmp_path, CLE) == 5
    assert await partir(tmp_path, plus_tard(days=9)) == 0


async def test_a_person_that_solis_does_not_know_waits(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier()
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    assert await partir(tmp_path) == 0
    (envoi,) = (await envois_du_dossier(monde.referent, numero, "CONTRAT")).values()
    assert envoi.attend_identifiant
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = 'IND9' WHERE numero = {}", numero)
    assert await partir(tmp_path, plus_tard(minutes=61)) == 1


async def test_a_wording_that_fails_is_refused_alone(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    await enregistrer_contrat(
        monde.referent, await connue(monde, "Autre", "IND2"), msgspec.structs.replace(SIGNE, numero="PANNE")
    )
    flux = msgspec.structs.replace(pont.FLUX, redacteur="tests.echanges.test_envois:rediger_mal")
    assert await envoyer(plus_tard(), tmp_path, [flux]) == 1
    ((refuse,), _) = await envois_page(monde.pilote, EtatEnvoi.REFUSE, 1)
    assert (refuse.code, refuse.donnees["numero"]) == ("VALEUR_INVALIDE", "PANNE")
    assert [ligne["numero"] for ligne in lignes_sorties(tmp_path)] == ["C-1"]


def rediger_mal(message: Any) -> dict[str, str]:
    if message.donnees["numero"] == "PANNE":
        raise RuntimeError
    return pont.rediger(message)


async def test_a_stop_before_the_marking_writes_the_same_file(
    monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    monkeypatch.setattr(envois_fichiers, "_deposer", _plein)
    with pytest.raises(OSError, match="plein"):
        await partir(tmp_path)
    monkeypatch.undo()
    await partir(tmp_path, plus_tard(hours=3))
    premiers = {c.name: c.read_bytes() for c in (tmp_path / "out").iterdir()}
    async with transaction():
        await executer("UPDATE echange_sortie SET ecrit_le = NULL")
    await partir(tmp_path, plus_tard(hours=3))
    assert {c.name: c.read_bytes() for c in (tmp_path / "out").iterdir()} == premiers
    assert await lire_valeur("SELECT count(*) FROM echange_sortie") == 1


def _plein(*_: object) -> None:
    raise OSError("plein")


@pytest.mark.parametrize(
    "octets",
    [b"", b"{", b"[]", b'{"fichier": "x"}', b'{"fichier": "x", "messages": [{"id_message": "non"}]}', b"\xff\xfe{"],
)
async def test_an_answer_that_cannot_be_read_is_put_aside(monde: Monde, tmp_path: pathlib.Path, octets: bytes) -> None:
    await enregistrer_contrat(monde.referent, await connue(monde), SIGNE)
    await partir(tmp_path)
    (tmp_path / "ack").mkdir()
    (tmp_path / "ack" / "VIESION_SOLIS_x.json").write_bytes(octets)
    assert await lire_reponses(plus_tard(), tmp_path, CLE) == 1
    assert [c.name for c in (tmp_path / "rejets").iterdir()] == ["VIESION_SOLIS_x.json"]
    assert [m["etat"] for m in await messages()] == ["ENVOYE"]


async def test_an_answer_that_is_not_ours_or_comes_late_changes_nothing(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await connue(monde)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    (c,) = await contrats(monde.referent, numero)
    autre = msgspec.structs.replace(SIGNE, numero="C-9")
    await enregistrer_contrat(monde.referent, numero, autre, identifiant=c.id, version=1)
    await partir(tmp_path)
    premier, second = [m["id"] for m in await messages()]
    ctx = plus_tard(minutes=1)
    assert await acquitter(ctx, [ReponseMessage(id_message=uuid.uuid4(), version=1, accepte=True)]) == 0
    assert await acquitter(ctx, [ReponseMessage(id_message=premier, version=2, accepte=True)]) == 0
    assert await acquitter(ctx, [ReponseMessage(id_message=second, version=2, accepte=True)]) == 1
    assert await acquitter(ctx, [ReponseMessage(id_message=second, version=2, accepte=False)]) == 0
    assert await acquitter(ctx, [ReponseMessage(id_message=premier, version=1, accepte=True)]) == 0
    assert [m["etat"] for m in await messages()] == ["REMPLACE", "ACQUITTE"]


def test_a_flow_must_give_its_columns() -> None:
    flux = FluxSortant(
        destinataire="ESSAI", code="CONTRAT", libelle="Essai", colonnes=("a",), redacteur="tests.echanges.solis:vide"
    )
    with pytest.raises(ValueError, match="must give a"):
        flux.rediger(None)  # type: ignore[arg-type]  # the wording ignores it
