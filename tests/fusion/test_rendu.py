"""A template filled for real: the .docx is opened again with python-docx."""

from collections.abc import Callable

import pytest
from docx.document import Document

from tests.fusion.aides import ARBRE, VALEURS, ouvrir, textes, word
from viesion_core.fusion.atelier import (
    ATELIER,
    ModeleInutilisable,
    controler_modele,
    fusionner,
)
from viesion_core.fusion.ouvrier import Demande

TITRE = {"titre": "Convocation", "auteur": "Camille ESSAI"}


async def _fusionner(*paragraphes: str, completer: Callable[[Document], None] | None = None) -> bytes:
    contenu, _ = await fusionner(word(*paragraphes, completer=completer), ARBRE, VALEURS, **TITRE)
    return contenu


async def test_fields_loops_conditions_and_filters() -> None:
    contenu = await _fusionner(
        "{{ beneficiaire.prenom }} {{ beneficiaire.nom | minuscules }}, {{ beneficiaire.commune|majuscules }}",
        "{%p for e in entretiens %}",
        "{{ loop.index }}. {{ e.date }} {% for t in e.themes %}[{{ t.libelle }}]{% else %}sans thème{% endfor %}",
        "{%p endfor %}",
        "{%p if beneficiaire.prenom == 'Camille' and not beneficiaire.nom == '' %}",
        "visible",
        "{%p else %}",
        "caché",
        "{%p endif %}",
        "{{ '' | defaut }} {{ '' | defaut('rien') }}",
    )
    assert textes(contenu) == [
        "Camille exemple & <fils>, BÉZIERS\nCENTRE",
        "1. 01/09/2026 [Santé][Mobilité]",
        "2. 15/09/2026 sans thème",
        "visible",
        "Non renseigné rien",
    ]


async def test_table_rows_headers_and_footers_are_filled() -> None:
    def completer(document: Document) -> None:
        table = document.add_table(4, 1)
        for rang, texte in enumerate(("Dates", "{%tr for e in entretiens %}", "{{ e.date }}", "{%tr endfor %}")):
            table.cell(rang, 0).text = texte
        document.sections[0].header.paragraphs[0].text = "Dossier de {{ beneficiaire.nom }}"
        document.sections[0].footer.paragraphs[0].text = "Le {{ aujourdhui }}"

    document = ouvrir(await _fusionner("x", completer=completer))
    assert [ligne.cells[0].text for ligne in document.tables[0].rows] == ["Dates", "01/09/2026", "15/09/2026"]
    assert document.sections[0].header.paragraphs[0].text == "Dossier de EXEMPLE & <FILS>"
    assert document.sections[0].footer.paragraphs[0].text == "Le 24/11/2026"


async def test_fields_cut_into_pieces_by_word_are_found() -> None:
    def completer(document: Document) -> None:
        paragraphe = document.add_paragraph()
        for morceau in ("{", "{ bene", "ficiaire.", "nom", " }", "}"):
            paragraphe.add_run(morceau).bold = morceau == "nom"

    assert textes(await _fusionner(completer=completer)) == ["EXEMPLE & <FILS>"]


async def test_the_document_is_signed_and_keeps_nothing_of_the_author_of_the_template() -> None:
    def completer(document: Document) -> None:
        document.core_properties.author = "Auteur du modèle"
        document.core_properties.comments = "{{ beneficiaire.inconnu }} note interne"

    proprietes = ouvrir(await _fusionner("x", completer=completer)).core_properties
    assert (proprietes.title, proprietes.author, proprietes.comments) == ("Convocation", "Camille ESSAI", "")


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        (
            "Né le {{ beneficiaire.nomm }} à",
            "« beneficiaire.nomm » n'existe pas. Vouliez-vous dire « beneficiaire.nom »",
        ),
        ("{% for e in entretiens %}{{ e.jour }}{% endfor %}", "Le champ « e.jour » n'existe pas"),
        ("{% for e in entretiens %}{{ e.dat }}{% endfor %}", "Vouliez-vous dire « e.date » ?"),
        ("{{ entretiens }}", "« entretiens » est une liste : écrivez {% for … in entretiens %}."),
        ("{{ entretiens.date }}", "« entretiens » est une liste : écrivez d'abord une boucle"),
        ("{{ beneficiaire }}", "« beneficiaire » est un groupe de champs : précisez lequel (beneficiaire.nom"),
        ("{{ aujourdhui.annee }}", "« aujourdhui » est un texte"),
        ("{% if aujourdhui %}x", "il manque {% endif %}"),
        ("x{% endfor %}", "l'instruction « endfor » est inconnue ou mal placée"),
        ("{{ aujourdhui", "une accolade n'est pas refermée"),
        ("{{ aujourdhui | upper }}", "Filtres permis : majuscules, minuscules, defaut."),
    ],
)
async def test_what_is_wrong_is_named_at_the_upload_and_at_the_fusion(texte: str, message: str) -> None:
    modele = word("Bonjour", texte)
    controle = await controler_modele(modele, ARBRE, [VALEURS])
    assert not controle.accepte
    assert message in controle.defauts[0].message
    assert controle.defauts[0].extrait.split()[0] in texte
    with pytest.raises(ModeleInutilisable) as refus:
        await fusionner(modele, ARBRE, VALEURS, **TITRE)
    assert message in refus.value.defauts[0].message


