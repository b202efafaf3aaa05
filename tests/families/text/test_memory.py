"""The vanishing gradient, as measured of networks whose gradients are known."""

import pytest
import torch

from quartet.families.text.memory import gradient_norms, last_states

TOKENS, LENGTHS = (
    torch.randint(2, 12, (4, 30), generator=torch.Generator().manual_seed(0)),
    torch.tensor([30, 27, 30, 28]),
)


def test_a_recurrence_that_halves_the_state_halves_the_gradient_per_token(build):
    network = build("rnn", hidden=5)
    with torch.no_grad():
        for parameter in network.layers.parameters():
            parameter.zero_()  # the state stays 0, where tanh has slope 1
        network.layers.weight_hh_l0.copy_(0.5 * torch.linalg.qr(torch.randn(5, 5))[0])
    assert torch.allclose(gradient_norms(network, TOKENS, LENGTHS, 20), 0.5 ** torch.arange(21.0), rtol=1e-4)


@pytest.mark.parametrize("architecture", ["rnn", "gru", "lstm"])
def test_the_last_of_the_states_is_the_networks_own(architecture, build):
    network = build(architecture, layers=2)
    states, _ = network.layers(network.embedding(TOKENS))
    own = states[torch.arange(4), LENGTHS - 1]
    assert torch.allclose(last_states(network, TOKENS, LENGTHS, 9)[-1][0][-1], own, atol=1e-6)


def test_a_simple_recurrent_network_forgets_exponentially(build):
    norms = gradient_norms(build("rnn", hidden=32), TOKENS, LENGTHS, 24)
    per_token = norms[1:] / norms[:-1]
    assert norms[24] < 1e-3
    assert (per_token[4:] < 0.9).all()


def test_an_lstm_whose_forget_gate_starts_open_remembers_longer(build):
    rnn = gradient_norms(build("rnn", hidden=32), TOKENS, LENGTHS, 24)
    lstm = gradient_norms(build("lstm", hidden=32, forget_bias=2.0), TOKENS, LENGTHS, 24)
    assert lstm[24] > 10 * rnn[24]
    assert lstm[24] > gradient_norms(build("lstm", hidden=32, forget_bias=-2.0), TOKENS, LENGTHS, 24)[24]
