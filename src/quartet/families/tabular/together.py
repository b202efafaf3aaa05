"""Columns that go together, so that either tells what the other says."""

from itertools import combinations

import numpy as np

from quartet.families.tabular.inquiry import Column

ALIKE = 0.7  # rank correlation, without its sign, from which two columns go together


def correlations(x: np.ndarray, columns: list[Column]) -> np.ndarray:
    """Spearman's ρ without its sign (C, C) between columns; 0 with categories and with what does not vary."""
    from scipy.stats import rankdata

    varies = [c.facts["kind"] != "category" and np.ptp(x[:, c.start]) > 0 for c in columns]
    found = np.eye(len(columns))
    known = np.flatnonzero(varies)
    if len(known) > 1:
        ranks = rankdata(x[:, [columns[i].start for i in known]], axis=0)
        found[np.ix_(known, known)] = abs(np.corrcoef(ranks, rowvar=False))
    return found


def clusters(alike: np.ndarray) -> list[list[int]]:
    """Numbers of columns that go together, each in one list: joined while their mean |ρ| is `ALIKE` or more."""
    from scipy.cluster.hierarchy import average, fcluster
    from scipy.spatial.distance import squareform

    if len(alike) < 2:
        return [[i] for i in range(len(alike))]
    distances = squareform(np.clip(1 - alike, 0, 1), checks=False)
    numbers = fcluster(average(distances), 1 - ALIKE, "distance")
    members = [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]
    return sorted(members)


def closest_pair(alike: np.ndarray, among: list[int]) -> tuple[int, int] | None:
    """The two columns that go together most, one of them among the given ones; None where none do."""
    pairs = [pair for pair in combinations(range(len(alike)), 2) if set(pair) & set(among) and alike[pair] >= ALIKE]
    return max(pairs, key=lambda pair: alike[pair], default=None)
