"""The linear classifier of words and pairs weighed as naive Bayes weighs them."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.text.bigrams import features_of
from quartet.families.text.models.pairs import Pairs, ratios
from quartet.families.text.settings import NBSVMSettings
from quartet.families.text.tokens import PADDING
from quartet.family import Encoder
from quartet.solved import NEVER

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class NBSVM(nn.Module):
    """Logits w'_k · (r_k ∘ f) + b'_k, w' = (1 - β) w̄ + β w, of the words and pairs f ∈ {0, 1} that a text holds.

    r_k are log-count ratios of class k against the others, w and b a linear classifier's on r ∘ f, w̄ the mean |w|; the
    bias is mixed in the same way with that of naive Bayes, b' = (1 - β) w̄ log(n_k / n_others) + β b.
    Source: Wang & Manning 2012, Baselines and Bigrams, eq. 5 and sec. 2.4, https://aclanthology.org/P12-2018. Differs:
        logistic regression (L-BFGS) in place of the SVM, so that logits are log-odds; several classes, one classifier
        against the rest for each, whose logits a softmax compares; of two classes, the first has logit 0.
    """

    ratios: Tensor

    def __init__(self, settings: NBSVMSettings, encoder: Encoder) -> None:
        super().__init__()
        self.settings = settings
        self.pairs = Pairs(encoder)
        self.weight = nn.Embedding(self.pairs.n_features, encoder.n_outputs, padding_idx=PADDING)
        self.bias = nn.Parameter(torch.zeros(encoder.n_outputs))
        self.register_buffer("ratios", ratios(encoder, settings.alpha), persistent=False)  # (F, K)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, K) of tokens (B, T) and lengths (B,); a word or pair counts once, however often it comes."""
        ids = torch.cat([tokens, self.pairs(tokens)], dim=1).sort(dim=1).values  # (B, 2T)
        again = nn.functional.pad(ids[:, 1:] == ids[:, :-1], (1, 0))  # (B, 2T)
        logits: Tensor = self.weight(ids.masked_fill(again, PADDING)).sum(dim=1) + self.bias  # (B, K)
        return logits

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Solve for each class against the others; of two classes, for the second alone."""
        held, target = self.presence(train), train.target.numpy()
        n_classes = len(self.bias)
        self.weight.weight.zero_()
        self.bias.zero_()
        for k in range(1 if n_classes == 2 else 0, n_classes):
            self.solve(k, held, target == k)

    def presence(self, train: Examples) -> "csr_matrix":
        """Which words and pairs each text holds (N, F)."""
        from scipy.sparse import csr_matrix

        tokens, offsets = (tensor.numpy() for tensor in train.inputs)
        rows, numbers = features_of(tokens, offsets, self.pairs.codes.numpy(), self.pairs.n_tokens)
        return csr_matrix((np.ones(len(rows)), (rows, numbers)), shape=(len(offsets), self.pairs.n_features))

    def solve(self, k: int, held: "csr_matrix", is_class: np.ndarray) -> None:
        """Set the weights of class k; one that all or no training texts have keeps no weights."""
        from sklearn.linear_model import LogisticRegression as Solver

        if is_class.all() or not is_class.any():
            self.bias[k] = -NEVER if is_class.all() else NEVER
            return
        ratio = self.ratios[:, k].double().numpy()
        solver = Solver(C=self.settings.c, max_iter=10_000).fit(held.multiply(ratio).tocsr(), is_class)
        weight = solver.coef_[0]
        beta, size = self.settings.beta, np.abs(weight).mean()
        mixed = (1 - beta) * size + beta * weight
        self.weight.weight[:, k] = torch.from_numpy(mixed * ratio).float()
        prior = np.log(is_class.sum() / (~is_class).sum())
        self.bias[k] = float((1 - beta) * size * prior + beta * solver.intercept_[0])
