"""The words that decide, planted and found."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from quartet.families.text.attribution import contributions, spelt
from quartet.families.text.settings import ARCHITECTURES
from quartet.family import Encoder

TELLING = 9  # the token that alone makes a text one of class 2
# region_cnn starts from the counts of a training split, which here are made up and say something else
networks = [name for name, settings in ARCHITECTURES.items() if not settings.baseline and name != "region_cnn"]


def taught(network):
    """Trained without dropout on 64 random texts of six tokens, a half of them with the telling token somewhere."""
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(2, TELLING, (64, 6), generator=generator)
    tokens[torch.arange(32), torch.randint(0, 6, (32,), generator=generator)] = TELLING
    target = 2 * (torch.arange(64) < 32)
    network.eval()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(120):
        loss = cross_entropy(network(tokens, torch.full((64,), 6)), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.3
    return network


@pytest.mark.parametrize("architecture", networks)
def test_the_word_that_alone_decides_is_found(architecture, build):
    network = taught(build(architecture))
    found = contributions(network, torch.tensor([4, 3, 7, TELLING, 5]), answer=2)
    assert found.abs().argmax() == 3
    assert found[3] > 0
    assert contributions(network, torch.tensor([4, 3, 7, TELLING, 5]), answer=0)[3] < 0


def test_a_word_that_is_unknown_already_weighs_nothing(build):
    assert contributions(build("conv1d"), torch.tensor([4, 1, 7]), answer=0)[1] == 0


def test_words_are_spelt_and_unknown_ones_said_to_be():
    assert spelt(torch.tensor([3, 1, 2]), Encoder({"vocabulary": ["the", "film"]})) == ["film", "‹unknown›", "the"]
