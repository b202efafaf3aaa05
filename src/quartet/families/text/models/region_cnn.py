"""The convolution over one-hot words and pairs of neighbouring words."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from quartet.dropout import Dropout
from quartet.families.text.models.embedding import Embedding
from quartet.families.text.models.pairs import Pairs, ratios
from quartet.families.text.models.pooling import is_text
from quartet.families.text.settings import RegionCNNSettings
from quartet.families.text.tokens import PADDING
from quartet.family import Encoder

SPREAD = 0.1  # standard deviation of the filters' weights at the start, around 1
OUTPUT = 0.03  # size of the output's weights at the start


class RegionCNN(nn.Module):
    """Filter j gives Σ_t ReLU(r[x_t] v_j[x_t] + r[y_t] v_j[y_t] + b_j) / √T; a linear output follows.

    x_t is a word, y_t the pair (x_t, x_{t+1}) where the encoder knows it, r their log-count ratios for the class
    j mod K. A filter is a convolution over a text's one-hot words and pairs, weighed by r; v starts near 1, so that
    training starts from naive Bayes.
    Source: Johnson & Zhang 2015, Effective Use of Word Order for Text Categorization with Convolutional Neural
        Networks, sec. 2.2-2.3, bag-of-n-gram regions and average pooling, https://arxiv.org/abs/1412.1058; the ratios
        are those of Wang & Manning 2012. Differs: regions of one word and its pair; over √T instead of T; inputs are
        weighed by r; no second convolution beside it; words are dropped in training.
    """

    ratios: Tensor

    def __init__(self, settings: RegionCNNSettings, encoder: Encoder) -> None:
        super().__init__()
        self.pairs = Pairs(encoder)
        n_classes = encoder.n_outputs
        own_class = torch.arange(settings.n_filters) % n_classes
        weighed = ratios(encoder, settings.alpha)[:, own_class]  # (F, n_filters)
        self.register_buffer("ratios", weighed, persistent=False)
        self.embedding = Embedding(self.pairs.n_features, settings.n_filters, padding_idx=PADDING)
        nn.init.normal_(self.embedding.weight, mean=1.0, std=SPREAD)
        nn.init.zeros_(self.embedding.weight[PADDING])
        self.bias = nn.Parameter(torch.zeros(settings.n_filters))
        self.dropout, self.word_dropout = Dropout(settings.dropout), settings.word_dropout
        self.output = nn.Linear(settings.n_filters, n_classes)
        nn.init.zeros_(self.output.bias)
        speaks_for = own_class == torch.arange(n_classes)[:, None]  # (K, n_filters)
        self.output.weight.data = torch.where(speaks_for, OUTPUT, -OUTPUT)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,)."""
        ids = torch.stack([tokens, self.pairs(tokens)])  # (2, B, T)
        heard = functional.embedding(ids, self.ratios)  # (2, B, T, n_filters)
        if self.training:
            kept = torch.rand(ids.shape, device=ids.device) >= self.word_dropout
            heard = heard * kept[..., None].to(heard.dtype)
        regions = ((self.embedding(ids) * heard).sum(dim=0) + self.bias).relu()  # (B, T, n_filters)
        strength = (regions * is_text(regions, lengths)).sum(dim=1) / lengths.sqrt()[:, None]  # (B, n_filters)
        logits: Tensor = self.output(self.dropout(strength))  # (B, K)
        return logits
