"""Rows → numbers from 0 to 1; ranges, categories and medians are those of the training split."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.family import Encoder
from quartet.rows import as_text, feature_columns, require


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """Learn ranges, medians, categories and classes, or the target's range, from the training split."""
    train = tables["items"][tables["items"]["split"] == "train"]
    columns = [fit_column(train[name]) for name in feature_columns(train)]
    n_inputs = sum(len(column.get("categories", "1")) for column in columns)
    facts: dict[str, Any] = {"task": settings.task, "columns": columns, "n_inputs": n_inputs}
    if settings.task == "classification":
        facts["classes"] = settings.classes or sorted(train["label"].unique())
    else:
        facts["target_range"] = [float(train["label"].min()), float(train["label"].max())]
    return Encoder(facts)


def fit_column(values: pd.Series) -> dict[str, Any]:
    """A number's range and median, or a text's categories in order."""
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna() if values.notna().any() else pd.Series([0.0])  # known in other splits only
        facts = {"low": float(known.min()), "high": float(known.max()), "median": float(known.median())}
        return {"name": values.name, "kind": "number", **facts}
    return {"name": values.name, "kind": "category", "categories": sorted(values.dropna().unique())}


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`x` (N, F) float32, and `target` (N,) where there are labels: class index, or a number in its own unit."""
    blocks = [encode_column(items[column["name"]], column) for column in encoder.facts["columns"]]
    arrays = {"x": np.concatenate(blocks, axis=1).astype(np.float32)}  # (N, F)
    if "label" in items:
        arrays["target"] = encode_label(items["label"], encoder)
    return arrays


def encode_column(values: pd.Series, column: dict[str, Any]) -> np.ndarray:
    """(N, 1) for a number, scaled to 0-1 over the training split; (N, n_categories) one-hot for a category.

    A number outside the training range falls outside 0-1; a category never seen in training is all zeros.
    """
    if column["kind"] == "category":
        one_hot = np.equal(values.to_numpy(object)[:, None], np.array(column["categories"], object))
        return np.asarray(one_hot, float)
    span = (column["high"] - column["low"]) or 1.0
    number = pd.to_numeric(values).astype(float).fillna(column["median"])
    return np.asarray((number - column["low"]) / span)[:, None]


def encode_label(labels: pd.Series, encoder: Encoder) -> np.ndarray:
    """Class indices (N,) int64, or numbers (N,) float64 in the target's own unit."""
    if encoder.facts["task"] == "regression":
        return labels.to_numpy(float)
    index = {name: i for i, name in enumerate(encoder.classes)}
    return labels.map(index).to_numpy(np.int64)


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The feature columns, numbers and categories as training saw them.

    Raises:
        SourceError: a column is not there, or holds text where the model takes numbers.
    """
    columns = encoder.facts["columns"]
    require(items, [column["name"] for column in columns])
    read = {column["name"]: read_column(items[column["name"]], column["kind"]) for column in columns}
    return pd.DataFrame(read, index=items.index)


def read_column(values: pd.Series, kind: str) -> pd.Series:
    """A column of raw input as float64, or as text."""
    if kind == "category":
        return as_text(values)
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    wrong = values[numbers.isna() & values.notna()]
    if len(wrong):
        came = f"row {wrong.index[0]} has {wrong.iloc[0]!r}, the first of {len(wrong)}"
        raise SourceError(f"{values.name} holds numbers", came=came, mend="Correct it, or leave it empty.")
    return numbers
