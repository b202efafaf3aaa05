"""What a network that tells edges sees: how far edges and other pairs are apart, where nodes lie, and what speaks."""

from functools import cached_property

import numpy as np
import torch
from scipy import sparse

from quartet.explanations import Bar, Bars, Drawing, Edge, Node, Plot, Section, Series, Table
from quartet.families.graph.explaining.attributions import Spoken, edges_for
from quartet.families.graph.explaining.placing import flattened, spread
from quartet.families.graph.explaining.seen import Seen
from quartet.families.graph.models.graph import Graph
from quartet.looks import Look
from quartet.metrics import auc

N_BINS = 20
MOST_NODES, MOST_EDGES = 400, 600  # of a drawing
MOST_SPOKEN = 12
N_PAIRS = 2  # predicted edges that are explained
N_SUGGESTED = 5


def explain(look: Look, model: str) -> list[Section]:
    """The network best on validation, on the pairs of test."""
    seen = Links(look, model)
    places = [seen.places()] if hasattr(look.network(model), "embed") else []
    reasons = [seen.reasons()] if isinstance(getattr(look.network(model), "graph", None), Graph) else []
    return [seen.scores(), seen.neighbours(), *places, *reasons]


class Links(Seen):
    """One network, and what it says of the test pairs."""

    @cached_property
    def pairs(self) -> np.ndarray:
        """Places (B, 2) of the test pairs' nodes."""
        return self.look.arrays["test"]["node"]

    @cached_property
    def said(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the test pairs, whether there is an edge (B,), and how likely the network holds one (B,)."""
        target, output = self.look.outputs(self.model, "test")
        return target.astype(int), output[:, 1]

    @cached_property
    def shared(self) -> np.ndarray:
        """How many neighbours in training the nodes of each test pair share (B,)."""
        index = self.look.encoder.arrays["edge_index"]
        n = len(self.names)
        adjacency = sparse.csr_array((np.ones(index.shape[1]), (index[0], index[1])), shape=(n, n))
        adjacency.data[:] = 1  # an edge let pass with two weights is one neighbour
        both = adjacency[self.pairs[:, 0]].multiply(adjacency[self.pairs[:, 1]])
        return np.asarray(both.sum(axis=1)).ravel()

    def scores(self) -> Section:
        """How likely edges and other pairs are held to be."""
        target, probability = self.said
        edges = np.linspace(0, 1, N_BINS + 1)
        middles = (edges[:-1] + edges[1:]) / 2
        series = [
            Series(
                name,
                [(float(m), float(s)) for m, s in zip(middles, shares(probability[target == k], edges), strict=False)],
                "both",
            )
            for k, name in enumerate(self.look.encoder.classes)
        ]
        n = int(target.sum())
        figure = Plot(
            "How likely an edge is held to be",
            self.note(f"{n:,} edges and {len(target) - n:,} pairs without one of the test split, in {N_BINS} bins"),
            "predicted probability of an edge",
            "share of the pairs",
            series,
        )
        means = [float(probability[target == k].mean()) if (target == k).any() else 0.0 for k in (0, 1)]
        text = (
            "A part of the edges was taken out of the graph before training, and as many pairs of nodes without an "
            "edge were put beside them. The network gives each node a vector, and holds an edge the more likely the "
            f"more two vectors point the same way. Here it gives edges {means[1]:.2f} in the mean and other pairs "
            f"{means[0]:.2f}. The less the two curves overlap, the better it tells them apart: the AUC is the chance "
            "that an edge gets more than a pair without one."
        )
        return Section("Edges that it never saw", text, [figure, self.suggested()])

    def suggested(self) -> Table:
        """The pairs without an edge that it holds to be the most likely edges."""
        target, probability = self.said
        order = [i for i in np.argsort(-probability, kind="stable") if target[i] == 0][:N_SUGGESTED]
        rows = [
            [*(self.names[place] for place in self.pairs[i]), round(float(probability[i]), 3), int(self.shared[i])]
            for i in order
        ]
        note = self.note(f"of {int((target == 0).sum()):,} pairs without an edge of the test split")
        title = "Pairs without an edge that it would join first"
        return Table(title, note, ["source", "target", "probability", "shared neighbours"], rows)

    def neighbours(self) -> Section:
        """How well it does where nodes share neighbours, and where they share none."""
        target, probability = self.said
        alone = self.shared == 0
        groups = {"no shared neighbour": alone, "one or more": ~alone}
        scored = {name: auc_of(target[rows], probability[rows]) for name, rows in groups.items()}
        bars = [Bar(name, value) for name, value in scored.items() if value == value]
        counts = [
            f"{int(target[rows].sum()):,} edges and {int((~target[rows].astype(bool)).sum()):,} others with {name}"
            for name, rows in groups.items()
        ]
        lonely = float(alone[target == 1].mean()) if (target == 1).any() else 0.0
        text = (
            "Two nodes that share neighbours are likely joined: that is what the baseline goes by, and it has nothing "
            f"to say of two nodes that share none. Of the edges of test, {lonely:.0%} are of that kind. There, an AUC "
            "of 0.5 is guessing; what is above it comes from the nodes' features and from neighbours further away."
        )
        figure = Bars("AUC by shared neighbours", self.note(" and ".join(counts) + " of the test split"), "AUC", bars)
        return Section("More than shared neighbours", text, [figure])

    def places(self) -> Section:
        """The nodes' vectors in two dimensions, before and after training."""
        index, n = self.look.encoder.arrays["edge_index"], len(self.names)
        shown = np.sort(np.random.default_rng(0).choice(n, min(n, MOST_NODES), replace=False))
        figures = [
            self.placed(title, vectors_of(network), shown, index)
            for title, network in (
                ("Before training", self.look.untrained(self.model)),
                ("After training", self.look.network(self.model)),
            )
        ]
        labels = self.look.encoder.facts["labels"]
        colours = "their classes, which the network never saw" if labels else "how many neighbours they have"
        text = (
            "Each dot is a node, where its vector lies in the two directions in which the vectors differ most; lines "
            f"are edges. Colours are {colours}. Training pulls nodes together that an edge joins and pushes others "
            "apart, so that groups of nodes with many edges among them come to lie side by side."
        )
        return Section("Where the nodes lie", text, figures)

    def placed(self, title: str, vectors: np.ndarray, shown: np.ndarray, index: np.ndarray) -> Drawing:
        """Some nodes and the edges among them."""
        colours, legend = self.colours()
        points = flattened(vectors)[shown]
        place = {int(node): i for i, node in enumerate(shown)}
        inside = [(place[a], place[b]) for a, b in index.T.tolist() if a < b and a in place and b in place]
        nodes = [
            Node(float(x), float(y), int(colours[node]), self.names[node])
            for (x, y), node in zip(points, shown, strict=False)
        ]
        edges = [Edge(a, b, 0.2) for a, b in inside[:: max(1, len(inside) // MOST_EDGES)]]
        note = self.note(f"{len(shown):,} of {len(self.names):,} nodes, principal components of their vectors")
        return Drawing(title, note, nodes, edges, legend)

    def colours(self) -> tuple[np.ndarray, list[str]]:
        """A number per node (N,) and what the numbers stand for: classes, or how many neighbours."""
        arrays, labels = self.look.encoder.arrays, self.look.encoder.facts["labels"]
        if labels:
            known = arrays["label"]
            return np.where(known < 0, len(labels), known), [*labels, *(["no class"] if (known < 0).any() else [])]
        degree = np.bincount(arrays["edge_index"][0], minlength=len(self.names))
        limits = np.unique(np.quantile(degree, [0.25, 0.5, 0.75]).astype(int))
        return np.searchsorted(limits, degree, side="right"), in_words(limits)

    def reasons(self) -> Section:
        """The edges of training that speak for some edges of test."""
        target, probability = self.said
        order = [i for i in np.argsort(-probability, kind="stable") if target[i] == 1]
        chosen = order[:: max(1, len(order) // 4)][:N_PAIRS]
        network, figures = self.look.network(self.model), []
        for i in chosen:
            pair = (int(self.pairs[i, 0]), int(self.pairs[i, 1]))
            figures.append(self.drawn(pair, edges_for(network, pair), float(probability[i])))
        text = (
            "What speaks for an edge? A message passes along each edge of the graph, and each adds to the log odds or "
            "takes from them. Integrated gradients split the answer into these parts. The strongest edges are drawn: "
            "the two large nodes are the pair, and their edge is not in the graph. A node's own features also count; "
            "they pass along a loop that is not drawn."
        )
        return Section("What speaks for an edge", text, figures)

    def drawn(self, pair: tuple[int, int], spoken: list[Spoken], probability: float) -> Drawing:
        """A pair and the edges that speak the most for or against an edge between them."""
        strongest = [s for s in spoken if s.a != s.b][:MOST_SPOKEN]
        nodes = list(dict.fromkeys([*pair, *(end for s in strongest for end in (s.a, s.b))]))
        place = {node: i for i, node in enumerate(nodes)}
        ends = [(place[s.a], place[s.b]) for s in strongest]
        largest = max((abs(s.weight) for s in strongest), default=1.0)
        own = sum(s.weight for s in spoken if s.a == s.b)
        others = sum(s.weight for s in spoken if s.a != s.b)
        note = self.note(
            f"a test edge held {probability:.1%} likely; edges add {others:+.2f} to the log odds, the nodes' own loops "
            f"{own:+.2f}; the {len(strongest)} strongest edges of {len([s for s in spoken if s.a != s.b]):,}"
        )
        points = spread(len(nodes), [*ends, (0, 1)])
        return Drawing(
            f"{self.names[pair[0]]} and {self.names[pair[1]]}",
            note,
            [
                Node(float(x), float(y), int(i > 1), self.names[node], 2.0 if i < 2 else 1.0)
                for i, (node, (x, y)) in enumerate(zip(nodes, points, strict=False))
            ],
            [Edge(a, b, s.weight / largest) for (a, b), s in zip(ends, strongest, strict=False)],
            ["the pair", "other nodes"],
        )


def vectors_of(network: torch.nn.Module) -> np.ndarray:
    """The vectors (N, d) that a network gives the nodes."""
    with torch.inference_mode():
        return np.asarray(network.embed().numpy())  # type: ignore[operator]


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The share (bins,) of values in each bin."""
    return np.histogram(values, edges)[0] / max(len(values), 1)


def auc_of(target: np.ndarray, probability: np.ndarray) -> float:
    """The AUC of some pairs; NaN where they are all edges or all none."""
    return auc(target, np.stack([1 - probability, probability], axis=1)) if len(target) else float("nan")


def in_words(limits: np.ndarray) -> list[str]:
    """Ranges of numbers of neighbours between limits that rise."""
    starts = [0, *limits.tolist()]
    ends = [*(limits - 1).tolist(), None]
    words = [
        f"{a}" if a == b else f"{a} or more" if b is None else f"{a} to {b}" for a, b in zip(starts, ends, strict=False)
    ]
    return [f"{word} neighbours" for word in words]
