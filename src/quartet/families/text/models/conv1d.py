"""The convolution over time."""

import torch
from torch import Tensor, nn

from quartet.families.text.models.embedding import token_vectors
from quartet.families.text.settings import Conv1DSettings
from quartet.family import Encoder


class Conv1D(nn.Module):
    """Each of n filters gives max_t ReLU(w · x_{t:t+k} + b) over the windows of k tokens; a linear output follows.

    Source: Kim 2014, Convolutional Neural Networks for Sentence Classification, eq. 2-4,
        https://arxiv.org/abs/1408.5882. Differs: one width of filters; windows may reach over a text's ends, where
        tokens count as zero, so that a text may be shorter than k; the embedding is learned from scratch; no
        constraint on the norm of the weights.
    """

    def __init__(self, settings: Conv1DSettings, encoder: Encoder) -> None:
        super().__init__()
        self.embedding = token_vectors(encoder, settings.embedding)
        self.filters = nn.Conv1d(settings.embedding, settings.n_filters, settings.kernel_size, padding="same")
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(settings.n_filters, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        embedded = self.embedding(tokens).transpose(1, 2)  # (B, E, T)
        features = self.filters(embedded).relu()  # (B, n_filters, T)
        padding = torch.arange(tokens.shape[1], device=tokens.device) >= lengths[:, None]  # (B, T)
        strongest = features.masked_fill(padding[:, None], 0.0).amax(dim=2)  # (B, n_filters)
        logits: Tensor = self.output(self.dropout(strongest))  # (B, K)
        return logits
