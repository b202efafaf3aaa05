import numpy as np
import pytest
import torch
from pydantic import ValidationError

from quartet.families.image.models.cnn import CNN
from quartet.families.image.settings import CNNSettings


def settings(**changes):
    return CNNSettings(**{"dataset": "", "architecture": "cnn", "channels": 4, "hidden": 6, **changes})


def dense_block(x, weight, bias):
    """One picture (C, S, S) with S even: convolution, ReLU and pooling, window by window."""
    side, k = x.shape[1], weight.shape[-1]
    padded = np.pad(x, ((0, 0), (k // 2, k // 2), (k // 2, k // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2))  # (C, S, S, k, k)
    maps = np.einsum("cyxij,dcij->dyx", windows, weight) + bias[:, None, None]
    return np.maximum(maps, 0).reshape(len(weight), side // 2, 2, side // 2, 2).max(axis=(2, 4))


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_logits_are_those_of_the_dense_formula(make_encoder, generator, kernel_size):
    network = CNN(settings(kernel_size=kernel_size), make_encoder(channels="rgb", size=12)).double().eval()
    w = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    x = generator.random((2, 3, 12, 12))
    expected = []
    for maps in x:
        for block in ("blocks.0", "blocks.3"):
            maps = dense_block(maps, w[f"{block}.weight"], w[f"{block}.bias"])
        hidden = np.maximum(w["hidden.0.weight"] @ maps.ravel() + w["hidden.0.bias"], 0)
        expected.append(w["output.weight"] @ hidden + w["output.bias"])
    assert np.allclose(network(torch.from_numpy(x)).detach(), expected)


@pytest.mark.parametrize("size", [8, 9, 13, 28, 33])
@pytest.mark.parametrize("blocks", [1, 3, 6])
def test_any_size_goes_through_any_number_of_blocks(make_encoder, size, blocks):
    network = CNN(settings(blocks=blocks), make_encoder(size=size))
    assert network(torch.rand(1, 1, size, size)).shape == (1, 3)


def test_weights_lie_channels_last(make_encoder):
    weight = CNN(settings(), make_encoder(channels="rgb")).blocks[0].weight
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_dropout_is_off_when_the_network_is_asked(make_encoder):
    network = CNN(settings(dropout=0.9), make_encoder()).eval()
    x = torch.rand(4, 1, 8, 8)
    assert torch.equal(network(x), network(x))


def test_an_even_kernel_is_refused():
    with pytest.raises(ValidationError, match="kernel_size"):
        settings(kernel_size=4)


def test_with_batch_norm_each_map_has_mean_0_and_variance_1_before_relu(make_encoder):
    network = CNN(settings(batch_norm=True), make_encoder())
    maps = network.blocks[:2](torch.rand(16, 1, 8, 8))
    assert torch.allclose(maps.mean(dim=(0, 2, 3)), torch.zeros(4), atol=1e-5)
    assert torch.allclose(maps.var(dim=(0, 2, 3)), torch.ones(4), atol=0.02)


def test_relu_after_pooling_gives_the_maps_and_gradients_of_relu_before_it(generator):
    x = torch.from_numpy(generator.standard_normal((8, 4, 9, 9))).round(decimals=1).requires_grad_()  # with ties
    relu, pool = torch.nn.ReLU(), torch.nn.MaxPool2d(2, ceil_mode=True)
    after, before = relu(pool(x)), pool(relu(x))
    slope = torch.rand_like(after)
    assert torch.equal(after, before)
    assert torch.equal(*(torch.autograd.grad(maps, x, slope)[0] for maps in (after, before)))


@pytest.mark.parametrize("batch_norm", [False, True])
def test_stages_are_all_blocks_in_order(make_encoder, batch_norm):
    network = CNN(settings(batch_norm=batch_norm, blocks=3), make_encoder())
    layers = [layer for stage in network.stages().values() for layer in stage]
    assert layers == list(network.blocks)


def test_an_epoch_may_end_with_a_single_picture(make_encoder):
    network = CNN(settings(batch_norm=True, blocks=6), make_encoder()).train()
    assert network(torch.rand(1, 1, 8, 8)).isfinite().all()
