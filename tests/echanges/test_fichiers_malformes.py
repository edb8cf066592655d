"""Malformed files: each kind has a named refusal, nothing is lost, a second run changes nothing."""

import hashlib
import json
import pathlib
from typing import Any

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.contexte import contexte_systeme
from viesion_core.db import lire, lire_valeur
from viesion_core.echanges.coffre import desceller
from viesion_core.echanges.depot import traiter_depot
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis.alloc import COLONNES, FLUX

SOLIS = contexte_systeme(MAINTENANT, nom="Solis")
BON = contenu([une_ligne(r) for r in range(1, 11)])
TEXTE = BON.decode()
CLOTURES = contenu([une_ligne(r, action="F" if r <= 60 else "C") for r in range(1, 101)])

FICHIERS: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "BOM UTF-8": (b"\xef\xbb\xbf" + BON, {}, "SCHEMA_INVALIDE"),
    "UTF-16 LE": (TEXTE.encode("utf-16"), {}, "SCHEMA_INVALIDE"),
    "UTF-16 BE": (TEXTE.encode("utf-16-be"), {}, "SCHEMA_INVALIDE"),
    "UTF-32": (TEXTE.encode("utf-32"), {}, "SCHEMA_INVALIDE"),
    "cp1252": (TEXTE.replace("Camille", "Zoé").encode("cp1252"), {}, "SCHEMA_INVALIDE"),
    "NUL": (BON.replace(b"Camille", b"Cam\x00ille", 1), {}, "SCHEMA_INVALIDE"),
    "zip": (b"PK\x03\x04" + BON, {}, "SCHEMA_INVALIDE"),
    "vide": (b"", {}, "SCHEMA_INVALIDE"),
    "octets quelconques": (bytes(range(128, 256)) * 40, {}, "SCHEMA_INVALIDE"),
    "en-tête absent": (BON.split(b"\n", 1)[1], {}, "SCHEMA_INVALIDE"),
    "en-tête renommé": (BON.replace(b"prenom", b"firstname", 1), {}, "SCHEMA_INVALIDE"),
    "en-tête en capitales": (BON.replace(b"id_message", b"ID_MESSAGE", 1), {}, "SCHEMA_INVALIDE"),
    "colonnes en désordre": (contenu([une_ligne(1)], tuple(reversed(COLONNES))), {}, "SCHEMA_INVALIDE"),
    "virgules": (BON.replace(b";", b","), {}, "SCHEMA_INVALIDE"),
    "tabulations": (BON.replace(b";", b"\t"), {}, "SCHEMA_INVALIDE"),
    "ligne trop courte": (BON + b"a;b;c\n", {}, "SCHEMA_INVALIDE"),
    "ligne trop longue": (BON.rstrip(b"\n") + b";de trop\n", {}, "SCHEMA_INVALIDE"),
    "ligne vide": (BON + b"\n", {}, "SCHEMA_INVALIDE"),
    "guillemet ouvert": (BON.replace(b";Camille;", b';"Camille;', 1), {}, "SCHEMA_INVALIDE"),
    "guillemet mal fermé": (BON.replace(b";Camille;", b';"Cam"ille;', 1), {}, "SCHEMA_INVALIDE"),
    "case démesurée": (BON.replace(b"Camille", b"x" * 5_000, 1), {}, "SCHEMA_INVALIDE"),
    "case d'un mégaoctet": (BON.replace(b"Camille", b"x" * 1_000_000, 1), {}, "SCHEMA_INVALIDE"),
    "compte trop grand": (BON, {"nb_lignes": 11}, "EMPREINTE"),
    "compte trop petit": (BON, {"nb_lignes": 9}, "EMPREINTE"),
    "en-tête seul, lignes annoncées": (contenu([]), {"nb_lignes": 10}, "EMPREINTE"),
    "empreinte fausse": (BON, {"sha256": "0" * 64}, "EMPREINTE"),
    "empreinte vide": (BON, {"sha256": ""}, "EMPREINTE"),
    "émetteur inconnu": (BON, {"emetteur": "INCONNU"}, "EMETTEUR_INCONNU"),
    "flux inconnu": (BON, {"flux": "INCONNU"}, "EMETTEUR_INCONNU"),
    "schéma 2": (BON, {"version_schema": 2}, "SCHEMA_INVALIDE"),
    "rang nul": (BON, {"seq": 0}, "SCHEMA_INVALIDE"),
    "rang négatif": (BON, {"seq": -1}, "SCHEMA_INVALIDE"),
    "rang immense": (BON, {"seq": 2**40}, "SCHEMA_INVALIDE"),
    "rang en texte": (BON, {"seq": "un"}, "SCHEMA_INVALIDE"),
    "nature inconnue": (BON, {"nature": "TOUT"}, "SCHEMA_INVALIDE"),
    "date sans fuseau": (BON, {"date_generation": "2026-11-20T08:00:00"}, "SCHEMA_INVALIDE"),
    "date impossible": (BON, {"date_generation": "2026-02-30T08:00:00Z"}, "SCHEMA_INVALIDE"),
    "clôtures en masse": (CLOTURES, {}, "CLOTURES_EXCESSIVES"),
    **{
        f"coupé au dixième {n}": (
            BON[: len(BON) * n // 10],
            {"sha256": hashlib.sha256(BON).hexdigest(), "nb_lignes": 10},
            "",
        )
        for n in range(1, 10)
    },
}

