import networkx as nx
import pytest
import torch

import cases
from quartet.families.graph.models.louvain import Louvain
from quartet.metrics import score


@pytest.fixture
def network():
    network = Louvain(cases.model("graph", "louvain"), cases.encoder("graph", "tiny_communities"))
    network.fit(cases.examples("graph", "tiny_communities")["train"])
    return network


def test_its_communities_have_networkx_s_modularity(network):
    edges = cases.examples("graph", "tiny_communities")["validation"]
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (*ends.tolist(), w.item()) for ends, w in zip(*edges.inputs, edges.target, strict=True)
    )
    expected = max(nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=s)) for s in range(5))
    found = network(edges.inputs[0]).argmax(dim=-1)
    assert score("modularity", edges.target.numpy(), found.numpy()) == pytest.approx(expected, abs=0.01)


def test_the_largest_community_comes_first(network):
    sizes = torch.bincount(network.community).tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 0
