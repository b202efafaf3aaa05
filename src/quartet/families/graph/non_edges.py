"""Pairs of nodes that no edge joins, drawn at random."""

import numpy as np

from quartet.errors import SourceError


def draw(n: int, n_nodes: int, edges: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Places (n, 2) of two different nodes that none of the `edges` (2, E) joins in either direction.

    All such pairs are equally likely, and none is drawn twice. With the pairs numbered and the numbers t_0 < t_1 < …
    of edges taken, the r-th free number is r + |{i: t_i - i ≤ r}|.

    Raises:
        SourceError: there are not so many.
    """
    taken = np.unique(number_of(edges[0], edges[1]))
    n_free = count(n_nodes, edges)
    if n > n_free:
        must = "a graph has as many pairs without an edge as edges are held out"
        came = f"{n_free:,} of its {n_nodes:,} nodes' pairs have none, and {n:,} are needed"
        raise SourceError(must, came=came, mend="Lower `validation_fraction` and `test_fraction`, or add nodes.")
    rank = generator.choice(n_free, n, replace=False)
    return pair_of(rank + np.searchsorted(taken - np.arange(len(taken)), rank, side="right"))


def count(n_nodes: int, edges: np.ndarray) -> int:
    """How many pairs of nodes none of the `edges` (2, E) joins."""
    return n_nodes * (n_nodes - 1) // 2 - len(np.unique(number_of(edges[0], edges[1])))


def number_of(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The numbers (n,) of pairs of different nodes: h (h - 1) / 2 + l, with l < h the two places of a pair."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.asarray(high * (high - 1) // 2 + low)


def pair_of(number: np.ndarray) -> np.ndarray:
    """The places (n, 2) of the pairs with these numbers, the lower one first."""
    high = ((1 + np.sqrt(8 * number.astype(float) + 1)) / 2).astype(np.int64)
    high -= high * (high - 1) // 2 > number  # where the root was rounded up
    return np.stack([number - high * (high - 1) // 2, high], axis=1)
