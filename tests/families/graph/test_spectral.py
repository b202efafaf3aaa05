import networkx as nx
import numpy as np
import pytest
import torch

import cases
from quartet.families.graph.models.spectral import Spectral, arrays_of, degree_counts, spectra

ENCODER = cases.encoder("graph", "tiny_graphs")


def graph_of(number):
    members = np.flatnonzero(ENCODER.arrays["graph"] == number)
    graph = nx.Graph()
    graph.add_nodes_from(members.tolist())
    graph.add_edges_from(edge for edge in ENCODER.arrays["edge_index"].T.tolist() if edge[0] in members)
    return graph


@pytest.mark.parametrize("number", [0, 11, 39])
def test_spectra_and_degrees_are_those_of_networkx(number):
    graph = graph_of(number)
    found = spectra(*arrays_of(ENCODER))[number].numpy()
    expected = np.sort(nx.laplacian_spectrum(graph))[::-1]
    np.testing.assert_allclose(found, np.pad(expected, (0, len(found) - len(graph))), atol=1e-5)
    counts = degree_counts(*arrays_of(ENCODER))[number].tolist()
    assert counts == [*nx.degree_histogram(graph), *[0] * (len(counts) - len(nx.degree_histogram(graph)))]


def test_weights_are_those_of_the_closed_form_of_ridge_regression():
    network, train = Spectral(cases.model("graph", "spectral", alpha=2.0), ENCODER), None
    train = cases.examples("graph", "tiny_graphs")["train"]
    network.fit(train)
    x, y = network.apart(train.inputs[0]).numpy().astype(float), train.target.numpy().astype(float)
    centred = x - x.mean(axis=0)
    w = np.linalg.solve(centred.T @ centred + 2 * np.eye(x.shape[1]), centred.T @ (y - y.mean()))
    np.testing.assert_allclose(network.weight.weight.detach().numpy()[0], w, atol=1e-4)
    np.testing.assert_allclose(network(train.inputs[0]).mean().item(), y.mean(), atol=1e-5)


@pytest.mark.parametrize(("seen", "width"), [("spectrum", 8), ("both", 16)])
def test_it_sees_what_it_is_told_to(seen, width):
    network = Spectral(cases.model("graph", "spectral", seen=seen), ENCODER)
    n_degrees = degree_counts(*arrays_of(ENCODER)).shape[1]
    assert network.vectors.shape[1] == 8 + n_degrees * (seen == "both")
    assert torch.equal(network.apart(torch.tensor([[3, 3]])), torch.zeros(1, network.vectors.shape[1]))
