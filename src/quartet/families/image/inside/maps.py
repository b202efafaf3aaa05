"""What goes on inside a network of stages: its feature maps, and where it looks for its answer."""

import numpy as np
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor, nn

from quartet.families.image.models.seeing import PictureNetwork, unit

FINE_ENOUGH = 4  # side of maps that can tell places apart


@torch.no_grad()
def feature_maps(network: PictureNetwork, x: Tensor) -> dict[str, Tensor]:
    """Each stage's maps (B, D, S, S) of pictures x (B, C, H, W), by its name."""
    seen, maps = network.view(x), {}
    for name, stage in network.stages().items():
        maps[name] = seen = stage(seen)
    return maps


def last_fine_stage(network: PictureNetwork, x: Tensor) -> str:
    """The last stage whose maps have a side of at least 4, or the first one."""
    sides = {name: maps.shape[-1] for name, maps in feature_maps(network, x[:1]).items()}
    return next((name for name in reversed(sides) if sides[name] >= FINE_ENOUGH), next(iter(sides)))


def grad_cam(network: PictureNetwork, x: Tensor, classes: Tensor, stage: str) -> np.ndarray:
    """Where in pictures x (B, C, H, W) a stage speaks for classes (B,): (B, H, W), the most of each picture is 1.

    Source: Selvaraju et al. 2017, Grad-CAM, eq. 1-2, https://arxiv.org/abs/1610.02391, by captum. Differs: any stage.
    """
    watched = network.stages()[stage]
    # a slice of layers is made anew each time, and would not be called
    cam = LayerGradCam(network.answer, watched[-1] if isinstance(watched, nn.Sequential) else watched)
    values = cam.attribute(network.view(unit(x)), target=classes, relu_attributions=True)  # (B, 1, S, S)
    whole = LayerAttribution.interpolate(values, tuple(x.shape[2:]), "bilinear")[:, 0].detach()  # (B, H, W)
    most = whole.amax(dim=(1, 2), keepdim=True).clamp(min=1e-12)
    return np.asarray(whole / most)
