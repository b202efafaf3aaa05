"""What to propose for a table of numbers and categories."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa

from quartet.errors import SourceError
from quartet.families.tabular.cells import Cells, Reading
from quartet.families.tabular.columns import Inferred, infer_kind, share, text_column
from quartet.families.tabular.settings import MISSING, Kind
from quartet.proposing.sight import Proposal, Sight
from quartet.proposing.targets import propose_labels, propose_size, propose_split, target_of, task_of
from quartet.rows import RESERVED, as_text

MANY_ROWS = 5_000
FEW_WORDS = 3  # so many words may stand for a missing number, of which no reader knew


@dataclass(frozen=True)
class Seen:
    """A column: its cells, the kind they tell, and the different cells that are not of that kind."""

    cells: Cells
    inferred: Inferred
    unread: list[str]


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for a table; None for what is none.

    Raises:
        UsageError, SourceError: it has no plausible target, no column to learn from, or too few rows.
    """
    if sight.table is None:
        return None
    frame = sight.table.frame.rename(columns=str)
    target, why = target_of(sight, frame)
    reading, columns = read(frame)
    labels = labels_of(columns.pop(target).cells, frame.index)
    task = task_of(labels)
    saw = f"{sight.name}: a table of {len(frame):,} rows and {frame.shape[1]} columns"
    proposal = Proposal({"family": "tabular"} | sight.table.settings, models_for(task, len(frame)), saw)
    proposal.set("target", target, why)
    proposal.set("task", task, f"it holds {labels.nunique():,} different values")
    propose_labels(proposal, sight, frame.assign(**{target: labels}), target)
    if "keep" in proposal.settings:
        proposal.set("keep", {target: sorted(as_text(frame[target])[labels.notna()].unique())})
    propose_split(proposal, frame)
    columns.pop(proposal.settings.get("split", ""), None)
    propose_reading(proposal, reading, columns, frame)
    propose_columns(proposal, columns)
    propose_size(proposal, len(frame), "rows")
    return proposal


def labels_of(cells: Cells, index: pd.Index) -> pd.Series:
    """The target (N,) as numbers where it is numbers, otherwise as text; what is missing stays missing."""
    known = ~np.isnan(cells.numbers)
    if known.any() and share(cells, known) == 1:
        return pd.Series(cells.spread(cells.numbers, np.nan), index)
    return text_column(cells, index)


def read(frame: pd.DataFrame) -> tuple[Reading, dict[str, Seen]]:
    """The decimal mark and order of days and months that leave the fewest cells unread; the columns read so.

    A few words among numbers or dates are taken to stand for missing values.
    """
    found: dict[int, tuple[Reading, dict[str, Seen]]] = {}
    for decimal, day_first in product((".", ","), (None, True, False)):
        reading = Reading(MISSING, decimal, day_first)
        columns = seen(frame, reading)
        found.setdefault(sum(len(column.unread) for column in columns.values()), (reading, columns))
        if 0 in found:
            return found[0]
    best, columns = found[min(found)]
    words = {word for column in columns.values() if len(column.unread) <= FEW_WORDS for word in column.unread}
    reading = Reading((*MISSING, *sorted(words)), best.decimal, best.day_first)
    return reading, seen(frame, reading) if words else columns


def seen(frame: pd.DataFrame, reading: Reading) -> dict[str, Seen]:
    """Each column, its cells read in one way."""
    found = {}
    for name in map(str, frame):
        cells = Cells.of(frame[name], reading)
        inferred = infer_kind(name, cells)
        wrong = {"number": np.isnan(cells.numbers), "date": np.isnat(cells.dates)}.get(inferred.kind)
        unread = [] if wrong is None or not wrong.any() else cells.text.filter(pa.array(wrong)).to_pylist()
        found[name] = Seen(cells, inferred, unread)
    return found


