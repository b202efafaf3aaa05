"""Where nodes are drawn: places from 0 to 1."""

import networkx as nx
import numpy as np


def fitted(points: np.ndarray) -> np.ndarray:
    """Points (N, 2) moved and stretched alike in both directions, so that they fill 0 to 1."""
    low, high = points.min(axis=0), points.max(axis=0)
    width = float((high - low).max()) or 1.0
    return np.asarray((points - (low + high) / 2) / width + 0.5)


def flattened(vectors: np.ndarray) -> np.ndarray:
    """Vectors (N, d) on the two directions (N, 2) in which they differ most: principal components."""
    from sklearn.decomposition import PCA

    wide = np.pad(vectors, ((0, 0), (0, max(0, 2 - vectors.shape[1]))))
    return fitted(PCA(2, svd_solver="full").fit_transform(wide))


def spread(n_nodes: int, edges: list[tuple[int, int]]) -> np.ndarray:
    """Places (N, 2) where nodes joined by an edge stand near each other (Fruchterman & Reingold 1991)."""
    graph = nx.Graph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from(edges)
    places = nx.spring_layout(graph, seed=0, iterations=100)
    return fitted(np.array([places[node] for node in range(n_nodes)]))
