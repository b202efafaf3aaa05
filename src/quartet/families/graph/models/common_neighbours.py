"""How many neighbours two nodes share: the baseline of link prediction."""

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.graph.pair_settings import CommonNeighboursSettings
from quartet.family import Encoder

LEAST = 1e-6  # of the slope, so that more neighbours are never less likely


class CommonNeighbours(nn.Module):
    """p(edge a, b) = σ(w log(1 + s) + b), with s = |N(a) ∩ N(b)| or s = Σ_{c in N(a) ∩ N(b)} 1 / log d_c.

    N(a) are the neighbours of a in training, d_c = |N(c)|; w > 0 and b are fitted by logistic regression on the
    training edges and as many non-edges, drawn once. They order no two pairs otherwise than s does.

    Source: Liben-Nowell & Kleinberg 2007, The Link-Prediction Problem for Social Networks, sec. 3,
        https://doi.org/10.1002/asi.20591; Adamic & Adar 2003, https://doi.org/10.1016/S0378-8733(03)00009-1.
        Differs: scores as probabilities.
    """

    plain: Tensor
    weighted: Tensor
    slope: Tensor
    intercept: Tensor

    def __init__(self, settings: CommonNeighboursSettings, encoder: Encoder) -> None:
        super().__init__()
        index = torch.tensor(encoder.arrays["edge_index"])  # (2, 2E)
        n_nodes = len(encoder.facts["ids"])
        degree = torch.bincount(index[0], minlength=n_nodes).clamp(min=2)  # a shared neighbour has two
        weight = 1 / degree.log() if settings.index == "adamic_adar" else torch.ones(n_nodes)
        for name, values in {"plain": torch.ones(index.shape[1]), "weighted": weight[index[1]]}.items():
            adjacency = torch.sparse_coo_tensor(index, values, (n_nodes, n_nodes), check_invariants=True).coalesce()
            self.register_buffer(name, adjacency, persistent=False)
        self.register_buffer("slope", torch.ones(()))
        self.register_buffer("intercept", torch.zeros(()))

    def score(self, pair: Tensor) -> Tensor:
        """Scores s (B,) of the pairs at these places (B, 2)."""
        first, second = (self.plain.index_select(0, pair[:, 0]), self.weighted.index_select(0, pair[:, 1]))
        return torch.sparse.sum(first * second, dim=1).to_dense()

    def fit(self, train: Examples) -> None:
        """Fit how much more likely an edge is for each shared neighbour."""
        from sklearn.linear_model import LogisticRegression

        known = train.of_epoch(torch.Generator().manual_seed(0))
        scores = self.score(known.inputs[0]).log1p().numpy()[:, None]
        fitted = LogisticRegression(C=np.inf).fit(scores, known.target.numpy())
        self.slope.fill_(max(float(fitted.coef_[0, 0]), LEAST))
        self.intercept.fill_(float(fitted.intercept_[0]))

    def forward(self, pair: Tensor) -> Tensor:
        """Logits (B, 2) of no edge, which is 0, and an edge between the nodes at these places (B, 2)."""
        logit = self.slope * self.score(pair).log1p() + self.intercept  # (B,)
        return torch.stack([torch.zeros_like(logit), logit], dim=1)  # (B, 2)