async def test_every_unknown_field_is_named_at_once() -> None:
    controle = await controler_modele(word("{{ un.nom }} {{ deux }}", "{{ trois.quatre }}"), ARBRE, [VALEURS])
    assert [d.message.split("»")[0] for d in controle.defauts] == [
        "Le champ « un.nom ",
        "Le champ « deux ",
        "Le champ « trois.quatre ",
    ]


async def test_a_loop_badly_laid_out_is_refused_and_not_repaired_in_silence() -> None:
    paragraphes = ("{% for e in entretiens %}", "{{ e.date }}", "avant {% endfor %} après", "la fin")
    controle = await controler_modele(word(*paragraphes), ARBRE, [VALEURS, {**VALEURS, "entretiens": []}])
    assert controle.accepte  # a loop over whole paragraphs is well formed

    def completer(document: Document) -> None:
        document.add_paragraph("{% if aujourdhui %}a")
        document.add_table(1, 1).cell(0, 0).text = "b{% endif %}"

    vide = {**VALEURS, "aujourdhui": ""}
    controle = await controler_modele(word(completer=completer), ARBRE, [VALEURS, vide])
    assert "Word ne pourrait pas ouvrir" in controle.defauts[0].message


async def test_a_value_that_is_missing_or_of_another_kind_makes_no_document() -> None:
    modele = word("{{ beneficiaire.nom }}{% for e in entretiens %}{{ e.date }}{% endfor %}")
    for valeurs, nom in (
        ({**VALEURS, "beneficiaire": {}}, "beneficiaire.nom"),
        ({**VALEURS, "entretiens": [{}]}, "entretiens[].date"),
        ({**VALEURS, "beneficiaire": {"nom": 3}}, "beneficiaire.nom"),
        ({**VALEURS, "entretiens": "x"}, "entretiens"),
    ):
        with pytest.raises(ModeleInutilisable, match=r"n'a pas été créé|n'a pas reçu|n'ont pas reçu") as refus:
            await fusionner(modele, ARBRE, valeurs, **TITRE)
        assert nom in refus.value.defauts[0].message


async def test_a_field_in_a_comment_or_an_endnote_is_pointed_out() -> None:
    def completer(document: Document) -> None:
        document.add_comment(document.paragraphs[0].runs, text="{{ beneficiaire.nom }}", author="x")

    controle = await controler_modele(word("x", completer=completer), ARBRE, [VALEURS])
    assert "un endroit" in controle.defauts[0].message or "où la fusion ne va pas" in controle.defauts[0].message


async def test_the_fields_used_are_reported() -> None:
    modele = word("{% for e in entretiens %}{{ e.date }}{% endfor %}{% if beneficiaire.nom %}x{% endif %}")
    controle = await controler_modele(modele, ARBRE, [VALEURS])
    assert controle.champs == ("beneficiaire.nom", "entretiens[]", "entretiens[].date")
    assert controle.groupes == {"beneficiaire", "entretiens"}


def test_a_document_takes_less_than_300_ms_once_warm() -> None:
    """Processor time: the same on a busy machine."""
    modele = word(*["{{ beneficiaire.nom }} {% for e in entretiens %}{{ e.date }}{% endfor %}"] * 100)
    demande = Demande(operation="fusionner", contenu=modele, arbre=ARBRE, valeurs=[VALEURS])
    assert min(ATELIER.demander(demande).processeur for _ in range(4)) < 0.3
