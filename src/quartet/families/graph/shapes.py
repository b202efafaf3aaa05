"""What graphs look like, whatever their nodes are called: isomorphic graphs have the same shape."""

import numpy as np
import pandas as pd

from quartet.families.graph.columns import FEATURE
from quartet.families.graph.nodes import index_of

ROUNDS = 6  # how many edges away a node is told by
ODD = np.uint64(0x9E3779B97F4A7C15)


def shapes(known: pd.DataFrame, edges: pd.DataFrame) -> pd.Series:
    """A 16-digit hash per graph, by its name; the same for isomorphic graphs, and for few that are not.

    A node's colour is at first a hash of its features, and then one of its own and the sum of its neighbours' colours,
    some times over; a graph's shape is a hash of the sum of its nodes' colours. Weights of edges are not looked at.

    Args:
        known: nodes (graph, id and features f_…); edges: (source, target), each once.

    Source: Weisfeiler & Leman 1968; as a hash of graphs Shervashidze et al. 2011, Weisfeiler-Lehman Graph Kernels,
        https://www.jmlr.org/papers/v12/shervashidze11a.html. Differs: sums in place of sorted lists, modulo 2^64.
    """
    features = known.filter(regex=f"^{FEATURE}").assign(node=1)
    colour = pd.util.hash_pandas_object(features, index=False).to_numpy()
    first = known.drop_duplicates("id")
    ends = np.stack([index_of(edges[end], first["id"].tolist()) for end in ("source", "target")])
    ends = first.index.to_numpy()[ends[:, (ends >= 0).all(axis=0) & (ends[0] != ends[1])]]  # (2, E)
    for _ in range(ROUNDS):
        around = np.zeros(len(known), np.uint64)
        for here, there in (ends, ends[::-1]):
            np.add.at(around, here, colour[there])
        colour = pd.util.hash_array(colour * ODD + around)
    total = pd.Series(colour).groupby(known["graph"].to_numpy()).sum()
    return pd.Series(pd.util.hash_array(total.to_numpy()), total.index).map("{:016x}".format)
