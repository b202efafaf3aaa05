"""What no network on texts may do: look at padding."""

import pytest
import torch
from torch.nn.functional import pad

from quartet.families.text.settings import ARCHITECTURES

per_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES)


@per_architecture
def test_more_padding_changes_no_logit(architecture, build, batch):
    network, (tokens, lengths) = build(architecture), batch
    assert torch.allclose(network(pad(tokens, (0, 9)), lengths), network(tokens, lengths), atol=1e-6)


@per_architecture
def test_a_text_alone_has_the_logits_it_has_among_others(architecture, build, batch):
    network, (tokens, lengths) = build(architecture), batch
    alone = [network(text[None, :length], length[None])[0] for text, length in zip(tokens, lengths, strict=True)]
    assert torch.allclose(torch.stack(alone), network(tokens, lengths), atol=1e-6)


@per_architecture
def test_no_gradient_reaches_the_vector_of_padding(architecture, build, batch):
    network, (tokens, lengths) = build(architecture), batch
    network(tokens, lengths).square().sum().backward()
    vectors = network.weight if ARCHITECTURES[architecture].baseline else network.embedding
    assert vectors.weight.grad[0].abs().sum() == 0
    assert vectors.weight[0].abs().sum() == 0
    assert vectors.weight.grad[2].abs().sum() > 0
