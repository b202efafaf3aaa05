"""Logistic regression on a bag of words."""

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.text.settings import BagOfWordsSettings
from quartet.families.text.tokens import PADDING
from quartet.family import Encoder
from quartet.solved import class_rows


class BagOfWords(nn.Module):
    """Logits Σ_t W[token_t] / √T + b with an L2 penalty on W, fitted by scikit-learn (L-BFGS).

    The inputs are counts of tokens over the root of a text's length T: long texts are no louder than short ones.
    """

    def __init__(self, settings: BagOfWordsSettings, encoder: Encoder) -> None:
        super().__init__()
        self.c = settings.c
        self.weight = nn.Embedding(encoder.facts["n_tokens"], encoder.n_outputs, padding_idx=PADDING)
        self.bias = nn.Parameter(torch.zeros(encoder.n_outputs))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,); padding weighs nothing."""
        logits: Tensor = self.weight(tokens).sum(dim=1) / lengths.sqrt()[:, None] + self.bias  # (B, K)
        return logits

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Solve for W and b; of two classes, the first has logit 0."""
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression as Solver

        tokens, offsets = (tensor.numpy() for tensor in train.inputs)
        ends = np.append(offsets, len(tokens))
        loudness = np.repeat(1 / np.sqrt(np.diff(ends)), np.diff(ends))  # (sum of lengths,)
        parts = (loudness, tokens, ends)
        counts = csr_matrix(parts, shape=(len(offsets), len(self.weight.weight)))  # (N, V)
        counts.sum_duplicates()
        solver = Solver(C=self.c, max_iter=10_000).fit(counts, train.target.numpy())
        weight, bias = class_rows(solver, len(self.bias))
        self.weight.weight.copy_(weight.T)
        self.bias.copy_(bias)
