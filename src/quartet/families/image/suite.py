"""What may pass to training: no overlap between splits, no unknown class or mode, no blank or outsized picture."""

from dataclasses import replace
from typing import Any

import pandas as pd

from quartet.expectation import Expectation, among, fact, filled, labels_and_splits, never
from quartet.facts import count, count_classes, mark_copies

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I;16", "I;16B")
RARE = 0.1  # of an even share


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark pictures that have the same pixels, and count classes."""
    items = mark_copies(tables["items"], tables["items"]["content"])
    share = items["label"].value_counts(normalize=True)
    counts = {**count_classes(items), "rarest_class": float(share.min() * len(share))}
    return {"items": items, "facts": count(items, settings.minimum_items, **counts)}


def checks(tables: dict[str, pd.DataFrame], settings: Any) -> list[Expectation]:
    """What must hold of the annotated tables."""
    rare = fact("rarest_class", f"the rarest class has at least {RARE:.0%} of an even share", at_least=RARE)
    return [
        *labels_and_splits("label", settings.classes),
        filled("picture"),
        never("blank", "no picture has the same colour everywhere"),
        among("mode", list(MODES), f"the colour mode is one of {', '.join(MODES)}"),
        within("width", settings),
        within("height", settings),
        fact("n_classes_missing", "there are at least two classes", at_most=0),
        fact("n_classes_untrained", "each class occurs in the training split", at_most=0),
        replace(rare, severity="warn"),
    ]


def within(side: str, settings: Any) -> Expectation:
    """A side of each picture is neither shorter nor longer than the settings admit."""
    low, high = settings.min_side, settings.max_side
    kwargs = {"column": side, "min_value": low, "max_value": high}
    meaning = f"each {side} is between {low} and {high} pixels (min_side, max_side)"
    return Expectation("items", "expect_column_values_to_be_between", meaning, kwargs)
