"""Where two makings of one model differ first, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quartet.history import Stages

if TYPE_CHECKING:
    import numpy as np

STEPS = ("validate", "prepare", "train")


@dataclass(frozen=True)
class Difference:
    """One file or folder, or one array of numbers, that is not what it was.

    Args:
        stage: what read or wrote it.
        what: its path, or the file and the array in it.
        amount: the largest absolute difference of numbers; None where they cannot be compared.
    """

    stage: str
    what: str
    amount: float | None = None

    def __str__(self) -> str:
        by = "" if self.amount is None else f", by at most {self.amount:.3g}"
        return f"{self.stage}: {self.what} differs{by}"


def differences(then: Stages, now: Stages, model_then: Path, model_now: Path) -> list[Difference]:
    """What DVC's hashes say is not the same, in the order of the stages; within a model, its files and arrays.

    Args:
        model_then, model_now: folders with a folder per seed.
    """
    found: list[Difference] = []
    for stage in sorted((name for name in then if name.partition("@")[0] in STEPS), key=order):
        for path in changed(then[stage], now.get(stage, {"deps": {}, "outs": {}})):
            inner = list(within(stage, model_then, model_now)) if path.startswith("models/") else []
            found += inner or [Difference(stage, path)]
    return found


def order(stage: str) -> int:
    """The place of a stage among those that run."""
    return STEPS.index(stage.partition("@")[0])


def changed(then: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The paths that a stage read or wrote, and that have another hash now."""
    for kind in ("deps", "outs"):
        yield from (path for path, digest in then[kind].items() if now[kind].get(path) != digest)


def within(stage: str, then: Path, now: Path) -> Iterator[Difference]:
    """The files of a model that differ, seed by seed; of weights and predictions, each array."""
    for file in sorted(path for path in then.rglob("*") if path.is_file()):
        name = file.relative_to(then)
        other = now / name
        if not other.exists():
            yield Difference(stage, f"{name} (it is not there now)")
        elif file.read_bytes() != other.read_bytes():
            arrays = list(of_numbers(file, other))
            yield from (Difference(stage, f"{name}: {key}", amount) for key, amount in arrays)
            if not arrays:
                yield Difference(stage, str(name))


def of_numbers(file: Path, other: Path) -> Iterator[tuple[str, float | None]]:
    """The arrays of two files of weights, or the columns of two tables, that differ."""
    import numpy as np

    then, now = arrays_of(file), arrays_of(other)
    for key, array in then.items():
        if key not in now or array.shape != now[key].shape:
            yield key, None
        elif not np.array_equal(array, now[key], equal_nan=True):
            yield key, float(np.nanmax(np.abs(array - now[key])))


def arrays_of(file: Path) -> "Mapping[str, np.ndarray]":
    """The numbers of a file of weights, a table of predictions or a history, by name."""
    import pandas as pd
    from safetensors.numpy import load_file

    if file.suffix == ".safetensors":
        return {key: value.astype("float64") for key, value in load_file(file).items()}
    if file.suffix not in (".parquet", ".csv"):
        return {}
    table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)
    return {str(name): table[name].to_numpy("float64") for name in table.select_dtypes("number")}
