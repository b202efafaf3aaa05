"""What no column check can see of a table: copies, infinite numbers, what its columns are and what they give away."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.families.tabular.columns import kind_of
from quartet.gate.facts import count, describe_classes, describe_columns, mark_copies, mean_recall
from quartet.rows import feature_columns
from quartet.splits import content_hash

SAMPLE = 20_000  # rows of each half that a leak is looked for in
MAX_LEAVES = 1024


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark rows that share all features, and rows that hold an infinite number; say of each column what it is."""
    names = feature_columns(tables["items"])
    items = mark_copies(tables["items"], content_hash(tables["items"][names]))
    items["infinite"] = infinite(items, ["label", *names])
    columns = describe_columns(items, {name: kind_of(items[name]) for name in names})
    columns["leak"] = leaks(items, names, settings.task)
    if settings.task == "regression":
        return tables | {"items": items, "columns": columns, "facts": count(items)}
    classes = describe_classes(items)
    facts = count(items, n_classes=len(classes))
    return tables | {"items": items, "classes": classes, "columns": columns, "facts": facts}


def infinite(items: pd.DataFrame, names: list[str]) -> pd.Series:
    """Whether a number of a row (N,) is infinite."""
    found = np.zeros(len(items), bool)
    for name in names:
        if pd.api.types.is_float_dtype(items[name]):
            found |= np.isinf(items[name].to_numpy())
    return pd.Series(found, items.index)


def leaks(items: pd.DataFrame, names: list[str], task: str) -> list[float]:
    """How well each column alone tells the target of rows it was not fitted on, at most 1.

    A decision tree is fitted on the training split and asked about the rest, and the other way round; the lower
    of the two scores counts, so that a few rows guessed right by chance are no leak. A number to predict is
    replaced by its rank, so that a few large ones do not decide; R² is then at least the squared rank correlation.
    """
    known = items[items["label"].notna() & ~items["infinite"]]
    train = (known["split"] == "train").to_numpy()
    halves = [known[part].sample(min(SAMPLE, int(part.sum())), random_state=0) for part in (train, ~train)]
    if any(half.empty or half["label"].nunique() < 2 for half in halves):
        return [0.0] * len(names)
    both = pd.concat(halves)
    first = np.arange(len(both)) < len(halves[0])
    label = both["label"].rank() if task == "regression" else both["label"]
    return [leak(as_codes(both[name]), label.to_numpy(), first, task) for name in names]


def as_codes(values: pd.Series) -> np.ndarray:
    """A column (N, 1) as float64: numbers as they are, dates as their order, categories as codes; missing is NaN."""
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float, na_value=np.nan)[:, None]
    codes = pd.factorize(values, sort=True)[0].astype(float)
    return np.where(codes < 0, np.nan, codes)[:, None]


def leak(x: np.ndarray, y: np.ndarray, first: np.ndarray, task: str) -> float:
    """The lower score of two trees on x (N, 1), each fitted on one half and asked about the other."""
    from sklearn.metrics import r2_score
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind, score = (DecisionTreeRegressor, r2_score) if task == "regression" else (DecisionTreeClassifier, mean_recall)
    scores = []
    for fitted in (first, ~first):
        tree = kind(max_leaf_nodes=MAX_LEAVES, random_state=0).fit(x[fitted], y[fitted])
        scores.append(float(score(y[~fitted], tree.predict(x[~fitted]))))
    return max(min(scores), rank_correlation(x[:, 0], y) ** 2 if task == "regression" else 0.0)


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's, of the rows (N,) where x is known; 0 where it is constant."""
    correlation = pd.Series(x).corr(pd.Series(y), method="spearman") if pd.Series(x).nunique() > 1 else 0.0
    return float(np.nan_to_num(correlation))
