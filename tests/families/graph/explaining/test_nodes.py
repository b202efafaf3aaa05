from types import SimpleNamespace

import numpy as np
import pytest
import torch

from quartet.explanations import Drawing
from quartet.families.graph.explaining import nodes
from quartet.families.graph.explaining.attributions import edges_for_class
from quartet.families.graph.models.gcn import GCN
from quartet.families.graph.models.gcnii import GCNII
from quartet.families.graph.settings import GCNIISettings, GCNSettings
from quartet.family import Encoder

# node 0 knows nothing of itself; of its neighbours 1 to 4 only 1 has a feature, and that alone means "yes"
EDGES = [(0, 1), (0, 2), (0, 3), (0, 4), (2, 3), (4, 5), (5, 6)]
N = 7
ends = np.array(EDGES).T
ENCODER = Encoder(
    {"ids": [f"n{place}" for place in range(N)], "n_features": 2, "classes": ["no", "yes"]},
    {
        "edge_index": np.concatenate([ends, ends[::-1]], axis=1),
        "edge_weight": np.ones(2 * len(EDGES), np.float32),
        "x_index": np.array([[1], [1]]),
        "x_value": np.ones(1, np.float32),
    },
)


def gcn():
    network = GCN(GCNSettings(dataset="d", architecture="gcn", hidden=2, layers=2), ENCODER)
    with torch.no_grad():
        for layer in network.layers:
            layer.lin.weight.copy_(torch.eye(2))
    return network.eval()


def gcnii():
    network = GCNII(GCNIISettings(dataset="d", architecture="gcnii", hidden=2, layers=2), ENCODER)
    with torch.no_grad():
        for linear in (network.input, *network.layers, network.output):
            linear.weight.copy_(torch.eye(2))
        network.input.bias.zero_()
        network.output.bias.zero_()
    return network.eval()


@pytest.mark.parametrize("build", [gcn, gcnii])
def test_the_one_edge_that_decides_a_node_s_class_is_found(build):
    spoken = [found for found in edges_for_class(build(), 0, 1) if found.a != found.b]
    assert (spoken[0].a, spoken[0].b) == (0, 1)
    assert spoken[0].weight > 2 * max((abs(other.weight) for other in spoken[1:]), default=0)


@pytest.mark.parametrize("build", [gcn, gcnii])
def test_the_parts_sum_to_how_far_the_answer_is_above_the_mean(build):
    network = build()
    logits = network(torch.tensor([0]))[0]
    total = sum(found.weight for found in edges_for_class(network, 0, 1, steps=100))
    assert total == pytest.approx((logits[1] - logits.mean()).item(), rel=0.02)


class Look:
    """A look at a network that is right where a node is near the training node 6, and at one that never is."""

    encoder, seeds, ranking, networks = ENCODER, {"m": "seed-0", "other": "seed-0"}, ["m", "other"], ["m"]

    def __init__(self):
        test = {"node": np.array([4, 0, 1, 2, 3]), "target": np.array([1, 1, 1, 1, 0])}
        train, validation = ({"node": np.array([n]), "target": np.array([n % 2])} for n in (6, 5))
        self.arrays = {"train": train, "validation": validation, "test": test}

    def outputs(self, model, split):
        target = self.arrays[split]["target"]
        right = (np.array([True, True, True, False, False])) if model == "m" else np.zeros(5, bool)
        return target, np.eye(2)[np.where(right, target, 1 - target)]

    def network(self, model):
        return gcn()

    untrained = network


@pytest.fixture
def seen():
    return nodes.Nodes(Look(), "m")


def test_distance_counts_edges_to_the_nearest_training_node(seen, monkeypatch):
    monkeypatch.setattr(nodes, "FEWEST", 1)
    by_degree, by_distance = seen.reach().figures
    assert by_distance.series[0].points == [(2.0, 1.0), (3.0, 1.0), (4.0, pytest.approx(1 / 3))]
    assert by_degree.series[0].points == [(1.0, 1.0), (2.0, pytest.approx(1 / 3)), (3.0, 1.0)]
    assert "1 at 3 to 4" in by_degree.note
    assert [value for _, value in by_distance.series[1].points] == [0, 0, 0]


def test_a_right_and_a_wrong_answer_are_drawn_around_their_node(seen):
    right, wrong = seen.reasons()[0].figures
    assert right.title == "Right: n0 is yes"
    assert wrong.title.startswith("Wrong: ")
    assert (right.nodes[0].name, right.nodes[0].size) == ("n0", 2.0)
    assert {right.nodes[edge.b].name for edge in right.edges if edge.weight == 1} == {"n1"}


def test_a_network_without_a_graph_or_vectors_has_no_neighbourhood_and_no_places_to_show():
    seen = nodes.Nodes(SimpleNamespace(network=lambda model: torch.nn.Linear(1, 1)), "m")
    assert (seen.reasons(), seen.places()) == ([], [])


def test_all_sections_are_drawn_of_a_graph_this_small(seen):
    sections = [*seen.places(), seen.smoothness()]
    before, after = sections[0].figures
    assert isinstance(before, Drawing)
    assert [node.colour for node in after.nodes] == [1, 1, 1, 0, 1, 1, 0]
    assert len(after.edges) == len(EDGES)


def test_what_differs_between_classes_is_all_or_nothing_where_it_is_so():
    labels = np.array([0, 0, 1, 1, 2])
    assert nodes.between(np.array([[0.0], [0], [5], [5], [9]]), labels, 2) == pytest.approx(1)
    assert nodes.between(np.array([[0.0], [5], [0], [5], [9]]), labels, 2) == pytest.approx(0)
