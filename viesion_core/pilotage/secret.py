"""Statistical secrecy: what a small count of health data would tell about a person is hidden; pure rules.

A cell of one to four people is hidden. So is the next smallest, when the total would give the hidden one away
(secondary suppression). What is shown is rounded to five: two addresses of the page (all the étapes, then the closed
ones) cannot be subtracted either.
"""

from collections.abc import Sequence

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
