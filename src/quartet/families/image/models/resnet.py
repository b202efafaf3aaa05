"""The residual network that trains fast."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.families.image.models.seeing import PictureNetwork
from quartet.families.image.settings import ResNetSettings
from quartet.family import Encoder

LOGIT_SCALE = 1 / 9
BIAS_SCALE = 8.0  # SGD's steps on a bias are 8² = 64 times as long
BATCH_MOMENTUM = 0.4  # share of a batch in the running mean and variance
EPSILON = 5e-4  # added to the variance of whitened patches


class ResNet(PictureNetwork):
    """Whitened patches, groups of convolution and pooling with a shortcut in each, the largest of each map, a line.

    A group gives h = a(n(pool(W x))) and then a(h + r(h)), where r is `depth` times convolution and n, with a between
    them; a is GELU and n normalises a map over the batch and adds a bias. A side of 1 stays 1.

    Source: He, Zhang, Ren & Sun 2016, Deep Residual Learning, eq. 1, https://arxiv.org/abs/1512.03385; Page 2018, How
        to Train Your ResNet, https://myrtle.ai/learn/how-to-train-your-resnet/; Jordan 2024, 94% on CIFAR-10 in 3.29
        Seconds on a Single GPU, sec. 3, https://arxiv.org/abs/2404.00498. Differs: a shortcut where Jordan starts
        convolutions as the identity, flips drawn anew, no lookahead, any size of picture.
    """

    def __init__(self, settings: ResNetSettings, encoder: Encoder) -> None:
        super().__init__(settings, encoder)
        self.whitening = Whitening(encoder)
        n_maps, side = self.whitening.n_maps, encoder.facts["size"] - self.whitening.side + 1
        groups = []
        for width in settings.widths:
            groups.append(Group(n_maps, width, depth=settings.depth, halve=side > 1))
            n_maps, side = width, max(1, side // 2)
        self.groups = nn.ModuleList(groups)
        self.output = nn.Linear(n_maps, encoder.n_outputs, bias=False)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it alone

    def stages(self) -> dict[str, nn.Module]:
        """The whitening layer and the groups."""
        return {"whitening": self.whitening, **{f"group {i}": group for i, group in enumerate(self.groups, 1)}}

    def head(self, maps: Tensor) -> Tensor:
        """Logits (B, K) of maps (B, D, S, S)."""
        logits: Tensor = self.output(maps.amax(dim=(2, 3)))  # (B, K)
        return logits * LOGIT_SCALE


class Whitening(nn.Module):
    """GELU(± V x + b) of all patches x: 2 D maps that over the training split are uncorrelated, of variance 1.

    With the covariance E L Eᵀ of patches (D), V = (L + ε)^(-1/2) Eᵀ stays as it is and b is learnt.
    """

    weight: Tensor

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        covariance = torch.from_numpy(encoder.arrays["patches"])  # (D, D)
        n_channels = encoder.facts["n_channels"]
        self.side = round((len(covariance) / n_channels) ** 0.5)
        values, vectors = torch.linalg.eigh(covariance)
        filters = (vectors / (values.clamp(min=0) + EPSILON).sqrt()).T.flip(0)  # (D, D), the largest first
        weight = torch.cat([filters, -filters]).float().view(-1, n_channels, self.side, self.side)
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.n_maps = len(weight)
        self.bias = nn.Parameter(torch.zeros(self.n_maps))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, 2 D, S, S) of pictures x (B, C, H, W); S is H less the side of a patch, plus 1."""
        return functional.gelu(functional.conv2d(x, self.weight, self.bias))


class Group(nn.Module):
    """Convolution and pooling, then convolutions with a shortcut past them."""

    def __init__(self, n_in: int, n_out: int, *, depth: int, halve: bool) -> None:
        super().__init__()
        pool = nn.MaxPool2d(2) if halve else nn.Identity()
        self.down = nn.Sequential(convolution(n_in, n_out), pool, BatchNorm(n_out), nn.GELU())
        layers = [layer for _ in range(depth) for layer in (convolution(n_out, n_out), BatchNorm(n_out), nn.GELU())]
        self.residual = nn.Sequential(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, n_out, S // 2, S // 2) of maps (B, n_in, S, S)."""
        maps = self.down(x)
        return functional.gelu(maps + self.residual(maps))


def convolution(n_in: int, n_out: int) -> nn.Conv2d:
    """A 3 x 3 convolution without bias whose first filters, where there are enough, start by passing maps on."""
    made = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
    nn.init.dirac_(made.weight.data[:n_in])
    return made


class BatchNorm(nn.Module):
    """Batch normalisation with a bias and no scale; the bias is 8 times its parameter."""

    mean: Tensor
    variance: Tensor

    def __init__(self, n_maps: int) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(n_maps))
        self.register_buffer("mean", torch.zeros(n_maps))
        self.register_buffer("variance", torch.ones(n_maps))

    def forward(self, x: Tensor) -> Tensor:
        """Normalised maps (B, D, S, S)."""
        bias = BIAS_SCALE * self.shift
        learning = self.training and x[:, 0].numel() > 1  # of one value, the last of an epoch, there is no spread
        return functional.batch_norm(
            x, self.mean, self.variance, None, bias, learning, momentum=BATCH_MOMENTUM, eps=1e-5
        )
