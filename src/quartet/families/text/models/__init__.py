"""Networks on texts: each takes tokens (B, T), padded after a text's end, and lengths (B,), and gives logits (B, K)."""

import numpy as np
import torch
from torch import Tensor

from quartet.examples import Batch, Examples, as_target
from quartet.families.text.tokens import PADDING
from quartet.family import Encoder


class Texts(Examples):
    """N texts of different lengths, one after the other in one tensor; a batch is padded to its longest.

    Args:
        inputs: tokens (sum of lengths,) and offsets (N,), where each text starts, both int64.
    """

    asked_at_once: int = 256

    @property
    def lengths(self) -> Tensor:
        """How many tokens each text has (N,)."""
        tokens, offsets = self.inputs
        return offsets.diff(append=offsets.new_tensor([len(tokens)]))

    def batch(self, rows: Tensor) -> Batch:
        """Tokens (B, T), lengths (B,) and targets (B,) of some texts."""
        tokens, offsets = self.inputs
        lengths = self.lengths.index_select(0, rows)
        steps = torch.arange(int(lengths.max()), device=self.device)  # (T,)
        within = steps < lengths[:, None]  # (B, T)
        places = offsets.index_select(0, rows)[:, None] + steps * within  # (B, T)
        return (tokens[places].where(within, PADDING), lengths), self.target.index_select(0, rows)

    def order(self, rows: Tensor, batch_size: int) -> list[Tensor]:
        """Batches of texts of similar length, the batches in random order.

        Rows of the same length stay in the order of the shuffle; its first rows, as ranks, are the random order.
        """
        by_length = rows[self.lengths.cpu()[rows].argsort(stable=True)]
        batches = torch.split(by_length, batch_size)
        return [batches[i] for i in rows[: len(batches)].argsort()]


def examples(arrays: dict[str, np.ndarray], encoder: Encoder) -> Texts:
    """Ragged texts as tensors."""
    tokens, offsets = torch.tensor(arrays["tokens"]).long(), torch.tensor(arrays["offsets"])
    return Texts((tokens, offsets), as_target(arrays, encoder))
