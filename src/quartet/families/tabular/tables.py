"""A table as a source gives it → canonical `items`: id, split, label, and a column per feature."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from quartet.errors import SourceError
from quartet.files import File, LeftOut
from quartet.rows import RESERVED, as_labels, as_numbers, as_text, require, select, split_of
from quartet.splits import content_hash
from quartet.tables import csv_options, one_table


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """The one table that a source holds."""
    return one_table(files, csv_options(settings))


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Rows with numbers as float64 and everything else as text; equal rows of features share a split."""
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.target, *settings.drop])
    columns = columns_to_learn_from(frame, settings)
    left_out = LeftOut.of(tables)
    rows = select(frame, settings, columns, left_out)
    features = pd.DataFrame({column: as_feature(rows[column]) for column in columns}, index=rows.index)
    split = split_of(rows, settings, content_hash(features), seed)
    label = as_labels(rows[settings.target], settings.task)
    known = pd.DataFrame({"id": rows["id"], "split": split, "label": label})
    return {"items": pd.concat([known, features], axis=1).reset_index(drop=True), "left_out": left_out.table()}


def columns_to_learn_from(frame: pd.DataFrame, settings: Any) -> list[str]:
    """The columns that are neither target nor id, split, group or dropped.

    Raises:
        SourceError: there is none, or one has a name that canonical tables use themselves.
    """
    aside = {settings.target, settings.split, settings.group, "id", *settings.drop}
    columns = [str(column) for column in frame if column not in aside]
    reserved = [column for column in columns if column in RESERVED]
    if reserved or not columns:
        raise SourceError(
            f"a table has feature columns, none of them called {' or '.join(RESERVED)}",
            came=f"{', '.join(reserved)} came" if reserved else "only the target is left",
            mend="Rename the column, name it under `drop:`, or, if it holds the published split, under `split:`.",
        )
    return columns


def as_feature(values: pd.Series) -> pd.Series:
    """Numbers as float64, everything else as text; what is missing stays missing."""
    numbers = as_numbers(values)
    return as_text(values) if numbers is None else numbers
