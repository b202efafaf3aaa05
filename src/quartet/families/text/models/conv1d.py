"""The convolution over time."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.dropout import Dropout
from quartet.families.text.models.embedding import token_vectors, with_unknowns
from quartet.families.text.models.pooling import PARTS, is_text, pooled
from quartet.families.text.settings import Conv1DSettings
from quartet.family import Encoder


class Conv1D(nn.Module):
    """Each of n filters gives max_t ReLU(w · x_{t:t+k} + b) over the windows of k tokens; a linear output follows.

    With several widths k there are n filters of each; `pooling` may take the mean over t instead, or both. Windows may
    lie `stride` tokens apart, further layers of filters see windows of the layer below, and a fully connected layer may
    stand before the output.
    Source: Kim 2014, Convolutional Neural Networks for Sentence Classification, eq. 2-4,
        https://arxiv.org/abs/1408.5882. Differs: windows may reach over a text's ends, where tokens count as zero, so
        that a text may be shorter than k; the embedding is learned from scratch; no constraint on the norm of the
        weights.
    """

    def __init__(self, settings: Conv1DSettings, encoder: Encoder) -> None:
        super().__init__()
        n, sizes, stride = settings.n_filters, settings.kernel_sizes, settings.stride
        width = len(sizes) * n
        self.embedding = token_vectors(encoder, settings.embedding)
        self.filters = nn.ModuleList(nn.Conv1d(settings.embedding, n, k, stride) for k in sizes)
        self.deeper = nn.ModuleList(
            nn.ModuleList(nn.Conv1d(width, n, k, stride) for k in sizes) for _ in range(settings.layers - 1)
        )
        self.pooling, self.word_dropout, self.stride = settings.pooling, settings.word_dropout, stride
        width *= PARTS[self.pooling]
        self.hidden = nn.Sequential(nn.Linear(width, settings.hidden), nn.ReLU()) if settings.hidden else nn.Identity()
        self.dropout, self.of_vectors = Dropout(settings.dropout), Dropout(settings.embedding_dropout)
        self.output = nn.Linear(settings.hidden or width, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        seen = with_unknowns(tokens, self.word_dropout) if self.training else tokens
        x = self.of_vectors(self.embedding(seen))  # (B, T, E)
        for layer, filters in enumerate((self.filters, *self.deeper)):
            x = x if layer == 0 else x.where(is_text(lengths, x.shape[1])[..., None], 0.0)
            x = torch.cat([windows(filter_, x) for filter_ in filters], dim=2).relu()  # (B, T / stride, all filters)
            lengths = (lengths - 1) // self.stride + 1
        logits: Tensor = self.output(self.dropout(self.hidden(pooled(x, lengths, self.pooling))))  # (B, K)
        return logits


def windows(convolution: nn.Conv1d, x: Tensor) -> Tensor:
    """What n filters give of each window (B, ⌈T / stride⌉, n) of x (B, T, E), zeros before and after it.

    As a convolution over pictures one pixel high, which oneDNN computes on x as it lies in memory: over sequences torch
    has it only on the transposed x.
    """
    k, stride = convolution.kernel_size[0], convolution.stride[0]
    padded = functional.pad(x, (0, 0, (k - 1) // 2, k // 2))
    picture = padded[:, None].permute(0, 3, 1, 2)  # (B, E, 1, T)
    weight = convolution.weight[:, :, None].contiguous(memory_format=torch.channels_last)
    found = functional.conv2d(picture, weight, convolution.bias, stride=(1, stride))
    return found.permute(0, 2, 3, 1)[:, 0]
