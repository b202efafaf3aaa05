"""The bytes of a picture file → an upright picture → its pixels."""

import io
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps

from quartet.errors import SourceError

T = TypeVar("T")
MODES = {"grey": "L", "rgb": "RGB"}
N_CHANNELS = {"grey": 1, "rgb": 3}
NAMED = 5  # broken rows that a message names


def decode(data: bytes) -> Image.Image:
    """The picture in a file's bytes, whole and in the file's own mode; of an animation, the first."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def decode_each(files: Iterable[bytes], names: Iterable[object], use: Callable[[Image.Image], T]) -> list[T]:
    """What `use` makes of each picture (N); only one is decoded at a time.

    Args:
        names: what the rows are called in a message.

    Raises:
        SourceError: some are no pictures; it names their rows.
    """
    found, broken = [], []
    for name, data in zip(names, files, strict=True):
        try:
            found.append(use(decode(data)))
        except Exception as error:  # decoders raise what they like: OSError, SyntaxError, ValueError, …
            broken.append(f"{name} ({str(error).split(' <')[0]})")
    if broken:
        more = f" and {len(broken) - NAMED} more" if len(broken) > NAMED else ""
        raise SourceError(
            "each row holds the bytes of a picture file that Pillow can decode",
            came=f"it cannot decode row {', '.join(broken[:NAMED])}{more}",
            mend="Save them again as PNG or JPEG, or leave those rows out.",
        )
    return found


def flat(picture: Image.Image, channels: str) -> Image.Image:
    """Upright as EXIF says, with 8 bits per channel, in grey or RGB; what is transparent becomes white.

    16-bit grey keeps its upper 8 bits, where Pillow's own conversion would clip at 255.
    """
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16"):
        upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return upright.convert(MODES[channels])


def pixels(picture: Image.Image, channels: str, size: int) -> np.ndarray:
    """Pixels (C, size, size) uint8, resized with a bilinear filter; a picture of that size is left as it is."""
    plain = flat(picture, channels)
    if plain.size != (size, size):
        plain = plain.resize((size, size), Image.Resampling.BILINEAR)
    array = np.asarray(plain)  # (H, W) or (H, W, C)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)  # (C, H, W)
