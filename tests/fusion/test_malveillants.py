"""Nothing that a Word file contains escapes, and none takes the machine with it: security.md, point 5."""

import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.fusion.aides import ARBRE, VALEURS, refaire, textes, word
from tests.fusion.confinement import essayer
from tests.fusion.corpus import JINJA, fichiers
from viesion_core.fusion.atelier import ATELIER, DELAI, Atelier, ModeleInutilisable
from viesion_core.fusion.ouvrier import MEMOIRE, Demande, Reponse

FICHIERS = dict(fichiers())
SECONDES = 5.0
OCTETS = 300 * 2**20


def _demander(contenu: bytes, operation: str = "controler") -> Reponse:
    ATELIER.demander(Demande(operation="controler", contenu=word("x"), arbre={}, valeurs=[{}]))
    debut = time.perf_counter()
    try:
        reponse = ATELIER.demander(
            Demande(operation=operation, contenu=contenu, arbre=ARBRE, valeurs=[VALEURS], titre="t", auteur="a")
        )
    except ModeleInutilisable as refus:
        reponse = Reponse(defauts=refus.defauts)
    assert time.perf_counter() - debut < SECONDES + 0.5  # the stop itself, on a busy machine
    assert reponse.memoire * 1024 < OCTETS
    return reponse


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(JINJA) + len(FICHIERS) >= 80
    assert MEMOIRE < OCTETS
    assert DELAI <= SECONDES


@pytest.mark.parametrize("operation", ["controler", "fusionner"])
@pytest.mark.parametrize("nom", sorted(JINJA))
def test_a_template_that_tries_to_compute_is_refused(nom: str, operation: str) -> None:
    reponse = _demander(refaire(word("Bonjour", JINJA[nom]), methode=zipfile.ZIP_STORED), operation)
    assert reponse.defauts
    assert not reponse.contenu
    assert all(d.message.endswith((".", "?")) for d in reponse.defauts), reponse.defauts


@pytest.mark.parametrize("nom", sorted(FICHIERS))
def test_a_file_that_is_not_a_sound_template_is_refused(nom: str) -> None:
    reponse = _demander(FICHIERS[nom])
    assert reponse.defauts
    assert not reponse.contenu
    assert "Traceback" not in reponse.defauts[0].message


def test_the_same_jinja_is_refused_in_headers_footers_and_hidden_text() -> None:
    def entete(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "{{ ''.__class__ }}"

    def pied(document: Any) -> None:
        document.sections[0].footer.paragraphs[0].text = "{{ 'x' * 10**9 }}"

    for completer in (entete, pied):
        assert _demander(word("x", completer=completer)).defauts


def test_jinja_cut_into_pieces_by_word_is_still_seen() -> None:
    def morceaux(document: Any) -> None:
        paragraphe = document.add_paragraph()
        for lettre in "{{ 'x' * 10**9 }}":
            paragraphe.add_run(lettre)

    assert _demander(word("x", completer=morceaux)).defauts


def test_data_is_never_read_as_a_template() -> None:
    valeurs = {**VALEURS, "aujourdhui": "{{ 7 * 7 }} {% for e in entretiens %} </w:t><w:t> &amp; ]]> \x00\x0b\ufffe"}
    modele = word("Le {{ aujourdhui }}.")
    reponse = ATELIER.demander(Demande(operation="fusionner", contenu=modele, arbre=ARBRE, valeurs=[valeurs]))
    assert textes(reponse.contenu) == ["Le {{ 7 * 7 }} {% for e in entretiens %} </w:t><w:t> &amp; ]]> ."]


def test_a_document_has_no_file_no_child_and_little_time() -> None:
    """What the sandbox would let through would still find nothing: the limits of the process itself."""
    assert essayer() == dict.fromkeys(("open", "write", "socket", "fork", "memory"), "refused")
    atelier = Atelier()
    try:
        atelier.demander(Demande(operation="reconnaitre", contenu=b"x"))
        assert atelier._processus is not None
        variables = Path(f"/proc/{atelier._processus.pid}/environ").read_bytes()
        assert variables.rstrip(b"\0") == b"LANG=C.UTF-8"
    finally:
        atelier.fermer()


def test_the_workshop_recovers_after_a_request_that_broke_it() -> None:
    atelier = Atelier()
    modele = word("{{ beneficiaire.nom }}")
    demande = Demande(operation="fusionner", contenu=modele, arbre=ARBRE, valeurs=[VALEURS])
    try:
        assert atelier.demander(demande).contenu
        with pytest.raises(ModeleInutilisable, match="trop de temps ou de mémoire"):
            atelier.demander(demande, delai=0.001)
        assert atelier.demander(demande).contenu
    finally:
        atelier.fermer()
