"""The words of a search: how names are cut for the index, and how close two words are. Pure."""

import functools
import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from viesion_core.nomenclatures.model import cle

LONGUEUR_FLOUE = 4
"""A word shorter than this is not looked for with a typing error: too many others are one letter away."""
_LONGUEUR_MAXIMALE = 40
PARTICULES = frozenset(
    re.findall(
        r"\w+",
        "D DE DU DES L LA LE LES EL AL ABD ABDEL ABOU ABU AIT BEN BENT BIN BINT BOU IBN OULD "
        "DA DAS DI DOS DEN DER VAN VON MAC MC O SAINT SAINTE SAN SANTA Y",
    )
)
_ABREGES = {"ST": "SAINT", "STE": "SAINTE"}


def mots_de(texte: str) -> list[str]:
    """Return the words of a name or of a request: normalised, « St » written « Saint »."""
    return [_ABREGES.get(mot, mot)[:_LONGUEUR_MAXIMALE] for mot in cle(texte).split()]


@functools.lru_cache(maxsize=16_384)
def mots_indexes(nom: str) -> frozenset[str]:
    """Return the words under which a name is found.

    A word that is only a particle counts with what it introduces: « de la Tour » is found by TOUR, LATOUR and
    DELATOUR; the whole name is also found written in one word (DUPONTMARTIN).
    """
    mots = mots_de(nom)
    trouves: set[str] = set()
    for rang, mot in enumerate(mots):
        dernier = rang == len(mots) - 1
        if mot in PARTICULES and not dernier:
            continue
        trouves.add(mot)
        for debut in range(rang):
            if all(precedent in PARTICULES for precedent in mots[debut:rang]):
                trouves.add("".join(mots[debut : rang + 1]))
    if len(mots) > 1:
        trouves.add("".join(mots))
    return frozenset(mot[:_LONGUEUR_MAXIMALE] for mot in trouves)


def borne(prefixe: str) -> str:
    """Return the first text after every text that starts with `prefixe` (code points, as COLLATE "C")."""
    return prefixe[:-1] + chr(ord(prefixe[-1]) + 1)


def variantes(mot: str) -> set[str]:
    """Return the forms that bring two words one typing error apart together: itself, each letter left out.

    Two words at most one letter changed, added, left out or swapped with its neighbour apart share one of
    them. The phonetic key is one more, marked so that it never meets a real word.
    """
    formes = {mot}
    if len(mot) >= LONGUEUR_FLOUE:
        formes.update(mot[:rang] + mot[rang + 1 :] for rang in range(len(mot)))
        formes.add("~" + phonetique(mot))
    return formes


def ecart(saisi: str, mot: str) -> int | None:
    """Return how far a word is from what was typed: 0 the same, 1 one typing error, 2 sounds alike; else None."""
    if saisi == mot:
        return 0
    if min(len(saisi), len(mot)) < LONGUEUR_FLOUE - 1 or len(saisi) < LONGUEUR_FLOUE:
        return None
    if OSA.distance(saisi, mot, score_cutoff=1) <= 1:
        return 1
    if len(mot) >= LONGUEUR_FLOUE and phonetique(saisi) == phonetique(mot) and abs(len(saisi) - len(mot)) <= 4:
        return 2
    return None


def ecart_debut(saisi: str, mot: str) -> int | None:
    """Return 1 when a word begins like what is being typed but for one error, else None."""
    if any(OSA.distance(saisi, mot[:n], score_cutoff=1) <= 1 for n in range(len(saisi) - 1, len(saisi) + 2)):
        return 1
    return None


_SONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(motif), son)
    for motif, son in (
        (r"(.)\1+", r"\1"),
        (r"PH", "F"),
        (r"SCH|CH|SH", "X"),
        (r"QU|CK|CQ|Q", "K"),
        (r"G(?=[EIY])|DJ", "J"),
        (r"GU(?=[EIY])", "G"),
        (r"C(?=[EIY])", "S"),
        (r"C", "K"),
        (r"OU|W", "U"),
        (r"EAU|AU", "O"),
        (r"AI|EI|AY|EY", "E"),
        (r"Y|LL", "I"),
        (r"[AE][NM](?=[^AEIOUYNM]|$)", "1"),
        (r"E?IN(?=[^AEIOUY]|$)|IM(?=[BP])", "2"),
        (r"Z", "S"),
        (r"H", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:[EOT]S|ET|ER|[ESTDPX])$", ""),
        (r"(?<=..)[STDPX]$", ""),
        (r"(.)\1+", r"\1"),
    )
)


@functools.lru_cache(maxsize=65_536)
def phonetique(mot: str) -> str:
    """Return what a French ear keeps of a word: PHILIPPE and FILIPE, DUPOND and DUPONT meet."""
    son = mot
    for motif, remplacement in _SONS:
        son = motif.sub(remplacement, son)
    return son


def lignes_de(nom_naissance: str, nom_usage: str, prenom: str) -> Iterator[tuple[str, str]]:
    """Return the (word, genre) pairs of a person: genre N for the names, P for the first names."""
    noms = mots_indexes(nom_naissance) | mots_indexes(nom_usage)
    for mot in sorted(noms):
        yield mot, "N"
    for mot in sorted(mots_indexes(prenom) - noms):
        yield mot, "P"


def cle_de_tri(nom_naissance: str, nom_usage: str, prenom: str) -> str:
    """Return the key by which the results of one word are ordered: name in use, then first name."""
    return f"{cle(nom_usage or nom_naissance)} {cle(prenom)}"[:60]


def proches(saisi: str, candidats: Iterable[str], limite: int = 60) -> dict[str, int]:
    """Return the candidates close to what was typed and how far each is, the closest kept."""
    trouves = {mot: distance for mot in candidats if (distance := ecart(saisi, mot)) is not None}
    ordre = sorted(trouves, key=lambda mot: (trouves[mot], abs(len(mot) - len(saisi)), mot))
    return {mot: trouves[mot] for mot in ordre[:limite]}
