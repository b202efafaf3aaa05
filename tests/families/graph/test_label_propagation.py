import numpy as np
import pytest
import torch

from families.graph import tiny
from quartet.examples import Examples
from quartet.families.graph import features
from quartet.families.graph.models.label_propagation import LabelPropagation
from quartet.families.graph.settings import LabelPropagationSettings

ALL_NODES = torch.arange(tiny.N_NODES)
TRAIN = Examples((torch.tensor([0, 1, 2, 7, 11]),), torch.tensor([0, 1, 2, 1, 2]))


def build(encoder, **settings):
    return LabelPropagation(
        LabelPropagationSettings(dataset="tiny", architecture="label_propagation", **settings), encoder
    )


def fitted(encoder, **settings):
    network = build(encoder, **settings)
    network.fit(TRAIN)
    return network


def closed_form(encoder, alpha):
    """(1 - α) (I - α S)^-1 Y with S = D^-1/2 A D^-1/2: Zhou et al. 2004, eq. 3."""
    n = len(encoder.facts["ids"])
    adjacency, known = np.zeros((n, n)), np.zeros((n, 3))
    adjacency[tuple(encoder.arrays["edge_index"])] = encoder.arrays["edge_weight"]
    known[TRAIN.inputs[0], TRAIN.target] = 1
    root = np.diag(adjacency.sum(axis=1) ** -0.5)
    return (1 - alpha) * np.linalg.solve(np.eye(n) - alpha * root @ adjacency @ root, known)


@pytest.mark.parametrize("alpha", [0.5, 0.9])
def test_probabilities_are_the_scores_of_the_closed_form_divided_by_their_sum(alpha, encoder):
    scores = closed_form(encoder, alpha)
    found = fitted(encoder, alpha=alpha, steps=300)(ALL_NODES).softmax(dim=1).numpy()
    np.testing.assert_allclose(found, scores / scores.sum(axis=1, keepdims=True), atol=1e-5)


def test_a_node_that_no_label_reaches_is_undecided(canonical, settings):
    edges = canonical["edges"]
    apart = features.fit(canonical | {"edges": edges[(edges["source"] != "42") & (edges["target"] != "42")]}, settings)
    place = torch.tensor([apart.facts["ids"].index("42")])
    torch.testing.assert_close(fitted(apart)(place).softmax(dim=1), torch.full((1, 3), 1 / 3))


def test_its_weights_are_all_it_learned(encoder):
    network, other = fitted(encoder), build(encoder)
    other.load_state_dict(network.state_dict())
    assert torch.equal(other(ALL_NODES), network(ALL_NODES))


def test_permuting_the_nodes_of_the_graph_changes_no_scores(canonical, settings, encoder):
    shuffled = features.fit(canonical | {"items": canonical["items"].sample(frac=1, random_state=1)}, settings)
    logits = []
    for e in (encoder, shuffled):
        place = torch.from_numpy(features.encode(canonical["items"][["id"]], e)["node"])
        network = build(e)
        network.fit(Examples((place[TRAIN.inputs[0]],), TRAIN.target))
        logits.append(network(place))
    torch.testing.assert_close(*logits, atol=1e-4, rtol=1e-4)
