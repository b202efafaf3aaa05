"""Modularity of communities as tensors."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def soft_modularity(a: Tensor, b: Tensor, weight: Tensor) -> Tensor:
    """Σ_e w_e a_e · b_e / m - ‖Σ_e w_e (a_e + b_e) / 2m‖², with m = Σ_e w_e; of hard communities it is Newman's.

    Args:
        a, b: shares (E, k) in communities at both ends of the edges, which stand once each or in both directions.
        weight: (E,).

    Source: Newman 2004, Analysis of Weighted Networks, https://arxiv.org/abs/cond-mat/0407503.
    """
    total = weight.sum()
    inside = (weight * (a * b).sum(dim=1)).sum() / total
    degrees = (weight[:, None] * (a + b)).sum(dim=0) / (2 * total)  # (k,)
    return inside - (degrees**2).sum()


def modularity_loss(logits: Tensor, weight: Tensor) -> Tensor:
    """Minus the modularity of the likeliest communities at both ends of edges, of their logits (E, 2, k)."""
    k = logits.shape[-1]
    hard = one_hot(logits.argmax(dim=-1), k).to(torch.float64)  # (E, 2, k)
    return -soft_modularity(hard[:, 0], hard[:, 1], weight.double())
