import pytest
import torch

from quartet.families.text.models.pooling import pooled

STATES, LENGTHS = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(0)), torch.tensor([6, 1, 3])
OF_ONE_TEXT = {
    "last": lambda own: own[-1],
    "mean": lambda own: own.mean(dim=0),
    "max": lambda own: own.amax(dim=0),
    "mean_max": lambda own: torch.cat([own.mean(dim=0), own.amax(dim=0)]),
}


@pytest.mark.parametrize("how", OF_ONE_TEXT)
def test_only_a_texts_own_tokens_are_pooled(how):
    expected = [OF_ONE_TEXT[how](states[:length]) for states, length in zip(STATES, LENGTHS, strict=True)]
    assert torch.allclose(pooled(STATES, LENGTHS, how), torch.stack(expected), atol=1e-6)


@pytest.mark.parametrize("how", OF_ONE_TEXT)
@pytest.mark.parametrize("architecture", ["gru", "bilstm"])
def test_a_recurrent_network_classifies_what_it_pools(architecture, how, build, batch):
    network, (tokens, lengths) = build(architecture, pooling=how, layers=1), batch
    states, _ = network.layers(network.embedding(tokens[:1]))  # the first text fills its row
    h = states.shape[2] // 2
    own = OF_ONE_TEXT[how](states[0])
    if architecture == "bilstm" and how == "last":
        own = torch.cat([states[0, -1, :h], states[0, 0, h:]])
    assert torch.allclose(network.output(own), network(tokens, lengths)[0], atol=1e-6)
