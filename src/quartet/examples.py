"""Items as whole tensors: what every network is trained on and asked about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from quartet.family import Encoder

if TYPE_CHECKING:
    import numpy as np

    from quartet.family import Arrays

Inputs = tuple[Tensor, ...]
Batch = tuple[Inputs, Tensor]


class Examples:
    """B items, batched by indexing whole tensors: no per-item objects, no worker processes.

    Args:
        inputs: tensors whose first axis counts the items.
        target: (N,) int64 class indices or float32 scaled values.

    Attributes:
        asked_at_once: how many items a network is asked about at a time.
    """

    asked_at_once: int = 1024

    def __init__(self, inputs: Inputs, target: Tensor) -> None:
        self.inputs = inputs
        self.target = target

    def __len__(self) -> int:
        return len(self.target)

    def batch(self, rows: Tensor) -> Batch:
        """Inputs and targets of some items."""
        return tuple(tensor.index_select(0, rows) for tensor in self.inputs), self.target.index_select(0, rows)

    def order(self, rows: Tensor, batch_size: int) -> list[Tensor]:
        """Cut shuffled rows (N,) into batches; a family may regroup them, as text does by length."""
        return list(torch.split(rows, batch_size))

    def of_epoch(self, generator: torch.Generator) -> "Examples":
        """The items of one epoch: all of them; a family may draw some anew, as links do their negatives."""
        return self

    def to(self, device: torch.device) -> Self:
        """The same items on a device."""
        self.inputs = tuple(tensor.to(device) for tensor in self.inputs)
        self.target = self.target.to(device)
        return self

    @property
    def device(self) -> torch.device:
        """Where the items are."""
        return self.target.device


class EpochBatches:
    """The batches of one epoch, shuffled by (seed, epoch) alone, so that a resumed training sees the same ones.

    Items that are one batch come in their own order, which says nothing to a mean over them.
    """

    def __init__(self, examples: Examples, batch_size: int, seed: int, epoch: int) -> None:
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        self.examples = examples.of_epoch(generator)
        n = len(self.examples)
        rows = torch.arange(n) if n <= batch_size else torch.randperm(n, generator=generator)
        self.batches = self.examples.order(rows, batch_size)

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Batch]:
        for rows in self.batches:
            yield self.examples.batch(rows.to(self.examples.device))


def as_target(arrays: "Arrays", encoder: Encoder) -> Tensor:
    """Targets (N,) to learn: class indices, or numbers scaled to 0-1 over the training split; zeros where unknown."""
    n = len(next(iter(arrays.values())))
    if encoder.classes:
        return torch.tensor(arrays["target"]) if "target" in arrays else torch.zeros(n, dtype=torch.int64)
    low, high = encoder.facts["target_range"]
    scaled = (torch.tensor(arrays["target"]) - low) / ((high - low) or 1.0) if "target" in arrays else torch.zeros(n)
    return scaled.float()


def as_output(logits: Tensor, encoder: Encoder) -> "np.ndarray":
    """Probabilities (N, K) float64, values (N,) in the target's own unit, or communities (N,) or (E, 2), of logits."""
    import numpy as np

    if encoder.facts["task"] == "community_detection":
        return np.asarray(logits.argmax(dim=-1))
    if encoder.classes:
        return np.asarray(logits.double().softmax(dim=1))
    low, high = encoder.facts["target_range"]
    return np.asarray(logits[:, 0].double() * ((high - low) or 1.0) + low)
