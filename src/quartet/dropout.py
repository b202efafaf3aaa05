"""Dropout that costs little on a CPU."""

import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """In training, each value is 0 with probability p, rounded to a multiple of 2^-16, and value / (1 - p) otherwise.

    Source: Srivastava et al. 2014, Dropout, sec. 4, https://jmlr.org/papers/v15/srivastava14a.html, scaled in training
        rather than in use. On a CPU torch's own draws Bernoulli numbers one by one; here a draw of 64 bits decides on
        four values, or on eight where 8 bits can say p.
    """

    def forward(self, x: Tensor) -> Tensor:
        """x, with values dropped in training."""
        if not self.training or not self.p or x.device.type != "cpu":
            return super().forward(x)
        kind = torch.int8 if (256 * self.p).is_integer() else torch.int16
        many = 256**kind.itemsize  # numbers that can be drawn
        n, gone = x.numel(), min(round(self.p * many), many - 1)
        draws = torch.empty(-(-n * kind.itemsize // 8), dtype=torch.int64).random_(-(2**63), None).view(kind)[:n]
        kept = draws.view(x.shape).ge_(gone - many // 2).to(x.dtype)  # 1 or 0
        return x * kept.mul_(many / (many - gone))
