"""What to propose for a table of numbers and categories."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from quartet.families.tabular.cells import Cells, Reading
from quartet.families.tabular.columns import Inferred, infer, share, text_column
from quartet.families.tabular.settings import MISSING, Kind
from quartet.rows import RESERVED, as_text
from quartet.sight import Proposal, Sight
from quartet.targets import propose_labels, propose_size, propose_split, target_of, task_of

MANY_ROWS = 5_000
FEW_WORDS = 3  # so many words may stand for a missing number, of which no reader knew


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for a table; None for what is none.

    Raises:
        UsageError, SourceError: it has no plausible target, or too few rows.
    """
    if sight.table is None:
        return None
    frame = sight.table.frame.rename(columns=str)
    target, why = target_of(sight, frame)
    reading = reading_of(frame)
    labels = labels_of(Cells.of(frame[target], reading), frame.index)
    task = task_of(labels)
    saw = f"{sight.name}: a table of {len(frame):,} rows and {frame.shape[1]} columns"
    proposal = Proposal({"family": "tabular"} | sight.table.settings, models_for(task, len(frame)), saw)
    proposal.set("target", target, why)
    proposal.set("task", task, f"it holds {labels.nunique():,} different values")
    propose_labels(proposal, sight, frame.assign(**{target: labels}), target)
    if "keep" in proposal.settings:
        proposal.set("keep", {target: sorted(as_text(frame[target])[labels.notna()].unique())})
    propose_split(proposal, frame)
    propose_reading(proposal, reading)
    propose_columns(proposal, frame.drop(columns=[target, proposal.settings.get("split")], errors="ignore"), reading)
    propose_size(proposal, len(frame), "rows")
    return proposal


def labels_of(cells: Cells, index: pd.Index) -> pd.Series:
    """The target (N,) as numbers where it is numbers, otherwise as text; what is missing stays missing."""
    known = ~np.isnan(cells.numbers)
    if known.any() and share(cells, known) == 1:
        return pd.Series(cells.spread(cells.numbers, np.nan), index)
    return text_column(cells, index)


def reading_of(frame: pd.DataFrame) -> Reading:
    """The decimal mark and the order of days and months that leave the fewest cells unread, and what is missing."""
    readings = [Reading(MISSING, decimal, day) for decimal, day in product((".", ","), (None, True, False))]
    found: dict[int, Reading] = {}
    for reading in readings:
        found.setdefault(sum(len(words) for words in unread(frame, reading).values()), reading)
        if 0 in found:
            break
    best = found[min(found)]
    words = sorted({word for words in unread(frame, best).values() if len(words) <= FEW_WORDS for word in words})
    return Reading((*best.missing, *words), best.decimal, best.day_first)


def unread(frame: pd.DataFrame, reading: Reading) -> dict[str, list[str]]:
    """Column → the different cells that are not of the kind that the column is."""
    found = {}
    for name, inferred in infer(frame, reading).items():
        cells = Cells.of(frame[name], reading)
        wrong = {"number": np.isnan(cells.numbers), "date": np.isnat(cells.dates)}.get(inferred.kind)
        if wrong is not None and wrong.any():
            found[name] = [str(cell) for cell in cells.text.filter(wrong).to_pylist()]
    return found


def propose_reading(proposal: Proposal, reading: Reading) -> None:
    """How cells are read, where that is not the default."""
    if words := reading.missing[len(MISSING) :]:
        why = f"{', '.join(words)} stand among numbers or dates"
        proposal.set("missing_values", list(reading.missing), why)
    if reading.decimal == ",":
        proposal.set("decimal", ",", "numbers are written so")
    if reading.day_first is not None:
        proposal.set("day_first", reading.day_first, "dates are written with slashes or hyphens")


def propose_columns(proposal: Proposal, features: pd.DataFrame, reading: Reading) -> None:
    """The kind of each column, which ones to leave aside, and what to do about missing values."""
    wrong = unread(features, reading)
    useless, kinds, n_missing = dict[str, str](), dict[str, Kind](), dict[str, int]()
    for name, inferred in infer(features, reading).items():
        cells = Cells.of(features[name], reading)
        reason = reason_to_drop(name, cells, inferred)
        if reason:
            useless[name] = reason
        elif name != "id":
            kinds[name] = "category" if name in wrong else inferred.kind
            n_missing[name] = int((cells.codes < 0).sum())
    if useless:
        proposal.set("drop", list(useless), "; ".join(f"{name}: {reason}" for name, reason in useless.items()))
    proposal.set("columns", kinds, "what their cells are; a cell of another kind is an error")
    if sum(n_missing.values()):
        columns = ", ".join([name for name, n in n_missing.items() if n][:5])
        proposal.set("missing", "impute", f"{sum(n_missing.values()):,} values are missing, in {columns}")
    proposal.hints += list(hints(wrong))


def reason_to_drop(name: str, cells: Cells, inferred: Inferred) -> str:
    """Why a column teaches nothing, or ""."""
    if name == "id":
        return ""  # it names the rows
    if inferred.kind == "drop":
        return inferred.reason
    if len(cells.values) < 2:
        return "all its cells are equal"
    differ = len(cells.values) == len(cells.codes)  # then each stands where it stands in the column
    if differ and (cells.numbers % 1 == 0).all() and (np.diff(cells.numbers) == 1).all():
        return "it counts the rows"
    return "its name is one that Quartet uses itself" if name in RESERVED else ""


def hints(wrong: dict[str, list[str]]) -> Iterator[str]:
    """What is odd about columns that are mostly, and not all, numbers or dates."""
    for name, cells in wrong.items():
        few = ", ".join(map(repr, cells[:3]))
        yield f"{name} holds numbers or dates and {few}: categories for now; mend the cells to make it numbers"


def models_for(task: str, n_rows: int) -> dict[str, dict[str, object]]:
    """A baseline and a network, the network's passes fewer the more rows there are."""
    epochs = max(5, min(200, 1_000_000 // n_rows))
    many: dict[str, object] = {"epochs": epochs, "batch_size": 256, "learning_rate": 0.003, "patience": 5}
    baseline = "linear_regression" if task == "regression" else "logistic_regression"
    return {baseline: {}, "mlp": many if n_rows > MANY_ROWS else {}}
