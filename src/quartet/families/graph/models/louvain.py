"""Louvain's communities."""

import networkx as nx
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.graph.community_settings import LouvainSettings
from quartet.family import Encoder


class Louvain(nn.Module):
    """Communities by moving nodes, then whole communities, wherever modularity grows; it alone sets their number.

    Source: Blondel et al. 2008, Fast Unfolding of Communities in Large Networks, https://arxiv.org/abs/0803.0476;
        computed by networkx.
    """

    community: Tensor

    def __init__(self, settings: LouvainSettings, encoder: Encoder) -> None:
        super().__init__()
        self.resolution = settings.resolution
        self.edges = encoder.arrays["edge_index"].T.tolist(), encoder.arrays["edge_weight"].tolist()
        self.register_buffer("community", torch.zeros(len(encoder.facts["ids"]), dtype=torch.int64))

    def fit(self, train: Examples) -> None:
        """Find the communities, the largest first."""
        graph = nx.Graph()
        graph.add_nodes_from(range(len(self.community)))
        graph.add_weighted_edges_from((a, b, w) for (a, b), w in zip(*self.edges, strict=True))
        found = nx.community.louvain_communities(graph, resolution=self.resolution, seed=0)
        for number, members in enumerate(sorted(found, key=lambda nodes: (-len(nodes), min(nodes)))):
            self.community[list(members)] = number

    def forward(self, node: Tensor) -> Tensor:
        """1 for the community of each node, 0 for the others: (B, C) of nodes (B,), (E, 2, C) of edges' ends (E, 2)."""
        n_found = int(self.community.max()) + 1
        return nn.functional.one_hot(self.community[node], n_found).float()
