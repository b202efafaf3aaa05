"""Tables in files: every cell of a CSV as the text it is, a parquet's columns as it types them."""

import bz2
import csv
import gzip
import io
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from quartet.decoding import BOMS
from quartet.errors import SourceError
from quartet.files import File, LeftOut, class_folders

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".tsv", ".parquet")
OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
SEPARATORS = ",;\t|"
MAX_CELL = 2**31 - 1  # characters
SURROGATE = re.compile("[\ud800-\udfff]")  # what a byte that is no text is decoded to
CHUNK = 20_000  # rows held as Python objects at a time


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


AUTO = CSV()


def csv_options(settings: Any) -> CSV:
    """The options of a dataset's settings."""
    return CSV(settings.encoding, settings.separator, tuple(settings.header or ()))


def kind_of(name: str) -> str:
    """The ending of a table's name that says what it is, .gz and the like aside; "" for no table."""
    path = PurePosixPath(name.lower())
    suffix = path.with_suffix("").suffix if path.suffix in OPENERS else path.suffix
    return suffix if suffix in TABLES else ""


def read_table(file: File | Path, options: CSV = AUTO) -> "pd.DataFrame":
    """A .csv or .tsv (also .gz, .bz2, .xz) as text, empty cells missing; or a .parquet with its types.

    Raises:
        SourceError: it is neither, or cannot be read; the message names the row where there is one.
    """
    file = File(file.name, file.read_bytes, file) if isinstance(file, Path) else file
    kind = kind_of(file.name)
    if not kind:
        mend = "Convert it and name the new file."
        raise SourceError(f"a table is a {', '.join(TABLES)} file", came=f"{file.name} came", mend=mend)
    try:
        frame = _parquet(file) if kind == ".parquet" else _csv(file, options)
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        mend = "Save it again where it was made."
        raise SourceError(f"{file.name} is a readable {kind} file", came=reason, mend=mend) from error
    if frame.empty:
        came = "it has no row below its header"
        raise SourceError(f"{file.name} holds rows", came=came, mend="Name a file with data.")
    return frame


def _parquet(file: File) -> "pd.DataFrame":
    table = pq.read_table(file.path or io.BytesIO(file.read()))
    _distinct(file.name, [str(name) for name in table.column_names])
    frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    return frame


def _csv(file: File, options: CSV) -> "pd.DataFrame":
    with _opened(file) as stream:
        text = _decoded(file.name, stream, options.encoding)
        head = text.readline()
        separator = _separator(head) if options.separator == "auto" else options.separator
        records = Records(file.name, head, text, separator)
        names = list(options.header) or records.next_record()
        if not names:
            raise SourceError(f"{file.name} holds a table", came="it is empty", mend="Name a file with data.")
        _distinct(file.name, names)
        chunks = [records.as_table(rows, names) for rows in iter(lambda: list(islice(records, CHUNK)), [])]
    whole = pa.concat_tables(chunks) if chunks else pa.table({name: pa.array([], pa.string()) for name in names})
    del chunks
    frame: pd.DataFrame = whole.to_pandas(split_blocks=True, self_destruct=True)
    return frame


def _opened(file: File) -> IO[bytes]:
    source = file.path or io.BytesIO(file.read())
    opener = OPENERS.get(file.suffix, lambda found, mode: found.open(mode) if isinstance(found, Path) else found)
    return opener(source, "rb")  # type: ignore[operator, no-any-return]


