"""Cells of nodes and edges → ids, features and errors that name columns and rows."""

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.rows import as_text

FEATURE = "f_"  # what the name of a feature column begins with, so that it meets no column of ours
MAX_CATEGORIES = 1000
OTHER_NAMES = {
    "id": ("node", "node_id", "nodeid", "name", "index", "paper_id", "user_id"),
    "label": ("class", "y", "category", "group", "community", "target"),
    "source": ("from", "src", "start", "a", "u", "node1", "node_1", "id1", "id_1", "head"),
    "target": ("to", "dst", "end", "b", "v", "node2", "node_2", "id2", "id_2", "tail", "dest", "destination"),
}


def named(frame: pd.DataFrame, table: str, needed: list[str]) -> pd.DataFrame:
    """The table with its columns' names as text without spaces around them.

    Raises:
        SourceError: a needed column is missing, or two have the same name.
    """
    frame = frame.rename(columns=lambda name: str(name).strip())
    came = f"its columns are {', '.join(map(repr, list(frame)[:12]))}{', …' if frame.shape[1] > 12 else ''}"
    missing = [column for column in needed if column not in frame]
    if missing or frame.columns.has_duplicates:
        must = f"the table of {table} has the column{'s' * (len(needed) > 1)} {' and '.join(needed)}, each name once"
        raise SourceError(must, came=came, mend=renaming(frame, missing))
    return frame


def renaming(frame: pd.DataFrame, missing: list[str]) -> str:
    """How to mend the header where known columns are missing."""
    by_name = {str(column).lower(): str(column) for column in frame}
    found = {name: next((by_name[o] for o in (name, *OTHER_NAMES[name]) if o in by_name), None) for name in missing}
    steps = [f"{old!r} to {new!r}" for new, old in found.items() if old]
    return f"Rename {' and '.join(steps)} in its header." if steps else "Correct its header."


def ids_of(values: pd.Series) -> pd.Series:
    """Ids or labels (N,) as text without spaces around it; what is empty is missing."""
    text = values if isinstance(values.dtype, pd.StringDtype) else as_text(values)
    text = text.astype("str").str.strip()
    return text.mask(text == "")


def features_of(frame: pd.DataFrame, categorical: list[str]) -> pd.DataFrame:
    """Features (N, F) as float32: numbers as they are, a 0/1 column per value of a categorical column.

    Raises:
        SourceError: a column that is not categorical holds something else than numbers.
    """
    numeric = frame.drop(columns=categorical).select_dtypes(["number", "bool"])
    others = [column for column in frame if column not in numeric]
    with np.errstate(over="ignore"):  # what is too large for 32 bits becomes infinite, which the gate names
        parts: list[pd.DataFrame | pd.Series] = [numeric.astype(np.float32)]
        parts += [indicators(frame[name]) if name in categorical else parsed(frame[name]) for name in others]
    return pd.concat(parts, axis=1).add_prefix(FEATURE)


def parsed(cells: pd.Series) -> pd.Series:
    """Cells (N,) as float32, missing ones NaN.

    Raises:
        SourceError: one is no number; it is named by its row.
    """
    if pd.api.types.is_object_dtype(cells):
        cells = cells.where(cells.map(lambda cell: isinstance(cell, float | int)), cells.astype("str"))
    texts = pd.api.types.is_string_dtype(cells) or pd.api.types.is_object_dtype(cells)
    values = pd.to_numeric(cells, errors="coerce") if texts else pd.Series(np.nan, cells.index)
    bad = values.isna() & cells.notna()
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        came = f"{cells.name!r} holds {str(cells.iloc[row])[:40]!r} in row {row}, counted from 0"
        more = f", and {int(bad.sum()) - 1} more that are none" if bad.sum() > 1 else ""
        mend = "Correct it, or name the column under `categorical:` (a 0/1 feature per value) or under `drop:`."
        raise SourceError("the features of nodes are numbers", came=came + more, mend=mend)
    return values.astype(np.float32)


def indicators(cells: pd.Series) -> pd.DataFrame:
    """A 0/1 column (N, values) per value of a categorical column; a missing one has 0 in all."""
    values = ids_of(cells)
    n = values.nunique()
    if n > MAX_CATEGORIES:
        came = f"{cells.name!r} holds {n:,} different values"
        must = f"a categorical column of nodes holds at most {MAX_CATEGORIES:,} different values"
        raise SourceError(must, came=came, mend="Name it under `drop:`, or group its values.")
    return pd.get_dummies(values, prefix=str(cells.name), prefix_sep="=", dtype=np.float32)
