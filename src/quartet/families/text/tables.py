"""Texts as a source gives them → canonical `items`: id, split, label, text, and group where there is one."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from quartet.families.text.words import words
from quartet.reading.decoding import decode, undecodable, wrong
from quartet.reading.files import File, LeftOut
from quartet.reading.tables import csv_options, table_or_class_folders
from quartet.rows import as_labels, as_text, group_of, require, select, split_columns
from quartet.splits import content_hash


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """One table, or texts in folders named as their classes."""
    return table_or_class_folders(files, csv_options(settings), (".txt",), "text")


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Texts as they came; texts of the same words share a split, or those of the same group where one is named.

    Raises:
        SourceError: a column is not there, or a file is in another encoding than the settings say.
    """
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.text, settings.target])
    left_out = LeftOut.of(tables)
    note_unread(frame, settings, left_out)
    rows = decoded(select(frame, settings, [settings.text], left_out), settings, left_out)
    text = rows[settings.text]
    same = pd.Series([" ".join(words(cell)) for cell in text.fillna("")], index=rows.index, dtype=object)
    split = split_columns(rows, settings, content_hash(same.to_frame()), seed)
    label = as_labels(rows[settings.target], "classification")
    items = pd.DataFrame({"id": rows["id"], "split": split.pop("split"), "label": label, "text": text})
    items = items.join(split)
    if settings.group:
        items["group"] = group_of(rows, settings.group)
    return {"items": items.reset_index(drop=True), "left_out": left_out.table()}


def note_unread(frame: pd.DataFrame, settings: Any, left_out: LeftOut) -> None:
    """Note the columns that no setting names: the text alone is learned from."""
    named = {settings.text, settings.target, settings.split, settings.group, "id", "split", *settings.keep}
    for column in frame:
        if column not in named:
            left_out.add(f"column {column}", "`text:` names another one, the only one learned from", asked=True)


def decoded(rows: pd.DataFrame, settings: Any, left_out: LeftOut) -> pd.DataFrame:
    """The rows with their texts as text; of files in another encoding, none or a SourceError."""
    cells, wrongs = list(rows[settings.text]), dict[int, str]()
    if not any(isinstance(cell, bytes) for cell in cells):
        return rows.assign(**{settings.text: as_text(rows[settings.text])})
    for place, cell in enumerate(cells):
        try:
            cells[place] = decode(cell, settings.encoding) if isinstance(cell, bytes) else cell
        except UnicodeDecodeError as error:
            wrongs[place] = wrong(error)
    names = rows["id"].tolist()
    for place, reason in wrongs.items():
        if settings.unreadable == "refuse":
            more = f" (the first of {len(wrongs)} such files)" if len(wrongs) > 1 else ""
            raise undecodable(str(names[place]), reason + more, ", or leave it out with `unreadable: leave_out`")
        left_out.add(names[place], reason, asked=True)
    text = pd.Series(cells, index=rows.index, dtype=object)
    return rows.assign(**{settings.text: text}).drop(index=rows.index[list(wrongs)])
