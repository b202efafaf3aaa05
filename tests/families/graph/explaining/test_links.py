from types import SimpleNamespace

import numpy as np
import pytest
import torch

import cases
from quartet.explanations import Drawing
from quartet.families.graph.explaining import links

ENCODER = cases.encoder("graph", "tiny_links")
TABLES = cases.canonical("graph", "tiny_links")


class Look:
    """A look at a network whose vectors are the nodes' groups, which alone decide where edges are."""

    encoder, seeds, ranking = ENCODER, {"m": "seed-0"}, ["m"]
    group = np.array([int(name[1:]) % 5 for name in ENCODER.facts["ids"]])

    def __init__(self):
        parts = cases.Family("graph").parts(TABLES, ENCODER)
        self.arrays = {split: cases.Family("graph").features.encode(items, ENCODER) for split, items in parts.items()}

    def outputs(self, model, split):
        arrays = self.arrays[split]
        alike = self.group[arrays["node"][:, 0]] == self.group[arrays["node"][:, 1]]
        return arrays["target"], np.stack([~alike, alike], axis=1) * 0.8 + 0.1

    def network(self, model):
        network = cases.Family("graph").build(cases.model("graph", "gae"), ENCODER)
        network.embed = lambda: torch.eye(5)[self.group]
        return network.eval()

    def untrained(self, model):
        torch.manual_seed(0)
        return cases.Family("graph").build(cases.model("graph", "gae"), ENCODER).eval()


@pytest.fixture(scope="module")
def seen():
    return links.Links(Look(), "m")


def test_curves_hold_all_pairs_and_lie_apart_where_the_network_tells_edges(seen):
    none, edge = seen.scores().figures[0].series
    assert sum(y for _, y in none.points) == pytest.approx(1)
    assert sum(x * y for x, y in edge.points) > sum(x * y for x, y in none.points) + 0.3


def test_pairs_without_an_edge_are_suggested_by_how_likely_they_are_held(seen):
    rows = seen.suggested().rows
    known = {name: int(name[1:]) % 5 for name in ENCODER.facts["ids"]}
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
    assert all((known[row[0]] == known[row[1]]) == (row[2] > 0.5) for row in rows)


def test_shared_neighbours_are_counted_in_the_training_graph(seen):
    adjacency = np.zeros((50, 50))
    adjacency[tuple(ENCODER.arrays["edge_index"])] = 1
    expected = [(adjacency @ adjacency)[a, b] for a, b in seen.pairs]
    assert seen.shared.tolist() == expected


def test_nodes_that_the_network_holds_alike_lie_in_one_place_after_training_and_apart_before(seen):
    before, after = seen.places().figures
    names = [node.name for node in after.nodes]
    n_places = [len({(round(n.x, 3), round(n.y, 3)) for n in drawing.nodes}) for drawing in (before, after)]
    assert sorted(names) == sorted(ENCODER.facts["ids"])
    assert n_places[1] <= 5 < n_places[0]


def test_an_explained_pair_is_drawn_with_the_edges_that_speak_for_it_and_not_its_own(monkeypatch):
    monkeypatch.setattr(Look, "network", Look.untrained)
    for drawing in links.Links(Look(), "m").reasons().figures:
        assert isinstance(drawing, Drawing)
        assert max(abs(edge.weight) for edge in drawing.edges) == pytest.approx(1)
        assert {0, 1} not in [{edge.a, edge.b} for edge in drawing.edges]
        assert all(0 <= value <= 1 for node in drawing.nodes for value in (node.x, node.y))


def test_a_dataset_of_baselines_alone_has_nothing_to_look_into():
    from quartet.families.graph.explain import explain

    assert explain(SimpleNamespace(best=None, task="link_prediction")) == []
