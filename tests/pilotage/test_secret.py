"""No small cell of health data is shown, and none can be found by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from viesion_core.pilotage.secret import PAS, SEUIL, arrondir, cases_masquees, choix_masques, passages_masques, petit


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


@given(
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 30), max_size=16),
)
def test_in_a_crossed_table_no_row_column_group_gives_a_small_cell_away(effectifs: dict[tuple[int, int], int]) -> None:
    """A sum that is shown (a group), or that other tables of the page nearly tell (rows, columns), is safe."""
    groupes = {(a, b): (b > a) - (b < a) for a, b in effectifs}
    masques, cellules = passages_masques(effectifs, groupes)
    sommes = {nom: sum(n for cle, n in effectifs.items() if groupes[cle] == nom) for nom in set(groupes.values())}
    assert all(cle in cellules for cle, n in effectifs.items() if petit(n))
    assert all(nom in masques for nom, somme in sommes.items() if petit(somme))
    assert all(cle in cellules for cle in effectifs if groupes[cle] in masques)
    if masques and sum(sommes.values()) > sum(sommes[nom] for nom in masques):
        assert len(masques) >= 2
        assert sum(sommes[nom] for nom in masques) >= SEUIL
    lignes = [[c for c in effectifs if c[0] == a] for a in range(4)] + [
        [c for c in effectifs if c[1] == b] for b in range(4)
    ]
    for ligne in lignes:
        caches = [effectifs[c] for c in ligne if c in cellules and effectifs[c]]
        visibles = [effectifs[c] for c in ligne if c not in cellules and effectifs[c]]
        assert not caches or not visibles or (len(caches) >= 2 and sum(caches) >= SEUIL)
    for nom in set(groupes.values()) - masques:
        caches = [effectifs[c] for c in effectifs if groupes[c] == nom and c in cellules and effectifs[c]]
        assert not caches or (len(caches) >= 2 and sum(caches) >= SEUIL)
