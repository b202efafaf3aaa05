"""Means, spreads, intervals and paired tests: pure functions."""

from collections.abc import Mapping, Sequence
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

    from quartet.metrics import score

    generator = np.random.default_rng(0)
    n = len(target)
    scores = np.empty(n_resamples)
    for i in range(n_resamples):
        rows = generator.integers(0, n, n)
        scores[i] = np.mean([score(metric, target[rows], output[rows]) for output in outputs])
    return scores


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
