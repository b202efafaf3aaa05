"""A siamese graph network that tells how alike two graphs are."""

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.models.convolution import Convolution
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.pair_settings import SimGNNSettings
from quartet.family import Encoder


class SimGNN(nn.Module):
    """s(a, b) = σ(MLP([NTN(h_a, h_b), histogram of σ(U_a U_bᵀ)])), the mean over both orders of a and b.

    U are the nodes' vectors after the graph convolutions, h = Σ_n a_n u_n a graph's with the attention of its nodes
    a_n = σ(u_n · tanh(W mean_m u_m)), and NTN(h_a, h_b) = ReLU(h_aᵀ M h_b + V [h_a, h_b] + c) with K slices.

    All graphs pass the convolutions as one graph in several parts, once per step; a pair is two rows of the result.

    Source: Bai et al. 2019, SimGNN: A Neural Network Approach to Fast Graph Similarity Computation, sec. 4,
        https://arxiv.org/abs/1808.05689. Differs: the mean over both orders, so that s(a, b) = s(b, a); layers of one
        width; the attention's mean is over a graph's own nodes; nodes that pad the smaller graph are in no histogram.
    """

    of: Tensor
    rows: Tensor
    there: Tensor

    def __init__(self, settings: SimGNNSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        graph = torch.tensor(encoder.arrays["graph"])
        self.register_buffer("of", graph, persistent=False)  # (N,), the graph of each node
        self.register_buffer("rows", rows_of(graph, len(encoder.facts["graphs"])), persistent=False)  # (G, n)
        self.register_buffer("there", (self.rows < len(graph)).float(), persistent=False)  # (G, n)
        widths = [self.graph.x_pattern.shape[1], *[settings.hidden] * settings.layers]
        self.layers = nn.ModuleList(Convolution(d_in, d_out) for d_in, d_out in pairwise(widths))
        d, k = settings.hidden, settings.slices
        self.attention = nn.Linear(d, d, bias=False)
        self.tensor = nn.Bilinear(d, d, k)
        self.sides = nn.Linear(2 * d, k, bias=False)
        self.bins = settings.bins
        self.dropout = Dropout(settings.dropout)
        self.score = nn.Sequential(nn.Linear(k + self.bins, k), nn.ReLU(), nn.Linear(k, 1))

    def nodes(self) -> Tensor:
        """Vectors U (N + 1, d) of all graphs' nodes, and of what fills the smaller ones up, which is 0."""
        first, *others = cast("list[Convolution]", list(self.layers))
        h = first.shifted(self.graph.pass_on(self.graph.project(first.weight)))  # (N, d)
        for layer in others:
            h = layer.shifted(self.graph.pass_on(layer.lin(h.relu())))  # (N, d)
        return torch.cat([h, h.new_zeros(1, h.shape[1])])

    def shares(self, u: Tensor) -> Tensor:
        """How much attention (N, 1) each of the nodes (N, d) gets."""
        mean = torch.zeros(len(self.rows), u.shape[1], device=u.device).index_add(0, self.of, u)
        mean = mean / self.there.sum(dim=1, keepdim=True)  # (G, d)
        context = self.attention(mean).tanh()  # (G, d)
        agreement: Tensor = (u * context.index_select(0, self.of)).sum(dim=1, keepdim=True)  # (N, 1)
        return agreement.sigmoid()

    def graphs(self, u: Tensor) -> Tensor:
        """Vectors h (G, d) of all graphs."""
        whole = torch.zeros(len(self.rows), u.shape[1], device=u.device)
        return whole.index_add(0, self.of, self.shares(u) * u)

    def forward(self, pair: Tensor) -> Tensor:
        """How alike (B, 1) the graphs at these places (B, 2) are, 0 to 1."""
        u = self.nodes()  # (N + 1, d)
        h = self.graphs(u[:-1])  # (G, d)
        seen = self.histogram(u, pair)  # (B, bins)
        a, b = h.index_select(0, pair[:, 0]), h.index_select(0, pair[:, 1])  # (B, d) each
        alike = self.compare(torch.cat([a, b]), torch.cat([b, a]), seen.repeat(2, 1))  # (2B, 1), in both orders
        return alike.view(2, len(pair), 1).mean(dim=0)

    def compare(self, a: Tensor, b: Tensor, seen: Tensor) -> Tensor:
        """How alike (B, 1) graphs with these vectors (B, d) are, in this order.

        The product with M is taken at once: torch's Bilinear does so slice by slice, in four times the time.
        """
        k, d, _ = self.tensor.weight.shape
        of_a = (a @ self.tensor.weight.transpose(0, 1).flatten(1)).view(-1, k, d)  # (B, K, d), h_aᵀ M
        tensor = (of_a * b[:, None]).sum(dim=2) + self.tensor.bias  # (B, K)
        slices = (tensor + self.sides(torch.cat([a, b], dim=1))).relu()  # (B, K)
        alike: Tensor = self.score(self.dropout(torch.cat([slices, seen], dim=1))).sigmoid()
        return alike

    @torch.no_grad()
    def histogram(self, u: Tensor, pair: Tensor) -> Tensor:
        """Shares (B, bins) of the similarities σ(u_i · u_j) of two graphs' nodes; no gradient passes them."""
        if not self.bins:
            return u.new_zeros(len(pair), 0)
        a, b = self.rows[pair[:, 0]], self.rows[pair[:, 1]]  # (B, n) each
        both = (self.there[pair[:, 0]][:, :, None] * self.there[pair[:, 1]][:, None]).flatten(1)  # (B, n²)
        alike = (u[a] @ u[b].transpose(1, 2)).sigmoid().flatten(1)  # (B, n²)
        place = (alike * self.bins).long().clamp(max=self.bins - 1)
        counts = torch.zeros(len(pair), self.bins, device=u.device).scatter_add(1, place, both)
        return counts / both.sum(dim=1, keepdim=True)


def rows_of(graph: Tensor, n_graphs: int) -> Tensor:
    """The places (G, n) of each graph's nodes; N, that of no node, fills up."""
    sizes = torch.bincount(graph, minlength=n_graphs)
    order = graph.argsort(stable=True)
    rows = torch.full((n_graphs, int(sizes.max())), len(graph))
    column = torch.arange(len(graph)) - (sizes.cumsum(0) - sizes)[graph[order]]
    rows[graph[order], column] = order
    return rows
