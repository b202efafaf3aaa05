import pytest
import torch
from torch.nn import functional

from quartet.families.image.features import light_of
from quartet.families.image.models.resnet import BatchNorm, ResNet, Whitening
from quartet.families.image.settings import ResNetSettings
from quartet.family import Encoder


def settings(**changes):
    return ResNetSettings(**{"dataset": "", "architecture": "resnet", "widths": [4, 6], **changes})


def norm(x, network_norm):
    plain = (x - network_norm.mean[:, None, None]) / (network_norm.variance[:, None, None] + 1e-5).sqrt()
    return plain + 8 * network_norm.shift[:, None, None]


def test_logits_are_those_of_the_formula(make_encoder):
    torch.manual_seed(0)
    network = ResNet(settings(depth=2), make_encoder(channels="rgb")).double().eval()
    for one in network.modules():
        if isinstance(one, BatchNorm):
            one.shift.data.normal_()
            one.variance.uniform_(0.5, 2)
    x = torch.rand(2, 3, 8, 8).double()
    maps = functional.gelu(functional.conv2d(x, network.whitening.weight) + network.whitening.bias[:, None, None])
    for group in network.groups:
        convolution, _, first, _ = group.down
        maps = functional.gelu(norm(functional.max_pool2d(convolution(maps), 2), first))
        before, second, _, after, third = group.residual
        maps = functional.gelu(maps + norm(after(functional.gelu(norm(before(maps), second))), third))
    expected = maps.amax(dim=(2, 3)) @ network.output.weight.T / 9
    assert torch.allclose(network(x), expected)


@pytest.mark.parametrize("size", [8, 9, 13, 28, 33])
@pytest.mark.parametrize(("channels", "n_groups"), [("grey", 1), ("rgb", 3), ("grey", 6)])
def test_any_size_goes_through_any_number_of_groups(make_encoder, size, channels, n_groups):
    encoder = make_encoder(size=size, channels=channels)
    network = ResNet(settings(widths=[4] * n_groups), encoder)
    assert network(torch.rand(2, encoder.facts["n_channels"], size, size)).shape == (2, 3)


def test_patches_are_whitened(make_encoder):
    torch.manual_seed(0)
    x = torch.nn.functional.avg_pool2d(torch.rand(200, 3, 12, 12), 3, stride=1).mul(255).byte()
    facts, patches = light_of(x.numpy())
    encoder = Encoder(make_encoder(channels="rgb").facts | facts, {"patches": patches})
    network = ResNet(settings(), encoder).eval()
    maps = functional.conv2d(network.view(x), network.whitening.weight)[:, :12]  # (B, D, S, S)
    covariance = maps.transpose(0, 1).flatten(1).cov()
    values = torch.linalg.eigvalsh(torch.from_numpy(patches)).flip(0).float()
    assert torch.allclose(covariance, torch.diag(values / (values + 5e-4)), atol=0.01)


def test_whitening_stays_as_it_is_and_is_saved(make_encoder):
    whitening = Whitening(make_encoder(channels="rgb"))
    assert {name for name, _ in whitening.named_parameters()} == {"bias"}
    assert "weight" in whitening.state_dict()


def test_a_step_of_sgd_moves_a_bias_64_times_as_far_as_its_gradient_says():
    one = BatchNorm(3)
    plain = torch.nn.BatchNorm2d(3)
    x, slope = torch.randn(4, 3, 5, 5), torch.randn(4, 3, 5, 5)
    for made in (one, plain):
        (made(x) * slope).sum().backward()
    assert torch.allclose(8 * one.shift.grad, 64 * plain.bias.grad, rtol=1e-4)


def test_an_epoch_may_end_with_a_single_picture(make_encoder):
    network = ResNet(settings(widths=[4] * 4), make_encoder()).train()
    assert network(torch.rand(1, 1, 8, 8)).isfinite().all()
