"""What a network that tells nodes' classes sees: where they lie, what decided, where it errs, how alike they are."""

from functools import cached_property

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from quartet.explanations import Drawing, Edge, Node, Plot, Section, Series
from quartet.families.graph.explaining.attributions import Spoken, edges_for_class
from quartet.families.graph.explaining.placing import flattened, spread
from quartet.families.graph.explaining.seen import Seen
from quartet.families.graph.explaining.smoothness import propagated, through
from quartet.families.graph.models.graph import Graph
from quartet.looks import Look

MOST_NODES, MOST_EDGES = 400, 600  # of a drawing
MOST_SPOKEN = 12
MOST_MODELS = 4  # of a plot
FEWEST = 5  # nodes that a share is worth drawing of
DEGREES = np.array([1, 2, 3, 5, 9, 17, 33, 65])  # where a group of degrees begins
STEPS = 16


def explain(look: Look, model: str) -> list[Section]:
    """The network best on validation, on the nodes of test."""
    seen = Nodes(look, model)
    return [*seen.places(), *seen.reasons(), seen.reach(), seen.smoothness()]


class Nodes(Seen):
    """One network, and what it says of the test nodes."""

    @property
    def classes(self) -> list[str]:
        """The K classes."""
        return self.look.encoder.classes

    @cached_property
    def adjacency(self) -> sparse.csr_array:
        """Which nodes are neighbours (N, N)."""
        index, n = self.look.encoder.arrays["edge_index"], len(self.names)
        return sparse.csr_array((np.ones(index.shape[1]), (index[0], index[1])), shape=(n, n))

    @cached_property
    def labels(self) -> np.ndarray:
        """The classes (N,) of the nodes in a split, K elsewhere."""
        known = np.full(len(self.names), len(self.classes))
        for arrays in self.look.arrays.values():
            known[arrays["node"]] = np.where(arrays["target"] < 0, len(self.classes), arrays["target"])
        return known

    @property
    def legend(self) -> list[str]:
        """What the colours stand for."""
        return [*self.classes, *(["no class known"] if (self.labels == len(self.classes)).any() else [])]

    @cached_property
    def test(self) -> np.ndarray:
        """Places (B,) of the test nodes."""
        return self.look.arrays["test"]["node"]

    def right(self, model: str) -> np.ndarray:
        """Whether a model tells each test node's class (B,)."""
        target, output = self.look.outputs(model, "test")
        return np.asarray(output.argmax(axis=1) == target)

    def places(self) -> list[Section]:
        """The nodes in two dimensions, before and after training; nothing of a network without vectors of them."""
        if not hasattr(self.look.network(self.model), "embed"):
            return []
        n = len(self.names)
        shown = np.sort(np.random.default_rng(0).choice(n, min(n, MOST_NODES), replace=False))
        networks = {
            "Before training": self.look.untrained(self.model),
            "After training": self.look.network(self.model),
        }
        vectors = {title: embedded(network) for title, network in networks.items()}
        parts = [between(found, self.labels, len(self.classes)) for found in vectors.values()]
        text = (
            "Each dot is a node. Its place is what the last hidden layer makes of it, in the two directions in which "
            "nodes differ most; its colour is its true class. Before training, the weights are random, so that only "
            "the graph and the features hold nodes together. Training turns the weights until classes come apart: "
            f"of all that differs between nodes there, {parts[0]:.0%} is between classes before, and {parts[1]:.0%} "
            "after."
        )
        figures = [self.drawn(title, found, shown) for title, found in vectors.items()]
        return [Section("What training does to the nodes", text, figures)]

    def drawn(self, title: str, vectors: np.ndarray, shown: np.ndarray) -> Drawing:
        """Some nodes where their vectors lie, and the edges among them."""
        points = flattened(vectors)
        place = {int(node): i for i, node in enumerate(shown)}
        index = self.look.encoder.arrays["edge_index"]
        inside = [(place[a], place[b]) for a, b in index.T.tolist() if a < b and a in place and b in place]
        nodes = [Node(float(points[i, 0]), float(points[i, 1]), int(self.labels[i]), self.names[i]) for i in shown]
        edges = [Edge(a, b, 0.2) for a, b in inside[:: max(1, len(inside) // MOST_EDGES)]]
        note = self.note(f"{len(shown):,} of {len(self.names):,} nodes of all splits, principal components")
        return Drawing(title, note, nodes, edges, self.legend)

    def reasons(self) -> list[Section]:
        """The neighbourhoods that decided one right and one wrong answer; nothing of a network without a graph."""
        network = self.look.network(self.model)
        if not isinstance(getattr(network, "graph", None), Graph):
            return []
        right = self.right(self.model)
        rows = [int(found[len(found) // 2]) for found in map(np.flatnonzero, (right, ~right)) if len(found)]
        text = (
            "A graph network answers from a node's neighbourhood: messages pass along edges. Which of them decided? "
            "Integrated gradients split how far the answer is above the mean of all classes into what each edge adds. "
            "The strongest are drawn, the large node is the one asked about, and colours are true classes: see "
            "whether the edges that speak for the answer lead to nodes of that class. Where the answer is wrong, they "
            "often do."
        )
        return [Section("The neighbourhood that decided", text, [self.decided(row) for row in rows])]

    def decided(self, row: int) -> Drawing:
        """One test node, and the edges that speak the most for or against what is predicted."""
        target, output = self.look.outputs(self.model, "test")
        node, predicted = int(self.test[row]), int(output[row].argmax())
        spoken = edges_for_class(self.look.network(self.model), node, predicted)
        strongest = [found for found in spoken if found.a != found.b][:MOST_SPOKEN]
        own = sum(found.weight for found in spoken if found.a == found.b)
        verdict = "Right" if predicted == target[row] else "Wrong"
        title = f"{verdict}: {self.names[node]} is {self.classes[int(target[row])]}"
        others = sum(found.weight for found in spoken) - own
        note = self.note(
            f"a test node called {self.classes[predicted]} with {output[row, predicted]:.0%}; edges add {others:+.2f} "
            f"to that answer, the nodes' own loops {own:+.2f}; the {len(strongest)} strongest edges"
        )
        return self.neighbourhood(title, note, node, strongest)

    def neighbourhood(self, title: str, note: str, node: int, strongest: list[Spoken]) -> Drawing:
        """A node, and the ends of some edges."""
        found = list(dict.fromkeys([node, *(end for spoken in strongest for end in (spoken.a, spoken.b))]))
        place = {end: i for i, end in enumerate(found)}
        ends = [(place[spoken.a], place[spoken.b]) for spoken in strongest]
        points = spread(len(found), ends)
        largest = max((abs(spoken.weight) for spoken in strongest), default=1.0)
        nodes = [
            Node(float(x), float(y), int(self.labels[end]), self.names[end], 1.0 if i else 2.0)
            for i, (end, (x, y)) in enumerate(zip(found, points, strict=True))
        ]
        edges = [Edge(a, b, s.weight / largest) for (a, b), s in zip(ends, strongest, strict=True)]
        return Drawing(title, note, nodes, edges, self.legend)

    def reach(self) -> Section:
        """Accuracy against degree, and against distance to a node whose class was known in training."""
        degree = np.diff(self.adjacency.indptr)[self.test]
        group = np.searchsorted(DEGREES, degree, side="right") - 1
        sources = self.look.arrays["train"]["node"]
        far = dijkstra(self.adjacency, indices=sources, unweighted=True, min_only=True)[self.test]
        steps = np.where(np.isfinite(far), far, -1).astype(int)
        lonely = int((steps < 0).sum())
        by_degree = self.shares("Accuracy by number of neighbours", "neighbours", group, dict(enumerate(DEGREES)))
        by_distance = self.shares("Accuracy by distance", "edges to the nearest training node", steps, {})
        text = (
            "A node with many neighbours hears much, and one near a node whose class was known in training hears it "
            f"from close by. {trend(by_distance)} A model that does not look at edges, where one is drawn, shows how "
            "hard the same nodes are by their features alone."
            + (f" Of {len(steps):,} test nodes, {lonely:,} cannot reach any training node." if lonely else "")
        )
        return Section("Where the graph helps", text, [by_degree, by_distance])

    def shares(self, title: str, x: str, group: np.ndarray, named: dict[int, int]) -> Plot:
        """The accuracy of the best models on each group (B,) of the test nodes with enough of them."""
        counts = {int(g): int((group == g).sum()) for g in np.unique(group) if g >= 0}
        known = [g for g, count in counts.items() if count >= FEWEST]
        series = [
            Series(model, [(float(named.get(g, g)), float(right[group == g].mean())) for g in known], "both")
            for model in self.look.ranking[:MOST_MODELS]
            for right in [self.right(model)]
        ]
        words = ", ".join(f"{counts[g]:,} at {range_of(named, g)}" for g in known)
        note = f"Test split, the seed of each model best on validation; nodes: {words}."
        return Plot(title, note, x, "accuracy", series, log_x=bool(named))

    def smoothness(self) -> Section:
        """How alike nodes become with each layer: propagation alone, and the networks."""
        graph = Graph(self.look.encoder, self_loops=True)
        bare = propagated(graph, STEPS)
        series = [Series("propagation alone", list(enumerate(bare)), "both")]
        layered = [model for model in self.look.networks if hasattr(self.look.network(model), "states")]
        for model in layered[:MOST_MODELS]:
            series.append(Series(f"{model}, trained", through(self.look.network(model)), "both"))
        text = (
            "Each convolution mixes a node with its neighbours. Do it often, and all nodes of a connected graph come "
            "to look alike: oversmoothing. Drawn is the mean of 1 - cosine over all pairs of nodes; at 0 they all "
            f"point one way. Propagation without any weights takes it from {bare[0]:.2f} to {bare[-1]:.2f} in {STEPS} "
            "steps. Trained weights push classes apart again, and a network that keeps a share of its first "
            "representation, as GCNII does, can be deep."
        )
        figure = Plot(
            "How different nodes are, by depth",
            f"All {len(self.names):,} nodes of the graph; the seed of each network best on validation.",
            "layers",
            "mean of 1 - cosine",
            series,
        )
        return Section("Too many layers make nodes alike", text, [figure])


@torch.inference_mode()
def embedded(network: torch.nn.Module) -> np.ndarray:
    """What the last hidden layer makes of all nodes (N, d)."""
    return np.asarray(network.embed().numpy())  # type: ignore[operator]


def between(vectors: np.ndarray, labels: np.ndarray, n_classes: int) -> float:
    """The share of the variance of vectors (N, d) that is between classes, over nodes whose class is known."""
    rows = labels < n_classes
    known, names = vectors[rows].astype(float), labels[rows]
    means = np.zeros_like(known)
    for name in np.unique(names):
        means[names == name] = known[names == name].mean(axis=0)
    total = known.var(axis=0).sum()
    return float(means.var(axis=0).sum() / total) if total > 0 else 0.0


def range_of(starts: dict[int, int], group: int) -> str:
    """A group's numbers in words: from where it starts to where the next does, or its own number."""
    if group not in starts:
        return str(group)
    first, after = starts[group], starts.get(group + 1)
    return f"{first} or more" if after is None else str(first) if after == first + 1 else f"{first} to {after - 1}"


def trend(plot: Plot) -> str:
    """How the first model of a plot does at its nearest and farthest points."""
    if not plot.series or len(plot.series[0].points) < 2:
        return ""
    first = plot.series[0]
    (near, close), (far, away) = first.points[0], first.points[-1]
    nearest, farthest = f"{close:.0%} of the nodes {near:.0f} away", f"{away:.0%} of those {far:.0f} away"
    return f"Here {first.name} is right on {nearest} and {farthest}."
