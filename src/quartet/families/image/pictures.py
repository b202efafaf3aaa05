"""The bytes of a picture file → an upright picture → its pixels."""

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from quartet.errors import SourceError
from quartet.reading.files import quoted

T = TypeVar("T")
FORMATS = (
    "PNG",
    "JPEG",
    "GIF",
    "BMP",
    "TIFF",
    "WEBP",
    "PPM",
)  # Pillow has readers of others, and runs programs for EPS
MODES = {"grey": "L", "rgb": "RGB"}
N_CHANNELS = {"grey": 1, "rgb": 3}
MAX_MEGAPIXELS = 64.0
NAMED = 5  # broken rows that a message names


@dataclass(frozen=True)
class Unreadable:
    """A file that is no picture, and why."""

    reason: str


def decode(data: bytes, max_megapixels: float = MAX_MEGAPIXELS) -> Image.Image:
    """The picture in a file's bytes, whole and in the file's own mode; of an animation, the first.

    The size that the header states is checked before memory is taken for pixels. Text and colour profiles that
    unpack to more than a megabyte are Pillow's to refuse.

    Raises:
        ValueError: what is wrong with it, in words.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; what keeps pixels from being read is raised
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            refuse_size(picture, max_megapixels)
            picture.load()
    except Exception as error:  # decoders raise what they like: OSError, SyntaxError, struct.error, …
        raise ValueError(reason_of(data, error)) from error
    return picture


def refuse_size(picture: Image.Image, max_megapixels: float) -> None:
    """Raise ValueError where a picture has no pixels, or more than are asked for."""
    if not all(picture.size):
        raise ValueError(f"it is {picture.width} x {picture.height} pixels")
    if picture.width * picture.height > max_megapixels * 1e6:
        size = f"{picture.width} x {picture.height} pixels"
        raise ValueError(f"{size} are more than the {max_megapixels:g} million of max_megapixels")


def reason_of(data: bytes, error: Exception) -> str:
    """Why bytes could not be decoded, in a line."""
    if not isinstance(data, bytes):
        return "there is no file"
    if not data:
        return "the file is empty"
    if isinstance(error, UnidentifiedImageError):
        return f"it is no {', '.join(FORMATS)} file"
    if isinstance(error, Image.DecompressionBombError):
        return "it has more pixels than any reader takes"
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return reason if isinstance(error, ValueError) else f"it is damaged or cut short: {reason}"


def decode_each(
    files: Iterable[bytes], use: Callable[[Image.Image], T], max_megapixels: float = MAX_MEGAPIXELS
) -> Iterator[T | Unreadable]:
    """What `use` makes of each picture (N), or why it cannot be read; only one is decoded at a time."""
    for data in files:
        try:
            picture = decode(data, max_megapixels)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made: T | Unreadable = use(picture)
        except Exception as error:  # so do conversions
            made = Unreadable(reason_of(data, error))
        yield made


def refuse(broken: list[tuple[object, str]], mend: str) -> None:
    """Raise SourceError where there are broken pictures; it names the first few.

    Args:
        broken: what each is called, and what is wrong with it.
    """
    if broken:
        named = ", ".join(f"{called(name)} ({reason})" for name, reason in broken[:NAMED])
        more = f" and {len(broken) - NAMED} more" if len(broken) > NAMED else ""
        raise SourceError("each picture can be decoded", came=f"it is not so for {named}{more}", mend=mend)


def called(name: object) -> str:
    """A file by its name, or a row by its number."""
    return quoted(name) if isinstance(name, str) else f"row {name}"


def flat(picture: Image.Image, channels: str) -> Image.Image:
    """Upright as EXIF says, with 8 bits per channel, in grey or RGB; what is transparent becomes white.

    16-bit grey keeps its upper 8 bits, where Pillow's own conversion would clip at 255.
    """
    plain = upright(picture)
    if plain.mode.startswith("I;16"):
        plain = Image.fromarray((np.asarray(plain) >> 8).astype(np.uint8))
    if plain.has_transparency_data:
        layer = plain.convert("RGBA")
        plain = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return plain.convert(MODES[channels])


def upright(picture: Image.Image) -> Image.Image:
    """The picture turned as EXIF says; as it lies where its EXIF cannot be read, which viewers pass over too."""
    try:
        turned = picture.getexif().get(0x0112, 1) != 1
    except Exception:  # the parser raises SyntaxError, struct.error, KeyError, …
        return picture
    return ImageOps.exif_transpose(picture) if turned else picture


def pixels(picture: Image.Image, channels: str, size: int) -> np.ndarray:
    """Pixels (C, size, size) uint8, resized with a bilinear filter; a picture of that size is left as it is."""
    plain = flat(picture, channels)
    if plain.size != (size, size):
        plain = plain.resize((size, size), Image.Resampling.BILINEAR)
    array = np.asarray(plain)  # (H, W) or (H, W, C)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)  # (C, H, W)
