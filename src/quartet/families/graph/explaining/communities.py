"""What a network that finds communities sees: where they lie, what they hold, and how they compare with classes."""

from functools import cached_property

import numpy as np
import torch

from quartet.explanations import Bar, Bars, Drawing, Edge, Node, Section, Table
from quartet.families.graph.explaining.placing import flattened, spread
from quartet.families.graph.explaining.seen import Seen
from quartet.looks import Look
from quartet.metrics import modularity

FEW = 100  # nodes that are drawn as a graph
MOST_NODES, MOST_EDGES = 400, 600  # of a drawing
MOST_COMMUNITIES = 20  # of a table


def explain(look: Look, model: str) -> list[Section]:
    """The network of the highest modularity."""
    seen = Communities(look, model)
    return [seen.places(), seen.contents(), seen.worth()]


class Communities(Seen):
    """One network, and the communities it finds."""

    @property
    def classes(self) -> list[str]:
        """The classes of the nodes, which no network saw; none where nobody says them."""
        return list(self.look.encoder.facts["labels"])

    @cached_property
    def labels(self) -> np.ndarray:
        """The classes (N,) of the nodes, K where they have none."""
        known = np.full(len(self.names), len(self.classes))
        test = self.look.arrays["test"]
        if self.classes:
            known[test["node"]] = np.where(test["target"] < 0, len(self.classes), test["target"])
        return known

    @torch.inference_mode()
    def found(self, model: str) -> np.ndarray:
        """The communities (N,) that a model puts the nodes into, numbered by size."""
        logits = self.look.network(model)(torch.arange(len(self.names)))
        return by_size(np.asarray(logits.argmax(dim=1)))

    def places(self) -> Section:
        """The communities and, where they are known, the classes, on the same places."""
        found = self.found(self.model)
        points, how = self.points()
        names = [f"community {number + 1}" for number in range(int(found.max()) + 1)]
        figures = [self.drawn("Found communities", points, found, names, how)]
        if self.classes:
            figures.append(self.drawn("Classes", points, self.labels, [*self.classes, "no class known"], how))
        text = (
            "A community is a group of nodes with many edges inside and few to others. The network was told none: it "
            f"was asked for {self.look.encoder.facts['communities']}, and saw only the graph and the nodes' features. "
            "Colours are the communities it found"
            + (", and beside them the classes, which it never saw." if self.classes else ".")
        )
        return Section("The communities", text, figures)

    def points(self) -> tuple[np.ndarray, str]:
        """Where all nodes are drawn (N, 2), and how that was chosen."""
        n, network = len(self.names), self.look.network(self.model)
        if n <= FEW or not hasattr(network, "embed"):
            index = self.look.encoder.arrays["edge_index"]
            return spread(n, [(a, b) for a, b in index.T.tolist() if a < b]), "placed by their edges"
        with torch.inference_mode():
            vectors = network.embed()  # type: ignore[operator]
        return flattened(np.asarray(vectors.numpy())), "placed by the principal components of their vectors"

    def drawn(self, title: str, points: np.ndarray, colours: np.ndarray, legend: list[str], how: str) -> Drawing:
        """Some nodes in their colours, and the edges among them."""
        n = len(self.names)
        shown = np.sort(np.random.default_rng(0).choice(n, min(n, MOST_NODES), replace=False))
        place = {int(node): i for i, node in enumerate(shown)}
        index = self.look.encoder.arrays["edge_index"]
        inside = [(place[a], place[b]) for a, b in index.T.tolist() if a < b and a in place and b in place]
        nodes = [Node(float(points[i, 0]), float(points[i, 1]), int(colours[i]), self.names[i]) for i in shown]
        edges = [Edge(a, b, 0.3) for a, b in inside[:: max(1, len(inside) // MOST_EDGES)]]
        used = legend[: int(colours.max()) + 1]
        return Drawing(title, self.note(f"{len(shown):,} of {n:,} nodes, {how}"), nodes, edges, used)

    def contents(self) -> Section:
        """How many nodes of each class each community holds."""
        found = self.found(self.model)
        counts = [np.bincount(self.labels[found == c], minlength=len(self.classes) + 1) for c in np.unique(found)]
        rows: list[list[str | float | int]] = [
            [f"community {c + 1}", int(row.sum()), *map(int, row[:-1])] for c, row in enumerate(counts)
        ]
        table = Table(
            "Communities and classes" if self.classes else "Sizes of the communities",
            self.note(f"all {len(self.names):,} nodes; the {min(len(rows), MOST_COMMUNITIES)} largest communities"),
            ["community", "nodes", *self.classes],
            rows[:MOST_COMMUNITIES],
        )
        return Section("What they hold", self.purity(counts), [table])

    def purity(self, counts: list[np.ndarray]) -> str:
        """What to see in the counts of classes in each community."""
        sizes = [int(row.sum()) for row in counts]
        text = f"The largest community holds {max(sizes):,} nodes, the smallest {min(sizes):,}."
        if not self.classes:
            return text
        known = sum(int(row[:-1].sum()) for row in counts)
        share = sum(int(row[:-1].max()) for row in counts) / max(known, 1)
        return (
            f"{text} Each row is a community, each column a class. If a class were named for each community after the "
            f"fact, {share:.0%} of the nodes would be called right. A class that is spread over several rows is one "
            "that the graph does not hold together."
        )

    def worth(self) -> Section:
        """The modularity of what each model found, and of the classes."""
        bars = [Bar(model, self.modularity_of(self.found(model))) for model in self.look.ranking]
        best = max(bars, key=lambda bar: bar.value)
        text = (
            "Modularity is the share of the edges inside communities, less what chance would put there. It needs no "
            f"label, so that models are ranked by it; {best.name} has the highest, {best.value:.2f}."
        )
        if self.classes and (self.labels < len(self.classes)).all():
            classes = Bar("the classes", self.modularity_of(self.labels))
            bars.append(classes)
            text += (
                f" The classes themselves have {classes.value:.2f}: where that is less, the communities of the graph "
                "are not what people meant by the classes, and a higher modularity need not agree with them more."
            )
        note = f"All {len(self.look.arrays['validation']['node']):,} edges; the seed of each model best on validation."
        return Section("How good they are", text, [Bars("Modularity", note, "modularity", bars)])

    def modularity_of(self, colours: np.ndarray) -> float:
        """The modularity of some numbers (N,) of the nodes."""
        edges = self.look.arrays["validation"]
        return modularity(edges["target"], colours[edges["node"]])


def by_size(found: np.ndarray) -> np.ndarray:
    """Communities (N,) numbered anew, the largest 0."""
    names, place, counts = np.unique(found, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), dtype=int)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(names))
    return np.asarray(rank[place])
