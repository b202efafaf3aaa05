"""What is wrong with edges, and what is measured of a graph whatever is asked of it."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components


def places(edges: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    """Where the ends (2, E) of the edges stand among the nodes' ids, the first where an id stands twice; -1 nowhere."""
    known = pd.Index(ids.drop_duplicates())
    first = np.flatnonzero(~ids.duplicated().to_numpy())
    found = np.stack([known.get_indexer(pd.Index(edges[end])) for end in ("source", "target")])
    return np.where(found < 0, -1, first[found] if len(first) else -1)


def degrees(ends: np.ndarray, n_nodes: int) -> np.ndarray:
    """How many edges (N,) lead from each node to another that is there."""
    away = ends[:, (ends[0] != ends[1]) & (ends >= 0).all(axis=0)]
    return np.bincount(away.ravel(), minlength=n_nodes)


def mark_edges(edges: pd.DataFrame, ends: np.ndarray) -> pd.DataFrame:
    """Edges (E rows) with an `id` (source–target), `dangling`, `self_loop`, `repeated` and `weightless`."""
    codes, _ = pd.factorize(pd.concat([edges["source"], edges["target"]]))
    pairs = np.sort(codes.reshape(2, -1), axis=0)
    weight = edges["weight"].to_numpy(float)
    marks = {
        "dangling": np.any(ends < 0, axis=0),
        "self_loop": pairs[0] == pairs[1],
        "repeated": pd.DataFrame(pairs.T).duplicated(keep=False),
        "weightless": ~(np.isfinite(weight) & (weight > 0)),
    }
    return edges.assign(id=edges["source"] + "–" + edges["target"], **pd.DataFrame(marks).set_index(edges.index))


def parts(ends: np.ndarray, n_nodes: int) -> dict[str, float]:
    """How many connected parts there are by the edges (2, E), and the share of the nodes in the largest."""
    whole = ends[:, (ends >= 0).all(axis=0)]
    adjacency = sparse.coo_array((np.ones(whole.shape[1], bool), (whole[0], whole[1])), shape=(n_nodes, n_nodes))
    n_parts, part = connected_components(adjacency, directed=False)
    largest = np.bincount(part, minlength=1).max(initial=0)
    return {"n_parts": int(n_parts), "share_in_largest_part": float(largest / max(n_nodes, 1))}