def propose_reading(proposal: Proposal, reading: Reading, columns: dict[str, Seen], frame: pd.DataFrame) -> None:
    """How cells are read, where that is not the default."""
    if words := reading.missing[len(MISSING) :]:
        why = f"{', '.join(words)} stand among numbers or dates"
        proposal.set("missing_values", list(reading.missing), why)
    if reading.decimal == ",":
        proposal.set("decimal", ",", "numbers are written so")
    if reading.day_first is not None:
        day = "the third of April" if reading.day_first else "the fourth of March"
        other = replace(reading, day_first=not reading.day_first)
        told = tells_days(columns, frame, other)
        known = "dates are written so" if told else "a guess, as no date has a day beyond 12"
        proposal.set("day_first", reading.day_first, f"{known}: 03/04/2020 is taken for {day}")


def tells_days(columns: dict[str, Seen], frame: pd.DataFrame, other: Reading) -> bool:
    """Whether some date of the table cannot be read in the `other` order of day and month."""
    dates = {name: column.cells for name, column in columns.items() if column.inferred.kind == "date"}
    return any(np.isnat(Cells.of(frame[n], other).dates).sum() > np.isnat(dates[n].dates).sum() for n in dates)


def propose_columns(proposal: Proposal, columns: dict[str, Seen]) -> None:
    """The kind of each column, which ones to leave aside, and what to do about missing values.

    Raises:
        SourceError: all are to be left aside.
    """
    columns.pop("id", None)  # it names the rows
    useless = {name: reason for name, column in columns.items() if (reason := reason_to_drop(name, column))}
    kept = {name: column for name, column in columns.items() if name not in useless}
    if useless:
        proposal.set("drop", list(useless), "; ".join(f"{name}: {reason}" for name, reason in useless.items()))
    kinds: dict[str, Kind] = {n: "category" if column.unread else column.inferred.kind for n, column in kept.items()}
    refuse_none(kinds, useless)
    proposal.set("columns", kinds, "what their cells are; a cell of another kind is an error")
    missing = {name: int((column.cells.codes < 0).sum()) for name, column in kept.items()}
    if n_missing := sum(missing.values()):
        gaps = ", ".join([name for name, n in missing.items() if n][:5])
        proposal.set("missing", "impute", f"{n_missing:,} values are missing, in {gaps}")
    proposal.hints += list(hints(kept))


def refuse_none(kinds: dict[str, Kind], useless: dict[str, str]) -> None:
    """Raise SourceError where no column is left to learn from."""
    if not kinds:
        came = "; ".join(f"{name}: {reason}" for name, reason in useless.items()) or "there is only the target"
        mend = "Add columns that say something of a row."
        raise SourceError("a table has a column to learn from beside the target", came=came, mend=mend)


def reason_to_drop(name: str, column: Seen) -> str:
    """Why a column teaches nothing, or ""."""
    cells = column.cells
    if column.inferred.kind == "drop":
        return column.inferred.reason
    if len(cells.values) < 2:
        return "all its cells are equal"
    differ = len(cells.values) == len(cells.codes)  # then each stands where it stands in the column
    if differ and (cells.numbers % 1 == 0).all() and (np.diff(cells.numbers) == 1).all():
        return "it counts the rows"
    if name == "split":
        return "it says something else than train, validation and test"
    return "its name is one that Quartet uses itself" if name in RESERVED else ""


def hints(columns: dict[str, Seen]) -> Iterator[str]:
    """What is odd about columns that are mostly, and not all, numbers or dates."""
    for name, column in columns.items():
        if column.unread:
            few = ", ".join(map(repr, column.unread[:3]))
            yield f"{name} holds numbers or dates and {few}: categories for now; mend the cells to make it numbers"


def models_for(task: str, n_rows: int) -> dict[str, dict[str, object]]:
    """A baseline, a network, its passes fewer the more rows there are, and what it has to beat on most tables."""
    epochs = max(5, min(200, 1_000_000 // n_rows))
    many: dict[str, object] = {"epochs": epochs, "batch_size": 256, "learning_rate": 0.003, "patience": 5}
    baseline = "linear_regression" if task == "regression" else "logistic_regression"
    return {baseline: {}, "mlp": many if n_rows > MANY_ROWS else {}, "gradient_boosting": {}}
