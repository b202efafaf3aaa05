"""Tables in files: every cell of a CSV as the text it is, a parquet's columns as it types them."""

import io
import lzma
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quartet.errors import QuartetError, SourceError
from quartet.reading.compressed import ENDINGS, too_large
from quartet.reading.delimited import CSV, csv_options, named, read_csv, records_of
from quartet.reading.files import File, LeftOut, class_folders, plain, quoted, why_unread

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AUTO",
    "CSV",
    "TABLES",
    "csv_options",
    "kind_of",
    "one_table",
    "read_chunks",
    "read_table",
    "table_or_class_folders",
]

TABLES = (".csv", ".tsv", ".parquet")
AUTO = CSV()
CELL = 8  # bytes that a cell of a parquet takes in memory, at least
BUFFER = 2**20  # bytes of a column that are read at a time; without it, a row group's whole column is


def kind_of(name: str) -> str:
    """The ending of a table's name that says what it is, .gz and the like aside; "" for no table."""
    path = PurePosixPath(name.lower())
    suffix = path.with_suffix("").suffix if path.suffix in ENDINGS and path.stem else path.suffix
    return suffix if suffix in TABLES and not (suffix == ".parquet" and path.suffix in ENDINGS) else ""


def read_table(file: File | Path, options: CSV = AUTO) -> "pd.DataFrame":
    """A .csv or .tsv (also .gz, .bz2, .xz) as text, empty cells missing; or a .parquet with its types.

    Raises:
        SourceError: it is neither, or cannot be read; the message names the row where there is one.
    """
    file = File(plain(file.name), file.read_bytes, file) if isinstance(file, Path) else file
    kind = _table_kind(file.name)
    try:
        table = read_parquet(file) if kind == ".parquet" else read_csv(file, options)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _unreadable(file.name, kind, error) from error
    if not table.num_rows or not table.num_columns:
        raise _without_rows(file.name, table.num_columns)
    frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True, ignore_metadata=True)
    return frame


def read_chunks(path: Path, n_rows: int, options: CSV = AUTO) -> "Iterator[pd.DataFrame]":
    """The rows of a table as read_table gives them, at most so many at a time; their index counts all rows.

    A column has one type in all chunks: whole numbers that miss some cells stay whole, as objects.

    Raises:
        SourceError: while reading, as read_table does.
    """
    import pandas as pd

    file, start, n_columns = File(plain(path.name), path.read_bytes, path), 0, 0
    kind = _table_kind(file.name)
    try:
        for table in _parquet_chunks(file, n_rows) if kind == ".parquet" else _csv_chunks(file, n_rows, options):
            n_columns = table.num_columns
            if table.num_rows:
                frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
                yield frame.set_axis(pd.RangeIndex(start, start + len(frame)))
                start += len(frame)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _unreadable(file.name, kind, error) from error
    if not start:
        raise _without_rows(file.name, n_columns)


def _csv_chunks(file: File, n_rows: int, options: CSV) -> Iterator[pa.Table]:
    with records_of(file, options) as records:
        yield records.as_table([])
        yield from records.tables(n_rows)


def _parquet_chunks(file: File, n_rows: int) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(file.path) as parquet:
            schema = parquet.schema_arrow
            texts = [path for field in schema for path in _texts_in(file.name, field)]
        with pq.ParquetFile(file.path, read_dictionary=texts, buffer_size=BUFFER) as parquet:
            yield _plain_columns(file, schema.empty_table())
            for batch in parquet.iter_batches(n_rows):
                table = pa.Table.from_batches([batch])
                table.validate(full=True)  # such as whether text is UTF-8
                yield _plain_columns(file, table)
    except QuartetError:
        raise
    except Exception as error:  # of a damaged file pyarrow raises what it likes
        raise _unreadable(file.name, ".parquet", error) from error


def _table_kind(name: str) -> str:
    """The ending of a table.

    Raises:
        SourceError: it is none.
    """
    kind = kind_of(name)
    if not kind:
        mend = "Convert it and name the new file."
        raise SourceError(f"a table is a {', '.join(TABLES)} file", came=f"{quoted(name)} came", mend=mend)
    return kind


def _without_rows(name: str, n_columns: int) -> SourceError:
    came = "it has no row below its header" if n_columns else "it has no column"
    return SourceError(f"{name} holds rows", came=came, mend="Name a file with data.")


def _unreadable(name: str, kind: str, error: Exception) -> SourceError:
    reason = plain((str(error).strip() or type(error).__name__).splitlines()[0])
    mend = "Save it again where it was made, or download it again."
    return SourceError(f"{name} is a readable {kind} file", came=reason, mend=mend)


def read_parquet(file: File) -> pa.Table:
    """The columns of a parquet; categories as their values, decimals as float64, pandas' index as a column.

    Raises:
        SourceError: it is broken, too large, or a column holds several values in a row.
    """
    try:
        table = _read_packed(file)
        table.validate(full=True)  # such as whether text is UTF-8
    except QuartetError:
        raise
    except Exception as error:  # of a damaged file pyarrow raises what it likes
        raise _unreadable(file.name, ".parquet", error) from error
    return _plain_columns(file, table)


