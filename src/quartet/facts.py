"""What no column check can see of items, as boolean columns and a one-row table of counts."""

import pandas as pd

from quartet.family import SPLITS


def mark_copies(items: pd.DataFrame, content: pd.Series) -> pd.DataFrame:
    """Add `duplicate` (the content stands elsewhere too) and `straddles` (… in another split) to items (N rows).

    Args:
        content: what makes two items the same, as a hash (N,).
    """
    n_splits = items.groupby(content)["split"].transform("nunique")
    return items.assign(duplicate=content.duplicated(keep=False), straddles=n_splits > 1)


def count(items: pd.DataFrame, minimum_items: int, **counts: float) -> pd.DataFrame:
    """The one-row table of facts that every family has, and its own `counts`."""
    shares = items["split"].value_counts()
    missing = max(0, minimum_items - len(items))
    empty = sum(shares.get(split, 0) == 0 for split in SPLITS)
    return pd.DataFrame([{"n_items_missing": missing, "n_empty_splits": empty, **counts}])


def count_classes(items: pd.DataFrame) -> dict[str, int]:
    """How many classes there are too few of, and how many never occur in training."""
    labels = set(items["label"].dropna())
    trained = set(items.loc[items["split"] == "train", "label"].dropna())
    return {"n_classes_missing": max(0, 2 - len(labels)), "n_classes_untrained": len(labels - trained)}
