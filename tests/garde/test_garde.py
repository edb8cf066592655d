"""The guard of free texts: what it must find, and two hundred ordinary sentences that it must leave alone."""

import pathlib
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offres import installees
from viesion_core.extensions import charger_extensions
from viesion_core.garde.model import AvertissementGarde, avertissement, empreinte, examiner, garder, message
from viesion_core.garde.regles import Genre, regles
from viesion_core.nomenclatures.model import nomenclatures

ORDINAIRES = (pathlib.Path(__file__).parent / "ordinaires.txt").read_text(encoding="utf-8").splitlines()
CAS = tomllib.loads((pathlib.Path(__file__).parent / "cas.toml").read_text(encoding="utf-8"))["cas"]
"""Texts that are easy to take for something else, and the kinds that they must give."""
PHRASES = (
    "Il parle de {} depuis deux ans.",
    "{} ; à revoir",
    "Entretien du jour\n{}.",
)
DIAGNOSTICS = (
    """
dépression|Dépressif|DÉPRESSIVES|depression|bipolaires|schizophrénie|schizophrènes|psychoses|psychotiques|névrosée
paranoïaque|autiste|Autisme|dyslexique|dyspraxie|anorexie|boulimique|suicidaires|tentative de suicide|burn-out|burn out
phobie|alcooliques|alcoolisme|toxicomane|toxicomanie|addiction|addictive|diabète|Diabetique|cancers|tumeurs|leucémie
lymphome|chimiothérapie|épilepsie|epileptique|sclérose en plaques|Parkinson|Alzheimer|fibromyalgie|endométriose
hépatites|cirrhose|VIH|sida|séropositive|tuberculose|asthme|AVC|infarctus|hernie discale|lombalgies|sciatique|arthrose
lupus|maladie de Crohn|obésité|antidépresseurs|anxiolytiques|neuroleptique|méthadone|Subutex|IVG|hyperactivité|TDAH
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
JUGEMENTS = (
    """
fainéant|Fainéante|feignants|flemmarde|paresseux|PARESSEUSE|menteur|menteuses|mythomane|manipulateurs|manipulatrice
profiteuse|fraudeur|malhonnêtes|hypocrite|mauvaise foi|mauvaise volonté|aucun effort|aucune volonté
ingérable|insupportables|agressif|agressives|caractérielle|hystérique|immatures|arrogante|vulgaire|stupides|idiote|crétins
imbécile|débiles|abrutie
un assisté|une assistée|vit de l'assistanat|cas social|cassos|bon à rien|s'en fout|s’en fiche
raconte n'importe quoi|se victimise
pas crédible|est sans gêne|mal élevée|sent mauvais|ivrogne|clochards|délinquante|voyous|mauvaise mère|cinglée
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def nir(corps: str) -> str:
    """A NIR with its key, from thirteen signs that name nobody."""
    return f"{corps}{97 - int(corps.upper().replace('2A', '19').replace('2B', '18')) % 97:02d}"


def test_deux_cents_phrases_ordinaires_ne_disent_rien() -> None:
    assert len(set(ORDINAIRES)) >= 200
    assert {phrase: trouve for phrase in ORDINAIRES if (trouve := examiner(phrase))} == {}
    assert examiner("\n".join(ORDINAIRES[:60])) == ()


def test_les_mots_se_trouvent_accentues_ou_non_dans_une_phrase() -> None:
    assert len(set(DIAGNOSTICS)) + len(set(JUGEMENTS)) >= 100
    for genre, liste in ((Genre.DIAGNOSTIC, DIAGNOSTICS), (Genre.JUGEMENT, JUGEMENTS)):
        for mot in liste:
            for phrase in PHRASES:
                assert [(r.genre, r.mot) for r in examiner(phrase.format(mot))] == [(genre, mot)], mot


@pytest.mark.parametrize("cas", CAS, ids=[cas["texte"][:40] for cas in CAS])
def test_ce_qui_se_prend_pour_autre_chose(cas: dict[str, Any]) -> None:
    assert [str(r.genre) for r in examiner(cas["texte"])] == cas["genres"]


def test_aucun_libelle_d_une_liste_n_avertit() -> None:
    """What a list says is not the author's: nomenclatures, then the questions and the options of the offres."""
    libelles = {e.libelle for liste in nomenclatures().values() for e in liste.elements}
    extensions = charger_extensions()
    try:
        for questionnaire in extensions.questionnaires():
            for question in questionnaire.questions():
                libelles |= {question.texte, *(option.libelle for option in question.options)}
    finally:
        extensions.fermer()
    assert len(libelles) > 300
    assert "Addictions" in libelles or "mos" not in installees()
    assert {libelle: trouve for libelle in libelles if (trouve := examiner(libelle))} == {}


def test_un_texte_deja_garde_dit_qui_le_lit_ou_rien() -> None:
    assert avertissement("Doit passer son permis", "vous seul") == ""
    assert "«\u00a0menteur\u00a0»" in (dit := avertissement("menteur", "vous seul"))
    assert dit.endswith("vous seul.")


@given(st.text(max_size=300))
def test_un_texte_quelconque_est_lu_sans_faute(texte: str) -> None:
    for trouve in examiner(texte):
        assert trouve.mot in texte


@pytest.mark.parametrize("corps", ["1850799000123", "2990299000001", "1850799000045", "185072A990012", "285072B990012"])
def test_un_nir_et_sa_cle(corps: str) -> None:
    juste = nir(corps)
    espace = f"{juste[0]} {juste[1:3]} {juste[3:5]} {juste[5:7]} {juste[7:10]} {juste[10:13]} {juste[13:]}"
    for texte in (juste, espace, f"n°{juste}.", f"NIR : {espace}, à vérifier"):
        assert [r.genre for r in examiner(texte)] == [Genre.NIR], texte
    faux = f"{juste[:-2]}{(int(juste[-2:]) % 97) + 1:02d}"
    assert examiner(faux) == ()


@pytest.mark.parametrize(
    "iban",
    [
        "FR7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "fr76 3000 6000 0112 3456 7890 189",
        "DE89 3704 0044 0532 0130 00",
        "BE68 5390 0754 7034",
        "ES91 2100 0418 4502 0005 1332",
    ],
)
def test_un_iban_et_sa_cle(iban: str) -> None:
    assert [r.genre for r in examiner(f"Son compte {iban} à la banque")] == [Genre.IBAN]
    assert examiner(f"Son compte {iban[:2]}{(int(iban[2:4]) + 1) % 100:02d}{iban[4:]} à la banque") == ()


def test_les_coordonnees_d_un_tiers_seulement() -> None:
    for texte in ("Sa sœur : 06 00 00 00 00", "Écrire à son frère (a.b@exemple.test)", "voisine +33600000000"):
        assert [r.genre for r in examiner(texte)] == [Genre.TIERS]
    assert examiner("Joindre au 06 00 00 00 00. Sa mère garde les enfants.") == ()


def test_le_message_dit_quoi_ecrire_et_qui_lira_sans_repeter_un_numero() -> None:
    dit = message(examiner(f"Fainéant, NIR {nir('1850799000123')}, dépression"), "vous seul")
    assert "«\u00a0Fainéant\u00a0»" in dit
    assert "«\u00a0dépression\u00a0»" in dit
    assert "1850799000123" not in dit
    assert dit.endswith("Ce champ est lu par\u00a0: vous seul.")
    assert regles().version


def test_l_auteur_decide_et_un_mot_de_plus_avertit_encore() -> None:
    lecteurs = {"texte": "vous seul", "autre": "vous seul"}
    garder({"texte": "Tout va bien", "autre": ""}, lecteurs)
    with pytest.raises(AvertissementGarde) as refus:
        garder({"texte": "Il est paresseux", "autre": ""}, lecteurs)
    assert set(refus.value.erreurs) == {"texte"}
    vue = refus.value.empreinte
    garder({"texte": "Il est paresseux, dit-il", "autre": ""}, lecteurs, (vue,))
    with pytest.raises(AvertissementGarde):
        garder({"texte": "Il est paresseux et menteur", "autre": ""}, lecteurs, (vue,))
    assert vue == empreinte({"texte": examiner("PARESSEUX")})
