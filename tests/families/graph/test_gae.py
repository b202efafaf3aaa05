import numpy as np
import pytest
import torch
from torch_geometric.nn import models as peers

import cases
from quartet.families.graph.models.gae import GAE, VGAE
from quartet.families.graph.models.gnae import GNAE
from quartet.learning.module import loss_of

CLASSES = {"gae": GAE, "vgae": VGAE, "gnae": GNAE}
ENCODER = cases.encoder("graph", "tiny_links")
PAIRS = torch.tensor([[0, 1], [3, 40], [49, 7]])


def build(name, **changes):
    torch.manual_seed(0)
    return CLASSES[name](cases.model("graph", name, **changes), ENCODER).eval()


def dense():
    """Features X (N, F), and D^-1/2 (A + I) D^-1/2 (N, N) of the training edges."""
    n = len(ENCODER.facts["ids"])
    x, adjacency = np.zeros((n, ENCODER.facts["n_features"])), np.eye(n)
    x[tuple(ENCODER.arrays["x_index"])] = ENCODER.arrays["x_value"]
    adjacency[tuple(ENCODER.arrays["edge_index"])] += ENCODER.arrays["edge_weight"]
    root = np.diag(adjacency.sum(axis=1) ** -0.5)
    return x, root @ adjacency @ root


def logits_of(z):
    """0 and z_a · z_b of each pair."""
    return np.stack([np.zeros(len(PAIRS)), (z[PAIRS[:, 0]] * z[PAIRS[:, 1]]).sum(axis=1)], axis=1)


@pytest.mark.parametrize("name", ["gae", "vgae"])
def test_logits_of_auto_encoders_are_those_of_the_dense_formula_of_the_mean(name):
    network, (x, a) = build(name), dense()
    w1, w2 = (layer.lin.weight.detach().numpy().T for layer in (network.hidden, network.mean))
    expected = logits_of(a @ np.maximum(a @ x @ w1, 0) @ w2)
    np.testing.assert_allclose(network(PAIRS).detach().numpy(), expected, atol=1e-5)


def test_logits_of_a_normalised_one_are_those_of_the_dense_formula():
    network, (x, a) = build("gnae", scale=3.0, steps=2), dense()
    h = x @ network.weight.detach().numpy()
    z = a @ a @ (3 * h / np.linalg.norm(h, axis=1, keepdims=True))
    np.testing.assert_allclose(network(PAIRS).detach().numpy(), logits_of(z), atol=1e-5)


def test_the_probability_of_an_edge_is_that_of_torch_geometric_s_decoder():
    network = build("gae")
    expected = peers.InnerProductDecoder()(network.embed(), PAIRS.T)
    torch.testing.assert_close(network(PAIRS).softmax(dim=1)[:, 1], expected)


def test_the_loss_of_as_many_edges_as_others_is_half_of_torch_geometric_s():
    network, peer = build("gae"), peers.VGAE(torch.nn.Identity())
    batch = cases.examples("graph", "tiny_links")["test"]
    joined, apart = (batch.inputs[0][batch.target == k].T for k in (1, 0))
    expected = peer.recon_loss(network.embed(), joined, apart) / 2
    torch.testing.assert_close(loss_of(network(*batch.inputs), batch.target), expected, atol=1e-5, rtol=1e-5)


def test_the_penalty_is_torch_geometric_s_divergence_over_the_number_of_nodes():
    network = build("vgae").train()
    network(PAIRS)
    h = network.first()
    mean, log_sd = network.pass_on(h, network.mean), network.pass_on(h, network.log_sd)
    expected = peers.VGAE(torch.nn.Identity()).kl_loss(mean, log_sd) / len(ENCODER.facts["ids"])
    torch.testing.assert_close(network.penalty(), expected)


def test_vectors_are_drawn_in_training_around_their_means_with_their_deviations():
    network = build("vgae").train()
    with torch.inference_mode():
        h = network.first()
        mean, sd = network.pass_on(h, network.mean), network.pass_on(h, network.log_sd).exp()
        drawn = torch.stack([network.embed() for _ in range(60)])
    assert ((drawn.mean(dim=0) - mean).abs() < 5 * sd / 60**0.5).all()
    torch.testing.assert_close(drawn.std(dim=0), sd, atol=0.0, rtol=0.5)


@pytest.mark.parametrize("name", CLASSES)
def test_a_pair_is_the_same_in_both_orders_and_the_weights_hold_no_graph(name):
    network = build(name)
    torch.testing.assert_close(network(PAIRS), network(PAIRS.flip(1)))
    assert not {key for key in network.state_dict() if key.startswith("graph")}
