import pytest
import torch


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_each_filter_gives_its_maximum_over_all_windows(kernel_size, build, batch):
    network, (tokens, lengths) = build("conv1d", kernel_size=kernel_size), batch
    side, text = kernel_size // 2, network.embedding(tokens[1, :2])  # (T, E)
    ends = torch.zeros(side, text.shape[1])
    reached = torch.cat([ends, text, ends])
    windows = [reached[t : t + kernel_size] for t in range(2)]
    filters = network.filters[0]
    scores = torch.stack([(filters.weight * window.T).sum(dim=(1, 2)) for window in windows])  # (T, n_filters)
    strongest = (scores + filters.bias).relu().amax(dim=0)
    assert torch.allclose(network.output(strongest), network(tokens, lengths)[1], atol=1e-6)


def test_filters_of_several_sizes_stand_side_by_side(build, batch):
    network, (tokens, lengths) = build("conv1d", kernel_size=[1, 4]), batch
    text = network.embedding(tokens[0]).T  # the first text fills its row
    reached = [text, torch.nn.functional.pad(text, (1, 2))]
    scores = [
        filters(vectors[None]).relu().amax(dim=2) for filters, vectors in zip(network.filters, reached, strict=True)
    ]
    assert torch.allclose(network.output(torch.cat(scores, dim=1))[0], network(tokens, lengths)[0], atol=1e-6)


def test_a_text_may_be_shorter_than_the_filters(build):
    logits = build("conv1d", kernel_size=7)(torch.tensor([[3]]), torch.tensor([1]))
    assert logits.isfinite().all()


def test_strided_layers_see_windows_of_the_layer_below_and_none_of_padding(build, batch):
    network, (tokens, lengths) = build("conv1d", kernel_size=3, stride=2, layers=2, hidden=5), batch
    alone = network.embedding(tokens[1, : lengths[1]]).T[None]  # (1, E, T)
    for layer in (network.filters[0], network.deeper[0][0]):
        alone = torch.nn.functional.conv1d(alone, layer.weight, layer.bias, stride=2, padding=1).relu()
    vector = network.hidden[0](alone.amax(dim=2)).relu()
    assert torch.allclose(network.output(vector)[0], network(tokens, lengths)[1], atol=1e-6)


@pytest.mark.parametrize("pooling", ["mean", "max", "mean_max"])
@pytest.mark.parametrize("length", [1, 2, 7, 8])
def test_no_length_of_text_lets_a_deep_network_see_padding(length, pooling, build):
    network = build("conv1d", kernel_size=[3, 4], stride=2, layers=3, pooling=pooling)
    for name, parameter in network.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.ones_(parameter)  # filters say something of nothing
    text, lengths = torch.arange(1, length + 1)[None], torch.tensor([length])
    padded = torch.nn.functional.pad(text, (0, 9))
    assert torch.allclose(network(padded, lengths), network(text, lengths), atol=1e-5)


def test_a_shallow_network_has_no_weights_of_what_was_not_asked_for(build):
    names = {"embedding.weight", "filters.0.weight", "filters.0.bias", "output.weight", "output.bias"}
    assert set(build("conv1d").state_dict()) == names
