"""How alike the representations of a graph's nodes become, layer by layer: oversmoothing."""

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from quartet.families.graph.models.graph import Graph

MAX_WIDTH = 256  # beyond it, features are projected at random, which keeps cosines (Johnson & Lindenstrauss 1984)


def distance(h: Tensor) -> float:
    """Mean of 1 - cos(h_i, h_j) over all pairs of nodes that h (N, d) knows something of; 0 where all point one way.

    Source: Chen et al. 2020, Measuring and Relieving the Over-smoothing Problem, eq. 1-4,
        https://arxiv.org/abs/1909.03211 (MAD, over all pairs).
    """
    lengths = h.norm(dim=1, keepdim=True)
    known = (lengths > 0).squeeze(1)
    n = int(known.sum())
    if n < 2:
        return 0.0
    total = (h[known] / lengths[known]).double().sum(dim=0)  # its squared length sums the cosines of all pairs
    cosine = (float((total**2).sum()) - n) / (n * (n - 1))
    return 1.0 - cosine


def propagated(graph: Graph, steps: int) -> list[float]:
    """The distance of X, Â X, …, Â^steps X: a network's convolutions without its weights.

    Source: Li, Han & Wu 2018, Deeper Insights into Graph Convolutional Networks, theorem 1,
        https://arxiv.org/abs/1801.07606: the rows of a connected graph come to point one way.
    """
    h, adjacency = narrow(graph.x), graph.adjacency()
    found = [distance(h)]
    for _ in range(steps):
        h = torch.sparse.mm(adjacency, h)
        found.append(distance(h))
    return found


def narrow(x: Tensor) -> Tensor:
    """Sparse features (N, F) as dense ones (N, at most 256)."""
    if x.shape[1] <= MAX_WIDTH:
        return x.to_dense()
    draw = np.random.default_rng(0).standard_normal((x.shape[1], MAX_WIDTH)).astype(np.float32)
    narrowed: Tensor = torch.sparse.mm(x, torch.from_numpy(draw / MAX_WIDTH**0.5))
    return narrowed


@torch.inference_mode()
def through(network: nn.Module) -> list[tuple[int, float]]:
    """How many layers of a network have passed, and the distance after them."""
    states = cast("list[Tensor]", network.states())  # type: ignore[operator]
    first = len(cast("nn.ModuleList", network.layers)) - len(states) + 1  # 0 where the first state is the input's
    return [(first + k, distance(state)) for k, state in enumerate(states)]
