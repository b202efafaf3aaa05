"""A multilayer perceptron drawn: units as nodes, its strongest weights as edges."""

import numpy as np
from torch import nn

from quartet.explanations import Drawing, Edge, Node, Table

MOST_UNITS = 64  # of a layer that can be drawn
MOST_EDGES = 200
KINDS = ("input", "hidden unit", "output")


def weights_of(network: nn.Module) -> list[np.ndarray]:
    """The weights (outputs, inputs) of each linear layer, in order."""
    return [m.weight.detach().numpy() for m in network.modules() if isinstance(m, nn.Linear)]


def is_small(weights: list[np.ndarray]) -> bool:
    """Whether the layers can be drawn."""
    return all(max(w.shape) <= MOST_UNITS for w in weights)


def draw(weights: list[np.ndarray], inputs: list[str], outputs: list[str], note: str) -> Drawing:
    """Layers from left to right, with each layer's strongest weights, relative to the strongest of that layer."""
    widths = [weights[0].shape[1], *(len(w) for w in weights)]
    starts = np.cumsum([0, *widths])
    edges = [
        Edge(int(starts[layer] + source), int(starts[layer + 1] + unit), float(w[unit, source] / (abs(w).max() or 1.0)))
        for layer, (w, n) in enumerate(zip(weights, shares([w.size for w in weights]), strict=True))
        for unit, source in strongest(w, n)
    ]
    return Drawing("The network", note, nodes_of(widths, inputs, outputs), edges, KINDS)


def nodes_of(widths: list[int], inputs: list[str], outputs: list[str]) -> list[Node]:
    """A column of nodes per layer."""
    last = len(widths) - 1
    nodes = []
    for layer, n in enumerate(widths):
        kind = 0 if layer == 0 else 2 if layer == last else 1
        names = {0: inputs, 2: outputs}.get(kind, [""] * n)
        nodes += [Node(layer / last, 1 - (i + 0.5) / n, kind, names[i]) for i in range(n)]
    return nodes


def strongest(weight: np.ndarray, n: int) -> list[tuple[int, int]]:
    """Unit and source of the n weights (outputs, inputs) farthest from 0."""
    order = np.argsort(-abs(weight), axis=None, kind="stable")[:n]
    return [(int(unit), int(source)) for unit, source in zip(*np.unravel_index(order, weight.shape), strict=True)]


def shares(sizes: list[int]) -> list[int]:
    """How many edges of each layer are drawn: alike, and what a small layer leaves goes to the others."""
    given: dict[int, int] = {}
    for place in sorted(range(len(sizes)), key=lambda place: sizes[place]):
        given[place] = min(sizes[place], (MOST_EDGES - sum(given.values())) // (len(sizes) - len(given)))
    return [given[place] for place in range(len(sizes))]


def tabulate(weights: list[np.ndarray], note: str) -> Table:
    """The layers of a network too wide to draw."""
    rows = [[place + 1, w.shape[1], len(w), w.size, float(abs(w).mean())] for place, w in enumerate(weights)]
    return Table("The layers", note, ["layer", "inputs", "units", "weights", "mean size of a weight"], rows)
