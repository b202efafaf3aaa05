"""Bytes of text files → text."""

import codecs

from quartet.errors import SourceError
from quartet.reading.files import quoted

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
BYTE_ORDER_MARK = "\ufeff"


def decode(data: bytes, encoding: str) -> str:
    """The text of a file, without its byte-order mark.

    Args:
        encoding: a codec's name; `auto` is UTF-8, or what a byte-order mark says.

    Raises:
        UnicodeDecodeError: it is in another encoding.
    """
    if encoding == "auto":
        encoding = next((codec for mark, codec in BOMS.items() if data.startswith(mark)), "utf-8")
        if encoding == "utf-8" and b"\0" in data:  # UTF-16 without a mark, or no text
            raise UnicodeDecodeError(encoding, data, data.index(b"\0"), len(data), "NUL")
    codec = encoding.removesuffix("-sig")  # which would count the bytes of an error from behind the mark
    return data.decode(codec).removeprefix(BYTE_ORDER_MARK)


def wrong(error: UnicodeDecodeError) -> str:
    """What is wrong with a file in another encoding, and where."""
    return f"byte {error.start}, counted from 0, is 0x{error.object[error.start]:02x}, which is no {error.encoding}"


def undecodable(file: str, reason: str, mend: str = "") -> SourceError:
    """The error that names a file in another encoding."""
    way_out = f"Save it as UTF-8, or set `encoding:` of the dataset, such as cp1252{mend}."
    return SourceError(f"{quoted(file)} is in the encoding it says", came=reason, mend=way_out)
