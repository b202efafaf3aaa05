"""IDX files, as MNIST and Fashion-MNIST are published, plain or .gz.

A file is two zero bytes, the type (8 for unsigned bytes), the number of dimensions, each one's size as four bytes
with the highest first, and the values.

Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits, http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from quartet.errors import SourceError
from quartet.families.image.formats.batches import AGAIN, Batch, as_tables, refuse_twice
from quartet.reading.files import File, LeftOut

NAME = re.compile(r"(train|t10k|test)-(images|labels)[-.]idx([13])-ubyte(?:\.gz)?")
CHUNK = 2**20  # bytes
Readable = gzip.GzipFile | io.BytesIO


def from_files(files: Iterable[File], settings: Any) -> dict[str, pd.DataFrame]:
    """`train-` and `t10k-` files of images (idx3) and labels (idx1), wherever they lie.

    Raises:
        SourceError: one is not what its name says, lacks its partner, or they do not fit each other.
    """
    left_out, found = LeftOut(), dict[tuple[str, str], tuple[str, np.ndarray]]()
    for file in files:
        match = NAME.fullmatch(PurePosixPath(file.name).name)
        if not match:
            left_out.add(file.name, "it is named as no IDX file of a set")
            continue
        part = ("train" if match[1] == "train" else "test", match[2])
        refuse_twice(file.name, found.get(part))
        found[part] = (file.name, array_of(file, int(match[3]), int(settings.max_gigabytes * 1e9)))
    batches = [batch_of(split, found) for split in ("train", "test") if any(part[0] == split for part in found)]
    return as_tables(batches, settings.classes or [], left_out)


def batch_of(split: str, found: dict[tuple[str, str], tuple[str, np.ndarray]]) -> Batch:
    """The pictures of a split with their labels."""
    partners = [found.get((split, kind)) for kind in ("images", "labels")]
    images, labels = partners
    if images is None or labels is None:
        there = next(partner[0] for partner in partners if partner)
        mend = "Put the other beside it: train-images-idx3-ubyte and train-labels-idx1-ubyte, t10k- for the test."
        raise SourceError("images and labels come as two files", came=f"{there} is alone", mend=mend)
    if len(images[1]) != len(labels[1]):
        came = f"there are {len(images[1])} and {len(labels[1])}"
        raise SourceError(f"{images[0]} and {labels[0]} hold equally many items", came=came, mend=AGAIN)
    return Batch(images[0], split, images[1], labels[1])


def array_of(file: File, n_dimensions: int, limit: int) -> np.ndarray:
    """The values of an IDX file of unsigned bytes (N,) or (N, H, W).

    Args:
        limit: bytes that it may hold unpacked.

    Raises:
        SourceError: it is no such file, or not whole.
    """
    stream = io.BytesIO(file.read())
    try:
        return values_of(gzip.open(stream) if file.suffix == ".gz" else stream, n_dimensions, limit)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{file.name} is a whole IDX file", came=str(error), mend=AGAIN) from error


def values_of(stream: Readable, n_dimensions: int, limit: int) -> np.ndarray:
    """What an open IDX file holds.

    Raises:
        ValueError: what is wrong with it.
    """
    magic = bytes([0, 0, 8, n_dimensions])
    head = take(stream, 4 + 4 * n_dimensions)
    if head[:4] != magic or len(head) < 4 + 4 * n_dimensions:
        raise ValueError(f"it begins with {head[:4].hex(' ') or 'nothing'} where {magic.hex(' ')} must stand")
    shape = [int(size) for size in np.frombuffer(head, ">u4", offset=4)]
    n_bytes = int(np.prod(shape, dtype=object))
    if not 0 < n_bytes <= limit:
        size = " x ".join(map(str, shape))
        raise ValueError(f"its header announces {size} bytes, and max_gigabytes allows 1 to {limit}")
    data = take(stream, n_bytes)
    if len(data) < n_bytes or stream.read(1):
        came = f"only {len(data)} follow" if len(data) < n_bytes else "more follow"
        raise ValueError(f"its header announces {n_bytes} bytes, and {came}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def take(stream: Readable, n_bytes: int) -> bytes:
    """So many bytes, or as many as there are; memory is taken for what came, not for what was announced."""
    data = bytearray()
    while len(data) < n_bytes and (chunk := stream.read(min(CHUNK, n_bytes - len(data)))):
        data += chunk
    return bytes(data)
