"""CIFAR-10's batches, binary (.bin) or for Python (pickles), from their archive or a folder.

A binary record is one byte for the class and 3072 for the picture: 1024 red, green and blue values, row by row.

Source: Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images; the layouts as described at
    https://www.cs.toronto.edu/~kriz/cifar.html.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.image.formats.batches import AGAIN, Batch, as_tables, refuse_twice
from quartet.reading.files import File, LeftOut
from quartet.reading.unpickling import loads

NAME = re.compile(r"((?:data_batch_\d+|test_batch))(\.bin)?")
META = re.compile(r"batches\.meta(\.txt)?")
SHAPE = (3, 32, 32)
N_VALUES = 3072


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """The batches among some files, and the names of their classes from `batches.meta` or else from `classes`.

    Raises:
        SourceError: one is not what its name says.
    """
    left_out, found, classes = LeftOut(), dict[str, Batch](), list[str]()
    for file in files:
        name = PurePosixPath(file.name).name
        if match := NAME.fullmatch(name):
            refuse_twice(file.name, found.get(match[1]))
            found[match[1]] = binary(file) if match[2] else pickled(file)
        elif match := META.fullmatch(name):
            classes = names_of(file, pickle=not match[1])
        else:
            left_out.add(file.name, "format: cifar10 reads batches only", asked=name == "readme.html")
    return as_tables([found[name] for name in sorted(found)], classes or settings.classes or [], left_out)


def binary(file: File) -> Batch:
    """A batch of binary records."""
    data = np.frombuffer(file.read(), np.uint8)
    if not data.size or data.size % (1 + N_VALUES):
        raise not_a_batch(file, f"records of {1 + N_VALUES} bytes", f"it has {data.size} bytes")
    records = data.reshape(-1, 1 + N_VALUES)
    return as_batch(file, records[:, 1:], records[:, 0])


def pickled(file: File) -> Batch:
    """A batch as Python pickled it: `data` (N, 3072) and `labels`, a list of N numbers."""
    content = unpickled(file)
    data, labels = content.get("data"), content.get("labels")
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != N_VALUES:
        came = f"it is {data.dtype} {data.shape}" if isinstance(data, np.ndarray) else f"it is {type(data).__name__}"
        raise not_a_batch(file, f"an array `data` (N, {N_VALUES}) of bytes", came)
    if not isinstance(labels, list) or not all(isinstance(label, int) and 0 <= label < 256 for label in labels):
        raise not_a_batch(file, "a list `labels` of class numbers", f"it is {str(labels)[:60]}")
    if not len(data) == len(labels) > 0:
        raise not_a_batch(file, "a label per picture", f"it has {len(labels)} for {len(data)}")
    return as_batch(file, data, np.array(labels))


def unpickled(file: File) -> dict[str, Any]:
    """A pickled dict with text keys, which Python 2 wrote as bytes."""
    content = loads(file.read(), name=file.name)
    if not isinstance(content, dict):
        raise not_a_batch(file, "a dict", f"it is {type(content).__name__}")
    return {text(key): value for key, value in content.items()}


def text(value: object) -> str:
    """Text that Python 2 may have written as bytes."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def as_batch(file: File, data: np.ndarray, labels: np.ndarray) -> Batch:
    """A batch of values (N, 3072) and class numbers (N,)."""
    pictures = np.ascontiguousarray(data.reshape(-1, *SHAPE).transpose(0, 2, 3, 1))  # (N, H, W, C)
    split = "test" if PurePosixPath(file.name).name.startswith("test") else "train"
    return Batch(file.name, split, pictures, labels)


def names_of(file: File, *, pickle: bool) -> list[str]:
    """The classes' names, in the order of their numbers."""
    if not pickle:
        return [line.strip() for line in file.read().decode("latin-1").splitlines() if line.strip()]
    names = unpickled(file).get("label_names")
    if not isinstance(names, list):
        raise not_a_batch(file, "a list `label_names`", f"it is {type(names).__name__}")
    return [text(name) for name in names]


def not_a_batch(file: File, must: str, came: str) -> SourceError:
    """The error that says what a file of the set must hold."""
    return SourceError(f"{file.name} holds {must}", came=came, mend=AGAIN)
