"""Tables written as text with separators: every cell as the text it is, nothing guessed but separator and encoding."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quartet.errors import SourceError
from quartet.reading.compressed import unpacked
from quartet.reading.decoding import BOMS
from quartet.reading.files import File, quoted, signature

SEPARATORS = ",;\t|"
MAX_CELL = 2**31 - 1  # characters
SURROGATE = re.compile("[\ud800-\udfff]")  # what a byte that is no text is decoded to
QUOTED = re.compile('"[^"]*"')
CELLS = 1_000_000  # held as Python objects at a time


@dataclass(frozen=True)
class CSV:
    """How to read a CSV.

    Args:
        encoding: a codec's name; `auto` is UTF-8, or what a byte-order mark says.
        separator: one character; `auto` is the one of , ; tab | that the first line has most of.
        header: the columns' names, for a file without a first line of names.
    """

    encoding: str = "auto"
    separator: str = "auto"
    header: tuple[str, ...] = ()


def csv_options(settings: Any) -> CSV:
    """The options of a dataset's settings."""
    return CSV(settings.encoding, settings.separator, tuple(settings.header or ()))


def read_csv(file: File, options: CSV) -> pa.Table:
    """The columns of a file as text, empty cells missing; a column without a name is called unnamed_0 by its place.

    Raises:
        SourceError: it is no such table; the message names the row and the line.
        OSError: it cannot be read; EOFError, zlib.error or LZMAError: nor unpacked.
    """
    with records_of(file, options) as records:
        chunks = list(records.tables())
    return pa.concat_tables(chunks) if chunks else records.as_table([])


@contextmanager
def records_of(file: File, options: CSV) -> "Iterator[Records]":
    """The records of a file, to be read one after the other; what is raised is what read_csv raises."""
    with (
        file.path.open("rb") if file.path else io.BytesIO(file.read()) as packed,
        io.BufferedReader(unpacked(packed, file.suffix, file.name, file.max_bytes)) as stream,  # type: ignore[type-var]
        decoded(file.name, stream, options.encoding) as text,
    ):
        yield Records(file.name, text, options)


