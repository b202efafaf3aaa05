"""The graph auto-encoder whose nodes' vectors have one length before messages pass."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.dropout import Dropout
from quartet.families.graph.models.gae import edge_logits
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.pair_settings import GNAESettings
from quartet.family import Encoder


class GNAE(nn.Module):
    """p(edge a, b) = σ(z_a · z_b) with Z = s Â^k rows_of_length_1(X W), Â = D^-1/2 (A + I) D^-1/2 of training edges.

    A GAE gives a node with few or no neighbours a vector near 0, and so an edge to nobody; here it cannot.

    Source: Ahn & Kim 2021, Variational Graph Normalized Auto-Encoders, sec. 3, https://arxiv.org/abs/2108.08046: s is
        1.8 there. Differs: as of GAE; k steps of Â in place of APPNP's with a share of the start.
    """

    def __init__(self, settings: GNAESettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.steps, self.scale = settings.steps, settings.scale
        self.weight = nn.Parameter(torch.empty(self.graph.x_pattern.shape[1], settings.d_embedding))
        nn.init.xavier_uniform_(self.weight)
        self.dropout = Dropout(settings.dropout)

    def embed(self) -> Tensor:
        """Vectors Z (N, d_embedding) of all nodes."""
        projected = self.graph.project(self.weight, self.dropout)  # (N, d_embedding)
        z = self.scale * functional.normalize(projected, dim=1)
        for _ in range(self.steps):
            z = self.graph.pass_on(z)
        return z

    def forward(self, pair: Tensor) -> Tensor:
        """Logits (B, 2) of no edge, which is 0, and an edge between the nodes at these places (B, 2)."""
        return edge_logits(self.embed(), pair)
