"""A questionnaire is read from its TOML file; every mistake is told in French, at its line."""

import pytest

from tests.bilans.aides import TOML
from viesion_core.bilans.lecture import QuestionnaireInvalide, lire_questionnaire
from viesion_core.bilans.model import Condition, Evolution, Option


def defauts(texte: str) -> list[tuple[int, str]]:
    with pytest.raises(QuestionnaireInvalide) as refus:
        lire_questionnaire(texte)
    return [(d.ligne, d.message) for d in refus.value.defauts]


def ligne(texte: str, morceau: str) -> int:
    return next(rang for rang, li in enumerate(texte.splitlines(), start=1) if morceau in li)


def test_a_good_file_is_read_whole() -> None:
    questionnaire = lire_questionnaire(TOML)
    questions = questionnaire.par_code()
    assert (questionnaire.code, questionnaire.version, len(questions)) == ("ESSAI", 1, 9)
    assert questions["RAISONS"].si == (Condition("RENONCE", ("oui",)),)
    assert questions["COUT"].si == (Condition("RAISONS", ("COUT",)),)
    assert questions["RAISONS"].options[2:] == (
        Option("ELOIGNEMENT", "Éloignement"),
        Option("AUCUNE", "Aucune", exclusive=True),
    )
    assert (questions["HEURES"].decimales, questions["HEURES"].unite) == (1, "h")
    assert (questions["SECRET"].sensible, questions["DATE"].sensible) == (True, False)


@pytest.mark.parametrize(
    ("avant", "apres", "morceau", "message"),
    [
        ("version = 1", 'version = "un"', "version", "« version » est un nombre entier."),
        ("version = 1", "version = 0", "version", "la version est un nombre à partir de 1."),
        ('code = "ESSAI"', 'code = "essai libre"', 'code = "essai libre"', "le code s'écrit en majuscules"),
        ('titre = "B. Soins"', "", "[[sections]]\ncode", "il manque « titre »."),
        ('texte = "Renoncement aux soins"', "", '"RENONCE"', "il manque « texte »."),
        ('type = "OUI_NON"', 'type = "OUI"', 'type = "OUI"', "« type » est l'un de : DATE, NOMBRE"),
        ("passee = true", 'passee = "oui"', "passee", "« passee » est true ou false."),
        ("maximum = 200", "maximun = 200", "maximun", "« maximun » n'est pas connu ici."),
        ("maximum = 200", "maximum = -1", "minimum = 0", "NOMBRE : le minimum dépasse le maximum."),
        ("decimales = 1", "decimales = 9", "decimales = 9", "HEURES : de 0 à 6 décimales."),
        ('code = "COUT"', 'code = "DATE"', 'code = "DATE"', "DATE : ce code sert deux fois."),
        ("si = { RENONCE = true }", "si = { SUITE = true }", "si = { SUITE", "qui n'existe pas avant elle."),
        ('si = { RAISONS = "COUT" }', 'si = { RAISONS = "CHER" }', '"CHER"', "RAISONS = CHER, qui n'est pas"),
        ("si = { RENONCE = true }", "si = { NOMBRE = true }", "si = { NOMBRE", "ni un choix ni un oui ou non."),
        ('liste = "ORGANISME"', 'liste = "PAYS"', '"PAYS"', "ORGANISME : la liste PAYS n'existe pas"),
        ('"Délai"', '"Coût !"', '"Coût !"', "deux options ont le même code"),
        ('liste = "ORGANISME"', "", 'code = "ORGANISME"', "un choix a ses options, ou une liste."),
        ('"Aucune suite"]', '{ libelle = "Aucune", exclusive = true }]', "exclusive", "seul un choix multiple"),
        ('type = "OUI_NON"', 'type = "OUI_NON"\nunite = "€"', "type", "seul un NOMBRE a un minimum"),
        ('type = "OUI_NON"', 'type = "OUI_NON"\npassee = true', "passee", "seule une DATE est passée."),
    ],
)
def test_a_mistake_is_told_in_french(avant: str, apres: str, morceau: str, message: str) -> None:
    assert avant in TOML
    trouves = defauts(TOML.replace(avant, apres, 1))
    assert any(message in texte for _, texte in trouves), trouves


