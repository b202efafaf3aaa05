"""A table as a source gives it → canonical `items`: id, split, label, text, and group where there is one."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from quartet.families.text.words import words
from quartet.files import File, LeftOut
from quartet.rows import as_labels, as_text, require, select, split_of
from quartet.splits import content_hash
from quartet.tables import csv_options, table_or_class_folders


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """One table, or texts in folders named as their classes."""
    return table_or_class_folders(files, csv_options(settings), (".txt",), "text")


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Texts as they came; texts of the same words share a split, or those of the same group where one is named."""
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.text, settings.target])
    left_out = LeftOut.of(tables)
    rows = select(frame, settings, [settings.text], left_out)
    text = as_text(rows[settings.text])
    same = content_hash(text.fillna("").map(words).str.join(" ").to_frame())
    split = split_of(rows, settings, same, seed)
    label = as_labels(rows[settings.target], "classification")
    items = pd.DataFrame({"id": rows["id"], "split": split, "label": label, "text": text})
    if settings.group:
        items["group"] = as_text(rows[settings.group])
    return {"items": items.reset_index(drop=True), "left_out": left_out.table()}
