import numpy as np
import pytest
import torch

from quartet.families.graph.explaining.attributions import edges_for
from quartet.families.graph.models.gae import GAE
from quartet.families.graph.models.gnae import GNAE
from quartet.families.graph.pair_settings import GAESettings, GNAESettings
from quartet.family import Encoder

# nodes 0 and 1 are asked about; only 2, a neighbour of 0, looks as 1 does, and all others as nobody else
EDGES = [(0, 2), (0, 3), (0, 4), (1, 5), (1, 6), (3, 4), (5, 6)]
LOOKS = [0, 1, 1, 2, 2, 3, 3]


def encoder():
    ends = np.array(EDGES).T
    arrays = {
        "edge_index": np.concatenate([ends, ends[::-1]], axis=1),
        "edge_weight": np.ones(2 * len(EDGES), np.float32),
        "x_index": np.stack([np.arange(len(LOOKS)), np.array(LOOKS)]),
        "x_value": np.ones(len(LOOKS), np.float32),
    }
    facts = {"ids": [str(n) for n in range(len(LOOKS))], "n_features": 4, "classes": ["no edge", "edge"]}
    return Encoder(facts, arrays)


def gae():
    network = GAE(GAESettings(dataset="d", architecture="gae", hidden=4, d_embedding=4), encoder())
    with torch.no_grad():
        for layer in (network.hidden, network.mean):
            layer.lin.weight.copy_(torch.eye(4))
    return network.eval()


def gnae():
    network = GNAE(GNAESettings(dataset="d", architecture="gnae", d_embedding=4), encoder())
    with torch.no_grad():
        network.weight.copy_(torch.eye(4))
    return network.eval()


@pytest.mark.parametrize("build", [gae, gnae])
def test_the_one_edge_that_makes_two_nodes_alike_is_found(build):
    spoken = [found for found in edges_for(build(), (0, 1)) if found.a != found.b]
    assert (spoken[0].a, spoken[0].b) == (0, 2)
    assert spoken[0].weight > 1.4 * max([abs(other.weight) for other in spoken[1:]], default=0.0)


@pytest.mark.parametrize("build", [gae, gnae])
def test_the_parts_sum_to_the_log_odds(build):
    network = build()
    logits = network(torch.tensor([[0, 1]]))[0]
    total = sum(found.weight for found in edges_for(network, (0, 1), steps=100))
    assert total == pytest.approx((logits[1] - logits[0]).item(), rel=0.02)


def test_an_edge_that_no_message_of_the_pair_passes_says_nothing():
    far = {frozenset((found.a, found.b)) for found in edges_for(gnae(), (0, 1))}
    assert frozenset((3, 4)) not in far
    assert frozenset((5, 6)) not in far
