"""Networks on pictures: each takes x (B, C, H, W), 0 to 1, and gives logits (B, K)."""

import numpy as np

from quartet.examples import Examples, as_target
from quartet.family import Encoder


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Examples:
    """Pixels x (N, C, H, W) from 0-255 to 0-1, as tensors."""
    import torch

    x = torch.from_numpy(arrays["x"]).float().div_(255)
    return Examples((x,), as_target(arrays, encoder))
