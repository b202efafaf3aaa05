"""The deep graph convolutional network against torch_geometric's layer."""

import pytest
import torch
from torch_geometric.nn import GCN2Conv

import cases
from quartet.families.graph.models.gcnii import GCNII


@pytest.fixture
def network():
    torch.manual_seed(0)
    return GCNII(cases.model("graph", "gcnii"), cases.encoder("graph", "tiny_nodes")).eval()


def test_its_layers_are_torch_geometric_s(network):
    states, graph = network.states(), network.graph
    for number, layer in enumerate(network.layers, start=1):
        peer = GCN2Conv(16, alpha=0.1, theta=0.5, layer=number, normalize=False)
        peer.weight1.data = layer.weight.T
        expected = peer(states[number - 1], states[0], graph.edge_index, graph.weight).relu()
        assert torch.allclose(states[number], expected, atol=1e-6)


def test_convolutions_and_ends_have_weight_decays_of_their_own(network):
    decays = {id(parameter): decay for parameters, decay in network.weight_decays() for parameter in parameters}
    assert {decays[id(parameter)] for parameter in network.layers.parameters()} == {0.01}
    assert {decays[id(parameter)] for parameter in network.output.parameters()} == {5e-4}
