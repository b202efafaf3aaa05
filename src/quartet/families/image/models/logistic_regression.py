"""Logistic regression on pixels, fitted to convergence."""

import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.image.models.seeing import unit
from quartet.families.image.settings import LogisticRegressionSettings
from quartet.family import Encoder
from quartet.solved import class_rows


class LogisticRegression(nn.Module):
    """Logits W x + b of the pixels in a row, with an L2 penalty on W, fitted by scikit-learn (L-BFGS)."""

    def __init__(self, settings: LogisticRegressionSettings, encoder: Encoder) -> None:
        super().__init__()
        self.c = settings.c
        self.linear = nn.Linear(encoder.facts["n_channels"] * encoder.facts["size"] ** 2, encoder.n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K) of pictures x (B, C, H, W)."""
        logits: Tensor = self.linear(unit(x).flatten(1))  # (B, K)
        return logits

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Solve for W and b; of two classes, the first has logit 0."""
        from sklearn.linear_model import LogisticRegression as Solver

        x = unit(train.inputs[0]).flatten(1).double()  # (N, C H W)
        solver = Solver(C=self.c, max_iter=10_000).fit(x.numpy(), train.target.numpy())
        weight, bias = class_rows(solver, len(self.linear.bias))
        self.linear.weight.copy_(weight)
        self.linear.bias.copy_(bias)
