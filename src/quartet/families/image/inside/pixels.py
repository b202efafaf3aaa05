"""How a picture becomes numbers."""

import numpy as np

from quartet.explanations import Figure, Picture, Pictures, Section, Table
from quartet.families.image.inside import plates
from quartet.families.image.inside.sample import Sample

PATCH = 8  # side of what is shown as numbers


def as_numbers(sample: Sample) -> Section:
    """The channels of a picture, and a patch of it as bytes and as numbers from 0 to 1."""
    x = sample.x[0].numpy()
    names = ("grey",) if len(x) == 1 else ("red", "green", "blue")
    shown = [Picture(plates.picture(x), f"the picture: {sample.classes[sample.target[0]]}")]
    if len(x) > 1:
        shown += [Picture(channel, f"its {name}") for name, channel in zip(names, x, strict=True)]
    top, left = liveliest(x[0])
    patch = x[0, top : top + PATCH, left : left + PATCH]
    where = f"{names[0]}, rows {top} to {top + PATCH - 1}, columns {left} to {left + PATCH - 1}, counted from 0"
    columns = ["row", *(f"column {left + i}" for i in range(PATCH))]
    text = (
        f"A network sees no picture, only numbers: {len(x)} per pixel, so that this one of {x.shape[2]} x {x.shape[1]} "
        f"pixels is {x.size:,} of them. A file holds each as a byte, 0 to 255; divided by 255 they lie from 0 to 1, "
        "where learning goes well. The tables show the same patch of the picture, before and after."
    )
    figures: list[Figure] = [
        Pictures("Channels", "the first test picture", shown, 4),
        Table("As bytes", f"{where}: 0 is dark, 255 bright", columns, numbered(patch, top)),
        Table("From 0 to 1", f"{where}: each byte divided by 255", columns, numbered((patch / 255).round(2), top)),
    ]
    return Section("How a picture becomes numbers", text, figures)


def liveliest(channel: np.ndarray) -> tuple[int, int]:
    """Where the patch of a channel (H, W) with the largest spread begins: its row and its column."""
    spread = np.lib.stride_tricks.sliding_window_view(channel, (PATCH, PATCH)).std(axis=(2, 3))
    row, column = np.unravel_index(spread.argmax(), spread.shape)
    return int(row), int(column)


def numbered(values: np.ndarray, first: int) -> list[list[str | float | int]]:
    """Rows of a table, each with its number before it."""
    return [[first + i, *row] for i, row in enumerate(values.tolist())]
