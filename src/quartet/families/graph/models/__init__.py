"""Networks on one graph: each takes the places of nodes (B,) in it and gives their logits (B, K).

A network holds the graph itself, as buffers that move with it, so that examples are nothing but places.
"""

import numpy as np

from quartet.examples import Examples, as_target
from quartet.family import Encoder


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Examples:
    """Places of nodes (N,) as tensors."""
    import torch

    return Examples((torch.tensor(arrays["node"]),), as_target(arrays, encoder))