def test_the_line_is_that_of_the_field() -> None:
    for avant, apres in (("maximum = 200", "maximun = 200"), ('type = "OUI_NON"', 'type = "OUI"')):
        texte = TOML.replace(avant, apres, 1)
        assert defauts(texte)[0][0] == ligne(texte, apres)
    sans_texte = TOML.replace('texte = "Renoncement aux soins"\n', "", 1)
    assert defauts(sans_texte)[0][0] == ligne(sans_texte, '"RENONCE"') - 1


def test_every_mistake_is_told_at_once() -> None:
    texte = TOML.replace("maximum = 200", "maximun = 200").replace('type = "OUI_NON"', 'type = "OUI"')
    assert [numero for numero, _ in defauts(texte)] == [ligne(texte, "maximun"), ligne(texte, 'type = "OUI"')]


def test_a_broken_toml_and_an_empty_questionnaire_are_refused() -> None:
    trouves = defauts(TOML.replace('libelle = "MOS - Essai"', "libelle = MOS"))
    assert trouves[0][0] == 4
    assert "illisible" in trouves[0][1]
    vide = defauts('code = "X"\nversion = 1\nlibelle = "X"\nsections = []')
    assert vide == [(1, "le questionnaire n'a aucune question.")]


EVOLUTIONS = """
[[evolutions]]
libelle = "Entretiens et heures"
entree = "NOMBRE"
sortie = "HEURES"
mieux = "hausse"

[[evolutions]]
question = "SUITE"
ordre = ["Aucune suite", "Droit commun"]

[[evolutions]]
question = "RENONCE"
mieux = "non"
"""


def test_what_is_compared_is_read_with_the_codes_of_its_answers() -> None:
    lues = lire_questionnaire(TOML + EVOLUTIONS).evolutions
    assert lues[0] == Evolution(libelle="Entretiens et heures", entree="NOMBRE", sortie="HEURES", mieux="hausse")
    assert (lues[1].libelle, lues[1].ordre) == ("Préconisation", ("AUCUNE_SUITE", "DROIT_COMMUN"))
    assert [e.successive for e in lues] == [False, True, True]


@pytest.mark.parametrize(
    ("avant", "apres", "morceau", "message"),
    [
        ('sortie = "HEURES"', 'sortie = "HEURE"', 'sortie = "HEURE"', "elle compare HEURE, qui n'existe pas."),
        ('sortie = "HEURES"', 'sortie = "SUITE"', 'sortie = "SUITE"', "NOMBRE et SUITE ne sont pas du même type."),
        ('mieux = "hausse"', 'mieux = "plus"', 'mieux = "plus"', 'mieux = "hausse" ou "baisse", sans ordre.'),
        (
            'question = "RENONCE"\nmieux = "non"',
            'mieux = ""\nquestion = "RENONCE"',
            'mieux = ""',
            'mieux = "oui" ou "non", sans ordre.',
        ),
        (', "Droit commun"]\n\n[[e', "]\n\n[[e", 'ordre = ["Aucune', "dites l'ordre des réponses"),
        (
            'ordre = ["Aucune suite"',
            'ordre = ["Nulle suite"',
            "Nulle suite",
            "NULLE_SUITE n'est pas une réponse de SUITE.",
        ),
        (
            'question = "RENONCE"\nmieux = "non"',
            'sortie = "COUT"\nentree = "COUT"',
            'sortie = "COUT"',
            "COUT ne se compare",
        ),
        (
            '\n[[evolutions]]\nquestion = "RENONCE"',
            '[[ evolutions ]]\nentree = "RENONCE"',
            "[[ evolutions ]]",
            "« question », ou",
        ),
        ('mieux = "non"', 'mieux = "non"\nsens = 1', "sens = 1", "« sens » n'est pas connu ici."),
        (
            "[[evolutions]]\nlibelle",
            "[[ evolutions ]]\n[[evolutions]]\nlibelle",
            "[[ evolutions ]]",
            "une évolution nomme",
        ),
        (
            'question = "SUITE"\nordre = ["Aucune suite", "Droit commun"]',
            'question = "RENONCE"\nmieux = "non"',
            "[[evolutions]]",
            "deux évolutions comparent la même chose.",
        ),
    ],
)
def test_a_comparison_that_cannot_be_made_is_told_at_its_line(
    avant: str, apres: str, morceau: str, message: str
) -> None:
    texte = TOML + EVOLUTIONS.replace(avant, apres)
    assert texte != TOML + EVOLUTIONS
    trouves = defauts(texte)
    assert [rang for rang, m in trouves if message in m] == [ligne(texte, morceau)], trouves
