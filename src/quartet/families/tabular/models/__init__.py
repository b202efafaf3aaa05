"""Networks on rows: each takes x (B, F) and gives logits (B, K), or scaled values (B,) for a regression."""

import numpy as np

from quartet.examples import Examples, as_target
from quartet.family import Encoder


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Examples:
    """Rows x (N, F) as tensors."""
    import torch

    return Examples((torch.tensor(arrays["x"]),), as_target(arrays, encoder))
