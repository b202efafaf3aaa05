"""The small graphs of networkx's atlas, and how far each is from each other: exact graph edit distances.

Source: Read & Wilson 1998, An Atlas of Graphs, as networkx carries it: all graphs up to isomorphism. Here those of 1
    to 6 nodes, connected or not: 208 graphs, hence 208 · 207 / 2 = 21,528 pairs of two different ones.
"""

from itertools import combinations, permutations

import numpy as np
import pandas as pd

MAX_NODES = 6
PLACES = list(combinations(range(MAX_NODES), 2))  # where an edge may be: 15 bits of a number


def tables() -> dict[str, pd.DataFrame]:
    """`items` (graph, id), `edges` (graph, source, target) and `pairs` (a, b, distance); a graph's name is G + number.

    A number is a graph's place in the atlas.
    """
    from networkx import graph_atlas_g

    graphs = {f"G{number}": graph for number, graph in enumerate(graph_atlas_g()) if 1 <= len(graph) <= MAX_NODES}
    nodes = [(name, str(node)) for name, graph in graphs.items() for node in graph]
    edges = [(name, str(a), str(b)) for name, graph in graphs.items() for a, b in graph.edges]
    sizes = np.array([len(graph) for graph in graphs.values()])
    distance = distances(sizes, np.array([bits(graph.edges) for graph in graphs.values()]))
    first, second = np.triu_indices(len(graphs), k=1)
    names = np.array(list(graphs))
    return {
        "items": pd.DataFrame(nodes, columns=["graph", "id"]),
        "edges": pd.DataFrame(edges, columns=["graph", "source", "target"]),
        "pairs": pd.DataFrame({"a": names[first], "b": names[second], "distance": distance[first, second]}),
    }


def bits(edges: "object") -> int:
    """A graph on nodes 0 to 5 as a number: bit k is set where there is an edge at PLACES[k]."""
    there = {tuple(sorted(edge)) for edge in edges}  # type: ignore[attr-defined]
    return sum(1 << k for k, place in enumerate(PLACES) if place in there)


def distances(sizes: np.ndarray, graphs: np.ndarray) -> np.ndarray:
    """Graph edit distances (G, G) at a cost of 1 for each node or edge that is added or removed.

    With isolated nodes added to all graphs, so that each has 6: |n_a - n_b| + min over the 720 orders π of the nodes
    of the number of edges that only one of a and π(b) has. To leave a node without a partner is never cheaper than to
    pair it: nodes have no labels, and pairing saves the edges both have.

    Args:
        sizes: (G,), how many nodes each has.
        graphs: (G,), as `bits` writes them.
    """
    number = {place: k for k, place in enumerate(PLACES)}
    orders = [[number[min(p[a], p[b]), max(p[a], p[b])] for a, b in PLACES] for p in permutations(range(MAX_NODES))]
    there = graphs[:, None] >> np.arange(len(PLACES)) & 1  # (G, 15)
    turned = [np.unique(row) for row in (there @ (1 << np.array(orders).T))]  # for each graph, all it may be
    n_edges = np.array([bin(number).count("1") for number in range(1 << len(PLACES))], np.int8)
    nearest = [[n_edges[a ^ others].min() for others in turned] for a in graphs]
    return np.asarray(np.abs(sizes[:, None] - sizes) + np.array(nearest, np.int64))  # (G, G)
