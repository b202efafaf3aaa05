"""The graph convolutional network."""

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from quartet.dropout import Dropout
from quartet.families.graph.models.convolution import Convolution
from quartet.families.graph.models.graph import Field, Graph
from quartet.families.graph.node_settings import GCNSettings
from quartet.family import Encoder


class GCN(nn.Module):
    """Layers H ← Â dropout(H) W + b with Â = D^-1/2 (A + I) D^-1/2, ReLU between them, H = X at first.

    Source: Kipf & Welling 2017, Semi-Supervised Classification with Graph Convolutional Networks, eq. 2 and 9,
        https://arxiv.org/abs/1609.02907; their training in sec. 5.2. Differs: each layer has a bias; features
        as they are given, not divided by their sum; the weights with the lowest validation loss, not the last.
    """

    def __init__(self, settings: GCNSettings, encoder: Encoder) -> None:
        super().__init__()
        self.graph = Graph(encoder, self_loops=True)
        widths = [self.graph.x_pattern.shape[1], *[settings.hidden] * (settings.layers - 1), encoder.n_outputs]
        self.layers = nn.ModuleList(Convolution(d_in, d_out) for d_in, d_out in pairwise(widths))
        self.dropout = Dropout(settings.dropout)
        self.weight_decay = settings.weight_decay

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, K) of the nodes at these places (B,)."""
        field, rows = self.graph.field(node, len(self.layers))
        return self.through(field)[-1].index_select(0, rows)  # (B, K)

    def embed(self) -> Tensor:
        """What the last hidden layer makes of all nodes (N, hidden); the logits where there is one layer."""
        *hidden, logits = self.states()
        return hidden[-1].relu() if hidden else logits

    def states(self) -> list[Tensor]:
        """What each layer makes of all nodes, (N, width) each: the last are the logits."""
        return self.through(None)

    def through(self, field: Field | None) -> list[Tensor]:
        """What each layer makes of the nodes of a field, or of all."""
        first, *others = cast("list[Convolution]", list(self.layers))
        states = [first.shifted(self.graph.hop(field, 0, self.graph.seen(field, first.weight, self.dropout)))]
        for number, layer in enumerate(others, 1):
            h = self.dropout(states[-1].relu())  # (rows of the hop before, hidden)
            states.append(layer.shifted(self.graph.hop(field, number, layer.lin(h))))
        return states

    def weight_decays(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """An L2 penalty on the first layer alone, as in sec. 5.2."""
        return [(self.layers[0].parameters(), self.weight_decay)]
