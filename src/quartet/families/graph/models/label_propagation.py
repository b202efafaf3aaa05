"""Label propagation."""

import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.graph.models.graph import Graph
from quartet.families.graph.node_settings import LabelPropagationSettings
from quartet.family import Encoder

TINY = 1e-12  # so that a node no label reaches is undecided, not undefined


class LabelPropagation(nn.Module):
    """Scores F ← α S F + (1 - α) Y with S = D^-1/2 A D^-1/2, started at the training labels Y (N, K).

    Source: Zhou et al. 2004, Learning with Local and Global Consistency, sec. 2,
        https://papers.nips.cc/paper/2506-learning-with-local-and-global-consistency.
        Differs: a fixed number of steps, and rows of F divided by their sum are the probabilities.
    """

    known: Tensor

    def __init__(self, settings: LabelPropagationSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=False)
        self.steps, self.alpha = settings.steps, settings.alpha
        self.register_buffer("known", torch.zeros(len(encoder.facts["ids"]), encoder.n_outputs))

    def fit(self, train: Examples) -> None:
        """Keep the training labels."""
        self.known[train.inputs[0], train.target] = 1.0

    def forward(self, node: Tensor) -> Tensor:
        """Log scores (B, K) of the nodes at these places (B,); their softmax is scores divided by their sum."""
        scores = self.known  # (N, K)
        for _ in range(self.steps):
            scores = torch.lerp(self.known, self.graph.pass_on(scores), self.alpha)
        return (scores + TINY).log().index_select(0, node)  # (B, K)
