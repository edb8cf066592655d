"""Whether what a plugin shows is written, and in French."""

import re
from collections.abc import Iterator

from viesion_core.extensions import Registre

_ANGLAIS = frozenset(
    {"the", "and", "of", "with", "your", "you", "is", "was", "from", "yes", "first", "last", "number", "please", "name"}
    | {"select", "which", "when", "what", "why", "how", "has", "have", "been", "this", "that", "to", "by", "birth"}
)
_MOT = re.compile(r"[^\W\d_]+")
_COLLEE = re.compile(r"[^\W\d][?!;:](\s|$)")
_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")


def libelles(registre: Registre) -> Iterator[str]:
    """Yield each label that is empty, in English, a code, or that misses the space before « ? ! ; : »."""
    for ou, texte in _textes(registre):
        if defaut := _defaut(texte):
            yield f"{ou} {defaut}"


def _defaut(texte: str) -> str:
    """Return the first thing wrong with a label, "" when it is good."""
    mots = [mot.lower() for mot in _MOT.findall(texte)]
    anglais = set(mots) & _ANGLAIS
    # One word alone proves nothing, unless the label is short.
    jugements = (
        (not texte.strip(), "n'a pas de libellé."),
        (texte != texte.strip() or "  " in texte, f"a des espaces en trop : « {texte} »."),
        (_CODE.search(texte), f"montre un code : « {texte} »."),
        (len(anglais) >= 2 or (anglais and len(mots) <= 3), f"semble en anglais : « {texte} »."),
        (_COLLEE.search(texte), f"demande une espace avant « ? ! ; : » : « {texte} »."),
        (texte[:1].islower(), f"commence par une majuscule : « {texte} »."),
    )
    return next((message for faux, message in jugements if faux), "")


def _textes(registre: Registre) -> Iterator[tuple[str, str]]:
    """Yield where each label is, and the label."""
    for offre in registre.offres():
        yield f"l'offre {offre.code}", offre.libelle
    for questionnaire in registre.tous_questionnaires():
        yield f"le questionnaire {questionnaire.code}", questionnaire.libelle
        for section in questionnaire.sections:
            yield f"la section {section.code} de {questionnaire.code}", section.titre
        for question in questionnaire.questions():
            yield f"la question {question.code}", question.texte
            for option in question.options:
                yield f"l'option {option.code} de {question.code}", option.libelle[:1].upper() + option.libelle[1:]
        for evolution in questionnaire.evolutions:
            yield f"l'évolution {evolution.entree} de {questionnaire.code}", evolution.libelle
    for regle in registre.regles_alerte():
        yield f"la règle {regle.code} (titre)", regle.titre
        yield f"la règle {regle.code} (action)", regle.action
        for critere in regle.criteres:
            if critere.libelle:
                yield f"la règle {regle.code} (critère)", critere.libelle
    for modele in registre.modeles_fusion():
        libelle = modele.libelle[:1].upper() + modele.libelle[1:]
        yield f"le modèle {modele.code}", libelle
        for champ in modele.champs:
            if champ.libelle:
                yield f"le champ {champ.nom}", champ.libelle
