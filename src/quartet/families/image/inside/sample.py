"""Test pictures and what a network says of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from quartet.looks import Look

NUMBERS = 4_000_000  # in a sample, at most
ROW = 6  # pictures


@dataclass(frozen=True)
class Sample:
    """Evenly spaced test pictures and what the network best on validation says of them.

    Args:
        x: (N, C, H, W) uint8.
        target, said: class indices (N,).
        sure: the probability (N,) of what is said.
        note: which network, seed and pictures these are.
    """

    network: nn.Module
    classes: list[str]
    x: Tensor
    target: np.ndarray
    said: np.ndarray
    sure: np.ndarray
    note: str

    @property
    def right(self) -> np.ndarray:
        """Whether each picture is told right, (N,)."""
        right: np.ndarray = self.said == self.target
        return right

    def caption(self, row: int) -> str:
        """What a picture is, and what it is taken for."""
        truth, said = self.classes[self.target[row]], self.classes[self.said[row]]
        return (
            f"{truth} ({self.sure[row]:.2f})" if truth == said else f"{truth}, taken for {said} ({self.sure[row]:.2f})"
        )

    def surest(self, chosen: np.ndarray) -> list[int]:
        """The rows of a few of the chosen pictures (N,), the surest first."""
        order = (-self.sure).argsort(kind="stable")
        return [int(row) for row in order if chosen[row]][:ROW]

    def one_per_class(self) -> list[int]:
        """The rows of the surest right answer of each of a few classes."""
        rows = [self.surest(self.right & (self.target == k))[:1] for k in range(len(self.classes))]
        return [row for of_class in rows for row in of_class][:ROW]


@torch.no_grad()
def sample_of(look: Look, name: str) -> Sample:
    """What the network called `name` says of up to some thousands of test pictures."""
    whole = look.examples("test")
    n = min(len(whole), max(100, NUMBERS // whole.inputs[0][0].numel()))
    (x,), target = whole.batch(torch.linspace(0, len(whole) - 1, n).long())
    network = look.network(name)
    output = torch.cat([network(part) for part in torch.split(x, 256)]).softmax(dim=1)
    sure, said = output.max(dim=1)
    note = f"{name}, {look.seeds[name]}, {n:,} of {len(whole):,} test pictures"
    return Sample(network, look.encoder.classes, x, target.numpy(), said.numpy(), sure.numpy(), note)
