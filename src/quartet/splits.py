"""Splits by a hash of content: no item changes split when items are added."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quartet.family import SPLITS


def content_hash(frame: pd.DataFrame) -> pd.Series:
    """A 16-digit hash (N,) of each row's values; rows that hold the same values have the same hash."""
    return pd.util.hash_pandas_object(frame, index=False).map("{:016x}".format)


def row_keys(cells: Sequence[np.ndarray], index: pd.Index) -> pd.Series:
    """A 16-digit hash (N,) of each row from the hashes (N,) of its cells, one array per column.

    It depends on the row alone: no other row can change it. Source: CPython's hash of tuples, as pandas has it;
    where the hashes are those of typed values, this is `content_hash`.
    """
    key, factor = np.full(len(index), 0x345678, np.uint64), 1_000_003
    for left, column in zip(range(len(cells), 0, -1), cells, strict=True):
        key = (key ^ column) * np.uint64(factor)
        factor += 82_520 + 2 * left
    return pd.Series(key + np.uint64(97_531), index).map("{:016x}".format)


def assign_splits(keys: pd.Series, seed: int, validation: float, test: float) -> pd.Series:
    """The split (N,) of each key: test, validation or train, with these shares in expectation.

    Args:
        keys: what must not straddle splits, as strings: a content hash or a group.
    """
    hashes = pd.util.hash_array(keys.astype(str).to_numpy(object), hash_key=f"{seed:016d}", categorize=False)
    place = hashes / 2.0**64  # uniform in [0, 1)
    train, held_out, tested = SPLITS
    split = np.select([place < test, place < test + validation], [tested, held_out], train)
    return pd.Series(split, keys.index, dtype="str")


def published_or_hashed(
    published: pd.Series, keys: pd.Series, *, seed: int, validation: float, test: float
) -> pd.Series:
    """The published split where it says something; what it leaves open goes to validation and test by hash.

    Where it has no validation items, they are carved from training. A word that is no split is kept
    as it came, for the gate to refuse by row.
    """
    known = published
    open_items = known.isna()
    if open_items.all():
        return assign_splits(keys, seed, validation, test)
    if open_items.any():
        share = validation / (validation + test)
        rest = assign_splits(keys[open_items], seed, share, 1 - share)
        return known.where(~open_items, rest.reindex(known.index)).astype(str)
    if not (known == "validation").any():
        carved = assign_splits(keys, seed, validation, 0.0)
        return known.where((known != "train") | (carved == "train"), "validation").astype(str)
    return known.astype(str)
