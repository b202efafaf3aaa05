"""The convolution over time."""

from torch import Tensor, nn
from torch.nn import functional

from quartet.dropout import Dropout
from quartet.families.text.models.embedding import token_vectors, with_unknowns
from quartet.families.text.models.pooling import PARTS, is_text, pooled
from quartet.families.text.models.windows import Filters
from quartet.families.text.settings import Conv1DSettings
from quartet.families.text.tokens import PADDING
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
        self.filters = Filters(settings.embedding, n, sizes, stride)
        self.deeper = nn.ModuleList(Filters(width, n, sizes, stride) for _ in range(settings.layers - 1))
        self.pooling, self.word_dropout, self.stride = settings.pooling, settings.word_dropout, stride
        width *= PARTS[self.pooling]
        self.hidden = nn.Sequential(nn.Linear(width, settings.hidden), nn.ReLU()) if settings.hidden else nn.Identity()
        self.dropout, self.of_vectors = Dropout(settings.dropout), Dropout(settings.embedding_dropout)
        self.output = nn.Linear(settings.hidden or width, encoder.n_outputs)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        seen = with_unknowns(tokens, self.word_dropout) if self.training else tokens
        places = self.filters.reach(tokens.shape[1])
        x = self.embedding(functional.pad(seen, places.zeros, value=PADDING))  # (B, L, E), zero where padding is
        x = self.filters(self.of_vectors(x), places).relu()  # (B, T / stride, all filters)
        for filters in self.deeper:
            assert isinstance(filters, Filters)
            lengths = (lengths - 1) // self.stride + 1
            places = filters.reach(places.n)
            x = filters(functional.pad(x * is_text(x, lengths), (0, 0, *places.zeros)), places).relu()
        lengths = (lengths - 1) // self.stride + 1
        logits: Tensor = self.output(self.dropout(self.hidden(pooled(x, lengths, self.pooling))))  # (B, K)
        return logits
