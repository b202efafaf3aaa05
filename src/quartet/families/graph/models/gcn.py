"""The graph convolutional network."""

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch_geometric.nn import GCNConv

from quartet.families.graph.models.graph import Graph
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
        widths = [self.graph.x.shape[1], *[settings.hidden] * (settings.layers - 1), encoder.n_outputs]
        # normalised once in Graph: GCNConv's own cache would stay behind when the network moves to another device
        self.layers = nn.ModuleList(GCNConv(d_in, d_out, normalize=False) for d_in, d_out in pairwise(widths))
        self.dropout = nn.Dropout(settings.dropout)
        self.weight_decay = settings.weight_decay

    def forward(self, node: Tensor) -> Tensor:
        """Logits (B, K) of the nodes at these places (B,)."""
        return self.states()[-1].index_select(0, node)  # (B, K)

    def embed(self) -> Tensor:
        """What the last hidden layer makes of all nodes (N, hidden); the logits where there is one layer."""
        *hidden, logits = self.states()
        return hidden[-1].relu() if hidden else logits

    def states(self) -> list[Tensor]:
        """What each layer makes of all nodes, (N, width) each: the last are the logits."""
        states = [self.layers[0](drop_nonzero(self.graph.x, self.dropout), self.graph.edge_index, self.graph.weight)]
        for layer in self.layers[1:]:
            h = self.dropout(states[-1].relu())  # (N, hidden)
            states.append(layer(h, self.graph.edge_index, self.graph.weight))
        return states

    def weight_decays(self) -> list[tuple[Iterable[nn.Parameter], float]]:
        """An L2 penalty on the first layer alone, as in sec. 5.2."""
        return [(self.layers[0].parameters(), self.weight_decay)]


def drop_nonzero(x: Tensor, dropout: nn.Module) -> Tensor:
    """Dropout of a sparse x (N, F): what is zero stays zero, dropped or not, so only nonzero values are drawn."""
    return torch.sparse_coo_tensor(x.indices(), dropout(x.values()), x.shape, is_coalesced=True, check_invariants=False)
