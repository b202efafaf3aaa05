import numpy as np
import pytest
import torch

import cases
from quartet.families.graph.explaining import communities
from quartet.metrics import score

ENCODER = cases.encoder("graph", "tiny_communities")
PARTS = cases.Family("graph").parts(cases.canonical("graph", "tiny_communities"), ENCODER)
GROUP = np.array([int(name) % 3 for name in ENCODER.facts["ids"]])


class Told(torch.nn.Module):
    """A network that puts node i into community group[i]."""

    def __init__(self, group):
        super().__init__()
        self.group = torch.tensor(group)

    def forward(self, node):
        return torch.nn.functional.one_hot(self.group[node], 4).float()

    def embed(self):
        return self(torch.arange(len(self.group)))


class Look:
    """A look at a network that finds the planted groups, and at one that splits a group's nodes by chance."""

    encoder, seeds, ranking = ENCODER, {"right": "seed-0", "wrong": "seed-0"}, ["right", "wrong"]

    def __init__(self):
        self.arrays = {split: cases.Family("graph").features.encode(part, ENCODER) for split, part in PARTS.items()}

    def network(self, model):
        return Told(2 - GROUP if model == "right" else np.arange(60) // 20)


@pytest.fixture
def seen():
    return communities.Communities(Look(), "right")


def test_planted_groups_are_one_class_per_community(seen):
    section = seen.contents()
    counts = np.array([row[2:] for row in section.figures[0].rows])
    assert sorted(counts.max(axis=1).tolist()) == [20, 20, 20]
    assert counts.sum() == 60
    assert "100% of the nodes would be called right" in section.text


def test_planted_groups_have_the_modularity_of_the_classes_and_others_less(seen):
    right, wrong, classes = seen.worth().figures[0].bars
    edges = seen.look.arrays["validation"]
    assert right.value == pytest.approx(score("modularity", edges["target"], GROUP[edges["node"]]))
    assert right.value == pytest.approx(classes.value)
    assert wrong.value < right.value


def test_found_communities_and_classes_stand_on_the_same_places(seen):
    found, classes = seen.places().figures
    assert [(node.x, node.y) for node in found.nodes] == [(node.x, node.y) for node in classes.nodes]
    pairs = {(a.colour, b.colour) for a, b in zip(found.nodes, classes.nodes, strict=True)}
    assert len(pairs) == 3
    assert classes.legend == ENCODER.facts["labels"]


def test_a_large_graph_is_placed_by_its_vectors(seen, monkeypatch):
    monkeypatch.setattr(communities, "FEW", 10)
    found, _ = seen.places().figures
    places = {(round(node.x, 5), round(node.y, 5), node.colour) for node in found.nodes}
    assert len(places) == 3
