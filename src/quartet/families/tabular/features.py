"""Rows → numbers from 0 to 1; ranges, categories and medians are those of the training split."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.tabular.cells import Cells, Reading
from quartet.families.tabular.columns import as_kind, kind_of
from quartet.family import Encoder
from quartet.rows import feature_columns, require

DAY = np.timedelta64(1, "D")
READING = ("missing_values", "decimal", "day_first")  # settings that raw input is read by, as the source was


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """Learn ranges, medians, categories and classes, or the target's range, from the training split."""
    train = tables["items"][tables["items"]["split"] == "train"]
    columns = [fit_column(train[name], settings) for name in feature_columns(train)]
    facts: dict[str, Any] = {
        "task": settings.task,
        "columns": columns,
        "n_inputs": sum(width(column) for column in columns),
        "reading": {name: getattr(settings, name) for name in READING},
    }
    if settings.task == "classification":
        facts["classes"] = settings.classes or sorted(train["label"].dropna().unique())
    else:
        facts["target_range"] = target_range(train["label"], settings.target_scaling)
    return Encoder(facts)


def target_range(labels: pd.Series, scaling: str) -> list[float]:
    """The two numbers that networks learn as 0 and 1: least and greatest, mean and mean + sd, or 0 and 1 themselves."""
    match scaling:
        case "minmax":
            return [float(labels.min()), float(labels.max())]
        case "standard":
            return [float(labels.mean()), float(labels.mean() + labels.std(ddof=0))]
    return [0.0, 1.0]


def fit_column(values: pd.Series, settings: Any) -> dict[str, Any]:
    """A category's names in order, or the range and median of anything else; and what a missing cell is.

    `missing` is `refuse`, or `median`, or `own` (an input that says so) where training holds some to learn from.
    """
    kind, absent = kind_of(values), bool(values.isna().any())
    learnt = absent and settings.missing == "impute"
    tolerated = absent or settings.missing == "impute"
    facts = {"name": values.name, "kind": kind, "missing": "own" if learnt else "median" if tolerated else "refuse"}
    return facts | (fit_categories(values, settings) if kind == "category" else fit_range(values))


def fit_range(values: pd.Series) -> dict[str, Any]:
    """Lowest, highest and median number; zeros where nothing is known in training."""
    numbers = as_numbers(values)
    known = numbers[~np.isnan(numbers)]
    low, high, median = (known.min(), known.max(), np.median(known)) if len(known) else (0.0, 0.0, 0.0)
    return {"low": float(low), "high": float(high), "median": float(median)}


def fit_categories(values: pd.Series, settings: Any) -> dict[str, Any]:
    """The `max_categories` most frequent names with `rare_below` rows or more, and whether others are left: `other`."""
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = counts[counts >= settings.rare_below].index[: settings.max_categories]
    return {"categories": sorted(kept), "other": len(kept) < len(counts)}


