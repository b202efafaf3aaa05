"""Ordinary least squares."""

import torch
from torch import Tensor, nn

from quartet.examples import Examples
from quartet.families.tabular.settings import LinearRegressionSettings
from quartet.family import Encoder


class LinearRegression(nn.Module):
    """Values W x + b that minimise the squared error, solved by scikit-learn."""

    def __init__(self, settings: LinearRegressionSettings, encoder: Encoder) -> None:
        super().__init__()
        self.linear = nn.Linear(encoder.facts["n_inputs"], 1)

    def forward(self, x: Tensor) -> Tensor:
        """Scaled values (B, 1) of rows x (B, F)."""
        values: Tensor = self.linear(x)
        return values

    @torch.no_grad()
    def fit(self, train: Examples) -> None:
        """Solve for W and b."""
        from sklearn.linear_model import LinearRegression as Solver

        solver = Solver().fit(train.inputs[0].double().numpy(), train.target.double().numpy())
        self.linear.weight.copy_(torch.from_numpy(solver.coef_)[None])
        self.linear.bias.fill_(float(solver.intercept_))
