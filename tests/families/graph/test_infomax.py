"""Deep graph infomax against torch_geometric's loss, and what its centres follow."""

import pytest
import torch
from torch.nn.functional import normalize
from torch_geometric.nn import DeepGraphInfomax

import cases
from quartet.families.graph.models.infomax import Infomax
from quartet.metrics import score

NODES = torch.arange(60)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return Infomax(cases.model("graph", "infomax"), cases.encoder("graph", "tiny_communities"))


def test_its_loss_is_torch_geometric_s(network):
    true, shuffled = torch.randn(2, 60, 16)
    peer = DeepGraphInfomax(16, torch.nn.Identity(), lambda z: z.mean(dim=0).sigmoid(), lambda z: z)
    peer.weight.data = network.agreement.weight
    expected = peer.loss(true, shuffled, peer.summary(true))
    torch.testing.assert_close(network.contrast_of(true, shuffled), expected)


def test_a_convolution_is_the_dense_formula_s(network):
    dense = network.graph.adjacency().to_dense() @ network.graph.x.to_dense() @ network.weight
    torch.testing.assert_close(network.embed(), network.activation(dense + network.bias))


def test_its_centres_find_directions_that_lie_apart(network):
    around = torch.eye(16)[torch.arange(60) % 3]
    network.follow(normalize(around + 0.01 * torch.randn(60, 16)))
    found = (around @ network.centres.T).argmax(dim=1)
    assert score("nmi", (NODES % 3).numpy(), found.numpy()) == pytest.approx(1)


def test_nothing_moves_its_centres_when_it_is_asked(network):
    network(NODES)
    before = network.centres.clone()
    network.eval()(NODES)
    assert torch.equal(network.centres, before)
    assert before.norm(dim=1).tolist() == pytest.approx([1, 1, 1])
