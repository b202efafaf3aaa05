"""Logistic regression, fitted to convergence."""

import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.tabular.settings import LogisticRegressionSettings
from quartet.family import Encoder
from quartet.solved import class_rows


class LogisticRegression(nn.Module):
    """Logits W x + b with an L2 penalty on W, fitted by scikit-learn (L-BFGS)."""

    def __init__(self, settings: LogisticRegressionSettings, encoder: Encoder) -> None:
        super().__init__()
        self.c = settings.c
        self.class_weight = None if settings.class_weights == "none" else settings.class_weights
        self.linear = nn.Linear(encoder.facts["n_inputs"], encoder.n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K) of rows x (B, F)."""
        logits: Tensor = self.linear(x)
        return logits

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Solve for W and b; of two classes, the first has logit 0."""
        from sklearn.linear_model import LogisticRegression as Solver

        solver = Solver(C=self.c, class_weight=self.class_weight, max_iter=10_000).fit(
            train.inputs[0].numpy(), train.target.numpy()
        )
        weight, bias = class_rows(solver, len(self.linear.bias))
        self.linear.weight.copy_(weight)
        self.linear.bias.copy_(bias)