def _decoded(name: str, stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The text of a stream; bytes that cannot be decoded become lone surrogates, found row by row."""
    buffered = io.BufferedReader(stream)  # type: ignore[type-var]
    if encoding == "auto":
        mark = buffered.peek(4)[:4]
        encoding = next((codec for bom, codec in BOMS.items() if mark.startswith(bom)), "utf-8")
    return io.TextIOWrapper(buffered, encoding, errors="surrogateescape", newline="")


def _separator(line: str) -> str:
    return max(SEPARATORS, key=line.count)


def _distinct(name: str, columns: list[str]) -> None:
    seen: set[str] = set()
    twice = [column for column in columns if column in seen or seen.add(column)]  # type: ignore[func-returns-value]
    if twice:
        came = f"{', '.join(map(repr, twice[:5]))} stands twice in its header"
        raise SourceError(f"the columns of {name} have names of their own", came=came, mend="Rename one of them.")


class Records:
    """The records of a CSV (RFC 4180), each with as many cells as there are columns.

    Args:
        head: the first line, read already.
        text: the rest.
    """

    def __init__(self, name: str, head: str, text: io.TextIOWrapper, separator: str) -> None:
        csv.field_size_limit(MAX_CELL)
        self.name = name
        self.reader = csv.reader(_lines(head, text), delimiter=separator, strict=True)
        self.line = 0  # where the last record ended
        self.n_rows = 0  # in tables made so far

    def __iter__(self) -> Iterator[list[str]]:
        while record := self.next_record():
            yield record

    def next_record(self) -> list[str]:
        """The next record that is not empty, or an empty one at the end."""
        started = self.line + 1
        try:
            record = next((record for record in self.reader if record), [])
        except csv.Error as error:
            came = f"the record that starts in line {started} does not: {error}"
            mend = 'Close its quotes; a quote inside a quoted cell is written twice (""). '
            raise SourceError(f"each record of {self.name} ends", came=came, mend=mend.strip()) from error
        self.line = self.reader.line_num
        return record

    def as_table(self, rows: list[list[str]], names: list[str]) -> pa.Table:
        """Some records as columns of text, empty cells as missing."""
        if any(len(row) != len(names) for row in rows):
            raise self.ragged(rows, len(names))
        columns = [[cell or None for cell in column] for column in zip(*rows, strict=True)]
        try:
            table = pa.table([pa.array(column, pa.string()) for column in columns], names)
        except UnicodeEncodeError as error:
            raise self.undecodable(rows) from error
        self.n_rows += len(rows)
        return table

    def ragged(self, rows: list[list[str]], n_columns: int) -> SourceError:
        """The error that names the first row with too few or too many cells."""
        place, row = next((i, row) for i, row in enumerate(rows, self.n_rows) if len(row) != n_columns)
        came = f"row {place}, counted from 0, has {len(row)}: {','.join(row)[:60]!r}"
        mend = "Quote cells that hold the separator, or set `separator:` of the dataset."
        return SourceError(f"each row of {self.name} has {n_columns} cells, as its header has", came=came, mend=mend)

    def undecodable(self, rows: list[list[str]]) -> SourceError:
        """The error that names the first row that is not in the file's encoding."""
        bad = next(i for i, row in enumerate(rows, self.n_rows) if any(map(SURROGATE.search, row)))
        came = f"row {bad}, counted from 0, holds other bytes"
        mend = "Save it as UTF-8, or set `encoding:` of the dataset, such as latin-1 or cp1252."
        return SourceError(f"{self.name} is in the encoding it says", came=came, mend=mend)


def _lines(head: str, text: io.TextIOWrapper) -> Iterator[str]:
    yield head
    yield from text


def one_table(files: Iterable[File], options: CSV) -> "dict[str, pd.DataFrame]":
    """`items` from the one table among some files, and `left_out`.

    Raises:
        SourceError: there is none, or more than one.
    """
    left_out, found = LeftOut(), dict[str, "pd.DataFrame"]()
    for file in files:
        if kind_of(file.name):
            found[file.name] = read_table(file, options)
        else:
            left_out.add(file.name, f"it is no {', '.join(TABLES)} file")
    if len(found) != 1:
        came = f"{', '.join(found)} came" if found else f"none of its {len(left_out.rows)} files is one"
        mend = "Name the one to learn from as the `source`."
        raise SourceError(f"a source of rows holds one {', '.join(TABLES)} file", came=came, mend=mend)
    return {"items": next(iter(found.values())), "left_out": left_out.table()}


def table_or_class_folders(
    files: Iterable[File], options: CSV, endings: tuple[str, ...], content: str
) -> "dict[str, pd.DataFrame]":
    """One table where the first file is one, or files in folders named as their classes."""
    files = iter(files)
    first = list(islice(files, 1))
    if first and kind_of(first[0].name) and "/" not in first[0].name:
        return one_table([*first, *files], options)
    return class_folders(chain(first, files), endings, content)
