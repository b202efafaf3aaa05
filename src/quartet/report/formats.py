"""Numbers and names as a reader sees them."""

from collections.abc import Callable, Mapping
from typing import Any

ABSENT = "–"
METRIC_NAMES = {
    "f1_macro": "macro F1",
    "auc": "ROC AUC",
    "average_precision": "average precision",
    "r2": "R²",
    "mae": "MAE",
    "rmse": "RMSE",
    "nmi": "NMI",
    "mse": "MSE",
    "spearman": "Spearman's ρ",
}
IN_UNITS_OF_TARGET = ("mae", "rmse")


def number(value: float | None) -> str:
    """Four decimals; one decimal from 100 up, two significant digits where four decimals would show only zeros."""
    if value is None:
        return ABSENT
    size = abs(value)
    if size >= 100:
        return f"{value:,.1f}"
    return f"{value:.1e}" if 1e-9 < size < 5e-5 else f"{value + 0.0 if size > 1e-9 else 0.0:.4f}"


def score(summary: Mapping[str, Any]) -> str:
    """Mean ± sd (n = number of seeds); no line breaks inside the brackets."""
    spread = f" ± {number(summary['sd'])}" if summary["sd"] is not None else ""
    return f"{number(summary['mean'])}{spread} (n\u00a0=\u00a0{summary['n']})"


def minute(time: str) -> str:
    """A registry's time to the minute."""
    return f"{time[:16].replace('T', ' ')} UTC"


def bounds(interval: tuple[float | None, float | None]) -> str:
    """An interval."""
    return f"{number(interval[0])} to {number(interval[1])}"


def p_value(value: float) -> str:
    """A p-value; the bootstrap resolves no less than about 0.002."""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def metric_name(metric: str) -> str:
    """What a metric is called in print."""
    return METRIC_NAMES.get(metric, metric)


def metric_label(metric: str) -> str:
    """A metric's name with its unit, for an axis."""
    unit = "in units of the target" if metric in IN_UNITS_OF_TARGET else "a fraction" if metric == "accuracy" else ""
    return f"{metric_name(metric)} ({unit})" if unit else metric_name(metric)


def scored_on(metric: str, task: str) -> str:
    """What one of the things is called that a metric is computed of."""
    if task == "community_detection":
        return "edge" if metric == "modularity" else "node"
    return "pair" if task in ("link_prediction", "similarity") else "item"


def words(name: str) -> str:
    """A key of params.yaml in plain words."""
    return name.replace("_", " ")


def thousands(n: int) -> str:
    """A count with its digits grouped."""
    return f"{n:,}"


def counted(n: int, one: str) -> str:
    """1 item, 2 items."""
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "score": score,
    "bounds": bounds,
    "p_value": p_value,
    "metric_name": metric_name,
    "minute": minute,
    "scored_on": scored_on,
    "words": words,
    "thousands": thousands,
    "counted": counted,
}
