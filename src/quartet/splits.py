"""Splits by a hash of content: no item changes split when items are added."""

import pandas as pd

from quartet.family import SPLITS


def content_hash(frame: pd.DataFrame) -> pd.Series:
    """A 16-digit hash (N,) of each row's values; rows that hold the same values have the same hash."""
    return pd.util.hash_pandas_object(frame, index=False).map("{:016x}".format)


def assign_splits(keys: pd.Series, seed: int, validation: float, test: float) -> pd.Series:
    """The split (N,) of each key: test, validation or train, with these shares in expectation.

    Args:
        keys: what must not straddle splits, as strings: a content hash or a group.
    """
    hashes = pd.util.hash_array(keys.astype(str).to_numpy(object), hash_key=f"{seed:016d}")
    place = pd.Series(hashes / 2.0**64, index=keys.index)  # uniform in [0, 1)
    train, held_out, tested = SPLITS
    return place.map(lambda u: tested if u < test else held_out if u < test + validation else train).astype(str)


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
