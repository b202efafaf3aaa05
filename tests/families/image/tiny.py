"""Small pictures for the contract suite: stripes and checks in colour, of many sizes."""

import io
from collections.abc import Callable

import numpy as np
import pandas as pd
from PIL import Image

from breaking import broken, with_column
from quartet.families.image.tables import describe

Tables = dict[str, pd.DataFrame]
CLASSES = ["checks", "columns", "rows"]

DATASETS = {
    "tiny_pictures": {
        "family": "image",
        "source": "data/mine/tiny.parquet",
        "channels": "rgb",
        "size": 9,
        "classes": CLASSES,
        "checks": {"width": {"max_value": 40}, "height": {"max_value": 40}},
    },
}
MODELS = {
    "cnn": {"channels": 4, "hidden": 16, "epochs": 4, "batch_size": 16, "learning_rate": 0.01},
    "resnet": {
        "widths": [4, 8],
        "epochs": 4,
        "batch_size": 16,
        "shift": 1,
        "flip": True,
        "cutout": 3,
        "test_flip": True,
    },
    "mlp": {"hidden": 16, "epochs": 4, "batch_size": 16, "learning_rate": 0.01, "dropout": 0.2},
    "logistic_regression": {},
}


def file(array: np.ndarray, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, format=kind)
    return stream.getvalue()


def draw(kind: str, generator: np.random.Generator) -> np.ndarray:
    height, width = 8 * generator.integers(1, 4, 2)
    y, x = np.mgrid[:height, :width] * 8 // np.array([height, width])[:, None, None] // 2 % 2
    pattern = {"rows": y, "columns": x, "checks": x ^ y}[kind]
    colours = generator.integers([[0], [170]], [[80], [255]], (2, 3))
    noise = generator.integers(-20, 21, (height, width, 3))
    return np.clip(colours[pattern] + noise, 0, 255).astype(np.uint8)


def source(seed: int = 0) -> Tables:
    generator = np.random.default_rng(seed)
    labels = generator.permutation(CLASSES * 36)
    pictures = [file(draw(label, generator)) for label in labels]
    return {"items": pd.DataFrame({"picture": pictures, "label": labels})}


def with_picture(
    array: np.ndarray, kind: str = "PNG", rows: slice = slice(1)
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(items: pd.DataFrame) -> pd.DataFrame:
        data = file(array, kind)
        for name, value in {"picture": data, **describe(Image.open(io.BytesIO(data)))}.items():
            items.loc[items.index[rows], name] = value
        return items

    return change


def overlap(items: pd.DataFrame) -> pd.DataFrame:
    copies = items[items["split"] == "train"].head(3).assign(split="test", id=[900, 901, 902])
    return pd.concat([items, copies], ignore_index=True)


def without_training(items: pd.DataFrame) -> pd.DataFrame:
    return items[(items["split"] != "train") | (items["label"] != "rows")]


RAMP = np.arange(48 * 48).reshape(48, 48)
BROKEN = {
    "an unknown class": broken(with_column("label", "circles", slice(1))),
    "a missing label": broken(with_column("label", None, slice(2))),
    "a missing picture": broken(with_column("picture", None, slice(1))),
    "a blank picture": broken(with_picture(np.full((9, 9, 3), 128, np.uint8))),
    "the same picture everywhere": broken(with_picture(RAMP.astype(np.uint8)[:9, :9], rows=slice(None))),
    "a picture that is too small": broken(with_picture(RAMP.astype(np.uint8)[:7, :9])),
    "a picture that is too large": broken(with_picture(RAMP.astype(np.uint8)[:9])),
    "a colour mode of floating-point numbers": broken(with_picture(RAMP.astype(np.float32)[:9, :9], "TIFF")),
    "a colour mode of 32-bit integers": broken(with_picture(RAMP.astype(np.int32)[:9, :9], "TIFF")),
    "test pictures that were trained on": broken(overlap),
    "a class that was never trained on": broken(without_training),
    "one class only": broken(lambda items: items[items["label"] == "rows"]),
    "too few pictures": broken(lambda items: items.head(12)),
    "an unknown split": broken(with_column("split", "tset", slice(1))),
    "no validation pictures": broken(lambda items: items[items["split"] != "validation"]),
    "an id that is missing": broken(with_column("id", None, slice(1))),
    "ids that are not unique": broken(with_column("id", 7)),
}
