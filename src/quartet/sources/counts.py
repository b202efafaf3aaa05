"""Whether a public set holds what was published of it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from quartet.errors import SourceError


def check_counts(dataset: str, items: pd.DataFrame, expected: dict[str, Any]) -> None:
    """Raise SourceError where canonical items are not as many as published, in all, by split or by class.

    Args:
        expected: `items`, and `splits` and `classes` where they are published.
    """
    wrong = list(differences(items, expected))
    if wrong:
        mend = "Its publisher changed it, or reading it lost rows: say so in an issue, with this message."
        raise SourceError(f"{dataset} holds what the catalog says", came="; ".join(wrong), mend=mend)


def differences(items: pd.DataFrame, expected: dict[str, Any]) -> Iterator[str]:
    """What differs, as sentences."""
    if len(items) != expected["items"]:
        yield f"it has {len(items):,} items, not {expected['items']:,}"
    carved = {} if "validation" in expected["splits"] else {"validation": "train"}
    for name, column in (("splits", "split"), ("classes", "label")):
        if not expected[name]:
            continue
        counts = items[column].astype("str").replace(carved if name == "splits" else {}).value_counts()
        for value, count in expected[name].items():
            if counts.get(value, 0) != count:
                yield f"{value} has {counts.get(value, 0):,}, not {count:,}"
