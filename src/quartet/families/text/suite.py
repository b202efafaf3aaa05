"""What may pass to training: texts that are there, of sensible length, in one script, each in one split."""

import unicodedata
from collections import Counter
from typing import Any, Literal

import pandas as pd

from quartet.expectation import Expectation, fact, filled, labels_and_splits, never
from quartet.facts import count, count_classes, mark_copies
from quartet.families.text.words import normalise, words
from quartet.splits import content_hash

RARE = 0.05  # a class with a smaller share of the items is shown as a warning


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
    shares = items["label"].value_counts(normalize=True)
    counts = {"smallest_class_share": float(shares.min()) if len(shares) else 0.0, **count_classes(items)}
    return {"items": items, "facts": count(items, settings.minimum_items, **counts)}


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


def between(
    column: str, meaning: str, bounds: tuple[float, float], severity: Literal["error", "warn"] = "error"
) -> Expectation:
    """Every value of a column of `items` is within bounds."""
    kwargs = {"column": column, "min_value": bounds[0], "max_value": bounds[1]}
    return Expectation("items", "expect_column_values_to_be_between", meaning, kwargs, severity)


def checks(tables: dict[str, pd.DataFrame], settings: Any) -> list[Expectation]:
    """What must hold of the annotated tables."""
    found = [
        *labels_and_splits("label", settings.classes),
        filled("text"),
        between(
            "n_characters",
            "each text is neither empty nor too long (min_characters, max_characters)",
            (settings.min_characters, settings.max_characters),
        ),
        Expectation(
            "items",
            "expect_column_unique_value_count_to_be_between",
            "texts differ",
            {"column": "text", "min_value": 2},
        ),
        fact("n_classes_missing", "there are at least two classes", at_most=0),
        fact("n_classes_untrained", "each class occurs in the training split", at_most=0),
    ]
    if "group" in tables["items"]:
        found += [filled("group"), never("group_straddles", "no group stands in two splits")]
    return found + warnings(settings)


def warnings(settings: Any) -> list[Expectation]:
    """What is shown, and stops nothing."""
    rare = {"column": "smallest_class_share", "min_value": RARE}
    return [
        never("echoes", "no two splits hold texts of the same words", "warn"),
        never("wordless", "each text holds a word", "warn"),
        never("foreign", "all texts are in one script", "warn"),
        between("letters", "texts are mostly letters (min_letters)", (settings.min_letters, 1.0), "warn"),
        Expectation(
            "facts", "expect_column_values_to_be_between", f"each class has {RARE:.0%} of the items", rare, "warn"
        ),
    ]
