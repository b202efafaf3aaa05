import numpy as np
import pytest
import torch
from torch_geometric.nn import GCNConv

from families.graph import tiny
from quartet.dropout import Dropout
from quartet.families.graph import features
from quartet.families.graph.models import examples
from quartet.families.graph.models.gcn import GCN
from quartet.families.graph.settings import GCNSettings
from quartet.family import SPLITS, Encoder
from quartet.learning.fit import Run, fit
from quartet.learning.module import parameter_groups
from quartet.settings import TrainerSettings

SETTINGS = GCNSettings(dataset="tiny", architecture="gcn", **tiny.MODELS["gcn"])
ALL_NODES = torch.arange(tiny.N_NODES)


@pytest.fixture
def network(encoder):
    torch.manual_seed(0)
    return GCN(SETTINGS, encoder).eval()


@pytest.fixture
def splits(canonical, encoder):
    items = canonical["items"]
    return {s: examples(features.encode(items[items["split"] == s], encoder), encoder) for s in SPLITS}


def dense_graph(encoder):
    """Features X (N, F), and D^-1/2 (A + I) D^-1/2 (N, N)."""
    n = len(encoder.facts["ids"])
    x, adjacency = np.zeros((n, encoder.facts["n_features"])), np.eye(n)
    x[tuple(encoder.arrays["x_index"])] = encoder.arrays["x_value"]
    adjacency[tuple(encoder.arrays["edge_index"])] += encoder.arrays["edge_weight"]
    root = np.diag(adjacency.sum(axis=1) ** -0.5)
    return x, root @ adjacency @ root


def test_logits_are_those_of_the_dense_formula(network, encoder):
    x, a = dense_graph(encoder)
    (w1, b1), (w2, b2) = ((conv.lin.weight.detach().numpy().T, conv.bias.detach().numpy()) for conv in network.layers)
    expected = a @ np.maximum(a @ x @ w1 + b1, 0) @ w2 + b2
    nodes = torch.tensor([5, 0, 59])
    np.testing.assert_allclose(network(nodes).detach().numpy(), expected[nodes], atol=1e-5)


def test_its_layers_are_torch_geometric_s(network, encoder):
    conv = GCNConv(8, 3)
    conv.load_state_dict(network.layers[1].state_dict())
    first, second = (state.detach() for state in network.states())
    index, weight = (torch.from_numpy(encoder.arrays[name]) for name in ("edge_index", "edge_weight"))
    torch.testing.assert_close(second, conv(first.relu(), index, weight).detach())


def with_gradients(network, logits):
    network.zero_grad()
    logits.square().sum().backward()
    return [logits.detach(), *(parameter.grad.clone() for parameter in network.parameters())]


def test_nodes_have_the_logits_and_gradients_of_the_whole_graph_though_only_a_part_is_computed(network):
    nodes = torch.tensor([7, 3, 3, 50])
    part = with_gradients(network, network(nodes))
    whole = with_gradients(network, network.states()[-1][nodes])
    for ours, theirs in zip(part, whole, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_nodes_that_were_scored_can_be_trained_on(network):
    with torch.inference_mode():
        network(torch.tensor([7, 3]))
    assert all(gradient.isfinite().all() for gradient in with_gradients(network, network(torch.tensor([7, 3]))))


def test_permuting_the_nodes_of_the_graph_changes_no_logits(canonical, settings, network, encoder):
    shuffled = features.fit(canonical | {"items": canonical["items"].sample(frac=1, random_state=1)}, settings)
    other = GCN(SETTINGS, shuffled).eval()
    other.load_state_dict(network.state_dict())
    asked = canonical["items"][["id"]]
    here, there = (torch.from_numpy(features.encode(asked, e)["node"]) for e in (encoder, shuffled))
    torch.testing.assert_close(other(there), network(here), atol=1e-5, rtol=1e-5)


def test_nodes_without_features_each_learn_a_vector_of_their_own(encoder):
    arrays = {name: array for name, array in encoder.arrays.items() if not name.startswith("x_")}
    bare = GCN(SETTINGS, Encoder(encoder.facts | {"n_features": 0}, arrays))
    assert torch.equal(bare.graph.x.to_dense(), torch.eye(tiny.N_NODES))


def test_dropout_of_sparse_features_is_dropout_of_dense_ones_where_they_are_not_zero(network):
    x = network.graph.x.to_dense()
    torch.manual_seed(0)
    dropped = network.graph.project(torch.eye(x.shape[1]), Dropout(0.5))
    kept = dropped != 0
    assert 0.3 < kept.double().mean() < 0.7
    torch.testing.assert_close(dropped[kept], 2 * x[kept])


def test_weight_decay_reaches_the_first_layer_only(network):
    decayed, free = parameter_groups(network, 0.1)
    assert [group["weight_decay"] for group in (decayed, free)] == [SETTINGS.weight_decay, 0.0]
    assert {id(p) for p in decayed["params"]} == {id(p) for p in network.layers[0].parameters()}
    assert {id(p) for p in free["params"]} == {id(p) for p in network.layers[1].parameters()}


def test_its_weights_hold_no_graph(network):
    assert {name.split(".")[0] for name in network.state_dict()} == {"layers"}


def trained(encoder, splits, seed):
    run = Run(seed, TrainerSettings(accelerator="cpu"))
    return fit(lambda: GCN(SETTINGS, encoder), SETTINGS, splits, run)


def test_the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(encoder, splits):
    first, again, other = (trained(encoder, splits, seed)[0].state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_training_lowers_the_validation_loss(encoder, splits):
    losses = [row["validation_loss"] for row in trained(encoder, splits, 0)[1]]
    assert min(losses) < 0.9 * losses[0]


@pytest.mark.parametrize("seen", ["degree", "identity"])
def test_it_learns_where_nodes_have_no_features_of_their_own(seen, canonical, settings):
    encoder = features.fit(canonical, settings.model_copy(update={"features": seen}))
    items = canonical["items"]
    splits = {s: examples(features.encode(items[items["split"] == s], encoder), encoder) for s in SPLITS}
    patient = SETTINGS.model_copy(update={"patience": None, "learning_rate": 0.05, "dropout": 0.0})
    _, rows = fit(lambda: GCN(patient, encoder), patient, splits, Run(0, TrainerSettings(accelerator="cpu")))
    assert rows[-1]["train_loss"] < 0.95 * rows[0]["train_loss"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_graph_moves_with_the_network_to_a_gpu(network):
    expected = network(ALL_NODES)
    torch.testing.assert_close(network.cuda()(ALL_NODES.cuda()).cpu(), expected, atol=1e-4, rtol=1e-4)
