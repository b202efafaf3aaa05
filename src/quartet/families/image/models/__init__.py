"""Networks on pictures: each takes x (B, C, H, W), bytes or 0 to 1, and gives logits (B, K).

Pictures stay bytes until a batch of them is looked at: a quarter of the memory of floating-point numbers.
"""

import numpy as np

from quartet.examples import Examples, as_target
from quartet.family import Encoder

PIXELS = 2**18  # asked about at once: of more, a network's maps leave the caches, and take twice the time


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Examples:
    """Pixels x (N, C, H, W) uint8, and targets."""
    import torch

    items = Examples((torch.from_numpy(arrays["x"]),), as_target(arrays, encoder))
    items.asked_at_once = max(1, min(items.asked_at_once, PIXELS // encoder.facts["size"] ** 2))
    return items
