"""The multilayer perceptron on the features of nodes: the network that does not know of edges."""

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn

from quartet.families.graph.models.gcn import drop_nonzero
from quartet.families.graph.models.graph import features
from quartet.families.graph.node_settings import MLPSettings
from quartet.family import Encoder


class MLP(nn.Module):
    """Layers H ← dropout(H) W + b, ReLU between them, H = X at first: the GCN with the identity in place of Â.

    Source: Kipf & Welling 2017, table 2 (MLP), https://arxiv.org/abs/1609.02907.
    """

    x: Tensor

    def __init__(self, settings: MLPSettings, encoder: Encoder) -> None:
        super().__init__()
        self.register_buffer("x", features(encoder), persistent=False)
        self.weight_decay = settings.weight_decay
        widths = [self.x.shape[1], *[settings.hidden] * (settings.layers - 1), encoder.n_outputs]
        self.layers = nn.ModuleList(nn.Linear(d_in, d_out) for d_in, d_out in pairwise(widths))
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, K) of the nodes at these places (B,)."""
        return self.onward(self.first().index_select(0, node))[-1]  # (B, K)

    def embed(self) -> Tensor:
        """What the last hidden layer makes of all nodes (N, hidden); the logits where there is one layer."""
        *hidden, logits = self.states()
        return hidden[-1].relu() if hidden else logits

    def states(self) -> list[Tensor]:
        """What each layer makes of all nodes, (N, width) each: the last are the logits."""
        return self.onward(self.first())

    def first(self) -> Tensor:
        """What the first layer makes of all nodes (N, width)."""
        x = drop_nonzero(self.x, self.dropout)  # (N, F)
        first: Tensor = torch.sparse.mm(x, self.layers[0].weight.T) + self.layers[0].bias
        return first

    def onward(self, h: Tensor) -> list[Tensor]:
        """What the first layer made of nodes (B, width), and what each of the others makes of that."""
        states = [h]
        for layer in self.layers[1:]:
            states.append(layer(self.dropout(states[-1].relu())))  # (B, width)
        return states

    def weight_decays(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """An L2 penalty on the first layer alone, as the GCN has."""
        return [(self.layers[0].parameters(), self.weight_decay)]
