"""What no column check can see of a table: copies, infinite numbers, what its columns are."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.facts import count, count_classes, describe_columns, mark_copies
from quartet.rows import feature_columns
from quartet.splits import content_hash


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark rows that share all features, and rows that hold an infinite number."""
    names = feature_columns(tables["items"])
    items = mark_copies(tables["items"], content_hash(tables["items"][names]))
    numbers = items[["label", *names]].select_dtypes("number").to_numpy()
    items["infinite"] = pd.Series(np.isinf(numbers).any(axis=1), items.index)
    counts = count_classes(items) if settings.task == "classification" else {}
    kinds = {name: "number" if pd.api.types.is_numeric_dtype(items[name]) else "category" for name in names}
    annotated = {"items": items, "columns": describe_columns(items, kinds), "facts": count(items, **counts)}
    return tables | annotated
