import numpy as np
import pytest
import torch

import cases
from quartet.families.graph.explaining import similarity
from quartet.families.graph.similarity import encode

ENCODER = cases.encoder("graph", "tiny_graphs")
TABLES = cases.canonical("graph", "tiny_graphs")
DEGREE = np.bincount(ENCODER.arrays["edge_index"][0])
HUB = int(DEGREE.argmax())


def heeding_hubs():
    """A network whose nodes' vectors are set so that those with most neighbours get all the attention."""
    torch.manual_seed(0)
    network = cases.Family("graph").build(cases.model("graph", "simgnn", hidden=2), ENCODER)
    high = torch.tensor(DEGREE[HUB] == DEGREE).float()
    vectors = torch.stack([10 * high - 5, torch.ones(len(DEGREE))], dim=1)
    network.nodes = lambda: torch.cat([vectors, torch.zeros(1, 2)])
    with torch.no_grad():
        network.attention.weight.copy_(torch.tensor([[0.0, 9.0], [0.0, 0.0]]))
    return network.eval()


class Look:
    """A look at two models: one that is right, and one that says of all pairs the reverse."""

    encoder, seeds, ranking = ENCODER, {"right": "seed-0", "wrong": "seed-0"}, ["right", "wrong"]

    def __init__(self):
        parts = cases.Family("graph").parts(TABLES, ENCODER)
        self.arrays = {split: encode(items, ENCODER) for split, items in parts.items()}

    def outputs(self, model, split):
        target = self.arrays[split]["target"]
        return target, target if model == "right" else 1 - target

    def network(self, model):
        return heeding_hubs()

    untrained = network


@pytest.fixture(scope="module")
def seen():
    return similarity.Pairs(Look(), "right")


def test_dots_of_a_network_that_is_right_lie_on_the_line(seen):
    pairs, line = seen.distances().figures[0].series
    assert all(x == pytest.approx(y, abs=1e-3) for x, y in pairs.points)
    assert line.points[0] == (0.0, 0.0)
    assert "off by 0.00" in seen.distances().text


def test_a_network_that_is_right_finds_all_that_are_near_and_one_that_is_wrong_finds_few(seen):
    rank, share = seen.queries().figures
    assert [bar.value for bar in rank.bars] == pytest.approx([1, -1])
    assert share.bars[0].value == 1 > share.bars[1].value + 0.3


def test_graphs_asked_for_are_those_of_the_test_split(seen):
    graphs = TABLES["graphs"]
    expected = set(graphs.loc[graphs["split"] == "test", "id"])
    assert {ENCODER.facts["graphs"][number] for number in seen.asked()} == expected


def test_attention_finds_the_nodes_that_it_was_given_to(seen):
    attention = seen.attentions
    assert attention[HUB] > 0.99
    assert attention[DEGREE[HUB] > DEGREE].max() < 0.02
    assert seen.attention().figures[0].series[1].points[-1] == (float(DEGREE[HUB]), pytest.approx(attention[HUB]))


def test_a_pair_is_drawn_as_its_two_graphs_side_by_side(seen):
    drawing = seen.drawn("A pair", 0)
    sizes = [ENCODER.facts["sizes"][graph] for graph in seen.pairs[0]]
    left, right = ([node for node in drawing.nodes if node.colour == side] for side in (0, 1))
    assert [len(left), len(right)] == sizes
    assert max(node.x for node in left) < min(node.x for node in right)
    assert len(drawing.edges) == sum(sizes) - 2  # both are trees
    assert all((edge.a < sizes[0]) == (edge.b < sizes[0]) for edge in drawing.edges)
