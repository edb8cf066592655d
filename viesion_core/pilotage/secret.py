"""Statistical secrecy: what a small count of health data would tell about a person is hidden; pure rules.

A cell of one to four people is hidden. So is the next smallest, when the total would give the hidden one away
(secondary suppression). What is shown is rounded to five: two addresses of the page (all the étapes, then the closed
ones) cannot be subtracted either.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

C = TypeVar("C", bound=Hashable)
G = TypeVar("G", bound=Hashable)

SEUIL = 5
"""The smallest count of people that is shown."""
PAS = 5
"""What counts are rounded to."""


def petit(effectif: int) -> bool:
    """Whether a count is of too few people to be shown; zero says nothing about anybody."""
    return 0 < effectif < SEUIL


def arrondir(effectif: int) -> int:
    """Return a count rounded to the nearest multiple of five."""
    return PAS * ((effectif + PAS // 2) // PAS)


def cases_masquees(effectifs: Sequence[int]) -> frozenset[int]:
    """Return the ranks to hide in a table whose total is known, each person being in one cell.

    What is hidden is always at least two cells and at least five people together, so that the total less what is
    shown gives no cell away. Everything is hidden when that cannot be.
    """
    masquees = {rang for rang, effectif in enumerate(effectifs) if petit(effectif)}
    if not masquees:
        return frozenset()
    visibles = sorted((e, rang) for rang, e in enumerate(effectifs) if e and rang not in masquees)
    while visibles and (len(masquees) < 2 or sum(effectifs[rang] for rang in masquees) < SEUIL):
        masquees.add(visibles.pop(0)[1])
    return frozenset(masquees)


def choix_masques(effectifs: Sequence[int], total: int) -> frozenset[int]:
    """Return the ranks to hide where a person may be in several cells: each cell and what the total leaves of it."""
    return frozenset(rang for rang, effectif in enumerate(effectifs) if petit(effectif) or petit(total - effectif))


def passages_masques(
    effectifs: Mapping[tuple[C, C], int], groupes: Mapping[tuple[C, C], G]
) -> tuple[frozenset[G], frozenset[tuple[C, C]]]:
    """Return the groups and the cells to hide in a table crossed by rows and columns, shown with sums of its cells.

    Each person is in one cell, each cell in one group (better, stable, worse), and the total is known. Every row,
    column, group shown and the whole are as in `cases_masquees`: what is hidden in it is two cells and five people at
    least, or the whole line. A group that its cells would give away is hidden with them.
    """
    noms = list(dict.fromkeys(groupes.values()))
    sommes = {nom: sum(n for cle, n in effectifs.items() if groupes[cle] == nom) for nom in noms}
    masques = {noms[rang] for rang in cases_masquees([sommes[nom] for nom in noms])}
    while True:
        cellules = {cle for cle, n in effectifs.items() if petit(n) or groupes[cle] in masques}
        _completer(cellules, effectifs, groupes)
        trahis = {nom for nom in noms if nom not in masques and _trahi(nom, cellules, effectifs, groupes)}
        if not trahis:
            return frozenset(masques), frozenset(cellules)
        masques |= trahis
        visibles = sorted((sommes[nom], rang) for rang, nom in enumerate(noms) if nom not in masques and sommes[nom])
        if visibles and (len(masques) < 2 or sum(sommes[nom] for nom in masques) < SEUIL):
            masques.add(noms[visibles[0][1]])


def _completer(
    cellules: set[tuple[C, C]], effectifs: Mapping[tuple[C, C], int], groupes: Mapping[tuple[C, C], G]
) -> None:
    """Hide cells until no row, column or group, nor the whole, gives one away."""
    lignes = [
        *([cle for cle in effectifs if cle[0] == a] for a in dict.fromkeys(a for a, _ in effectifs)),
        *([cle for cle in effectifs if cle[1] == b] for b in dict.fromkeys(b for _, b in effectifs)),
        *([cle for cle in effectifs if groupes[cle] == nom] for nom in dict.fromkeys(groupes.values())),
        list(effectifs),
    ]
    change = True
    while change:
        change = False
        for ligne in lignes:
            while _seule(ligne, cellules, effectifs):
                visibles = sorted((effectifs[cle], rang) for rang, cle in enumerate(ligne) if cle not in cellules)
                if not visibles:
                    break
                cellules.add(ligne[visibles[0][1]])
                change = True


def _seule(ligne: Iterable[tuple[C, C]], cellules: set[tuple[C, C]], effectifs: Mapping[tuple[C, C], int]) -> bool:
    """Whether what is hidden in a line is one cell, or fewer than five people."""
    cachees = [effectifs[cle] for cle in ligne if cle in cellules and effectifs[cle]]
    return bool(cachees) and (len(cachees) < 2 or sum(cachees) < SEUIL)


def _trahi(
    nom: G, cellules: set[tuple[C, C]], effectifs: Mapping[tuple[C, C], int], groupes: Mapping[tuple[C, C], G]
) -> bool:
    """Whether a group that is shown would give away its hidden cells: there is nothing more in it to hide."""
    return _seule([cle for cle in effectifs if groupes[cle] == nom], cellules, effectifs)
