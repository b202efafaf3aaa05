import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from quartet.families.text.attribution import contributions, spelt
from quartet.families.text.settings import ARCHITECTURES
from quartet.family import Encoder

TELLING = 9  # the token that alone makes a text one of class 2
networks = [name for name, settings in ARCHITECTURES.items() if not settings.baseline]


def taught(network):
    """Trained on 64 random texts of six tokens, a half of them with the telling token somewhere."""
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(2, TELLING, (64, 6), generator=generator)
    tokens[torch.arange(32), torch.randint(0, 6, (32,), generator=generator)] = TELLING
    target = 2 * (torch.arange(64) < 32)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.03)
    for _ in range(100):
        loss = cross_entropy(network(tokens, torch.full((64,), 6)), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.3
    return network


@pytest.mark.parametrize("architecture", networks)
def test_the_word_that_alone_decides_is_found(architecture, build):
    counts = np.full((3, 14), 10)
    counts[:, TELLING] = 0, 0, 32  # texts of each class that hold it, as an encoder would have counted them
    network = taught(build(architecture, counts=counts))
    found = contributions(network, torch.tensor([4, 3, 7, TELLING, 5]), answer=2)
    assert found.abs().argmax() == 3
    assert found[3] > 0
    assert contributions(network, torch.tensor([4, 3, 7, TELLING, 5]), answer=0)[3] < 0


@pytest.mark.parametrize("architecture", ["conv1d", "lstm"])
def test_a_word_weighs_what_the_log_odds_lose_with_a_vector_of_zeros(architecture, build):
    network, tokens = build(architecture), torch.tensor([4, 3, 7, 5])
    without = [tokens.clone().index_fill(0, torch.tensor([t]), 0) for t in range(4)]
    logits = network(torch.stack([tokens, *without]), torch.full((5,), 4))
    odds = logits[:, 1] - logits[:, [0, 2]].logsumexp(dim=1)
    assert torch.allclose(contributions(network, tokens, answer=1), odds[0] - odds[1:], atol=1e-6)


def test_words_are_spelt_and_unknown_ones_said_to_be():
    assert spelt(torch.tensor([3, 1, 2]), Encoder({"vocabulary": ["the", "film"]})) == ["film", "‹unknown›", "the"]
