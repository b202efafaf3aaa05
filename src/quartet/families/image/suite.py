"""What no column check can see of pictures: copies, classes, how sizes are distributed."""

from typing import Any

import pandas as pd

from quartet.facts import count, count_classes, describe_columns, mark_copies

MEASURES = {"width": "measure", "height": "measure"}


def annotate(tables: dict[str, pd.DataFrame], settings: Any) -> dict[str, pd.DataFrame]:
    """Mark pictures that have the same pixels, and count classes."""
    items = mark_copies(tables["items"], tables["items"]["content"])
    facts = count(items, **count_classes(items))
    return tables | {"items": items, "columns": describe_columns(items, MEASURES), "facts": facts}
