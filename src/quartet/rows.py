"""Rows as a source gives them → rows a family may use."""

import re
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.reading.files import LeftOut
from quartet.splits import fold_of, places, published_or_hashed, split_in_fold

EXACT = 2**53  # below it, float64 holds every whole number
RESERVED = ("id", "split", "label", "duplicate", "straddles", "unlabelled", "infinite", "fold", "fold_place")


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


def select(frame: pd.DataFrame, settings: Any, content: list[str], left_out: LeftOut) -> pd.DataFrame:
    """The rows to use: those that `keep` admits, copies dropped where `deduplicate` is set; `id` counts source rows."""
    require(frame, [*settings.keep, *content])
    rows = keep_rows(frame, settings, left_out)
    return drop_copies(rows, rows[content], settings, left_out)


def keep_rows(frame: pd.DataFrame, settings: Any, left_out: LeftOut) -> pd.DataFrame:
    """The rows that `keep` admits; `id` counts source rows where the source gives none."""
    require(frame, [*settings.keep])
    rows = frame if "id" in frame else frame.assign(id=np.arange(len(frame)))
    for column, values in settings.keep.items():
        rows = rows[as_text(rows[column]).isin(values)]
    if settings.keep and rows.empty:
        raise SourceError("`keep` leaves rows", came=f"no row has {settings.keep}", mend="Correct its values.")
    note_rows(left_out, len(frame) - len(rows), "keep")
    return rows


def drop_copies(
    rows: pd.DataFrame, content: pd.DataFrame | pd.Series, settings: Any, left_out: LeftOut
) -> pd.DataFrame:
    """Rows without those whose content stood before, where `deduplicate` is set."""
    distinct = rows[~content.duplicated()] if settings.deduplicate else rows
    note_rows(left_out, len(rows) - len(distinct), "deduplicate")
    return distinct


def note_rows(left_out: LeftOut, n: int, setting: str) -> None:
    """Note that a setting leaves rows out."""
    if n:
        left_out.add(f"{n} rows", f"`{setting}` of params.yaml leaves them out", asked=True)


def split_columns(rows: pd.DataFrame, settings: Any, content: pd.Series, seed: int) -> pd.DataFrame:
    """The column `split`; with `folds`, it is that of fold 0, and `fold` and `fold_place` say the others.

    Raises:
        SourceError: the settings ask for folds of a source that says itself what is tested.
    """
    if settings.folds is None:
        return split_of(rows, settings, content, seed).to_frame("split")
    column = published_column(rows, settings)
    if column:
        mend = "Leave `folds:` out, so that figures can be compared, or take the column out of the source."
        raise SourceError("a source with folds has no published split", came=f"its column {column!r} is one", mend=mend)
    place = places(group_of(rows, settings.group) if settings.group else content, seed)
    items = pd.DataFrame({"fold": fold_of(place, settings.folds), "fold_place": place})
    items.insert(0, "split", split_in_fold(items, 0, settings.folds, settings.validation_fraction))
    return items


def published_column(rows: pd.DataFrame, settings: Any) -> str | None:
    """The column that holds the published split, if there is one."""
    return settings.split or ("split" if "split" in rows and "split" not in dropped(settings) else None)


def name_split(frame: pd.DataFrame, settings: Any, seed: int) -> dict[str, Any]:
    """How a source's items are split: `kind` is published, hashed, folds, or none where nothing is held out."""
    column = published_column(frame.rename(columns=str), settings)
    published = column in frame and bool((frame[column].astype(str) == "test").any())
    task, folds = getattr(settings, "task", ""), getattr(settings, "folds", None)
    if task == "community_detection":
        kind = "none"
    elif task in ("link_prediction", "similarity"):  # what is split are pairs, and a column splits nodes
        kind = "hashed"
    else:
        kind = "published" if published else "folds" if folds else "hashed"
    return {"kind": kind, "seed": seed, "folds": folds}


def split_of(rows: pd.DataFrame, settings: Any, content: pd.Series, seed: int) -> pd.Series:
    """The split (N,) of each row: by the published column, by group, or by a hash of its content."""
    column = published_column(rows, settings)
    require(rows, [column] if column else [])
    keys = group_of(rows, settings.group) if settings.group else content
    published = rows[column] if column else pd.Series(None, index=rows.index, dtype=object)
    fractions = {"validation": settings.validation_fraction, "test": settings.test_fraction}
    split = published_or_hashed(published, keys, seed=seed, **fractions)
    if settings.group:
        refuse_straddling(split, keys)
    return split


def dropped(settings: Any) -> list[str]:
    """The columns that the settings leave out, where a family has such settings."""
    pinned = getattr(settings, "columns", {}).items()
    return [*getattr(settings, "drop", []), *(name for name, kind in pinned if kind == "drop")]


def group_of(rows: pd.DataFrame, group: str) -> pd.Series:
    """The group (N,) of each row: a column, or what a pattern with one pair of parentheses finds in its id."""
    if group in rows or not is_pattern(group):
        require(rows, [group])
        return as_text(rows[group])
    found = rows["id"].astype(str).str.extract(group, expand=False)
    lost = rows["id"][found.isna()]
    if len(lost):
        came = f"{lost.iloc[0]!r} does not, the first of {len(lost)}"
        raise SourceError(f"each file name matches the pattern {group!r}", came=came, mend="Correct `group:`.")
    return found


def is_pattern(group: str) -> bool:
    """Whether `group` is a pattern with one pair of parentheses, and no name of a column."""
    try:
        return re.compile(group).groups == 1
    except re.error:
        return False


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
    """Names and numbers as text, 1.0 as "1" whatever stands in other rows; what is missing stays missing."""
    text = values.astype(str).where(values.notna(), None).astype(object)
    if pd.api.types.is_float_dtype(values):
        whole = ((values % 1 == 0) & (values.abs() < EXACT)).fillna(False).astype(bool)
        text[whole] = values[whole].astype("int64").astype(str)
    return text


def as_numbers(values: pd.Series) -> pd.Series | None:
    """Cells (N,) as float64 where all that are there are numbers, otherwise None."""
    if pd.api.types.is_bool_dtype(values):
        return None
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    try:
        return pd.to_numeric(values).astype(float)
    except (ValueError, TypeError):
        return None