LIGNES: dict[str, tuple[dict[str, str], str]] = {
    "nom absent": ({"nom_naissance": " "}, "CHAMP_OBLIGATOIRE"),
    "prénom absent": ({"prenom": ""}, "CHAMP_OBLIGATOIRE"),
    "naissance absente": ({"date_naissance": ""}, "CHAMP_OBLIGATOIRE"),
    "identifiant absent": ({"id_individu": ""}, "CHAMP_OBLIGATOIRE"),
    "message absent": ({"id_message": ""}, "CHAMP_OBLIGATOIRE"),
    "version absente": ({"version": ""}, "CHAMP_OBLIGATOIRE"),
    "message mal formé": ({"id_message": "abc"}, "VALEUR_INVALIDE"),
    "version négative": ({"version": "-1"}, "VALEUR_INVALIDE"),
    "version en chiffres arabes": ({"version": "١"}, "VALEUR_INVALIDE"),
    "version immense": ({"version": "9" * 30}, "VALEUR_INVALIDE"),
    "action inconnue": ({"action": "X"}, "CODE_INCONNU"),
    "civilité inconnue": ({"civilite": "DR"}, "CODE_INCONNU"),
    "état inconnu": ({"etat_dossier": "9"}, "CODE_INCONNU"),
    "rôle inconnu": ({"role": "XXX"}, "CODE_INCONNU"),
    "organisme payeur inconnu": ({"fonorg": "XXX"}, "CODE_INCONNU"),
    "commune inconnue": ({"code_insee": "99999"}, "CODE_INCONNU"),
    "parcours inconnu": ({"parcours": "AUTRE"}, "CODE_INCONNU"),
    "soumis inconnu": ({"soumis_dd": "peut-être"}, "CODE_INCONNU"),
    "30 février": ({"date_naissance": "1985-02-30"}, "DATES_INCOHERENTES"),
    "date française": ({"date_naissance": "12/03/1985"}, "DATES_INCOHERENTES"),
    "date en chiffres arabes": ({"date_naissance": "١٩٨٥-03-12"}, "DATES_INCOHERENTES"),
    "année zéro": ({"date_naissance": "0000-01-01"}, "DATES_INCOHERENTES"),
    "naissance à venir": ({"date_naissance": "2030-01-01"}, "DATES_INCOHERENTES"),
    "naissance en 1850": ({"date_naissance": "1850-01-01"}, "DATES_INCOHERENTES"),
    "ouverture à venir": ({"date_ouverture": "2030-01-01"}, "DATES_INCOHERENTES"),
    "demande impossible": ({"date_demande": "2026-13-01"}, "DATES_INCOHERENTES"),
    "NIR trop court": ({"nir": "28503"}, "NIR_INVALIDE"),
    "NIR en lettres": ({"nir": "ABCDEFGHIJKLM"}, "NIR_INVALIDE"),
    "clé du NIR": ({"nir": "285033417200100"}, "NIR_INVALIDE"),
    "formule": ({"adresse": '=HYPERLINK("x")'}, "VALEUR_INVALIDE"),
    "formule au nom": ({"nom_naissance": "@SUM(A1)"}, "VALEUR_INVALIDE"),
    "mojibake": ({"prenom": "ZoÃ©"}, "VALEUR_INVALIDE"),
    "caractère de remplacement": ({"prenom": "Zo\ufffd"}, "VALEUR_INVALIDE"),
    "retour à la ligne dans une case": ({"adresse": "1 rue\nde l'Essai"}, "VALEUR_INVALIDE"),
    "identifiant trop long": ({"id_individu": "X" * 30}, "VALEUR_INVALIDE"),
    "nom trop long": ({"nom_naissance": "x" * 81}, "VALEUR_INVALIDE"),
    "code postal": ({"code_postal": "34"}, "VALEUR_INVALIDE"),
    "courriel": ({"email": "camille"}, "VALEUR_INVALIDE"),
    "téléphone": ({"tel": "appeler le soir"}, "VALEUR_INVALIDE"),
    "modification d'un inconnu": ({"action": "M"}, "INDIVIDU_INCONNU"),
    "clôture d'un inconnu": ({"action": "F"}, "INDIVIDU_INCONNU"),
}


