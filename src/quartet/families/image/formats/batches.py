"""Arrays of pictures and class numbers, as published sets hold them → `items`."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from quartet.errors import SourceError
from quartet.reading.files import LeftOut

AGAIN = "Download it again from where it is published."


@dataclass(frozen=True)
class Batch:
    """Some of the pictures of one split.

    Args:
        name: the file that holds them.
        split: train or test.
        pictures: (N, H, W) or (N, H, W, 3), uint8.
        labels: class numbers (N,), from 0.
    """

    name: str
    split: str
    pictures: np.ndarray
    labels: np.ndarray


def as_tables(batches: list[Batch], classes: list[str], left_out: LeftOut) -> dict[str, pd.DataFrame]:
    """`items` with `id` (file/row), `label`, `picture` (PNG) and, where there is a test batch, `split`; `left_out`.

    Args:
        classes: the name of each class number; none where a number is its own name.

    Raises:
        SourceError: a label is no number of a class, or there is nothing to train on.
    """
    if not any(batch.split == "train" for batch in batches):
        came = f"{', '.join(batch.name for batch in batches) or 'none of its files'} came"
        raise SourceError("the set has a training part", came=came, mend="Put its training files there too.")
    for batch in batches:
        refuse_unknown(batch, classes)
    items = pd.DataFrame(
        [row for batch in batches for row in rows_of(batch, classes)], columns=["id", "label", "picture", "split"]
    )
    published = any(batch.split == "test" for batch in batches)
    return {"items": items if published else items.drop(columns="split"), "left_out": left_out.table()}


def refuse_unknown(batch: Batch, classes: list[str]) -> None:
    """Raise SourceError where a label is past the last class; it names the row."""
    wrong = np.flatnonzero(batch.labels >= len(classes))
    if classes and len(wrong):
        raise SourceError(
            f"labels are numbers from 0 to {len(classes) - 1}, since there are {len(classes)} classes",
            came=f"row {wrong[0]} of {batch.name}, counted from 0, has {batch.labels[wrong[0]]}",
            mend="Give `classes:` the name of each number, or download the file again.",
        )


def rows_of(batch: Batch, classes: list[str]) -> Iterator[tuple[str, str, bytes, str]]:
    """The rows of one batch."""
    for row, (picture, label) in enumerate(zip(batch.pictures, batch.labels.tolist(), strict=True)):
        yield f"{batch.name}/{row}", classes[label] if classes else str(label), png(picture), batch.split


def png(picture: np.ndarray) -> bytes:
    """A picture (H, W) or (H, W, 3) as a file that loses nothing."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, format="PNG")
    return stream.getvalue()


def refuse_twice(name: str, known: object) -> None:
    """Raise SourceError where a part of a set was there already."""
    if known is not None:
        mend = "Leave one of them out: packed and unpacked, binary or for Python."
        raise SourceError("each part of the set is there once", came=f"{name} is a second one", mend=mend)