def decoded(name: str, stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The text of a stream; bytes that cannot be decoded become lone surrogates, found row by row."""
    head = stream.peek(512)[:512]  # type: ignore[attr-defined]
    came = signature(head)
    if came:
        mend = "Give it its right ending, or save it as CSV where it was made."
        raise SourceError(f"{name} is text with separators", came=f"its bytes are {came}'s", mend=mend)
    if encoding == "auto":
        encoding = next((codec for bom, codec in BOMS.items() if head.startswith(bom)), "utf-8")
    try:
        return io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    except LookupError as error:
        mend = "Take a name that Python knows, such as utf-8, utf-16, latin-1 or cp1252, or `auto`."
        raise SourceError("`encoding:` names an encoding of text", came=f"{encoding!r} came", mend=mend) from error


def separator_of(line: str, name: str) -> str:
    """The separator that a first line has most of outside of quotes; in a .tsv, a tab where there is one."""
    line = QUOTED.sub("", line)
    return "\t" if ".tsv" in name.lower() and "\t" in line else max(SEPARATORS, key=line.count)


def named(file: str, columns: list[str]) -> list[str]:
    """The names of columns: one that is empty (such as pandas gives its index) says its place.

    Raises:
        SourceError: two columns have the same name.
    """
    names = [column if column.strip() else f"unnamed_{place}" for place, column in enumerate(columns)]
    seen: set[str] = set()
    twice = [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
    if twice:
        came = f"{', '.join(map(quoted, twice[:5]))} stands twice in its header"
        raise SourceError(f"the columns of {file} have names of their own", came=came, mend="Rename one of them.")
    return names


class Records:
    """The records of a CSV (RFC 4180), each with as many cells as there are columns.

    Raises:
        SourceError: the header is not there, or is none.
    """

    def __init__(self, name: str, text: io.TextIOWrapper, options: CSV) -> None:
        csv.field_size_limit(MAX_CELL)
        self.name = name
        self.separator = options.separator
        self.lines: list[int] = []  # where the records of the chunk at hand end
        self.n_rows = 0  # in tables made so far
        self.reader = self._reader(self._text(text))
        header = list(options.header) or next(iter(self.chunk(1)), [])
        if any(map(SURROGATE.search, header)):
            raise self._undecodable("its header holds other bytes")
        if not header:
            raise SourceError(f"{name} holds a table", came="it is empty", mend="Name a file with data.")
        self.names = named(name, header)
        self.given = bool(options.header)

    def _reader(self, lines: Iterator[str]) -> Any:
        """The csv module's reader, told the separator by the first line that is not empty."""
        blank: list[str] = []
        for line in lines:
            blank.append(line)
            if line.strip():
                break
        if self.separator == "auto":
            self.separator = separator_of(blank[-1] if blank else "", self.name)
        return csv.reader(chain(blank, lines), delimiter=self.separator, strict=True)

    def _text(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The lines of a text, none of which holds a NUL."""
        try:
            for number, line in enumerate(text, 1):
                if "\0" in line:
                    raise self._not_text(line, number)
                yield line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError as error:
            raise self._undecodable(f"there are other bytes ({error})"[:200]) from error

    def tables(self, most: int = CELLS) -> Iterator[pa.Table]:
        """All that follow, as tables of columns of text, each of `most` rows or CELLS cells at most."""
        n_rows = max(1, min(most, CELLS // len(self.names)))
        while rows := self.chunk(n_rows):
            if any(len(row) != len(self.names) for row in rows):
                raise self._ragged(rows)
            yield self.as_table(rows)
            self.n_rows += len(rows)

    def chunk(self, n_rows: int) -> list[list[str]]:
        """The next records that are not empty, at most so many."""
        ended = self.lines[-1] if self.lines else 0
        rows: list[list[str]] = []
        self.lines = []
        try:
            for record in self.reader:
                if record:
                    rows.append(record)
                    self.lines.append(self.reader.line_num)
                if len(rows) == n_rows:
                    break
        except csv.Error as error:
            started = (self.lines[-1] if self.lines else ended) + 1
            came = f"the record that starts in line {started} does not: {error}"
            mend = 'Close its quotes; a quote inside a quoted cell is written twice ("").'
            raise SourceError(f"each record of {self.name} ends", came=came, mend=mend) from error
        return rows

    def as_table(self, rows: list[list[str]]) -> pa.Table:
        """Some records as columns of text: all cells become one array, from which the columns are taken."""
        n_columns = len(self.names)
        cells = list(chain.from_iterable(rows))
        try:
            data = "".join(cells).encode()
        except UnicodeEncodeError as error:
            bad = next(i for i, row in enumerate(rows) if any(map(SURROGATE.search, row)))
            place = f"row {self.n_rows + bad}, counted from 0, in line {self.lines[bad]}"
            raise self._undecodable(f"{place} holds other bytes") from error
        n_bytes = map(len, cells) if data.isascii() else (len(cell.encode()) for cell in cells)
        ends = np.fromiter(chain([0], n_bytes), np.int64, len(cells) + 1).cumsum()
        text = pa.LargeStringArray.from_buffers(len(cells), pa.py_buffer(ends), pa.py_buffer(data))
        text = pc.if_else(pc.equal(text, ""), None, text)
        columns = [text.take(pa.array(np.arange(j, len(cells), n_columns))) for j in range(n_columns)]
        return pa.table(columns, self.names)

    def _ragged(self, rows: list[list[str]]) -> SourceError:
        """The error that names the first row with too few or too many cells."""
        n_columns = len(self.names)
        place, row = next((i, row) for i, row in enumerate(rows) if len(row) != n_columns)
        where = f"row {self.n_rows + place}, counted from 0, in line {self.lines[place]}"
        came = f"{where}, has {len(row)}: {quoted(self.separator.join(row))}"
        mend = "Quote cells that hold the separator, or set `separator:` of the dataset."
        if n_columns == 1 and not self.given:
            mend = "Take out lines above the header, or quote cells that hold the separator."
        by = "`header:` of the dataset names" if self.given else "its header has"
        return SourceError(f"each row of {self.name} has {n_columns} cells, as {by}", came=came, mend=mend)

    def _undecodable(self, came: str) -> SourceError:
        mend = "Save it as UTF-8, or set `encoding:` of the dataset, such as latin-1 or cp1252."
        return SourceError(f"{self.name} is in the encoding it says", came=came, mend=mend)

    def _not_text(self, line: str, number: int) -> SourceError:
        """The error of a line with NULs: UTF-16 or UTF-32 read as something else, or no text at all."""
        codec = {line[1::2].count("\0"): "utf-16-le", line[::2].count("\0"): "utf-16-be"}.get(len(line) // 2, "")
        mend = f"Set `encoding: {codec}` of the dataset." if codec else "Save it again where it was made."
        return SourceError(f"{self.name} is text", came=f"line {number} holds NUL, the byte 0", mend=mend)
