"""The graph that every network here holds."""

import torch
from torch import Tensor, nn
from torch_geometric.nn.conv.gcn_conv import gcn_norm

from quartet.family import Encoder


class Graph(nn.Module):
    """A graph with N nodes as buffers: they move with the network, and no state_dict repeats them.

    Attributes:
        x: features (N, F), sparse; the identity (N, N) where nodes have none, so that each learns a vector of its own.
        edge_index: (2, E) int64, both directions of each edge, and self-loops where asked for.
        weight: (E,), entries of the normalised adjacency D^-1/2 A D^-1/2, or D^-1/2 (A + I) D^-1/2 with self-loops.

    Source: Kipf & Welling 2017, eq. 9 with the renormalisation trick of sec. 2.2, https://arxiv.org/abs/1609.02907;
        computed by torch_geometric. Differs: edges as indices rather than a sparse matrix, which measured no slower.
    """

    x: Tensor
    edge_index: Tensor
    weight: Tensor

    def __init__(self, encoder: Encoder, *, self_loops: bool) -> None:
        super().__init__()
        index, weight = (torch.tensor(encoder.arrays[name]) for name in ("edge_index", "edge_weight"))
        n_nodes = len(encoder.facts["ids"])
        index, weight = gcn_norm(index, weight, n_nodes, add_self_loops=self_loops)
        for name, tensor in {"x": features(encoder), "edge_index": index, "weight": weight}.items():
            self.register_buffer(name, tensor, persistent=False)

    def adjacency(self) -> Tensor:
        """The normalised adjacency (N, N), sparse."""
        n_nodes = self.x.shape[0]
        return torch.sparse_coo_tensor(self.edge_index, self.weight, (n_nodes, n_nodes), check_invariants=False)


def features(encoder: Encoder) -> Tensor:
    """Features (N, F), sparse; the identity (N, N) where there are none."""
    n_nodes, n_features = len(encoder.facts["ids"]), encoder.facts["n_features"]
    if n_features:
        index, value = torch.tensor(encoder.arrays["x_index"]), torch.tensor(encoder.arrays["x_value"])
    else:
        index, value = torch.arange(n_nodes).repeat(2, 1), torch.ones(n_nodes)
    shape = (n_nodes, n_features or n_nodes)
    return torch.sparse_coo_tensor(index, value, shape, is_coalesced=True, check_invariants=True)
