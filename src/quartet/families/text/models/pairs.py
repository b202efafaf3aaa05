"""The pairs of neighbouring words that a dataset's encoder knows, as ids beyond those of single words."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.families.text.bigrams import log_count_ratios
from quartet.families.text.tokens import PADDING, pair_codes
from quartet.family import Encoder


class Pairs(nn.Module):
    """Finds pairs by bisection in their codes, which the encoder holds: no weights of a network."""

    codes: Tensor

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.n_tokens: int = encoder.facts["n_tokens"]
        self.register_buffer("codes", torch.tensor(encoder.arrays["bigrams"]), persistent=False)

    @property
    def n_features(self) -> int:
        """Words and pairs together."""
        return self.n_tokens + len(self.codes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Ids (B, T) of tokens (B, T) with their right neighbours; that of padding where a pair is not known."""
        code = functional.pad(pair_codes(tokens[:, :-1], tokens[:, 1:], self.n_tokens), (0, 1), value=-1)  # (B, T)
        place = torch.searchsorted(self.codes, code)
        found = functional.pad(self.codes, (0, 1), value=-2)[place] == code
        return (self.n_tokens + place).where(found, PADDING)


def ratios(encoder: Encoder, alpha: float) -> Tensor:
    """Log-count ratios (F, K) float32 of words and pairs, 0 for padding."""
    found = torch.tensor(log_count_ratios(encoder.arrays["counts"], alpha).T, dtype=torch.float32)
    found[PADDING] = 0
    return found
