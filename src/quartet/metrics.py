"""Metrics of predictions: pure functions of targets and outputs.

Outputs are probabilities (N, K) for a classification, with targets as class indices (N,) int, and values (N,) for a
regression. Of communities, outputs are their numbers (N,) with class indices as targets for `nmi`, and the numbers at
both ends (E, 2) of edges with the edges' weights (E,) as targets for `modularity`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import numpy as np

# task → its metrics, the one that ranks models first
METRICS: dict[str, tuple[str, ...]] = {
    "classification": ("accuracy", "f1_macro", "auc"),
    "node_classification": ("accuracy", "f1_macro", "auc"),
    "link_prediction": ("auc", "average_precision"),
    "community_detection": ("nmi", "modularity"),
    "similarity": ("spearman", "mse"),
    "regression": ("r2", "mae", "rmse"),
}
LOWER_IS_BETTER = frozenset({"mae", "rmse", "mse"})


def metrics_on(split: str, facts: "Mapping[str, Any]") -> tuple[str, ...]:
    """The metrics of a split, the one that counts first; all alike but for communities.

    Communities are found without labels: modularity alone, which needs none, ranks them on validation; on test
    they meet the classes that nodes have, where those are known.

    Args:
        facts: the encoder's: `task`, and of communities `labels`, the names of the nodes' classes.
    """
    if facts["task"] != "community_detection":
        return METRICS[facts["task"]]
    return ("nmi",) if split == "test" and facts["labels"] else ("modularity",)


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
    return float(f1_of_counts(confusion(target, output)).mean())


def auc(target: "np.ndarray", output: "np.ndarray") -> float:
    """Area under the ROC curve, one class against the rest, averaged; NaN where a class is absent from the targets.

    Of one class, (Σ ranks of its items - n₁ (n₁ + 1) / 2) / (n₁ n₀), ties sharing their mean rank: what scikit-learn's
    roc_auc_score gives, twenty times as fast, which a bootstrap notices.

    Source: Hanley & McNeil 1982, The Meaning and Use of the Area under a ROC Curve, Radiology 143.
    """
    import numpy as np
    import pandas as pd

    one_hot = np.eye(output.shape[1])[target]  # (N, K)
    n_own = one_hot.sum(axis=0)
    n_others = len(target) - n_own
    if not (n_own.all() and n_others.all()):
        return float("nan")
    ranks = (pd.DataFrame(output).rank().to_numpy() * one_hot).sum(axis=0)  # (K,)
    return float(((ranks - n_own * (n_own + 1) / 2) / (n_own * n_others)).mean())


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


def mse(target: "np.ndarray", output: "np.ndarray") -> float:
    """Mean squared error, in the square of the target's unit."""
    return float(((target - output) ** 2).mean())


def spearman(target: "np.ndarray", output: "np.ndarray") -> float:
    """Correlation of the ranks of targets and outputs; NaN where either are all equal."""
    from scipy.stats import spearmanr

    if target.min() == target.max() or output.min() == output.max():
        return float("nan")
    return float(spearmanr(target, output).statistic)


def average_precision(target: "np.ndarray", output: "np.ndarray") -> float:
    """Σ_n (R_n - R_{n-1}) P_n over the thresholds of the last class, such as an edge; NaN where it is absent."""
    from sklearn.metrics import average_precision_score

    positive = target == output.shape[1] - 1
    return float(average_precision_score(positive, output[:, -1])) if positive.any() else float("nan")


def nmi(target: "np.ndarray", output: "np.ndarray") -> float:
    """2 I(Y; C) / (H(Y) + H(C)) of classes and communities, numbered from 0: 1 where they are the same.

    Counted here, since scikit-learn's takes many times as long, and a bootstrap asks a thousand times.
    """
    import numpy as np

    k = int(output.max()) + 1
    joint = np.bincount(target * k + output, minlength=(int(target.max()) + 1) * k).reshape(-1, k) / len(target)
    h_target, h_output, h_joint = (entropy(p) for p in (joint.sum(axis=1), joint.sum(axis=0), joint))
    total = h_target + h_output
    return float(2 * (total - h_joint) / total) if total > 0 else 1.0


def entropy(p: "np.ndarray") -> float:
    """H = -Σ p log p of probabilities, in nats."""
    import numpy as np

    there = p[p > 0]
    return float(-(there * np.log(there)).sum())


def modularity(target: "np.ndarray", output: "np.ndarray") -> float:
    """Q = Σ_c [w_c / m - (d_c / 2m)²]: the weight inside communities, beyond what chance would put there.

    With m the weight of all edges, w_c that of the edges inside community c and d_c the weighted degree of its nodes.

    Source: Newman & Girvan 2004, Finding and Evaluating Community Structure in Networks, eq. 5,
        https://arxiv.org/abs/cond-mat/0308217, with weights as in Newman 2004, https://arxiv.org/abs/cond-mat/0407503.
    """
    import numpy as np

    inside = (target * (output[:, 0] == output[:, 1])).sum()
    _, numbers = np.unique(output, return_inverse=True)
    degrees = np.bincount(numbers.ravel(), np.repeat(target, 2))
    total = target.sum()
    return float(inside / total - ((degrees / (2 * total)) ** 2).sum())


FUNCTIONS = {
    "accuracy": accuracy,
    "f1_macro": f1_macro,
    "auc": auc,
    "average_precision": average_precision,
    "nmi": nmi,
    "modularity": modularity,
    "spearman": spearman,
    "r2": r2,
    "mae": mae,
    "mse": mse,
    "rmse": rmse,
}


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


def f1_of_counts(counts: "np.ndarray") -> "np.ndarray":
    """F1 (K,) of each class, 2 n_kk / (Σ_j n_kj + Σ_j n_jk), from a confusion (K, K); 0 where that is 0 / 0."""
    import numpy as np

    found = counts.sum(axis=0) + counts.sum(axis=1)
    return np.asarray(2 * counts.diagonal() / np.maximum(found, 1))


def per_class(target: "np.ndarray", output: "np.ndarray") -> dict[str, "np.ndarray"]:
    """Precision, recall and F1 (K,) of each class, 0 where nothing was found or is there, and its items: `support`."""
    from sklearn.metrics import precision_recall_fscore_support

    values = precision_recall_fscore_support(
        target, output.argmax(axis=1), labels=range(output.shape[1]), zero_division=0.0
    )
    return dict(zip(("precision", "recall", "f1", "support"), values, strict=True))
