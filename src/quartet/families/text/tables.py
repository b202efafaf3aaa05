"""A table as a source gives it → canonical `items`: id, split, label, text, and group where there is one."""

from typing import Any

import pandas as pd

from quartet.families.text.words import words
from quartet.rows import as_labels, as_text, require, select, split_of
from quartet.splits import content_hash


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Texts as they came; texts of the same words share a split, or those of the same group where one is named."""
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.text, settings.target])
    rows = select(frame, settings, [settings.text])
    text = as_text(rows[settings.text])
    same = content_hash(text.fillna("").map(words).str.join(" ").to_frame())
    split = split_of(rows, settings, same, seed)
    label = as_labels(rows[settings.target], "classification")
    items = pd.DataFrame({"id": rows["id"], "split": split, "label": label, "text": text})
    if settings.group:
        items["group"] = as_text(rows[settings.group])
    return {"items": items.reset_index(drop=True)}
