"""A linear classifier that scikit-learn solved, as weights of K logits."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

NEVER = -100.0  # the bias of a class that no training item has: its probability is e^-100 at most


def class_rows(solver: Any, n_classes: int) -> tuple[Tensor, Tensor]:
    """Weights (K, F) and biases (K,) float64; of two solved classes, the first has logit 0."""
    coefficients, intercepts = solver.coef_, solver.intercept_
    if len(coefficients) == 1:
        coefficients = np.concatenate([0 * coefficients, coefficients])
        intercepts = np.concatenate([0 * intercepts, intercepts])
    weight = np.zeros((n_classes, coefficients.shape[1]))
    bias = np.full(n_classes, NEVER)
    weight[solver.classes_], bias[solver.classes_] = coefficients, intercepts
    return torch.from_numpy(weight), torch.from_numpy(bias)
