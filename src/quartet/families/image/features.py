"""Picture files → pixels of one size, 0 to 255; nothing but the classes is fitted."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.image.pictures import MAX_MEGAPIXELS, N_CHANNELS, Unreadable, decode_each, pixels, refuse
from quartet.family import Encoder

MEND = "Save them again as PNG or JPEG, or leave them out."


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The classes of the training split, and how a network sees a picture."""
    train = tables["items"][tables["items"]["split"] == "train"]
    classes = settings.classes or sorted(train["label"].unique())
    facts = {"task": settings.task, "classes": classes, "channels": settings.channels, "size": settings.size}
    seen = {"n_channels": N_CHANNELS[settings.channels], "max_megapixels": settings.max_megapixels}
    return Encoder(facts | seen)


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`x` (N, C, H, W) uint8, and `target` (N,) int64 class indices where there are labels.

    Raises:
        SourceError: a picture cannot be decoded.
    """
    channels, size = encoder.facts["channels"], encoder.facts["size"]
    limit = encoder.facts.get("max_megapixels", MAX_MEGAPIXELS)  # models registered before it was a setting lack it
    x = np.empty((len(items), encoder.facts["n_channels"], size, size), np.uint8)  # (N, C, H, W)
    broken = []
    seen = decode_each(items["picture"], partial(pixels, channels=channels, size=size), limit)
    for row, (name, one) in enumerate(zip(items.get("id", items.index), seen, strict=True)):
        if isinstance(one, Unreadable):
            broken.append((name, one.reason))
        else:
            x[row] = one
    refuse(broken, MEND)
    arrays = {"x": x}
    if "label" in items:
        index = {name: i for i, name in enumerate(encoder.classes)}
        arrays["target"] = items["label"].map(index).to_numpy(np.int64)
    return arrays


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The column `picture`: files as bytes; a column `name` becomes the index, by which messages call them.

    Raises:
        SourceError: there is no such column.
    """
    if "picture" not in items:
        raise SourceError(
            "a picture to classify is the bytes of its file, in a column `picture`",
            came=f"the columns are {', '.join(map(str, items.columns))}",
            mend="Rename the column, or give `quartet predict` a folder of pictures.",
        )
    return (items.set_index("name") if "name" in items else items)[["picture"]]
