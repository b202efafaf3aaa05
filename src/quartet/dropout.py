"""Dropout that costs little on a CPU."""

import torch
from torch import Tensor, nn

DRAWS = 2**16  # that a 16-bit number can be


class Dropout(nn.Dropout):
    """In training, each value is 0 with probability p, rounded to a multiple of 2^-16, and value / (1 - p) otherwise.

    Source: Srivastava et al. 2014, Dropout, sec. 4, https://jmlr.org/papers/v15/srivastava14a.html, scaled in training
        rather than in use. On a CPU torch's own draws Bernoulli numbers one by one; here a draw of 64 bits decides on
        four values.
    """

    def forward(self, x: Tensor) -> Tensor:
        """x, with values dropped in training."""
        if not self.training or not self.p or x.device.type != "cpu":
            return super().forward(x)
        n, gone = x.numel(), min(round(self.p * DRAWS), DRAWS - 1)
        draws = torch.empty(-(-n // 4), dtype=torch.int64).random_(-(2**63), None).view(torch.int16)[:n]
        kept = draws.view(x.shape).float().ge_(gone - DRAWS // 2)  # 1 or 0, which torch compares faster than integers
        return x * kept.mul_(DRAWS / (DRAWS - gone)).to(x.dtype)