async def prendre(dossier: pathlib.Path) -> list[tuple[str, Any]]:
    return [
        (fait.refus.code if fait.refus else "", fait.fichier)
        for fait in await traiter_depot(SOLIS, dossier, [FLUX], secret=SECRET, cles=CLE)
    ]


def test_there_are_at_least_sixty_kinds() -> None:
    assert len(FICHIERS) + len(LIGNES) >= 60


async def test_each_malformed_file_is_refused_whole_by_name_and_kept(monde: Monde, tmp_path: pathlib.Path) -> None:
    for rang, (nom, (octets, ctl, code)) in enumerate(FICHIERS.items(), 1):
        dossier = tmp_path / str(rang)
        for _ in range(2):
            deposer(dossier, octets, **ctl)
            ((refus, fichier),) = await prendre(dossier)
            assert fichier is None, nom
            assert refus == code or (not code and refus in {"EMPREINTE", "SCHEMA_INVALIDE"}), nom
        (ack,) = (dossier / "ack").iterdir()
        assert json.loads(ack.read_text())["etat"] == "REFUSE", nom
        (garde,) = (dossier / "rejets").glob("*.chiffre")
        assert b"".join(desceller(garde, CLE)) == octets, nom
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0
    assert await lire("SELECT id FROM echange_fichier") == []


async def test_each_malformed_line_is_refused_by_name_and_the_rest_goes_on(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    for seq, (nom, (valeurs, code)) in enumerate(LIGNES.items(), 1):
        mauvaise, bonne = une_ligne(1_000 + seq, **valeurs), une_ligne(seq)
        deposer(tmp_path, contenu([mauvaise, bonne]), seq=seq, nb_lignes=2)
        ((refus, fichier),) = await prendre(tmp_path)
        assert refus == "", nom
        assert (fichier.creees, fichier.rejetees) == (1, 1), nom
        (rejet,) = await lire("SELECT code, ligne FROM echange_rejet WHERE fichier = {}", fichier.id)
        assert (rejet["code"], rejet["ligne"]) == (code, 1), nom
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == len(LIGNES)


@pytest.mark.parametrize("octets", [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'{"emetteur": "SOLIS"}'])
async def test_a_control_file_that_is_none_refuses_the_file(
    monde: Monde, tmp_path: pathlib.Path, octets: bytes
) -> None:
    deposer(tmp_path, BON).with_suffix(".ctl").write_bytes(octets)
    assert await prendre(tmp_path) == [("SCHEMA_INVALIDE", None)]


async def test_a_file_without_control_waits(monde: Monde, tmp_path: pathlib.Path) -> None:
    chemin = deposer(tmp_path, BON)
    chemin.with_suffix(".ctl").unlink()
    assert await prendre(tmp_path) == []
    assert chemin.exists()


async def test_a_gap_waits_and_the_same_rank_with_other_content_is_refused(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    deposer(tmp_path, contenu([une_ligne(1)]), seq=1)
    await prendre(tmp_path)
    attend = deposer(tmp_path, contenu([une_ligne(3)]), seq=3)
    assert await prendre(tmp_path) == [("SEQUENCE_MANQUANTE", None)]
    assert attend.exists()
    deposer(tmp_path, contenu([une_ligne(2)]), seq=2)
    assert [code for code, _ in await prendre(tmp_path)] == ["", ""]
    deposer(tmp_path, contenu([une_ligne(9)]), seq=2)
    assert await prendre(tmp_path) == [("DEJA_TRAITE", None)]
    deposer(tmp_path, contenu([une_ligne(7)]), seq=7, nature="STOCK")
    assert [code for code, _ in await prendre(tmp_path)] == [""]