def width(column: dict[str, Any]) -> int:
    """How many inputs a column becomes."""
    own = len(column["categories"]) + bool(column["other"]) if column["kind"] == "category" else 1
    return int(own) + int(column["missing"] == "own")


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`x` (N, F) float32, and `target` (N,) where there are labels: class index, or a number in its own unit."""
    x, start = np.zeros((len(items), encoder.facts["n_inputs"]), np.float32), 0
    for column in encoder.facts["columns"]:
        end = start + width(column)
        encode_column(read_column(items, column, encoder), column, x[:, start:end])
        start = end
    return {"x": x} | ({"target": encode_label(items, encoder)} if "label" in items else {})


def encode_column(values: pd.Series, column: dict[str, Any], x: np.ndarray) -> None:
    """Fill the inputs (N, width) of one column, zeros so far.

    A number is scaled to 0-1 over the training split, outside its range it falls outside 0-1; false and true are 0
    and 1; a date is the number of days since 1970, scaled alike. A category is one-hot; one that is rare or never
    seen in training goes to `other`, where training had rare ones to learn it from, and is all zeros otherwise.
    A missing cell is the median or all zeros, and 1 in the last input where that is `own`.
    """
    absent = values.isna().to_numpy()
    if column["missing"] == "own":
        x[absent, -1] = 1.0
    if column["kind"] == "category":
        place = pd.Index(column["categories"], dtype="str").get_indexer(values)
        known = place >= 0
        x[np.flatnonzero(known), place[known]] = 1.0
        if column["other"]:
            x[~known & ~absent, len(column["categories"])] = 1.0
    else:
        numbers = as_numbers(values)
        numbers[absent] = column["median"]
        x[:, 0] = (numbers - column["low"]) / ((column["high"] - column["low"]) or 1.0)


def as_numbers(values: pd.Series) -> np.ndarray:
    """Numbers, booleans or dates (N,) as float64, NaN where missing; a date as days since 1970-01-01 UTC."""
    if kind_of(values) == "date":
        return np.asarray((values.to_numpy() - np.datetime64(0, "D")) / DAY)
    return values.to_numpy(float, na_value=np.nan, copy=True)


def encode_label(items: pd.DataFrame, encoder: Encoder) -> np.ndarray:
    """Class indices (N,) int64, or numbers (N,) float64 in the target's own unit.

    Raises:
        SourceError: a label is missing, or no class of the training split.
    """
    labels = items["label"]
    known = labels.notna() if encoder.facts["task"] == "regression" else labels.isin(encoder.classes)
    if not known.all():
        row = items.loc[~known].iloc[0]
        came = f"row {row['id']} has {row['label']!r}, the first of {int((~known).sum())}"
        raise SourceError("each row has a label that training knows", came=came, mend="Correct it, or leave it out.")
    if encoder.facts["task"] == "regression":
        return labels.to_numpy(float)
    return pd.Index(encoder.classes).get_indexer(pd.Index(labels)).astype(np.int64)


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The feature columns as a served model takes them: numbers, and everything else as text.

    Raises:
        SourceError: a column is not there, or a cell is not what the model takes; the message names the row.
    """
    columns = encoder.facts["columns"]
    require(items, [column["name"] for column in columns])
    return pd.DataFrame({column["name"]: as_served(items, column, encoder) for column in columns}, index=items.index)


def as_served(items: pd.DataFrame, column: dict[str, Any], encoder: Encoder) -> pd.Series:
    """A column of raw input as float64, or as text; a missing cell is NaN or None."""
    values = read_column(items, column, encoder)
    if column["missing"] == "refuse" and values.isna().any():
        row = names_of(items)[values.isna()].iloc[0]
        mend = "Fill it in, or set `missing: impute` of the dataset and train again."
        raise SourceError(f"no cell of {column['name']} is missing", came=f"row {row} has none", mend=mend)
    if column["kind"] == "number":
        return values
    text = values.astype(str).str.lower() if column["kind"] == "boolean" else values.astype(str)
    served: pd.Series = text.astype(object).where(values.notna(), None)
    return served


def read_column(items: pd.DataFrame, column: dict[str, Any], encoder: Encoder) -> pd.Series:
    """A column, raw or canonical, as canonical tables hold it."""
    values: pd.Series = items[column["name"]]
    if kind_of(values) == column["kind"] != "category":
        return values
    cells = Cells.of(values, reading_of(encoder))
    return as_kind(cells, column["kind"], column["name"], names_of(items))


def reading_of(encoder: Encoder) -> Reading:
    """How the source was read."""
    from types import SimpleNamespace

    return Reading.of(SimpleNamespace(**encoder.facts["reading"]))


def names_of(items: pd.DataFrame) -> pd.Series:
    """What an error calls rows: their ids, or their index, which counts them from 0 unless their owner names them."""
    return pd.Series(items.get("id", items.index), items.index)
