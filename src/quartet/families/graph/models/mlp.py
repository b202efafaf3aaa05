"""The multilayer perceptron on the features of nodes: the network that does not know of edges."""

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.models.graph import Field, Graph
from quartet.families.graph.node_settings import MLPSettings
from quartet.family import Encoder


class MLP(nn.Module):
    """Layers H ← dropout(H) W + b, ReLU between them, H = X at first: the GCN with the identity in place of Â.

    Source: Kipf & Welling 2017, table 2 (MLP), https://arxiv.org/abs/1609.02907.
    """

    def __init__(self, settings: MLPSettings, encoder: Encoder) -> None:
        super().__init__()
        self.nodes = Graph(encoder, self_loops=False)  # for their features: no edge of it is looked at
        self.weight_decay = settings.weight_decay
        widths = [self.nodes.x_pattern.shape[1], *[settings.hidden] * (settings.layers - 1), encoder.n_outputs]
        self.layers = nn.ModuleList(nn.Linear(d_in, d_out) for d_in, d_out in pairwise(widths))
        self.dropout = Dropout(settings.dropout)

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, K) of the nodes at these places (B,)."""
        field, rows = self.nodes.field(node, 0)
        return self.through(field)[-1].index_select(0, rows)  # (B, K)

    def embed(self) -> Tensor:
        """What the last hidden layer makes of all nodes (N, hidden); the logits where there is one layer."""
        *hidden, logits = self.states()
        return hidden[-1].relu() if hidden else logits

    def states(self) -> list[Tensor]:
        """What each layer makes of all nodes, (N, width) each: the last are the logits."""
        return self.through(None)

    def through(self, field: Field | None) -> list[Tensor]:
        """What each layer makes of the nodes of a field, or of all (B, width)."""
        first, *others = cast("list[nn.Linear]", list(self.layers))
        states = [self.nodes.seen(field, first.weight.T, self.dropout) + first.bias]
        for layer in others:
            states.append(layer(self.dropout(states[-1].relu())))  # (B, width)
        return states

    def weight_decays(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """An L2 penalty on the first layer alone, as the GCN has."""
        return [(self.layers[0].parameters(), self.weight_decay)]
