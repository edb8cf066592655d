"""No small cell of health data is shown, and none can be found by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from viesion_core.pilotage.secret import PAS, SEUIL, arrondir, cases_masquees, choix_masques, petit


@given(st.lists(st.integers(0, 40), max_size=8))
def test_what_the_total_leaves_never_gives_a_small_cell_away(effectifs: list[int]) -> None:
    masquees = cases_masquees(effectifs)
    assert all(rang in masquees for rang, effectif in enumerate(effectifs) if petit(effectif))
    if masquees:
        reste = sum(effectifs[rang] for rang in masquees)
        entier = all(effectif == 0 or rang in masquees for rang, effectif in enumerate(effectifs))
        assert entier or (len(masquees) >= 2 and reste >= SEUIL)
    else:
        assert all(not petit(effectif) for effectif in effectifs)


def test_a_hidden_cell_takes_the_smallest_other_one_with_it() -> None:
    assert cases_masquees([3, 20, 9]) == {0, 2}
    assert cases_masquees([2, 2, 30, 12]) == {0, 1, 3}, "two and two are four people: not enough together"
    assert cases_masquees([5, 0, 12]) == frozenset()


@given(st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n), max_size=6))))
def test_in_a_multiple_choice_the_complement_is_hidden_too(cas: tuple[int, list[int]]) -> None:
    total, effectifs = cas
    masques = choix_masques(effectifs, total)
    visibles = [e for rang, e in enumerate(effectifs) if rang not in masques]
    assert all(not petit(e) and not petit(total - e) for e in visibles)


@given(st.integers(0, 10_000))
def test_a_rounded_count_is_near_and_a_shown_one_never_reads_as_a_small_one(effectif: int) -> None:
    assert abs(arrondir(effectif) - effectif) <= PAS // 2
    assert arrondir(effectif) % PAS == 0
    assert petit(effectif) or arrondir(effectif) == 0 or arrondir(effectif) >= SEUIL
