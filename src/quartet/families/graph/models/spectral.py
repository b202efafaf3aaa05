"""Spectra and degrees of two graphs side by side: the baseline of similarity."""

import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.graph.pair_settings import SpectralSettings
from quartet.family import Encoder


class Spectral(nn.Module):
    """s(a, b) = w · |v_a - v_b| + c, where v are the n largest eigenvalues of D - A, the counts of degrees, or both.

    n is the number of nodes of the largest graph, and a smaller one has zeros besides. w and c are those of ridge
    regression.

    Source: spectra as in Wilson & Zhu 2008, A study of graph spectra for comparing graphs and trees,
        https://doi.org/10.1016/j.patcog.2008.03.011. Differs: each eigenvalue weighs as much as training says.
    """

    vectors: Tensor

    def __init__(self, settings: SpectralSettings, encoder: Encoder) -> None:
        super().__init__()
        self.alpha = settings.alpha
        parts = {"spectrum": spectra, "degrees": degree_counts}
        wanted = [made for name, made in parts.items() if settings.seen in (name, "both")]
        vectors = torch.cat([made(*arrays_of(encoder)) for made in wanted], dim=1)  # (G, V)
        self.register_buffer("vectors", vectors, persistent=False)
        self.weight = nn.Linear(vectors.shape[1], 1)

    def apart(self, pair: Tensor) -> Tensor:
        """|v_a - v_b| (B, V) of the graphs at these places (B, 2)."""
        return (self.vectors[pair[:, 0]] - self.vectors[pair[:, 1]]).abs()

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Fit w and c."""
        from sklearn.linear_model import Ridge

        # spectra and degrees are nearly dependent: in 32 bits, two runs gave two solutions
        apart = self.apart(train.inputs[0]).double()
        fitted = Ridge(alpha=self.alpha).fit(apart.numpy(), train.target.double().numpy())
        self.weight.weight.copy_(torch.from_numpy(fitted.coef_)[None])
        self.weight.bias.fill_(float(fitted.intercept_))

    def forward(self, pair: Tensor) -> Tensor:
        """How alike (B, 1) the graphs at these places (B, 2) are."""
        alike: Tensor = self.weight(self.apart(pair))
        return alike


def arrays_of(encoder: Encoder) -> tuple[Tensor, Tensor, Tensor, int]:
    """Edges (2, 2E), their weights, the graph of each node (N,), and the number of graphs."""
    index, weight, graph = (torch.tensor(encoder.arrays[name]) for name in ("edge_index", "edge_weight", "graph"))
    return index, weight, graph, len(encoder.facts["graphs"])


def spectra(index: Tensor, weight: Tensor, graph: Tensor, n_graphs: int) -> Tensor:
    """The eigenvalues (G, n) of each graph's Laplacian D - A, the largest first."""
    sizes = torch.bincount(graph, minlength=n_graphs)
    order = graph.argsort(stable=True)
    place = torch.empty_like(graph)  # (N,), of a node in its graph
    place[order] = torch.arange(len(graph)) - (sizes.cumsum(0) - sizes)[graph[order]]
    adjacency = torch.zeros(n_graphs, int(sizes.max()), int(sizes.max()), dtype=torch.float64)
    adjacency.index_put_((graph[index[0]], place[index[0]], place[index[1]]), weight.double(), accumulate=True)
    laplacian = torch.diag_embed(adjacency.sum(dim=2)) - adjacency  # (G, n, n)
    values: Tensor = torch.linalg.eigvalsh(laplacian)  # (G, n)
    return values.flip(1).float()


def degree_counts(index: Tensor, weight: Tensor, graph: Tensor, n_graphs: int) -> Tensor:
    """How many nodes (G, D) of each graph have each degree."""
    degree = torch.bincount(index[0], minlength=len(graph))
    counts = torch.zeros(n_graphs, int(degree.max()) + 1)
    return counts.index_put_((graph, degree), torch.ones(len(graph)), accumulate=True)
