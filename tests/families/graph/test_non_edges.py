import numpy as np
import pytest

from quartet.errors import SourceError
from quartet.families.graph import non_edges

EDGES = np.array([[0, 5, 2, 3, 3], [1, 2, 5, 4, 0]])  # that of 2 and 5 in both directions
FREE = {frozenset(p) for p in np.argwhere(np.triu(np.ones((6, 6)), 1)).tolist()} - {
    frozenset(p) for p in EDGES.T.tolist()
}


def drawn(n, seed=0):
    return non_edges.draw(n, 6, EDGES, np.random.default_rng(seed))


def test_all_pairs_without_an_edge_can_be_drawn_each_once_and_no_other():
    pairs = drawn(len(FREE))
    assert {frozenset(pair) for pair in pairs.tolist()} == FREE
    assert len(pairs) == non_edges.count(6, EDGES) == len(FREE)


def test_each_pair_without_an_edge_is_drawn_as_often():
    counts = dict.fromkeys(FREE, 0)
    for seed in range(1100):
        counts[frozenset(drawn(1, seed)[0].tolist())] += 1
    assert max(abs(count - 100) for count in counts.values()) < 45  # 4.7 standard deviations


def test_one_pair_too_many_is_refused():
    with pytest.raises(
        SourceError, match=f"{len(FREE)} of its 6 nodes' pairs have none, and {len(FREE) + 1} are needed"
    ):
        drawn(len(FREE) + 1)


def test_pairs_are_found_by_their_numbers_where_a_root_is_rounded():
    high = np.array([1, 2, 94_906_266, 94_906_267], dtype=np.int64)
    for low in (np.zeros(4, np.int64), high - 1):
        pairs = non_edges.pair_of(non_edges.number_of(low, high))
        np.testing.assert_array_equal(pairs, np.stack([low, high], axis=1))
