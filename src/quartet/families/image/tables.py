"""Picture files as a source gives them → canonical `items`: id, split, label, picture and what decoding it reveals."""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from quartet.families.image.formats import cifar10, idx
from quartet.families.image.pictures import Unreadable, decode_each, flat, refuse
from quartet.reading.files import File, LeftOut
from quartet.reading.tables import csv_options, table_or_class_folders
from quartet.rows import as_labels, note_rows, require, select, split_columns

PICTURES = (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm")
FORMATS = {"idx": idx.from_files, "cifar10": cifar10.from_files}
MEND = (
    "Save them again as PNG or JPEG, raise max_megapixels where they are large, "
    "or set `unreadable: leave_out` of the dataset."
)


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """One table, pictures in folders named as their classes, or a published format."""
    if settings.format in FORMATS:
        return FORMATS[settings.format](files, settings)
    return table_or_class_folders(files, csv_options(settings), PICTURES, "picture")


def canonical(tables: dict[str, pd.DataFrame], settings: Any, seed: int) -> dict[str, pd.DataFrame]:
    """Rows with the picture's bytes as they came; equal pixels share a split.

    Raises:
        SourceError: a column is not there, or a picture cannot be decoded and is not to be left out.
    """
    frame = tables["items"].rename(columns=str)
    require(frame, [settings.picture, settings.target])
    left_out = LeftOut.of(tables)
    rows, seen = examine(select(frame, settings, [settings.picture], left_out), settings, left_out)
    if settings.deduplicate:
        seen = seen.drop_duplicates("content")
        note_rows(left_out, len(rows) - len(seen), "deduplicate")
        rows = rows.loc[seen.index]
    split = split_columns(rows, settings, seen["content"], seed)
    label = as_labels(rows[settings.target], settings.task)
    known = pd.DataFrame({"id": rows["id"], "split": split.pop("split"), "label": label})
    known["picture"] = rows[settings.picture]
    return {"items": pd.concat([known, seen, split], axis=1).reset_index(drop=True), "left_out": left_out.table()}


def examine(rows: pd.DataFrame, settings: Any, left_out: LeftOut) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows whose pictures can be decoded, and what is seen of each.

    Raises:
        SourceError: some cannot, and `unreadable` does not ask to leave them out.
    """
    seen = list(decode_each(rows[settings.picture], describe, settings.max_megapixels))
    broken = [
        (name, one.reason) for name, one in zip(rows["id"].tolist(), seen, strict=True) if isinstance(one, Unreadable)
    ]
    if settings.unreadable == "refuse" or len(broken) == len(rows):
        refuse(broken, MEND)
    for name, reason in broken:
        left_out.add(name, reason, asked=True)
    whole = np.array([not isinstance(one, Unreadable) for one in seen], bool)
    rows = rows[whole]
    return rows, pd.DataFrame([one for one in seen if not isinstance(one, Unreadable)], index=rows.index)


def describe(picture: Image.Image) -> dict[str, Any]:
    """What a picture file holds, without its pixels.

    Width, height, mode and format are the file's own, `aspect` is the longer side over the shorter, `animated` says
    that more pictures follow, `content` is a hash of the upright RGB pixels, `blank` says that all are equal,
    `brightness` and `contrast` are the mean and the standard deviation of grey, from 0 to 1.
    """
    plain = flat(picture, "rgb")
    digest = hashlib.blake2b(str((plain.height, plain.width, 3)).encode(), digest_size=8)
    digest.update(np.ascontiguousarray(plain).data)  # (H, W, 3)
    brightness, contrast = light_of(plain)
    return {
        "width": picture.width,
        "height": picture.height,
        "mode": picture.mode,
        "format": picture.format,
        "aspect": max(picture.size) / min(picture.size),
        "animated": bool(getattr(picture, "is_animated", False)),
        "content": digest.hexdigest(),
        "blank": plain.getcolors(maxcolors=1) is not None,
        "brightness": brightness,
        "contrast": contrast,
    }


def light_of(picture: Image.Image) -> tuple[float, float]:
    """Mean and standard deviation of grey, from 0 to 1; in whole numbers, which add up the same in any order."""
    counts, grey = np.array(picture.convert("L").histogram()), np.arange(256)  # (256,)
    n, total, squares = (int(number) for number in (counts.sum(), counts @ grey, counts @ grey**2))
    return total / (255 * n), math.sqrt(n * squares - total**2) / (255 * n)
