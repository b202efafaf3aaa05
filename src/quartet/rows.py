"""Rows as a source gives them → rows a family may use."""

from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.splits import published_or_hashed

RESERVED = ("id", "split", "label", "duplicate", "straddles", "infinite")


def feature_columns(items: pd.DataFrame) -> list[str]:
    """The columns of canonical items that a model sees."""
    return [str(column) for column in items if column not in RESERVED]


def require(frame: pd.DataFrame, columns: list[str]) -> None:
    """Raise SourceError where a column that the settings name is not there."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise SourceError(
            f"the source has the columns {', '.join(columns)} that params.yaml names",
            came=f"{', '.join(missing)} is not among {', '.join(map(str, frame.columns))}",
            mend="Correct the names in params.yaml, or the header of the file.",
        )


def select(frame: pd.DataFrame, settings: Any, content: list[str]) -> pd.DataFrame:
    """The rows to use: those that `keep` admits, copies dropped where `deduplicate` is set; `id` counts source rows."""
    require(frame, [*settings.keep, *content])
    rows = frame if "id" in frame else frame.assign(id=np.arange(len(frame)))
    for column, values in settings.keep.items():
        rows = rows[as_text(rows[column]).isin(values)]
    if settings.keep and rows.empty:
        raise SourceError("`keep` leaves rows", came=f"no row has {settings.keep}", mend="Correct its values.")
    return rows.drop_duplicates(content) if settings.deduplicate else rows


def split_of(rows: pd.DataFrame, settings: Any, content: pd.Series, seed: int) -> pd.Series:
    """The split (N,) of each row: by the published column, by group, or by a hash of its content."""
    named = [column for column in (settings.split, settings.group) if column]
    require(rows, named)
    keys = rows[settings.group].astype(str) if settings.group else content
    published = rows[settings.split] if settings.split else pd.Series(None, index=rows.index, dtype=object)
    fractions = {"validation": settings.validation_fraction, "test": settings.test_fraction}
    split = published_or_hashed(published, keys, seed=seed, **fractions)
    if settings.group:
        refuse_straddling(split, keys)
    return split


def refuse_straddling(split: pd.Series, groups: pd.Series) -> None:
    """Raise SourceError where a published split tears a group apart."""
    n_splits = split.groupby(groups).nunique()
    torn = n_splits.index[n_splits > 1]
    if len(torn):
        came = f"{', '.join(map(str, torn[:5]))} stand in several, {len(torn)} groups in all"
        raise SourceError("each group stands in one split", came=came, mend="Mend the split column, or leave it out.")


def as_labels(values: pd.Series, task: str) -> pd.Series:
    """Class names as text, or numbers for a regression; what is missing stays missing."""
    if task == "regression":
        return pd.to_numeric(values, errors="coerce").astype(float)
    return as_text(values)


def as_text(values: pd.Series) -> pd.Series:
    """Names and whole numbers as text, 1.0 as "1"; what is missing stays missing."""
    whole = pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all()
    text = values.astype("Int64") if whole else values
    return text.astype(str).where(values.notna(), None).astype(object)
