"""Recurrent networks against their equations, written out for one text."""

import pytest
import torch

from quartet.families.text.models.embedding import with_unknowns
from quartet.learning.descent import has_bf16


def weights(network, n_gates, suffix="_l0"):
    """W x + b and U h + c as functions that give a part per gate."""
    layers = dict(network.layers.named_parameters())
    w, u, b, c = (layers[name + suffix] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    return lambda x: (w @ x + b).chunk(n_gates), lambda h: (u @ h + c).chunk(n_gates)


def run_lstm(network, vectors, suffix="_l0"):
    wx, uh = weights(network, 4, suffix)
    h = c = torch.zeros(network.layers.hidden_size)
    for x in vectors:
        i, f, g, o = (a + b for a, b in zip(wx(x), uh(h), strict=True))
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return h


def logits_of_first(network, batch):
    tokens, lengths = batch
    return network(tokens, lengths)[0], network.embedding(tokens[0])


def test_the_rnn_is_elmans_recurrence(build, batch):
    network = build("rnn")
    found, vectors = logits_of_first(network, batch)
    wx, uh = weights(network, 1)
    h = torch.zeros(network.layers.hidden_size)
    for x in vectors:
        h = torch.tanh(wx(x)[0] + uh(h)[0])
    assert torch.allclose(network.output(h), found, atol=1e-6)


def test_the_gru_updates_and_resets(build, batch):
    network = build("gru")
    found, vectors = logits_of_first(network, batch)
    wx, uh = weights(network, 3)
    h = torch.zeros(network.layers.hidden_size)
    for x in vectors:
        (rx, zx, nx), (rh, zh, nh) = wx(x), uh(h)
        z = (zx + zh).sigmoid()
        h = (1 - z) * (nx + (rx + rh).sigmoid() * nh).tanh() + z * h
    assert torch.allclose(network.output(h), found, atol=1e-6)


def test_the_lstm_keeps_a_cell(build, batch):
    network = build("lstm")
    found, vectors = logits_of_first(network, batch)
    assert torch.allclose(network.output(run_lstm(network, vectors)), found, atol=1e-6)


def test_the_bilstm_reads_from_both_ends(build, batch):
    network = build("bilstm", layers=1)
    found, vectors = logits_of_first(network, batch)
    both = torch.cat([run_lstm(network, vectors), run_lstm(network, vectors.flip(0), "_l0_reverse")])
    assert torch.allclose(network.output(both), found, atol=1e-6)


def test_the_bilstm_stacks_two_layers_unless_told(build):
    assert build("bilstm").layers.num_layers == 2
    assert build("bilstm", layers=3).layers.num_layers == 3


@pytest.mark.parametrize("architecture", ["lstm", "bilstm"])
def test_the_forget_gate_starts_with_its_bias(architecture, build):
    network = build(architecture, forget_bias=1.5)
    layers = dict(network.layers.named_parameters())
    forget = slice(network.layers.hidden_size, 2 * network.layers.hidden_size)
    for name in layers:
        if "bias_ih" in name:
            assert torch.allclose((layers[name] + layers[name.replace("_ih", "_hh")])[forget], torch.tensor(1.5))


def test_training_alone_replaces_words_by_the_unknown_one():
    tokens = torch.tensor([[2, 3, 4, 5, 0, 0]]).repeat(500, 1)
    torch.manual_seed(0)
    found = with_unknowns(tokens, 0.25)
    changed = found != tokens
    assert (found[changed] == 1).all()
    assert not changed[:, 4:].any()
    assert 0.2 < changed[:, :4].float().mean() < 0.3


@pytest.mark.parametrize("architecture", ["gru", "conv1d", "region_cnn"])
def test_word_dropout_is_for_training_only(architecture, build, batch):
    network = build(architecture, word_dropout=0.5, dropout=0.0)
    expected = network(*batch)
    assert torch.equal(network(*batch), expected)
    network.train()
    assert any(not torch.equal(network(*batch), expected) for _ in range(20))


@pytest.mark.parametrize("pooling", ["last", "mean"])
def test_directions_read_apart_give_what_torch_gives_of_packed_texts(pooling, build, batch):
    network = build("bilstm", layers=2, pooling=pooling)
    (tokens, lengths), found = batch, []
    for read in (network.text_vectors, network.of_packed):
        vectors = read(network.embedding(tokens), lengths)
        network.zero_grad()
        vectors.square().sum().backward()
        found.append([vectors.detach(), *(parameter.grad.clone() for parameter in network.layers.parameters())])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


ONEDNN_LSTM = pytest.mark.skipif(not has_bf16(), reason="oneDNN has no bf16 LSTM for this processor: refused there")


@pytest.mark.parametrize("architecture", ["gru", *(pytest.param(one, marks=ONEDNN_LSTM) for one in ("lstm", "bilstm"))])
def test_products_of_16_bits_give_nearly_the_gradients_of_32_and_each_time_the_same(architecture, build, batch):
    network, (tokens, lengths), found = build(architecture), batch, []
    for is_bf16 in (False, True, True):
        network.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            network(tokens, lengths).float().logsumexp(dim=1).sum().backward()
        found.append(torch.cat([parameter.grad.flatten() for parameter in network.parameters()]))
    exact, rough, again = found
    assert torch.equal(rough, again)
    assert not torch.equal(rough, exact)
    assert torch.nn.functional.cosine_similarity(rough, exact, dim=0) > 0.999
