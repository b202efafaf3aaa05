"""Pairs of nodes as examples; training draws those without an edge anew in each epoch."""

import numpy as np
import torch
from torch import Tensor

from quartet.families.graph import non_edges
from quartet.families.graph.models.places import Places


class Pairs(Places):
    """B pairs of nodes at the places (B, 2), and whether an edge joins them (B,).

    Args:
        edges: (2, E), those of training, each once or in both directions.
        n_nodes: how many nodes N there are.
    """

    def __init__(self, pair: Tensor, target: Tensor, edges: np.ndarray, n_nodes: int) -> None:
        super().__init__((pair,), target)
        self.edges, self.n_nodes = edges, n_nodes

    def of_epoch(self, generator: torch.Generator) -> Places:
        """The pairs with an edge, and as many that no edge of training joins, drawn by this generator."""
        joined = self.inputs[0][self.target == 1]
        numbers = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
        n = min(len(joined), non_edges.count(self.n_nodes, self.edges))
        drawn = torch.from_numpy(non_edges.draw(n, self.n_nodes, self.edges, numbers))
        pairs = torch.cat([joined, drawn.to(joined.device)])
        target = torch.zeros(len(pairs), dtype=torch.int64, device=self.device)
        target[: len(joined)] = 1
        return Places((pairs,), target)
