"""Picture files as a source gives them → canonical `items`: id, split, label, picture and what decoding it reveals."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from quartet.families.image.pictures import decode_each, flat
from quartet.files import File, LeftOut
from quartet.rows import as_labels, note_rows, require, select, split_of
from quartet.tables import csv_options, table_or_class_folders

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """One table, or pictures in folders named as their classes."""
    return table_or_class_folders(files, csv_options(settings), PICTURES, "picture")


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Rows with the picture's bytes as they came; equal pixels share a split.

    Raises:
        SourceError: a column is not there, or a picture cannot be decoded.
    """
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.picture, settings.target])
    left_out = LeftOut.of(tables)
    rows = select(frame, settings, [settings.picture], left_out)
    seen = pd.DataFrame(decode_each(rows[settings.picture], rows["id"], describe), index=rows.index)
    if settings.deduplicate:
        seen = seen.drop_duplicates("content")
        note_rows(left_out, len(rows) - len(seen), "deduplicate")
        rows = rows.loc[seen.index]
    split = split_of(rows, settings, seen["content"], seed)
    label = as_labels(rows[settings.target], settings.task)
    known = pd.DataFrame({"id": rows["id"], "split": split, "label": label, "picture": rows[settings.picture]})
    return {"items": pd.concat([known, seen], axis=1).reset_index(drop=True), "left_out": left_out.table()}


def describe(picture: Image.Image) -> dict[str, Any]:
    """Width, height and mode as the file has them, a hash of the upright RGB pixels, and whether all are equal."""
    plain = np.asarray(flat(picture, "rgb"))  # (H, W, 3)
    digest = hashlib.blake2b(str(plain.shape).encode() + plain.tobytes(), digest_size=8)
    blank = bool((plain == plain[0, 0]).all())
    size = {"width": picture.width, "height": picture.height, "mode": picture.mode}
    return {**size, "content": digest.hexdigest(), "blank": blank}
