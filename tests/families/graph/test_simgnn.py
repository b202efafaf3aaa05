import numpy as np
import pandas as pd
import pytest
import torch

import cases
from quartet.families.graph import features
from quartet.families.graph.models.simgnn import SimGNN

ENCODER = cases.encoder("graph", "tiny_graphs")
PAIRS = cases.examples("graph", "tiny_graphs")["test"].inputs[0][:7]


def build(encoder=ENCODER, **changes):
    torch.manual_seed(0)
    return SimGNN(cases.model("graph", "simgnn", **changes), encoder).eval()


def vectors(network, number):
    """The vectors (n, d) of one graph's nodes, from its own adjacency matrix alone."""
    members = np.flatnonzero(ENCODER.arrays["graph"] == number)
    x = network.graph.x.to_dense().numpy()[members]
    place = {node: i for i, node in enumerate(members)}
    a = np.eye(len(members))
    for source, target in ENCODER.arrays["edge_index"].T:
        if source in place:
            a[place[source], place[target]] += 1
    root = np.diag(a.sum(axis=1) ** -0.5)
    for i, layer in enumerate(network.layers):
        x = np.maximum(x, 0) if i else x
        x = root @ a @ root @ x @ layer.lin.weight.detach().numpy().T + layer.bias.detach().numpy()
    return x


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def whole(network, u):
    """The vector (d,) of a graph: sec. 4.2 of the paper."""
    context = np.tanh(network.attention.weight.detach().numpy() @ u.mean(axis=0))
    return sigmoid(u @ context) @ u


def scored(network, a, b, histogram):
    """How alike two graphs are, in this order: sec. 4.3."""
    m, v = network.tensor.weight.detach().numpy(), network.sides.weight.detach().numpy()
    slices = np.einsum("i,kij,j->k", a, m, b) + v @ np.concatenate([a, b]) + network.tensor.bias.detach().numpy()
    seen = torch.tensor(np.concatenate([np.maximum(slices, 0), histogram]), dtype=torch.float32)
    return torch.sigmoid(network.score(seen)).item()


@pytest.mark.parametrize("bins", [0, 4])
def test_what_it_says_of_a_pair_is_what_the_paper_s_formulas_say_of_the_two_graphs_alone(bins):
    network, expected = build(bins=bins), []
    for pair in PAIRS.tolist():
        u, w = (vectors(network, number) for number in pair)
        counts, _ = np.histogram(sigmoid(u @ w.T), bins or 1, (0, 1))
        histogram = counts / counts.sum() if bins else np.zeros(0)
        a, b = whole(network, u), whole(network, w)
        expected.append((scored(network, a, b, histogram) + scored(network, b, a, histogram)) / 2)
    np.testing.assert_allclose(network(PAIRS).detach().numpy()[:, 0], expected, atol=1e-5)


def test_the_order_of_two_graphs_changes_nothing():
    network = build()
    torch.testing.assert_close(network(PAIRS), network(PAIRS.flip(1)))


def test_the_order_of_nodes_changes_nothing():
    tables = cases.canonical("graph", "tiny_graphs")
    nodes = tables["nodes"].sample(frac=1, random_state=0)
    other = build(features.fit(tables | {"nodes": nodes}, cases.dataset("graph", "tiny_graphs")))
    torch.testing.assert_close(other(PAIRS), build()(PAIRS), atol=1e-5, rtol=1e-5)


def test_its_weights_hold_no_graph():
    assert pd.Series(build().state_dict().keys()).str.match("layers|attention|tensor|sides|score").all()
