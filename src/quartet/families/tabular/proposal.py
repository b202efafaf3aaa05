"""What to propose for a table of numbers and categories."""

import pandas as pd

from quartet.rows import as_numbers, as_text
from quartet.sight import Proposal, Sight
from quartet.targets import propose_labels, propose_size, propose_split, target_of, task_of

MANY_ROWS = 5_000
MAX_CATEGORIES = 1_000
WORDS = 5  # a column whose cells have more words than this is free text


def propose(sight: Sight) -> Proposal | None:
    """Settings and models for a table; None for what is none.

    Raises:
        UsageError, SourceError: it has no plausible target, or too few rows.
    """
    if sight.table is None:
        return None
    frame = sight.table.frame.rename(columns=str)
    target, why = target_of(sight, frame)
    task = task_of(frame[target])
    saw = f"{sight.name}: a table of {len(frame):,} rows and {frame.shape[1]} columns"
    proposal = Proposal({"family": "tabular"}, models_for(task, len(frame)), saw)
    proposal.settings |= sight.table.settings
    proposal.set("target", target, why)
    proposal.set("task", task, f"it holds {frame[target].nunique():,} different values")
    propose_labels(proposal, sight, frame, target)
    propose_split(proposal, frame)
    propose_columns(proposal, frame.drop(columns=[target, proposal.settings.get("split")], errors="ignore"))
    propose_size(proposal, len(frame), "rows")
    return proposal


def propose_columns(proposal: Proposal, features: pd.DataFrame) -> None:
    """Which columns to leave aside, and what to do about missing values."""
    useless = {str(column): reason for column in features if (reason := useless_for(features[column]))}
    if useless:
        proposal.set("drop", list(useless), "; ".join(f"{column} {reason}" for column, reason in useless.items()))
    kept = features.drop(columns=list(useless))
    missing = kept.isna().sum()
    if missing.any():
        columns = ", ".join(missing[missing > 0].index[:5])
        proposal.set("missing", "impute", f"{int(missing.sum()):,} values are missing, in {columns}")


def useless_for(values: pd.Series) -> str:
    """Why a column teaches nothing, or ""."""
    if values.nunique() < 2:
        return "holds a single value"
    known = values.dropna()
    numbers = as_numbers(known)
    if numbers is not None:
        steps = numbers.diff().dropna()
        counts = bool(len(steps)) and bool((steps == 1).all()) and len(known) == len(values)
        return "counts the rows" if counts else ""
    text = as_text(known)
    if text.nunique() > MAX_CATEGORIES or text.nunique() > 0.9 * len(text):
        many_words = text.head(1_000).map(lambda cell: len(cell.split())).mean() >= WORDS
        return "holds free text" if many_words else "is different in nearly every row"
    return ""


def models_for(task: str, n_rows: int) -> dict[str, dict[str, object]]:
    """A baseline and a network, the network's passes fewer the more rows there are."""
    many: dict[str, object] = {
        "epochs": max(5, min(200, 1_000_000 // n_rows)),
        "batch_size": 256,
        "learning_rate": 0.003,
        "patience": 5,
    }
    baseline = "linear_regression" if task == "regression" else "logistic_regression"
    return {baseline: {}, "mlp": many if n_rows > MANY_ROWS else {}}
