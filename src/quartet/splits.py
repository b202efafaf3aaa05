"""Splits by a hash of content: no item changes split when items are added."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quartet.family import SPLITS

ALMOST_ONE = 1 - 2.0**-53  # a 64-bit hash over 2^64 may round to 1


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
    return split_by_place(places(keys, seed), validation, test)


def places(keys: pd.Series, seed: int) -> pd.Series:
    """A number (N,) in [0, 1) for each key, uniform over keys; equal keys have the same."""
    hashes = pd.util.hash_array(keys.astype(str).to_numpy(object), hash_key=f"{seed:016d}", categorize=False)
    return pd.Series(np.minimum(hashes / 2.0**64, ALMOST_ONE), keys.index)


def split_by_place(place: pd.Series, validation: float, test: float) -> pd.Series:
    """The split (N,) of each place in [0, 1): test comes first, then validation, then train."""
    train, held_out, tested = SPLITS
    split = np.select([place < test, place < test + validation], [tested, held_out], train)
    return pd.Series(split, place.index, dtype="str")


def fold_of(place: pd.Series, folds: int) -> pd.Series:
    """The fold (N,), 0 to folds - 1, in whose test split each place is."""
    return pd.Series(np.floor(place.to_numpy() * folds).astype(np.int64), place.index)


def split_in_fold(items: pd.DataFrame, fold: int, folds: int, validation: float) -> pd.Series:
    """The split (N,) that items with `fold` and `fold_place` have in one fold: in fold 0, that of the column `split`.

    Validation is what follows the fold on the ring of places, as it follows test in a single split.
    """
    turned = (items["fold_place"] - fold / folds) % 1.0
    split = split_by_place(turned, validation, 1 / folds)
    tested = items["fold"] == fold  # exact where rounding at the edge of a fold is not
    return split.mask(tested, "test").mask(~tested & (split == "test"), "train")


def straddles(items: pd.DataFrame, key: pd.Series) -> pd.Series:
    """Whether other items (N,) with the same key are in another split; with folds, in another fold as well.

    Items that fold 0 trains on alike may be in two folds: one is then tested by a network that saw the other.
    """
    apart = [column for column in ("split", "fold") if column in items]
    return (items[apart].groupby(key).transform("nunique") > 1).any(axis=1)


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
