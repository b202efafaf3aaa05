"""What no column check can see of texts: copies, echoes, groups, lengths, vocabulary, scripts, broken characters."""

from typing import Any

import pandas as pd

from quartet.families.text.measures import (
    Spelt,
    foreign,
    holds_controls,
    holds_markup,
    is_mojibake,
    letters_by_script,
    share_of_letters,
)
from quartet.families.text.words import normalise
from quartet.gate.facts import count, describe_classes, describe_columns, mark_copies
from quartet.splits import content_hash, straddles

MEASURES = {"n_characters": "measure", "n_words": "measure", "letters": "measure", "unseen": "measure"}


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark copies, texts that echo another split, groups in two splits, and measure each text."""
    text = tables["items"]["text"].fillna("").astype(str)
    normal = text.map(normalise)
    content = content_hash(normal.to_frame())
    items = mark_copies(tables["items"], content)
    add_words(items, normal)
    add_characters(items, text, normal)
    if "group" in items:
        items["group_straddles"] = straddles(items, items["group"])
    tested = items.loc[items["split"] == "test", "unseen"]
    own = {"n_texts": content.nunique(), "unseen": float(tested.mean()) if len(tested) else 0.0}
    classes = describe_classes(items)
    facts = count(items, n_classes=len(classes), **own)
    return tables | {
        "items": items,
        "classes": classes,
        "columns": describe_columns(items, MEASURES),
        "facts": facts,
    }


def add_words(items: pd.DataFrame, normal: pd.Series) -> None:
    """Add `echoes`, `n_words`, `medians` (its words over the median text's) and `unseen`."""
    found = Spelt(normal)
    spelt = pd.Series(found.spelt, index=items.index, dtype=object)
    items["echoes"] = straddles(items, spelt) & (spelt != "")
    items["n_words"] = found.n_words
    items["medians"] = items["n_words"] / max(items["n_words"].median(), 1)
    items["unseen"] = found.unseen((items["split"] == "train").to_numpy())


def add_characters(items: pd.DataFrame, text: pd.Series, normal: pd.Series) -> None:
    """Add `n_characters`, `letters`, `foreign`, `markup`, `mojibake` and `controls`."""
    scripts = normal.map(letters_by_script)
    items["n_characters"] = normal.str.len()
    items["letters"] = [share_of_letters(t, letters) for t, letters in zip(normal, scripts, strict=True)]
    items["foreign"] = foreign(scripts)
    items["markup"] = normal.map(holds_markup).astype(bool)
    items["mojibake"] = text.map(is_mojibake).astype(bool)
    items["controls"] = text.map(holds_controls).astype(bool)
