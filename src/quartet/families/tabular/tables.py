"""A table as a source gives it → canonical `items`: id, split, label, and a column per feature."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.tabular.cells import Cells, Reading
from quartet.families.tabular.columns import as_kind, infer_kind
from quartet.families.tabular.settings import Kind
from quartet.reading.files import File, LeftOut
from quartet.reading.tables import csv_options, one_table
from quartet.rows import RESERVED, drop_copies, dropped, keep_rows, require, split_columns
from quartet.splits import content_hash, row_keys, straddles


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """The one table that a source holds."""
    return one_table(files, csv_options(settings))


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Rows with numbers as float64, booleans as `boolean`, dates as datetime64[us] and categories as text.

    A row's split depends on its own cells alone, not on what kinds its columns are inferred to be, so that no row
    added later moves it. Equal rows share a split. `items` is taken out of `tables` and its columns one by one out of
    memory: text of a million rows and what it is read as need not be held at once.
    """
    frame = tables.pop("items").rename(columns=str)
    require(frame, [settings.target, *settings.drop, *settings.columns])
    names = columns_to_learn_from(frame, settings)
    left_out = LeftOut.of(tables)
    rows = keep_rows(frame, settings, left_out)
    del frame
    columns = Columns(rows, names, settings, left_out)
    known = pd.DataFrame({"id": rows["id"], "label": target(rows, settings)})
    split = split_columns(rows, settings, columns.keys, seed)
    known.insert(1, "split", split.pop("split"))
    items = pd.concat([known, split, columns.features], axis=1)
    if not settings.split and not settings.group:
        refuse_torn_copies(items, columns)
    items = drop_copies(items, columns.keys, settings, left_out)
    return {"items": items.reset_index(drop=True), "left_out": left_out.table()}


def columns_to_learn_from(frame: pd.DataFrame, settings: Any) -> list[str]:
    """The columns that are neither target nor id, split, group or dropped.

    Raises:
        SourceError: there is none, or one has a name that canonical tables use themselves.
    """
    aside = {settings.target, settings.split, settings.group, "id", *dropped(settings)}
    columns = [str(column) for column in frame if column not in aside]
    reserved = [column for column in columns if column in RESERVED]
    if reserved or not columns:
        raise SourceError(
            f"a table has feature columns, none of them called {' or '.join(RESERVED)}",
            came=f"{', '.join(reserved)} came" if reserved else "only the target is left",
            mend="Rename the column, name it under `drop:`, or, if it holds the published split, under `split:`.",
        )
    return columns


class Columns:
    """The feature columns of N rows.

    Attributes:
        features: (N, F), each column of the kind that `columns:` pins or its cells tell.
        inferred_out: columns that the cells tell to be no features.
        keys: a hash (N,) of each row's cells.

    Raises:
        SourceError: a cell is not of its column's kind, or no feature is left.
    """

    def __init__(self, rows: pd.DataFrame, names: list[str], settings: Any, left_out: LeftOut) -> None:
        self.inferred_out: list[str] = []
        reading, hashes, features = Reading.of(settings), list[np.ndarray](), {}
        for name in names:
            cells = Cells.of(rows.pop(name), reading)
            hashes.append(cells.hashes())
            kind = settings.columns.get(name)
            if kind is None:
                found = infer_kind(name, cells)
                kind = found.kind
            if kind == "drop":
                self.inferred_out.append(name)
                left_out.add(f"column {name}", f"{found.reason}; pin it under `columns:` to use it")
            else:
                features[name] = as_kind(cells, kind, name, rows["id"])
        if not features:
            came = f"all were left out: {', '.join(self.inferred_out)}"
            mend = "Pin one under `columns:` as number, category, boolean or date."
            raise SourceError("a table has columns to learn from", came=came, mend=mend)
        self.features = pd.DataFrame(features, index=rows.index, copy=False)
        self.keys = row_keys(hashes, rows.index)


def target(rows: pd.DataFrame, settings: Any) -> pd.Series:
    """Class names as text, 1.0 as "1", or numbers for a regression; what is missing stays missing."""
    cells = Cells.of(rows[settings.target], Reading.of(settings))
    kind: Kind = "number" if settings.task == "regression" else "category"
    return as_kind(cells, kind, settings.target, rows["id"])


def refuse_torn_copies(items: pd.DataFrame, columns: Columns) -> None:
    """Raise SourceError where rows in different splits or folds differ only in columns found to be no features."""
    if not columns.inferred_out:
        return
    content = content_hash(columns.features)
    torn = items["id"][straddles(items, content)]
    if len(torn):
        names = ", ".join(f"{name}: drop" for name in columns.inferred_out)
        raise SourceError(
            f"rows that differ only in {' and '.join(columns.inferred_out)} share a split",
            came=f"{len(torn)} rows do not, such as row {torn.iloc[0]}",
            mend=f"Pin `columns: {{{names}}}`, so that the split does not depend on it.",
        )
