"""Metrics of predictions: pure functions of targets and outputs.

Outputs are probabilities (N, K) for a classification, with targets as class indices (N,) int,
and values (N,) for a regression.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# task → its metrics, the one that ranks models first
METRICS: dict[str, tuple[str, ...]] = {
    "classification": ("accuracy", "f1_macro", "auc"),
    "node_classification": ("accuracy", "f1_macro", "auc"),
    "regression": ("r2", "mae", "rmse"),
}
LOWER_IS_BETTER = frozenset({"mae", "rmse", "mse"})


def score(metric: str, target: "np.ndarray", output: "np.ndarray") -> float:
    """The value of one metric.

    Raises:
        KeyError: there is no such metric.
    """
    return float(FUNCTIONS[metric](target, output))


def accuracy(target: "np.ndarray", output: "np.ndarray") -> float:
    """Share of items whose most probable class is the right one."""
    return float((output.argmax(axis=1) == target).mean())


def f1_macro(target: "np.ndarray", output: "np.ndarray") -> float:
    """F1 averaged over the K classes, each with the same weight."""
    from sklearn.metrics import f1_score

    labels = range(output.shape[1])
    return float(f1_score(target, output.argmax(axis=1), labels=labels, average="macro", zero_division=0.0))


def auc(target: "np.ndarray", output: "np.ndarray") -> float:
    """Area under the ROC curve, one class against the rest, averaged; NaN where a class is absent from the targets."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    one_hot = np.eye(output.shape[1])[target]  # (N, K)
    if not (one_hot.any(axis=0).all() and len(target) > one_hot.sum(axis=0).max()):
        return float("nan")
    return float(roc_auc_score(one_hot, output, average="macro"))


def r2(target: "np.ndarray", output: "np.ndarray") -> float:
    """Coefficient of determination, 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; NaN where the targets are all equal."""
    total = ((target - target.mean()) ** 2).sum()
    return float(1 - ((target - output) ** 2).sum() / total) if total > 0 else float("nan")


def mae(target: "np.ndarray", output: "np.ndarray") -> float:
    """Mean absolute error, in the target's unit."""
    return float(abs(target - output).mean())


def rmse(target: "np.ndarray", output: "np.ndarray") -> float:
    """Root of the mean squared error, in the target's unit."""
    return float(((target - output) ** 2).mean() ** 0.5)


FUNCTIONS = {"accuracy": accuracy, "f1_macro": f1_macro, "auc": auc, "r2": r2, "mae": mae, "rmse": rmse}


def expected_calibration_error(target: "np.ndarray", output: "np.ndarray", n_bins: int = 10) -> float:
    """ECE = Σ_b (n_b / N) |accuracy_b - confidence_b| over equal-width bins of the highest probability.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, eq. 3, https://arxiv.org/abs/1706.04599
    """
    return float(
        sum(row["share"] * abs(row["accuracy"] - row["confidence"]) for row in reliability(target, output, n_bins))
    )


def reliability(target: "np.ndarray", output: "np.ndarray", n_bins: int = 10) -> list[dict[str, float]]:
    """The reliability curve: share, mean confidence and accuracy of each bin that holds items."""
    import numpy as np

    confidence = output.max(axis=1)
    right = output.argmax(axis=1) == target
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    members = [bins == b for b in range(n_bins) if (bins == b).any()]
    return [
        {"share": float(m.mean()), "confidence": float(confidence[m].mean()), "accuracy": float(right[m].mean())}
        for m in members
    ]


def confusion(target: "np.ndarray", output: "np.ndarray") -> "np.ndarray":
    """Counts (K, K): row the right class, column the predicted one."""
    import numpy as np

    k = output.shape[1]
    return np.bincount(target * k + output.argmax(axis=1), minlength=k * k).reshape(k, k)
