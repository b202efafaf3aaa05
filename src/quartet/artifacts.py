"""What steps hand to each other: plans, canonical tables, prepared arrays and encoders."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from quartet.errors import UsageError
from quartet.family import Encoder
from quartet.project import Project, read_json, write_json

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

GROUP = 128  # rows at a time where cells hold files


def read_plan(project: Project, step: str, name: str) -> SimpleNamespace:
    """What plan wrote for one stage; its `settings` hold what the stage may read and nothing else.

    Raises:
        UsageError: plan wrote none: the name is unknown, or plan did not run.
    """
    file = project.plan(step, name)
    if not file.exists():
        known = ", ".join(sorted(other.stem for other in file.parent.glob("*.json"))) or "nothing"
        mend = "Run `quartet stage plan` after an edit of params.yaml, or `quartet run`, which runs all that is needed."
        raise UsageError(f"{step} runs for what plan planned: {known}", came=f"{name!r} came", mend=mend)
    content = read_json(file)
    return SimpleNamespace(**content | {"settings": SimpleNamespace(**content["settings"])})


def save_tables(tables: "dict[str, pd.DataFrame]", folder: Path) -> None:
    """One parquet file per table."""
    for name, table in tables.items():
        write_parquet(table.reset_index(drop=True), folder / f"{name}.parquet")


def write_parquet(table: "pd.DataFrame", file: Path) -> None:
    """A table; where cells hold files, in groups of rows, so that they stand twice in memory only group by group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [name for name in table if len(table) and isinstance(table[name].iloc[0], bytes)]
    small = pa.Schema.from_pandas(table.drop(columns=files), preserve_index=False)
    fields = [pa.field(name, pa.binary()) if name in files else small.field(name) for name in table]
    schema = pa.schema(fields, small.metadata)
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, len(table), GROUP) if files else [0]:
            rows = table.iloc[start : start + GROUP] if files else table
            writer.write_table(pa.Table.from_pandas(rows, schema, preserve_index=False))


def load_tables(folder: Path) -> "dict[str, pd.DataFrame]":
    """The tables of a folder, by name.

    Raises:
        UsageError: there are none: ingest did not run.
    """
    if not (folder / "items.parquet").exists():
        raise UsageError(
            f"{folder} holds canonical tables", came="it does not", mend="Run `quartet run` or `dvc repro`."
        )
    return {file.stem: read_parquet(file) for file in sorted(folder.glob("*.parquet"))}


def read_parquet(file: Path) -> "pd.DataFrame":
    """A table; where cells hold files, group by group."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as source:
        if pa.binary() not in source.schema_arrow.types:
            frame: pd.DataFrame = pd.read_parquet(file)
            return frame
        groups = [source.read_row_group(group).to_pandas() for group in range(source.num_row_groups)]
        whole: pd.DataFrame = pd.concat(groups, ignore_index=True)
        return whole


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """encoder.json, and encoder.npz where there are arrays."""
    write_json(folder / "encoder.json", encoder.facts)
    if encoder.arrays:
        save_arrays(folder / "encoder.npz", encoder.arrays)


def save_arrays(file: Path, arrays: "dict[str, np.ndarray]") -> None:
    """An .npz file; the same arrays give the same bytes, whatever Python writes them.

    numpy's savez leaves the header of each member to the interpreter: 3.11.4 and later write another than 3.11.3.
    """
    from io import BytesIO
    from zipfile import ZipFile, ZipInfo

    import numpy as np

    with ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            buffer = BytesIO()
            np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=False)
            archive.writestr(ZipInfo(f"{name}.npy"), buffer.getbuffer())


def load_encoder(folder: Path) -> Encoder:
    """What save_encoder wrote."""
    file = folder / "encoder.npz"
    return Encoder(read_json(folder / "encoder.json"), load_arrays(file) if file.exists() else {})


def load_arrays(file: Path) -> "dict[str, np.ndarray]":
    """The arrays of an .npz file, none of them pickled."""
    import numpy as np

    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
