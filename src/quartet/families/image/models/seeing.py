"""How networks are shown pictures, and how they answer."""

import torch
from torch import Tensor, nn

from quartet.families.image.models.augmentation import cut_out, moved, without_centre
from quartet.families.image.settings import PictureSettings
from quartet.family import Encoder


def unit(x: Tensor) -> Tensor:
    """Pixels from 0 to 1 of pictures x; bytes are divided by 255, floating-point numbers are so already."""
    return x if x.is_floating_point() else x.float().div_(255)


class View(nn.Module):
    """Pictures x (B, C, H, W) as a network sees them: (x - mean) / sd per channel, over the training split.

    While it trains they are mirrored, moved and cut; what `hide` blanks is never seen. What is blanked has the
    channel's mean. Pictures lie channels last: 1.0-1.5 times as fast on a CPU with one thread (8-128 pixels,
    torch 2.13).
    """

    mean: Tensor
    sd: Tensor

    def __init__(self, settings: PictureSettings, encoder: Encoder) -> None:
        super().__init__()
        self.settings = settings
        n_channels = encoder.facts["n_channels"]
        for name, unknown in (("mean", 0.0), ("sd", 1.0)):  # models registered before they were fitted lack both
            values = encoder.facts.get(name, [unknown] * n_channels)
            self.register_buffer(name, torch.tensor(values).view(-1, 1, 1), persistent=False)  # (C, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Normalised pictures (B, C, H, W)."""
        settings = self.settings
        if self.training and (settings.flip or settings.shift):
            x = moved(x, flip=settings.flip, shift=settings.shift)
        x = (unit(x) - self.mean) / self.sd
        if self.training and settings.cutout:
            x = cut_out(x, settings.cutout)
        if settings.hide == "centre":
            x = without_centre(x, settings.hidden_side)
        return x.contiguous(memory_format=torch.channels_last)


class PictureNetwork(nn.Module):
    """A network of stages that give feature maps, one after another, and a head that gives logits.

    With `test_flip`, the logits of a picture outside training are the mean over it and its mirror image.
    """

    def __init__(self, settings: PictureSettings, encoder: Encoder) -> None:
        super().__init__()
        self.view = View(settings, encoder)
        self.test_flip = settings.test_flip

    def stages(self) -> dict[str, nn.Module]:
        """What gives feature maps (B, D, S, S), by name, in order."""
        raise NotImplementedError

    def head(self, maps: Tensor) -> Tensor:
        """Logits (B, K) of the last stage's maps (B, D, S, S)."""
        raise NotImplementedError

    def answer(self, x: Tensor) -> Tensor:
        """Logits (B, K) of pictures x (B, C, H, W) as the view gives them."""
        for stage in self.stages().values():
            x = stage(x)
        return self.head(x)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K) of pictures x (B, C, H, W): bytes, or numbers from 0 to 1."""
        x = self.view(x)
        if self.training or not self.test_flip:
            return self.answer(x)
        return (self.answer(x) + self.answer(x.flip(-1))) / 2
