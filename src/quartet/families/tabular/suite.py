"""What may pass to training: no overlap between splits, no unknown class, no missing, infinite or constant column."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.expectation import Expectation, fact, filled, labels_and_splits, never
from quartet.facts import count, count_classes, mark_copies
from quartet.rows import feature_columns
from quartet.splits import content_hash

MAX_CATEGORIES = 1000


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark rows that share all features, and rows that hold an infinite number."""
    features = tables["items"][feature_columns(tables["items"])]
    items = mark_copies(tables["items"], content_hash(features))
    numbers = items[["label", *features]].select_dtypes("number").to_numpy()
    items["infinite"] = pd.Series(np.isinf(numbers).any(axis=1), items.index)
    counts = count_classes(items) if settings.task == "classification" else {}
    return {"items": items, "facts": count(items, settings.minimum_items, **counts)}


def checks(tables: dict[str, pd.DataFrame], settings: Any) -> list[Expectation]:
    """What must hold of the annotated tables."""
    found = [*labels_and_splits("label", settings.classes), never("infinite", "no number is infinite")]
    for column in feature_columns(tables["items"]):
        found += [present(column, settings.max_missing), varied(column)]
        if not pd.api.types.is_numeric_dtype(tables["items"][column]):
            found.append(few_categories(column))
    if settings.task == "classification":
        found.append(fact("n_classes_missing", "there are at least two classes", at_most=0))
        found.append(fact("n_classes_untrained", "each class occurs in the training split", at_most=0))
    else:
        found.append(varied("label"))
    return found


def few_categories(column: str) -> Expectation:
    """A column of text is one of categories: each becomes an input."""
    kwargs = {"column": column, "max_value": MAX_CATEGORIES}
    meaning = f"a column of text has at most {MAX_CATEGORIES} categories (name identifiers and free text under `drop`)"
    return Expectation("items", "expect_column_unique_value_count_to_be_between", meaning, kwargs)


def present(column: str, max_missing: float) -> Expectation:
    """Enough values of a column are there."""
    if max_missing == 0:
        return filled(column)
    kwargs = {"column": column, "mostly": 1 - max_missing}
    return Expectation(
        "items", "expect_column_values_to_not_be_null", f"at most {max_missing:.0%} of a column is missing", kwargs
    )


def varied(column: str) -> Expectation:
    """A column holds more than one value."""
    kwargs = {"column": column, "min_value": 2}
    return Expectation("items", "expect_column_unique_value_count_to_be_between", "no column is constant", kwargs)
