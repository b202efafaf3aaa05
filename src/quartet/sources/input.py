"""What a user asks predictions for, some items at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from quartet.errors import SourceError
from quartet.reading.decoding import BYTE_ORDER_MARK, decode, undecodable, wrong
from quartet.reading.delimited import SURROGATE, decoded
from quartet.reading.files import File, quoted
from quartet.reading.tables import AUTO, CSV, read_chunks
from quartet.sources.archives import files_of, is_archive

if TYPE_CHECKING:
    import pandas as pd

MAX_GIGABYTES = 8.0  # of an archive, unpacked
ENOUGH = 64 * 2**20  # bytes of files, for a chunk


def input_chunks(path: Path, n_items: int, options: CSV = AUTO) -> "Iterator[pd.DataFrame]":
    """A table, a .txt with a text per line, or a folder or archive of pictures or of .txt files, a text each.

    Args:
        n_items: how many a chunk holds at most; it holds fewer where a few files are large.

    Raises:
        SourceError: while reading: it is none of these, or cannot be read.
    """
    if path.is_dir() or is_archive(path):
        yield from file_chunks(path, n_items, options.encoding)
    elif path.suffix.lower() == ".txt":
        yield from line_chunks(path, n_items, options.encoding)
    else:
        yield from read_chunks(path, n_items, options)


def file_chunks(path: Path, n_items: int, encoding: str) -> "Iterator[pd.DataFrame]":
    """Files, a row each: `name`, and `picture` (bytes) or `text`; the index counts all of them."""
    import pandas as pd

    first, start = "", 0
    for files in grouped(files_of(path, MAX_GIGABYTES), n_items):
        first = first or files[0][0]
        refuse_mixture([first, *(name for name, _ in files)])
        if is_text(first):
            rows = [(name, text_of(name, data, encoding)) for name, data in files]
            chunk = pd.DataFrame(rows, columns=["name", "text"])
        else:
            chunk = pd.DataFrame(files, columns=["name", "picture"])
        yield chunk.set_axis(pd.RangeIndex(start, start + len(chunk)))
        start += len(chunk)
    if not start:
        mend = "Name a folder of pictures or texts, a .csv, a .parquet or a .txt."
        raise SourceError("a folder to predict holds pictures or texts", came=f"{path} is empty", mend=mend)


def grouped(files: Iterable[File], n_files: int) -> Iterator[list[tuple[str, bytes]]]:
    """Names and bytes of files, so many or so large ones at a time."""
    group: list[tuple[str, bytes]] = []
    n_bytes = 0
    for file in files:
        group.append((file.name, file.read()))
        n_bytes += len(group[-1][1])
        if len(group) == n_files or n_bytes >= ENOUGH:
            yield group
            group, n_bytes = [], 0
    if group:
        yield group


def is_text(name: str) -> bool:
    """Whether a file is a text by its ending."""
    return name.lower().endswith(".txt")


def refuse_mixture(names: list[str]) -> None:
    """Raise SourceError where some files are texts by their ending, and some are not."""
    others = [name for name in names if not is_text(name)]
    if others and len(others) < len(names):
        came = f"{quoted(others[0])} is no .txt, others are"
        mend = "Keep texts and other files apart."
        raise SourceError("a folder to predict holds pictures, or .txt files only", came=came, mend=mend)


def text_of(name: str, data: bytes, encoding: str) -> str:
    """The text of a file to predict.

    Raises:
        SourceError: it is in another encoding.
    """
    try:
        return decode(data, encoding)
    except UnicodeDecodeError as error:
        raise undecodable(name, wrong(error)) from error


def line_chunks(path: Path, n_lines: int, encoding: str) -> "Iterator[pd.DataFrame]":
    """The lines of a text, a row each: `text`; the index counts all of them from 0.

    Raises:
        SourceError: while reading: it is empty, or in another encoding.
    """
    import pandas as pd

    chunk: list[str] = []
    end = 0
    for end, line in enumerate(lines_of(path, encoding), 1):
        chunk.append(line)
        if len(chunk) == n_lines:
            yield pd.DataFrame({"text": chunk}, pd.RangeIndex(end - len(chunk), end), dtype=object)
            chunk = []
    if chunk:
        yield pd.DataFrame({"text": chunk}, pd.RangeIndex(end - len(chunk), end), dtype=object)
    if not end:
        raise SourceError(f"{path.name} holds a text per line", came="it is empty", mend="Name a file with texts.")


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """Lines, however they end; the end of the last one starts no other.

    Raises:
        SourceError: while reading: one is in another encoding.
    """
    with path.open("rb") as stream, decoded(path.name, stream, encoding) as text:
        try:
            for number, line in enumerate(text, 1):
                if "\0" in line or SURROGATE.search(line):
                    raise undecodable(path.name, f"line {number} holds other bytes")
                yield (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).rstrip("\r\n")
        except UnicodeError as error:
            raise undecodable(path.name, f"there are other bytes ({error})"[:200]) from error
