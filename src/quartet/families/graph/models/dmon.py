"""Communities by deep modularity."""

import torch
from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.community_settings import DMoNSettings
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.models.modularity import modularity_loss, soft_modularity
from quartet.family import Encoder


class DMoN(nn.Module):
    """Soft communities C = softmax(dropout(H) V + c) of nodes, H = SELU(Â^s X W + X U + b), that maximise modularity.

    The loss is -Tr(Cᵀ B C) / 2m + γ (√k / N ‖Σ_i C_i‖ - 1), with B = A - d dᵀ / 2m: minus the modularity of soft
    communities, and a term that keeps all k of them in use. No label enters it.

    Source: Tsitsulin, Palowitch, Perozzi & Müller 2020, Graph Clustering with Graph Neural Networks, eq. 4-6,
        https://arxiv.org/abs/2006.16904. Differs: s convolutions share one matrix W, as in Wu et al. 2019,
        https://arxiv.org/abs/1902.07153; and the skip is a matrix too; the epoch of the highest modularity is kept.
    """

    edges: Tensor
    weight: Tensor

    def __init__(self, settings: DMoNSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        self.steps, self.collapse = settings.steps, settings.collapse
        n_features = self.graph.x_pattern.shape[1]
        self.convolution = nn.Linear(n_features, settings.hidden)
        self.skip = nn.Linear(n_features, settings.hidden, bias=False)
        self.dropout = Dropout(settings.dropout)
        self.output = nn.Linear(settings.hidden, encoder.n_outputs)
        self.register_buffer("edges", torch.tensor(encoder.arrays["edge_index"]), persistent=False)
        self.register_buffer("weight", torch.tensor(encoder.arrays["edge_weight"]), persistent=False)
        self.shares = torch.zeros(0)

    def embed(self) -> Tensor:
        """What is known of all nodes (N, hidden)."""
        h = self.graph.project(self.convolution.weight.T)  # (N, hidden)
        for _ in range(self.steps):
            h = self.graph.pass_on(h)  # (N, hidden)
        skipped = self.graph.project(self.skip.weight.T)
        return nn.functional.selu(h + skipped + self.convolution.bias)

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, k) of nodes (B,), or (E, 2, k) of the ends of edges (E, 2)."""
        logits: Tensor = self.output(self.dropout(self.embed()))  # (N, k)
        self.shares = logits.float().softmax(dim=1)
        return logits[node]

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """That of the last forward where nodes (N, k) are trained on, minus the modularity of edges' ends elsewhere."""
        if output.dim() == 3:
            return modularity_loss(output, target)
        n_nodes, k = self.shares.shape
        a, b = self.edges
        modularity = soft_modularity(self.shares[a], self.shares[b], self.weight)
        balance: Tensor = self.shares.sum(dim=0).norm() * k**0.5 / n_nodes - 1
        return self.collapse * balance - modularity
