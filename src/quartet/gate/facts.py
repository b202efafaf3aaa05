"""What no column check can see of items, as boolean columns and tables of counts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from quartet.family import SPLITS
from quartet.splits import straddles

SIGNIFICANT = 0.001  # a difference between splits that chance makes less often than this, over all columns, is drift


def mark_copies(items: pd.DataFrame, content: pd.Series) -> pd.DataFrame:
    """Add `duplicate` (the content stands elsewhere too), `straddles` (… in another split or fold) and `unlabelled`.

    Args:
        content: what makes two items the same, as a hash (N,).
    """
    return items.assign(
        duplicate=content.duplicated(keep=False),
        straddles=straddles(items, content),
        unlabelled=items["label"].isna(),
    )


def count(items: pd.DataFrame, **counts: float) -> pd.DataFrame:
    """The one-row table of facts that every family has, and its own `counts`."""
    shares = items["split"].value_counts()
    smallest = min(int(shares.get(split, 0)) for split in SPLITS)
    return pd.DataFrame([{"n_items": len(items), "n_smallest_split": smallest, **counts}])


def describe_classes(items: pd.DataFrame) -> pd.DataFrame:
    """The table `classes`, a row each: `id`, its items in each split, and `of_even_share`, 1 where all are equal."""
    counts = pd.crosstab(items["label"], items["split"]).reindex(columns=[*SPLITS], fill_value=0)
    shares = items["label"].value_counts(normalize=True).reindex(counts.index)
    table = counts.assign(of_even_share=shares * len(shares)).rename_axis(index="id", columns=None)
    return table.reset_index()


def describe_columns(items: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The table `columns`, a row per column of items: `id`, `kind`, `distinct` values and `drift`.

    Args:
        kinds: column → feature kind: `number`, `category`, `boolean` or `date`; or `measure` for what was measured of
            an item.
    """
    parts = {split: items[items["split"] == split] for split in ("train", "test")}
    rows = [
        {
            "id": name,
            "kind": kind,
            "distinct": items[name].nunique(),
            "drift": drift(parts["train"][name].dropna(), parts["test"][name].dropna(), len(kinds)),
        }
        for name, kind in kinds.items()
    ]
    return pd.DataFrame(rows, columns=["id", "kind", "distinct", "drift"])


def drift(train: pd.Series, test: pd.Series, n_columns: int) -> float:
    """How far two samples' distributions are apart, from 0 to 1; 0 where chance explains it.

    Kolmogorov–Smirnov distance of numbers and dates, total variation distance of categories, each significant by its
    own test (χ² for categories) at 0.001 over all columns (Bonferroni).
    """
    if train.empty or test.empty:
        return 0.0
    if pd.api.types.is_datetime64_any_dtype(train):
        train, test = train.astype("int64"), test.astype("int64")
    if pd.api.types.is_numeric_dtype(train) and not pd.api.types.is_bool_dtype(train):
        distance, p = stats.ks_2samp(train.to_numpy(float), test.to_numpy(float))
    else:
        counts = pd.concat([train.value_counts(), test.value_counts()], axis=1).fillna(0).to_numpy(float)
        shares = counts / counts.sum(axis=0)
        distance = float(np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
        p = stats.chi2_contingency(counts).pvalue if len(counts) > 1 else 1.0
    return float(distance) if p < SIGNIFICANT / n_columns else 0.0


def mean_recall(y: np.ndarray, predicted: np.ndarray) -> float:
    """Balanced accuracy: the mean over the classes of y (N,) of the share that was recognised."""
    return float(pd.Series(y == predicted).groupby(y).mean().mean())
