"""The convolutional network."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.dropout import Dropout
from quartet.families.image.models.seeing import PictureNetwork
from quartet.families.image.settings import CNNSettings
from quartet.family import Encoder


class CNN(PictureNetwork):
    """Blocks of convolution, 2 x 2 max pooling and ReLU, then a fully connected layer and the output.

    ReLU after pooling gives the same maps and gradients as before it, from a quarter of the values.

    Each block halves the side, rounding up, and doubles the feature maps; a side of 1 stays 1.
    With `batch_norm`, maps are normalised before pooling (Ioffe & Szegedy 2015, alg. 1, https://arxiv.org/abs/1502.03167).

    Source: LeCun, Bottou, Bengio & Haffner 1998, Gradient-Based Learning Applied to Document Recognition, sec. II,
        https://doi.org/10.1109/5.726791. Differs: ReLU and max pooling for tanh and trained averages, every map sees
        all maps below it, convolutions keep the side, dropout before the output, softmax for radial basis functions.
    """

    def __init__(self, settings: CNNSettings, encoder: Encoder) -> None:
        super().__init__(settings, encoder)
        n_maps, side, blocks = encoder.facts["n_channels"], encoder.facts["size"], []
        for block in range(settings.blocks):
            n_next = settings.channels * 2**block
            convolution = nn.Conv2d(n_maps, n_next, settings.kernel_size, padding="same")
            normalised = [BatchNorm(n_next)] if settings.batch_norm else []
            blocks += [convolution, *normalised, nn.MaxPool2d(2, ceil_mode=True), nn.ReLU()]
            n_maps, side = n_next, (side + 1) // 2
        self.blocks = nn.Sequential(*blocks)
        self.hidden = nn.Sequential(
            nn.Linear(n_maps * side * side, settings.hidden), nn.ReLU(), Dropout(settings.dropout)
        )
        self.output = nn.Linear(settings.hidden, encoder.n_outputs)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it alone

    def stages(self) -> dict[str, nn.Module]:
        """The blocks."""
        layers = list(self.blocks)
        ends = [i + 1 for i, layer in enumerate(layers) if isinstance(layer, nn.ReLU)]
        starts = [0, *ends]
        return {f"block {i + 1}": self.blocks[starts[i] : end] for i, end in enumerate(ends)}

    def head(self, maps: Tensor) -> Tensor:
        """Logits (B, K) of maps (B, D, S, S)."""
        logits: Tensor = self.output(self.hidden(maps.flatten(1)))  # (B, K)
        return logits


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation that takes a single value, the last of an epoch, by the running mean and variance."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalised maps (B, D, S, S)."""
        if x[:, 0].numel() > 1:
            return super().forward(x)
        mean, variance = self.running_mean, self.running_var
        return functional.batch_norm(x, mean, variance, self.weight, self.bias, eps=self.eps)
