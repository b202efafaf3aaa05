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
        table.to_parquet(folder / f"{name}.parquet", index=False)


def load_tables(folder: Path) -> "dict[str, pd.DataFrame]":
    """The tables of a folder, by name.

    Raises:
        UsageError: there are none: ingest did not run.
    """
    import pandas as pd

    if not (folder / "items.parquet").exists():
        raise UsageError(
            f"{folder} holds canonical tables", came="it does not", mend="Run `quartet run` or `dvc repro`."
        )
    return {file.stem: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}


def save_encoder(encoder: Encoder, folder: Path) -> None:
    """encoder.json, and encoder.npz where there are arrays."""
    write_json(folder / "encoder.json", encoder.facts)
    if encoder.arrays:
        save_arrays(folder / "encoder.npz", encoder.arrays)


def save_arrays(file: Path, arrays: "dict[str, np.ndarray]") -> None:
    """An .npz file; the same arrays give the same bytes."""
    import numpy as np

    np.savez(file, allow_pickle=False, **arrays)


def load_encoder(folder: Path) -> Encoder:
    """What save_encoder wrote."""
    file = folder / "encoder.npz"
    return Encoder(read_json(folder / "encoder.json"), load_arrays(file) if file.exists() else {})


def load_arrays(file: Path) -> "dict[str, np.ndarray]":
    """The arrays of an .npz file, none of them pickled."""
    import numpy as np

    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