def _plain_columns(file: File, table: pa.Table) -> pa.Table:
    """The columns as pandas has them.

    Raises:
        SourceError: with each text for itself they are too large.
    """
    names = ["" if name.startswith("__index_level_") else name for name in table.column_names]
    columns = [_flat(table.column(i)) for i in range(table.num_columns)]
    if sum(map(_n_bytes, columns)) > file.max_bytes:
        raise too_large(file.name, file.max_bytes)
    return pa.table(list(map(_unpacked, columns)), named(file.name, names))


def _read_packed(file: File) -> pa.Table:
    """The columns with each different text held once, as the file may hold it: many rows of one cost it nothing."""
    source = file.path or io.BytesIO(file.read())
    with pq.ParquetFile(source) as parquet:
        sizes = [parquet.metadata.row_group(i).total_byte_size for i in range(parquet.num_row_groups)]
        shape = parquet.metadata.num_rows * parquet.metadata.num_columns
        if max(sum(sizes), shape * CELL) > file.max_bytes:
            raise too_large(file.name, file.max_bytes)
        texts = [path for field in parquet.schema_arrow for path in _texts_in(file.name, field)]
    with pq.ParquetFile(source, read_dictionary=texts) as parquet:
        return parquet.read()


def _texts_in(file: str, field: pa.Field) -> list[str]:
    """Where a column holds text or bytes: itself, its part `bytes`, or nowhere.

    Raises:
        SourceError: it holds several values in a row, or what pandas has no type for.
    """
    kinds, kind = pa.types, field.type
    if _holds_pictures(kind):
        return [f"{field.name}.bytes"]
    if kinds.is_nested(kind) or kinds.is_duration(kind) or isinstance(kind, pa.BaseExtensionType):
        mend = "Write each of its values into a column of its own, as text or as a number."
        must = f"each column of {file} holds text, numbers, dates, yes/no or bytes"
        raise SourceError(must, came=f"{quoted(field.name)} holds {kind}", mend=mend)
    return [field.name] if _is_text(kind.value_type if kinds.is_dictionary(kind) else kind) else []


def _holds_pictures(kind: pa.DataType) -> bool:
    """Whether a type is how Hugging Face's data sets hold pictures."""
    return bool(pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0)


def _is_text(kind: pa.DataType) -> bool:
    texts = pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()
    return kind in texts


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with one value in each row."""
    return pc.struct_field(column, "bytes") if _holds_pictures(column.type) else column


def _n_bytes(column: pa.ChunkedArray) -> int:
    """What a column takes when each row has its text for itself."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return int(column.nbytes)
    lengths = (pc.binary_length(chunk.dictionary).take(chunk.indices) for chunk in column.chunks)
    return sum(pc.sum(of_rows.cast(pa.int64())).as_py() or 0 for of_rows in lengths)


def _unpacked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of a type that pandas has, each row with its value."""
    kinds, kind = pa.types, column.type
    if kinds.is_dictionary(kind):
        large = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}  # which may hold more than 2 GiB
        return _unpacked(column.cast(large.get(kind.value_type, kind.value_type)))
    if kinds.is_decimal(kind) or kinds.is_float16(kind):
        return column.cast(pa.float64())
    if kinds.is_null(kind) or kinds.is_time(kind):
        return column.cast(pa.string())
    return column


def one_table(files: Iterable[File], options: CSV) -> "dict[str, pd.DataFrame]":
    """`items` from the one table among some files, and `left_out`.

    Raises:
        SourceError: there is none, or more than one.
    """
    left_out, found = LeftOut(), dict[str, "pd.DataFrame"]()
    for file in files:
        if not kind_of(file.name):
            left_out.add(file.name, why_unread(file, f"it is no {', '.join(TABLES)} file"))
        elif found:
            raise _not_one(f"{' and '.join(map(quoted, [*found, file.name]))} came")
        else:
            found[file.name] = read_table(file, options)
    if not found:
        raise _not_one(left_out.came("is one"))
    return {"items": next(iter(found.values())), "left_out": left_out.table()}


def _not_one(came: str) -> SourceError:
    must = f"a source of rows holds one {', '.join(TABLES)} file"
    return SourceError(must, came=came, mend="Name the one to learn from as the `source`.")


def table_or_class_folders(
    files: Iterable[File], options: CSV, endings: tuple[str, ...], content: str
) -> "dict[str, pd.DataFrame]":
    """One table where the first file is one, or files in folders named as their classes."""
    files = iter(files)
    first = list(islice(files, 1))
    if first and kind_of(first[0].name) and "/" not in first[0].name:
        return one_table([*first, *files], options)
    return class_folders(chain(first, files), endings, content)
