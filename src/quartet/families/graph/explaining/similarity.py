"""What a network that compares graphs sees: how near its distances are, which graphs it mistakes, and what it heeds."""

from functools import cached_property

import numpy as np
import torch

from quartet.explanations import Bar, Bars, Drawing, Edge, Node, Plot, Section, Series
from quartet.families.graph.explaining.placing import spread
from quartet.families.graph.explaining.seen import Seen
from quartet.families.graph.similarity import distance
from quartet.looks import Look
from quartet.metrics import spearman

MOST_PAIRS = 500  # dots of a plot
NEAREST = 10
WEAK = 0.3  # a correlation below which nothing is said


def explain(look: Look, model: str) -> list[Section]:
    """The network best on validation, on the pairs of test."""
    seen = Pairs(look, model)
    attention = [seen.attention()] if hasattr(look.network(model), "shares") else []
    return [seen.distances(), seen.queries(), seen.examples(), *attention]


class Pairs(Seen):
    """One network, and what it says of the test pairs."""

    @cached_property
    def pairs(self) -> np.ndarray:
        """Places (B, 2) of the test pairs' graphs."""
        return self.look.arrays["test"]["node"]

    @cached_property
    def apart(self) -> tuple[np.ndarray, np.ndarray]:
        """How far the graphs of the test pairs are apart (B,), exactly and as predicted."""
        target, output = self.look.outputs(self.model, "test")
        return tuple(distance(values, self.pairs, self.look.encoder) for values in (target, output))  # type: ignore[return-value]

    def distances(self) -> Section:
        """Predicted against exact distances."""
        exact, predicted = self.apart
        chosen = np.random.default_rng(0).permutation(len(exact))[:MOST_PAIRS]
        top = float(exact.max())
        series = [
            Series("pairs", [(float(exact[i]), float(predicted[i])) for i in chosen], "dots"),
            Series("right", [(0.0, 0.0), (top, top)], "line"),
        ]
        note = self.note(f"{len(chosen):,} of {len(exact):,} pairs of the test split")
        figure = Plot("Predicted against exact distance", note, "exact distance", "predicted distance", series)
        error = float(np.abs(exact - predicted).mean())
        text = (
            "How many nodes and edges must be added or removed to make one graph of another? To find the least number "
            "exactly, all ways to match their nodes must be tried; the network only compares two vectors and guesses. "
            f"On pairs with a graph it never saw it is off by {error:.2f} in the mean. Dots on the line are right; it "
            "is the surer the nearer two graphs are, since what it learns is exp(-distance / mean size), which tells "
            "large distances hardly apart."
        )
        return Section("How far two graphs are apart", text, [figure])

    def queries(self) -> Section:
        """How well each model finds the graphs nearest to one."""
        found = {model: self.by_query(model) for model in self.look.ranking}
        n = len(next(iter(found.values()))[0])
        rank = [Bar(model, float(np.mean(rho))) for model, (rho, _) in found.items()]
        share = [Bar(model, float(np.mean(hits))) for model, (_, hits) in found.items()]
        note = f"{n:,} graphs of the test split, each compared with all it is paired with; the seed best on validation."
        text = (
            "Such a network serves a search: given one graph, which others are like it? Each test graph is compared "
            f"with all others. Bars show how well the order of the answers is kept, and how many of the {NEAREST} that "
            f"are named first are among the {NEAREST} nearest; a graph as near as the last of these counts."
        )
        figures = [
            Bars("Order of the answers", note, "Spearman's ρ, mean over graphs", rank),
            Bars(f"The {NEAREST} nearest that are found", note, "share", share),
        ]
        return Section("Finding the graphs that are alike", text, figures)

    def by_query(self, model: str) -> tuple[list[float], list[float]]:
        """For each test graph: the correlation of ranks, and the share of the nearest that is found."""
        target, output = self.look.outputs(model, "test")
        rho, hits = [], []
        for graph in self.asked():
            rows = (self.pairs == graph).any(axis=1)
            correlation = spearman(target[rows], output[rows])
            rho.append(0.0 if correlation != correlation else correlation)
            hits.append(found_share(target[rows], output[rows]))
        return rho, hits

    def asked(self) -> list[int]:
        """The graphs of the test split: those that no pair of training or validation holds."""
        known = np.union1d(*(self.look.arrays[split]["node"].ravel() for split in ("train", "validation")))
        return [int(graph) for graph in np.setdiff1d(self.pairs.ravel(), known)]

    def examples(self) -> Section:
        """Pairs that are drawn: the best, a usual one and the worst."""
        exact, predicted = self.apart
        order = np.argsort(np.abs(exact - predicted), kind="stable")
        chosen = {"The most exact": order[0], "A usual one": order[len(order) // 2], "The worst": order[-1]}
        figures = [self.drawn(title, int(i)) for title, i in chosen.items()]
        text = (
            "Two graphs side by side, and how far the network holds them to be apart. The larger a node, the more "
            "attention it gets: the more it counts in the vector of its graph."
        )
        return Section("Pairs of graphs", text, figures)

    def drawn(self, title: str, i: int) -> Drawing:
        """Both graphs of a pair, the first one to the left."""
        exact, predicted = self.apart
        nodes: list[Node] = []
        edges: list[Edge] = []
        for side, graph in enumerate(self.pairs[i]):
            first, (places, ends, names, attention) = len(nodes), self.graph(int(graph))
            nodes += [
                Node(float(0.42 * x + 0.58 * side), float(y), side, name, float(0.5 + share))
                for (x, y), name, share in zip(places, names, attention, strict=False)
            ]
            edges += [Edge(first + a, first + b) for a, b in ends]
        note = self.note(f"a pair of the test split: exact distance {exact[i]:.0f}, predicted {predicted[i]:.1f}")
        names = [self.look.encoder.facts["graphs"][graph] for graph in self.pairs[i]]
        return Drawing(f"{title}: {names[0]} and {names[1]}", note, nodes, edges, names)

    def graph(self, number: int) -> tuple[np.ndarray, list[tuple[int, int]], list[str], np.ndarray]:
        """Places (n, 2) of a graph's nodes, its edges, the nodes' names, and the attention (n,) that each gets."""
        arrays, ids = self.look.encoder.arrays, self.look.encoder.facts["ids"]
        members = np.flatnonzero(arrays["graph"] == number)
        place = {int(node): i for i, node in enumerate(members)}
        ends = [(place[a], place[b]) for a, b in arrays["edge_index"].T.tolist() if a < b and a in place]
        names = [ids[node].partition("/")[2] for node in members]
        return spread(len(members), ends), ends, names, self.attentions[members]

    @cached_property
    def attentions(self) -> np.ndarray:
        """How much attention each node (N,) gets, 0 to 1; ½ where the network has none."""
        network = self.look.network(self.model)
        return (
            attention_of(network) if hasattr(network, "shares") else np.full(len(self.look.encoder.facts["ids"]), 0.5)
        )

    def attention(self) -> Section:
        """Attention by the degree of a node, before and after training."""
        degree = np.bincount(self.look.encoder.arrays["edge_index"][0], minlength=len(self.attentions))
        untrained = attention_of(self.look.untrained(self.model))
        series = [
            Series(name, mean_by(degree, values), "both")
            for name, values in (("before training", untrained), ("after training", self.attentions))
        ]
        note = self.note(f"mean over {len(degree):,} nodes of all graphs")
        figure = Plot("Attention by degree", note, "neighbours of a node", "attention", series)
        rank = spearman(degree.astype(float), self.attentions)
        heeds = "about as much as" if abs(rank) < WEAK else "more than" if rank > 0 else "less than"
        text = (
            "A graph's vector is a sum over its nodes, each weighed by its attention: how much it agrees with the "
            f"graph's mean. Nodes with many neighbours get {heeds} others here (rank correlation {rank:+.2f}). Nobody "
            "told the network what makes two graphs differ: it learnt how much each node is to count."
        )
        return Section("Which nodes it heeds", text, [figure])


def attention_of(network: torch.nn.Module) -> np.ndarray:
    """How much attention a network gives each node (N,)."""
    with torch.inference_mode():
        return np.asarray(network.shares(network.nodes()[:-1])[:, 0].numpy())  # type: ignore[operator]


def mean_by(key: np.ndarray, values: np.ndarray) -> list[tuple[float, float]]:
    """The mean of values (N,) at each key (N,), by key."""
    return [(float(k), float(values[key == k].mean())) for k in np.unique(key)]


def found_share(target: np.ndarray, output: np.ndarray) -> float:
    """How many of the first few answers (B,) are among the nearest, or as near as the last of these."""
    n = min(NEAREST, len(target))
    last = np.sort(target)[-n]
    return float((target[np.argsort(-output, kind="stable")[:n]] >= last).mean())
