"""The graph that every network here holds, and what of it some nodes' outputs depend on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from quartet.families.graph.models.geometric import gcn_norm
from quartet.families.graph.models.sparse import Pattern, quiet
from quartet.family import Encoder

Change = Callable[[Tensor], Tensor]
MAX_FIELDS = 4  # of nodes that are asked about again and again, such as those of a split


@dataclass(frozen=True)
class Part:
    """A part of a matrix: where its entries (E',) are in the part, which of the whole's they are, and their values.

    The values are those of the whole as it mostly is; where others stand in its place they are looked up.
    """

    pattern: Pattern
    entries: Tensor
    whole: Tensor
    value: Tensor

    @classmethod
    def of(cls, whole: Tensor, entries: Tensor, pattern: Pattern) -> Self:
        """The part with these of a matrix's values (E,)."""
        return cls(pattern, entries, whole, whole.detach().index_select(0, entries))

    def of_whole(self, whole: Tensor) -> Tensor:
        """Its values (E',), of the values (E,) of the whole."""
        known = whole is self.whole and not whole.requires_grad
        return self.value if known else whole.index_select(0, self.entries)


@dataclass(frozen=True)
class Field:
    """What the outputs of some nodes depend on: rows of features, and a part of the adjacency for each convolution.

    The last hop has a row for each of those nodes, and each hop a column for each row of the one before.
    """

    features: Part
    hops: list[Part]


class Graph(nn.Module):
    """A graph with N nodes as buffers: they move with the network, and no state_dict repeats them.

    Attributes:
        x_value: the nonzero features (NNZ,) of X (N, F); where nodes have none, X is the identity (N, N), so that each
            learns a vector of its own.
        edge_index: (2, E) int64, both directions of each edge, and self-loops where asked for, in the order of targets.
        weight: (E,), entries of the normalised adjacency D^-1/2 A D^-1/2, or D^-1/2 (A + I) D^-1/2 with self-loops.

    Source: Kipf & Welling 2017, eq. 9 with the renormalisation trick of sec. 2.2, https://arxiv.org/abs/1609.02907;
        computed by torch_geometric. Differs: a network is computed where its outputs look, not on all nodes.
    """

    x_value: Tensor
    edge_index: Tensor
    weight: Tensor

    def __init__(self, encoder: Encoder, *, self_loops: bool) -> None:
        super().__init__()
        quiet()
        index, weight = (torch.tensor(encoder.arrays[name]) for name in ("edge_index", "edge_weight"))
        n_nodes = len(encoder.facts["ids"])
        index, weight = gcn_norm(index, weight, n_nodes, add_self_loops=self_loops)
        order = (index[1] * n_nodes + index[0]).argsort(stable=True)
        index, weight = index[:, order], weight[order]
        (row, column), value, shape = features(encoder)
        for name, tensor in {"x_value": value, "edge_index": index, "weight": weight}.items():
            self.register_buffer(name, tensor, persistent=False)
        self.x_pattern = Pattern(row, column, shape)
        self.pattern = Pattern(index[1], index[0], (n_nodes, n_nodes))
        self.fields: dict[tuple[int, bytes], tuple[Field, Tensor]] = {}

    @property
    def x(self) -> Tensor:
        """Features X (N, F), sparse."""
        index = torch.stack([self.x_pattern.row(), self.x_pattern.column.long()])
        return torch.sparse_coo_tensor(
            index, self.x_value, self.x_pattern.shape, is_coalesced=True, check_invariants=False
        )

    def adjacency(self) -> Tensor:
        """The normalised adjacency (N, N), sparse."""
        n_nodes = len(self.x_pattern.starts) - 1
        return torch.sparse_coo_tensor(self.edge_index.flip(0), self.weight, (n_nodes, n_nodes), check_invariants=False)

    def project(self, weight: Tensor, dropout: Change | None = None) -> Tensor:
        """X W (N, H), dropout of X first: what is zero stays zero, dropped or not, so only nonzero values are drawn."""
        return self.x_pattern.product(dropout(self.x_value) if dropout else self.x_value, weight)

    def pass_on(self, h: Tensor) -> Tensor:
        """What the neighbours of all nodes say (N, H): the normalised adjacency times h (N, H)."""
        return self.pattern.product(self.weight, h)

    def seen(self, field: Field | None, weight: Tensor, dropout: Change) -> Tensor:
        """The rows of X W (B, H) that a field has, or all, dropout of X first."""
        if field is None:
            return self.project(weight, dropout)
        return field.features.pattern.product(dropout(field.features.of_whole(self.x_value)), weight)

    def hop(self, field: Field | None, number: int, h: Tensor) -> Tensor:
        """What the neighbours of a hop's rows say (R, H), of h (C, H) of its columns; or those of all nodes."""
        if field is None:
            return self.pass_on(h)
        part = field.hops[number]
        return part.pattern.product(part.of_whole(self.weight), h)

    def field(self, node: Tensor, n_hops: int) -> tuple[Field | None, Tensor]:
        """What nodes (B,) depend on after so many convolutions, and which rows of the last one are theirs (B,).

        On a GPU that is all, None: to look at places there takes longer than products of all nodes.
        """
        if node.device.type != "cpu":
            return None, node
        key = (n_hops, node.numpy().tobytes())
        if key not in self.fields:
            if len(self.fields) == MAX_FIELDS:
                del self.fields[next(iter(self.fields))]
            self.fields[key] = self.found(node, n_hops)
        return self.fields[key]

    @torch.inference_mode(False)  # what is kept may be trained on later, where tensors of that mode are refused
    def found(self, node: Tensor, n_hops: int) -> tuple[Field, Tensor]:
        """The field of nodes (B,), from the last convolution down to the features, and their rows there (B,)."""
        nodes, rows = torch.unique(node, return_inverse=True)
        hops = list[Part]()
        for _ in range(n_hops):
            entries, row = self.pattern.entries_of(nodes)
            n_rows = len(nodes)
            nodes, column = torch.unique(self.pattern.column[entries].long(), return_inverse=True)
            hops.insert(0, Part.of(self.weight, entries, Pattern(row, column, (n_rows, len(nodes)))))
        entries, row = self.x_pattern.entries_of(nodes)
        x_pattern = Pattern(row, self.x_pattern.column[entries].long(), (len(nodes), self.x_pattern.shape[1]))
        return Field(Part.of(self.x_value, entries, x_pattern), hops), rows


def features(encoder: Encoder) -> tuple[Tensor, Tensor, tuple[int, int]]:
    """Places (2, NNZ), row by row, and values (NNZ,) of nonzero features, and their shape (N, F); or the identity's."""
    n_nodes, n_features = len(encoder.facts["ids"]), encoder.facts["n_features"]
    if not n_features:
        return torch.arange(n_nodes).repeat(2, 1), torch.ones(n_nodes), (n_nodes, n_nodes)
    return torch.tensor(encoder.arrays["x_index"]), torch.tensor(encoder.arrays["x_value"]), (n_nodes, n_features)
