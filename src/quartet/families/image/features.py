"""Picture files → pixels of one size, 0 to 255; fitted are the classes, and how bright and alike pixels are."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.image.pictures import MAX_MEGAPIXELS, N_CHANNELS, Unreadable, decode_each, pixels, refuse
from quartet.family import Encoder

FITTED_ON = 4000
CHUNK = 256  # pictures scored at a time
PATCH = {1: 3, 3: 2}  # channels → side of a patch
MEND = "Save them again as PNG or JPEG, or leave them out."


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The classes of the training split, how a network sees a picture, and the light of up to 4,000 of them."""
    train = tables["items"][tables["items"]["split"] == "train"]
    classes = settings.classes or sorted(train["label"].unique())
    facts = {"task": settings.task, "classes": classes, "channels": settings.channels, "size": settings.size}
    facts |= {"n_channels": N_CHANNELS[settings.channels], "max_megapixels": settings.max_megapixels}
    chosen = np.linspace(0, len(train) - 1, min(len(train), FITTED_ON)).astype(int)
    light, patches = light_of(pixels_of(train.iloc[chosen], facts))
    return Encoder(facts | light, {"patches": patches})


def light_of(x: np.ndarray) -> tuple[dict[str, list[float]], np.ndarray]:
    """Each channel's mean and standard deviation, 0 to 1, and the covariance (D, D) of normalised patches.

    Args:
        x: pictures (N, C, H, W) uint8.
    """
    mean, products = moments(x)
    by_channel = (x.shape[1], -1)
    centre = mean.reshape(by_channel).mean(axis=1)  # (C,)
    squares = products.diagonal().reshape(by_channel).mean(axis=1)  # (C,)
    sd = np.sqrt(np.maximum(squares - centre**2, 0))
    sd[sd == 0] = 255.0
    scale = np.repeat(sd, len(mean) // len(sd))  # (D,)
    covariance = (products - np.outer(mean, mean)) / np.outer(scale, scale)
    return {"mean": (centre / 255).tolist(), "sd": (sd / 255).tolist()}, covariance


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean (D,) of all patches, 2 x 2 pixels in colour and 3 x 3 in grey, and of their products (D, D).

    Sums are of whole numbers below 2^53, so that every machine finds the same.
    """
    side = PATCH[x.shape[1]]
    d_patch = x.shape[1] * side**2
    total, products = np.zeros(d_patch), np.zeros((d_patch, d_patch))
    windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(2, 3))  # (N, C, S, S, side, side)
    for picture in windows:
        patches = picture.transpose(1, 2, 0, 3, 4).reshape(-1, d_patch).astype(float)  # (S S, D)
        total += patches.sum(axis=0)
        products += patches.T @ patches
    n = windows.size / d_patch
    return total / n, products / n


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """`x` (N, C, H, W) uint8, and `target` (N,) int64 class indices where there are labels.

    Raises:
        SourceError: a picture cannot be decoded.
    """
    arrays = {"x": pixels_of(items, encoder.facts)}
    if "label" in items:
        index = {name: i for i, name in enumerate(encoder.classes)}
        arrays["target"] = items["label"].map(index).to_numpy(np.int64)
    return arrays


def pixels_of(items: pd.DataFrame, facts: dict[str, Any]) -> np.ndarray:
    """Pixels (N, C, H, W) uint8.

    Raises:
        SourceError: a picture cannot be decoded.
    """
    channels, size = facts["channels"], facts["size"]
    limit = facts.get("max_megapixels", MAX_MEGAPIXELS)  # models registered before it was a setting lack it
    x = np.empty((len(items), facts["n_channels"], size, size), np.uint8)  # (N, C, H, W)
    broken = []
    seen = decode_each(items["picture"], partial(pixels, channels=channels, size=size), limit)
    for row, (name, one) in enumerate(zip(items.get("id", items.index), seen, strict=True)):
        if isinstance(one, Unreadable):
            broken.append((name, one.reason))
        else:
            x[row] = one
    refuse(broken, MEND)
    return x


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
