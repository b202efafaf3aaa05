"""Communities by deep modularity."""

import torch
from torch import Tensor, nn

from quartet.families.graph.models.gcn import drop_nonzero
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.settings import DMoNSettings
from quartet.family import Encoder


class DMoN(nn.Module):
    """Soft communities C = softmax(dropout(H) V + c) of nodes, H = SELU(Â^s X W + X U + b), that maximise modularity.

    The loss is -Tr(Cᵀ B C) / 2m + γ (√k / N ‖Σ_i C_i‖ - 1), with B = A - d dᵀ / 2m: minus the modularity of soft
    communities, and a term that keeps all k of them in use. No label enters it.

    Source: Tsitsulin, Palowitch, Perozzi & Müller 2020, Graph Clustering with Graph Neural Networks, eq. 4-6,
        https://arxiv.org/abs/2006.16904. Differs: s convolutions share one matrix W, as in Wu et al. 2019,
        https://arxiv.org/abs/1902.07153; rows of X of length 1; the epoch of the highest modularity is kept.
    """

    edges: Tensor
    weight: Tensor

    def __init__(self, settings: DMoNSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.steps, self.collapse = settings.steps, settings.collapse
        n_features = self.graph.x.shape[1]
        self.convolution = nn.Linear(n_features, settings.hidden)
        self.skip = nn.Linear(n_features, settings.hidden, bias=False)
        self.dropout, self.input_dropout = nn.Dropout(settings.dropout), nn.Dropout(settings.input_dropout)
        self.output = nn.Linear(settings.hidden, encoder.n_outputs)
        self.register_buffer("edges", torch.tensor(encoder.arrays["edge_index"]), persistent=False)
        self.register_buffer("weight", torch.tensor(encoder.arrays["edge_weight"]), persistent=False)

    def embed(self) -> Tensor:
        """What is known of all nodes (N, hidden)."""
        x = drop_nonzero(self.graph.x, self.input_dropout)  # (N, F)
        h = torch.sparse.mm(x, self.convolution.weight.T)  # (N, hidden)
        for _ in range(self.steps):
            h = torch.sparse.mm(self.graph.adjacency, h)  # (N, hidden)
        skipped = torch.sparse.mm(x, self.skip.weight.T)
        return nn.functional.selu(h + skipped + self.convolution.bias)

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, k) of nodes (B,), or (E, 2, k) of the ends of edges (E, 2)."""
        logits: Tensor = self.output(self.dropout(self.embed()))  # (N, k)
        return logits[node]

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss of all nodes' logits (N, k), or minus the soft modularity of edges' (E, 2, k) with weights (E,)."""
        shares = output.float().softmax(dim=-1)
        if shares.dim() == 3:
            return -soft_modularity(shares[:, 0], shares[:, 1], target)
        n_nodes, k = shares.shape
        a, b = self.edges
        modularity = soft_modularity(shares[a], shares[b], self.weight)
        balance = shares.sum(dim=0).norm() * k**0.5 / n_nodes - 1
        return self.collapse * balance - modularity


def soft_modularity(a: Tensor, b: Tensor, weight: Tensor) -> Tensor:
    """Σ_e w_e a_e · b_e / m - ‖Σ_e w_e (a_e + b_e) / 2m‖² of shares (E, k) in communities at both ends of edges.

    Edges may stand once or in both directions. Of hard communities it is Newman's modularity.
    """
    total = weight.sum()
    inside = (weight * (a * b).sum(dim=1)).sum() / total
    degrees = (weight[:, None] * (a + b)).sum(dim=0) / (2 * total)  # (k,)
    return inside - (degrees**2).sum()
