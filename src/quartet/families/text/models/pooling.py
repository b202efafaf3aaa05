"""One vector per text of a vector per token."""

import torch
from torch import Tensor

PARTS = {"last": 1, "mean": 1, "max": 1, "mean_max": 2}  # vectors that a text's vector is made of


def is_text(lengths: Tensor, n_steps: int) -> Tensor:
    """Whether a place (B, T) holds one of a text's tokens, not padding."""
    return torch.arange(n_steps, device=lengths.device) < lengths[:, None]


def pooled(states: Tensor, lengths: Tensor, how: str) -> Tensor:
    """Of states (B, T, H), those of a text's own tokens: the last (B, H), their mean, maximum, or both (B, 2H)."""
    if how == "last":
        return states[torch.arange(len(states), device=states.device), lengths - 1]
    inside = is_text(lengths, states.shape[1])[..., None]  # (B, T, 1)
    parts = {
        "mean": lambda: states.where(inside, 0.0).sum(dim=1) / lengths[:, None],
        "max": lambda: states.where(inside, -torch.inf).amax(dim=1),
    }
    return torch.cat([parts[name]() for name in how.split("_")], dim=1)
