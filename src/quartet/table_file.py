"""A table that is written row by row, and takes its final name only when it is whole."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from quartet.errors import UsageError
from quartet.project import Project

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet")


def check_table_name(file: Path) -> None:
    """Raise UsageError where a file to write is neither .csv nor .parquet."""
    if file.suffix not in ENDINGS:
        raise UsageError("predictions go to a .csv or .parquet file", came=f"{file} came", mend="Name one with -o.")


@contextmanager
def growing_table(file: Path, project: Project) -> Iterator["GrowingTable"]:
    """A table to append to; nothing is left of it where something fails, and what stood there before stays.

    Raises:
        UsageError: it is to be neither .csv nor .parquet, or another command is writing it.
    """
    check_table_name(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    with _alone(file, project):
        try:
            with partial.open("wb") as stream, closing(GrowingTable(stream, file.suffix)) as table:
                yield table
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _alone(file: Path, project: Project) -> Iterator[None]:
    """Hold the one right to write a file."""
    locks = project.hidden / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(str(file.resolve()).encode()).hexdigest()
    lock = FileLock(locks / f"{digest[:16]}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        mend = "Wait for it, or name another file."
        raise UsageError(f"one command at a time writes {file}", came="another one is writing it", mend=mend) from error
    try:
        yield
    finally:
        lock.release()


class GrowingTable:
    """Rows on their way to a stream, as .csv or .parquet; the columns and their types are those of the first rows."""

    def __init__(self, stream: IO[bytes], ending: str) -> None:
        self.stream, self.ending = stream, ending
        self.n_rows = 0
        self.schema: Any = None
        self.writer: Any = None

    def append(self, rows: "pd.DataFrame") -> None:
        """Write some rows more."""
        if self.ending == ".csv":
            rows.to_csv(self.stream, index=False, header=not self.n_rows, lineterminator="\n")
        else:
            self._append_parquet(rows)
        self.n_rows += len(rows)

    def _append_parquet(self, rows: "pd.DataFrame") -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.writer is None:
            self.schema = _schema_of(rows)
            self.writer = pq.ParquetWriter(self.stream, self.schema)
        columns = [pa.array(rows[field.name], from_pandas=True).cast(field.type) for field in self.schema]
        self.writer.write_table(pa.table(columns, schema=self.schema))

    def close(self) -> None:
        """Write what stands at the end."""
        if self.writer is not None:
            self.writer.close()


def _schema_of(rows: "pd.DataFrame") -> Any:
    """The types of columns; one without a value, whose type nobody knows, becomes text."""
    import pyarrow as pa

    found = pa.Schema.from_pandas(rows, preserve_index=False)
    fields = [pa.field(field.name, pa.string() if pa.types.is_null(field.type) else field.type) for field in found]
    return pa.schema(fields, found.metadata)
