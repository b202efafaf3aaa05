"""Pictures as thumbnails: decoded and encoded anew, so that nothing but pixels reaches a page."""

import base64
import io
from dataclasses import dataclass

THUMBNAIL = 96  # pixels


@dataclass(frozen=True)
class Picture:
    """One picture as a data URI, or None where it cannot be decoded, and what stands below it."""

    uri: str | None
    label: str


def picture_of(data: bytes | None, label: str, side: int = THUMBNAIL) -> Picture:
    """A thumbnail of the bytes of a picture file, of at most so many pixels on a side."""
    from quartet.families.image.pictures import decode, flat

    if data is None:
        return Picture(None, label)
    try:
        picture = decode(data)
        pixels = flat(picture, "grey" if picture.mode in ("1", "L") else "rgb")
    except Exception:  # decoders raise what they like: OSError, SyntaxError, ValueError, …
        return Picture(None, label)
    pixels.thumbnail((side, side))
    pixels.info.clear()
    stream = io.BytesIO()
    pixels.save(stream, format="PNG", optimize=True)
    code = base64.b64encode(stream.getvalue()).decode("ascii")
    return Picture(f"data:image/png;base64,{code}", label)
