import numpy as np
import pytest
import torch

import cases
from quartet.families.graph.explaining.smoothness import distance, narrow, propagated, through
from quartet.families.graph.models.gcnii import GCNII
from quartet.families.graph.models.graph import Graph


def test_the_distance_is_the_mean_over_all_pairs():
    h = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    pairs = [1 - torch.cosine_similarity(h[i], h[j], dim=0).item() for i in range(9) for j in range(i)]
    assert distance(h) == pytest.approx(np.mean(pairs), abs=1e-5)


def test_nodes_of_which_nothing_is_known_do_not_count():
    h = torch.tensor([[1.0, 0], [0, 1], [0, 0]])
    assert distance(h) == pytest.approx(1)


def test_propagation_makes_the_nodes_of_a_connected_graph_alike():
    graph = Graph(cases.encoder("graph", "tiny_communities"), self_loops=True)
    graph.x_value.abs_()
    found = propagated(graph, 60)
    assert found[0] > found[1] > found[2] > found[10]
    assert found[-1] < 0.01 * found[0]


def test_narrowing_keeps_distances_nearly():
    x = (torch.rand(50, 2000, generator=torch.Generator().manual_seed(0)) < 0.02).float()
    assert distance(narrow(x.to_sparse())) == pytest.approx(distance(x), abs=0.03)


def test_a_deep_network_s_first_state_has_passed_no_layer():
    network = GCNII(cases.model("graph", "gcnii"), cases.encoder("graph", "tiny_nodes")).eval()
    assert [layers for layers, _ in through(network)] == list(range(len(network.layers) + 1))
