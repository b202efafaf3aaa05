"""The convolution over time."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from quartet.dropout import Dropout
from quartet.families.text.models.embedding import token_vectors, with_unknowns
from quartet.families.text.models.pooling import PARTS, pooled
from quartet.families.text.settings import Conv1DSettings
from quartet.family import Encoder


class Conv1D(nn.Module):
    """Each of n filters gives max_t ReLU(w · x_{t:t+k} + b) over the windows of k tokens; a linear output follows.

    With several widths k there are n filters of each; `pooling` may take the mean over t instead, or both.
    Source: Kim 2014, Convolutional Neural Networks for Sentence Classification, eq. 2-4,
        https://arxiv.org/abs/1408.5882. Differs: windows may reach over a text's ends, where tokens count as zero, so
        that a text may be shorter than k; the embedding is learned from scratch; no constraint on the norm of the
        weights.
    """

    def __init__(self, settings: Conv1DSettings, encoder: Encoder) -> None:
        super().__init__()
        self.embedding = token_vectors(encoder, settings.embedding)
        n, sizes = settings.n_filters, settings.kernel_sizes
        self.filters = nn.ModuleList(nn.Conv1d(settings.embedding, n, k) for k in sizes)
        self.ends = [((k - 1) // 2, k // 2) for k in sizes]  # zeros before and after a text
        self.dropout = Dropout(settings.dropout)
        self.pooling, self.word_dropout = settings.pooling, settings.word_dropout
        self.output = nn.Linear(PARTS[self.pooling] * len(sizes) * n, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        seen = with_unknowns(tokens, self.word_dropout) if self.training else tokens
        embedded = self.embedding(seen).transpose(1, 2)  # (B, E, T)
        found = [filters(pad(embedded, ends)) for filters, ends in zip(self.filters, self.ends, strict=True)]
        features = torch.cat(found, dim=1).relu().transpose(1, 2)  # (B, T, n_filters of all sizes)
        logits: Tensor = self.output(self.dropout(pooled(features, lengths, self.pooling)))  # (B, K)
        return logits
