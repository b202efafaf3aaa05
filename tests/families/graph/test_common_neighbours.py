import networkx as nx
import pytest
import torch

import cases
from quartet.families.graph.models.common_neighbours import CommonNeighbours

ENCODER = cases.encoder("graph", "tiny_links")
GRAPH = nx.Graph(ENCODER.arrays["edge_index"].T.tolist())
PAIRS = cases.examples("graph", "tiny_links")["test"].inputs[0]


def build(index):
    return CommonNeighbours(cases.model("graph", "common_neighbours", index=index), ENCODER)


def test_scores_count_the_neighbours_that_networkx_finds():
    expected = [float(len(list(nx.common_neighbors(GRAPH, *pair)))) for pair in PAIRS.tolist()]
    assert build("common_neighbours").score(PAIRS).tolist() == expected


def test_neighbours_count_by_their_own_as_networkx_has_it():
    expected = [score for _, _, score in nx.adamic_adar_index(GRAPH, PAIRS.tolist())]
    assert build("adamic_adar").score(PAIRS).tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("index", ["common_neighbours", "adamic_adar"])
def test_probabilities_rise_with_the_scores_and_are_right_in_the_mean_of_training(index):
    network, train = build(index), cases.examples("graph", "tiny_links")["train"]
    network.fit(train)
    score, logit = network.score(PAIRS), network(PAIRS)[:, 1]
    assert torch.equal(score.argsort(stable=True), logit.argsort(stable=True))
    drawn = train.of_epoch(torch.Generator().manual_seed(0))
    means = network(*drawn.inputs)[:, 1].sigmoid().mean(), drawn.target.float().mean()
    torch.testing.assert_close(*means, atol=1e-3, rtol=0)
