"""What no column check can see of texts: copies, echoes, groups, lengths, scripts."""

import unicodedata
from collections import Counter
from typing import Any

import pandas as pd

from quartet.facts import count, count_classes, describe_columns, mark_copies
from quartet.families.text.words import normalise, words
from quartet.splits import content_hash

MEASURES = {"n_characters": "measure"}


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark copies, texts that echo another split, groups in two splits, and measure each text."""
    text = tables["items"]["text"].fillna("").astype(str).map(normalise)
    items = mark_copies(tables["items"], content_hash(text.to_frame()))
    spelt = text.map(words).str.join(" ")
    scripts = text.map(letters_by_script)
    items["echoes"] = straddles(items["split"], spelt) & (spelt != "")
    items["wordless"] = spelt == ""
    items["n_characters"] = text.str.len()
    items["letters"] = [share_of_letters(t, letters) for t, letters in zip(text, scripts, strict=True)]
    items["foreign"] = foreign(scripts)
    if "group" in items:
        items["group_straddles"] = straddles(items["split"], items["group"])
    facts = count(items, **count_classes(items))
    return tables | {"items": items, "columns": describe_columns(items, MEASURES), "facts": facts}


def straddles(split: pd.Series, key: pd.Series) -> pd.Series:
    """Whether other items with the same key (N,) are in another split."""
    return split.groupby(key).transform("nunique").fillna(1) > 1


def letters_by_script(text: str) -> Counter[str]:
    """How many letters and marks of each script a text holds; a script is the first word of their Unicode names."""
    found: Counter[str] = Counter()
    for character, n in Counter(text).items():
        if unicodedata.category(character)[0] in "LM":
            found[unicodedata.name(character, "?").split()[0]] += n
    return found


def share_of_letters(text: str, letters: Counter[str]) -> float:
    """Letters per character that is no space; 0 for an empty text."""
    return letters.total() / (len("".join(text.split())) or 1)


def foreign(scripts: pd.Series) -> pd.Series:
    """Whether most letters of a text are of another script than most letters of all texts."""
    total: Counter[str] = sum(scripts, Counter())
    usual = max(total, key=lambda script: (total[script], script), default="")
    return scripts.map(lambda letters: 2 * letters[usual] < letters.total()).astype(bool)
