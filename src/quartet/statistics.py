"""Means, spreads, intervals and paired tests: pure functions."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

N_RESAMPLES = 1000


def summary(values: Sequence[float]) -> dict[str, object]:
    """Mean, sample standard deviation (null for one value), count and the values themselves."""
    import numpy as np

    sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"mean": float(np.mean(values)), "sd": sd, "n": len(values), "values": [float(v) for v in values]}


def bootstrap(
    metric: str, target: "np.ndarray", outputs: "Sequence[np.ndarray]", n_resamples: int = N_RESAMPLES
) -> "np.ndarray":
    """The metric, averaged over seeds, on resamples (n_resamples,) of the items.

    The resamples depend only on the number of items: two models scored on the same items
    are scored on the same resamples, and the difference of their results is paired.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 6 and 13.
    """
    import numpy as np

    generator = np.random.default_rng(0)
    n, scorer = len(target), resampled_scorer(metric, target, outputs)
    return np.array([scorer(generator.integers(0, n, n)) for _ in range(n_resamples)])


def resampled_scorer(
    metric: str, target: "np.ndarray", outputs: "Sequence[np.ndarray]"
) -> "Callable[[np.ndarray], float]":
    """What gives the metric, averaged over the S seeds, of some rows of the items.

    Where the metric is a mean over items, or a function of one, what each item adds to it is computed once.
    """
    import numpy as np

    from quartet.metrics import f1_of_counts, score

    if metric in ("accuracy", "mae", "mse"):
        added = np.mean([item_scores(metric, target, output) for output in outputs], axis=0)  # (N,)
        return lambda rows: float(added[rows].mean())
    if metric in ("rmse", "r2"):
        squares = np.stack([item_scores("mse", target, output) for output in outputs], axis=1)  # (N, S)
        finish = root if metric == "rmse" else explained
        return lambda rows: finish(squares[rows].mean(axis=0), target[rows])
    if metric == "f1_macro":
        k = outputs[0].shape[1]
        cells = [target * k + output.argmax(axis=1) for output in outputs]  # (N,) each: a cell of the confusion (K, K)
        return lambda rows: float(
            np.mean([f1_of_counts(np.bincount(cell[rows], minlength=k * k).reshape(k, k)).mean() for cell in cells])
        )
    if metric == "spearman":
        places, *others = [np.unique(values, return_inverse=True)[1] for values in (target, *outputs)]
        return lambda rows: of_ranks(ranks(places[rows]), [ranks(other[rows]) for other in others])
    return lambda rows: float(np.mean([score(metric, target[rows], output[rows]) for output in outputs]))


def ranks(places: "np.ndarray") -> "np.ndarray":
    """Ranks (N,) of values, from their places among the distinct ones; those of equal values are averaged."""
    import numpy as np

    counts = np.bincount(places)
    found: np.ndarray = (counts.cumsum() - (counts - 1) / 2)[places]
    return found


def of_ranks(one: "np.ndarray", others: "Sequence[np.ndarray]") -> float:
    """Spearman's correlation of a ranking (N,) with others (N,), averaged; NaN where all ranks of one are equal."""
    import numpy as np

    if any(ranking.min() == ranking.max() for ranking in (one, *others)):
        return float("nan")
    return float(np.mean([np.corrcoef(one, other)[0, 1] for other in others]))


def item_scores(metric: str, target: "np.ndarray", output: "np.ndarray") -> "np.ndarray":
    """What each item adds (N,) to a metric that is a mean over items."""
    if metric == "accuracy":
        right: np.ndarray = (output.argmax(axis=1) == target).astype(float)
        return right
    error: np.ndarray = abs(target - output)
    return error if metric == "mae" else error**2


def root(squares: "np.ndarray", target: "np.ndarray") -> float:
    """RMSE, averaged over the mean squared errors (S,) of the seeds."""
    return float((squares**0.5).mean())


def explained(squares: "np.ndarray", target: "np.ndarray") -> float:
    """R², averaged over the mean squared errors (S,) of the seeds; NaN where the targets are all equal."""
    variance = ((target - target.mean()) ** 2).mean()
    return float(1 - squares.mean() / variance) if variance > 0 else float("nan")


def interval(samples: "np.ndarray", confidence: float = 0.95) -> tuple[float, float]:
    """The percentile interval that holds `confidence` of the samples."""
    import numpy as np

    tail = (1 - confidence) / 2
    low, high = np.nanquantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def lower_bound(samples: "np.ndarray", confidence: float = 0.95) -> float:
    """The value that `confidence` of the samples exceed: one-sided."""
    import numpy as np

    return float(np.nanquantile(samples, 1 - confidence))


def p_value(differences: "np.ndarray") -> float:
    """Two-sided bootstrap p-value of «the paired difference is zero», never below 2 / (n + 1); 1 where none is defined.

    Source: Davison & Hinkley 1997, Bootstrap Methods and their Application, eq. 4.11.
    """
    differences = differences[differences == differences]  # where the metric is defined
    n = len(differences)
    tail = min((differences <= 0).sum(), (differences >= 0).sum())
    return float(min(1.0, 2 * (tail + 1) / (n + 1)))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """P-values adjusted for many comparisons.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure.
    """
    adjusted: dict[str, float] = {}
    running = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        running = max(running, min(1.0, p * (len(p_values) - rank)))
        adjusted[name] = running
    return adjusted


def mcnemar(right_a: "np.ndarray", right_b: "np.ndarray") -> float:
    """Exact two-sided p-value of «both models are right equally often», from the items that one of them alone gets.

    Args:
        right_a, right_b: (N,) bool, of the same items.

    Source: McNemar 1947, Note on the Sampling Error of the Difference between Correlated Proportions; exact binomial.
    """
    from scipy.stats import binomtest

    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
