"""Ways to break canonical items."""

from collections.abc import Callable

import pandas as pd

Tables = dict[str, pd.DataFrame]
Change = Callable[[pd.DataFrame], pd.DataFrame]


def broken(change: Change) -> Callable[[Tables], Tables]:
    """A change of the table `items`, applied to a copy."""
    return lambda tables: tables | {"items": change(tables["items"].copy())}


def with_column(name: str, value: object, rows: slice = slice(None)) -> Change:
    """One value in a column of some rows."""

    def change(items: pd.DataFrame) -> pd.DataFrame:
        items.loc[items.index[rows], name] = value
        return items

    return change
