"""Deep modularity against torch_geometric's dense losses and networkx's modularity."""

import networkx as nx
import numpy as np
import pytest
import torch
from torch_geometric.nn import DMoNPooling

import cases
from quartet.families.graph.models.dmon import DMoN
from quartet.families.graph.models.modularity import modularity_loss


@pytest.fixture
def network():
    torch.manual_seed(0)
    return DMoN(cases.model("graph", "dmon"), cases.encoder("graph", "tiny_communities")).eval()


def adjacency(encoder):
    dense = torch.zeros(60, 60)
    dense[tuple(encoder.arrays["edge_index"])] = torch.tensor(encoder.arrays["edge_weight"])
    return dense


def test_its_loss_is_torch_geometric_s(network):
    output = network(torch.arange(60))
    peer = DMoNPooling([16], 3).eval()
    peer.mlp = torch.nn.Identity()
    dense = adjacency(cases.encoder("graph", "tiny_communities"))
    _, _, _, spectral, _, cluster = peer(output[None], dense[None])
    torch.testing.assert_close(network.loss(output, torch.zeros(60)), spectral + cluster, atol=1e-5, rtol=1e-4)


def test_it_keeps_the_epoch_of_the_highest_modularity():
    graph = nx.les_miserables_graph()
    names = {name: place for place, name in enumerate(graph)}
    ends = torch.tensor([[names[a], names[b]] for a, b in graph.edges])
    weight = torch.tensor([float(w) for *_, w in graph.edges.data("weight")])
    logits = torch.randn(len(graph), 4, generator=torch.Generator().manual_seed(0))
    found = logits.argmax(dim=1).numpy()
    groups = [{name for name, place in names.items() if found[place] == c} for c in np.unique(found)]
    expected = nx.community.modularity(graph, groups, weight="weight")
    assert -modularity_loss(logits[ends], weight).item() == pytest.approx(expected)
