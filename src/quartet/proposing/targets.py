"""Which column of a table is to be predicted, what it is, and which names the splits."""

from difflib import get_close_matches

import pandas as pd

from quartet.errors import SourceError, UsageError
from quartet.family import SPLITS
from quartet.proposing.sight import Proposal, Sight
from quartet.rows import as_numbers, as_text

NAMES = ("target", "label", "labels", "class", "y", "outcome", "category", "sentiment", "diagnosis", "species")
MAX_CLASSES = 200
FEW_VALUES = 20  # whole numbers with at most so many values are classes
MORE_CLASSES = "Label items of at least two classes: files have a folder per class, nodes a `label`."
ENOUGH_ITEMS, LEAST_ITEMS = 50, 12


def target_of(sight: Sight, frame: pd.DataFrame) -> tuple[str, str]:
    """The column to predict, and why this one.

    Raises:
        UsageError: the table has no column of the name that the user gave, or only one column.
    """
    columns = [str(column) for column in frame]
    if len(columns) < 2:
        mend = "If its cells are separated by something else than , ; tab or |, save it with one of these."
        raise SourceError("a table has a target and a column to learn from", came=f"{columns} is all", mend=mend)
    if sight.target is not None:
        if sight.target not in columns:
            near = get_close_matches(sight.target, columns, n=1)
            mend = f"Did you mean {near[0]}?" if near else f"Name one of {', '.join(columns[:20])}."
            raise UsageError("--target names a column", came=f"{sight.target!r} is none of {sight.name}", mend=mend)
        return sight.target, "as --target says"
    called = {column.lower(): column for column in reversed(columns)}
    for name in NAMES:
        if name in called:
            return called[name], "by its name"
    return columns[-1], "the last column"


def task_of(values: pd.Series) -> str:
    """`regression` for numbers with many values, `classification` for everything else."""
    numbers = as_numbers(values)
    if numbers is None:
        return "classification"
    whole = bool((numbers.dropna() % 1 == 0).all())
    return "regression" if numbers.nunique() > (FEW_VALUES if whole else FEW_VALUES // 2) else "classification"


def classes_of(sight: Sight, frame: pd.DataFrame, target: str) -> list[str]:
    """The classes that a target holds.

    Raises:
        UsageError: it holds a single one, or so many that it is no class.
    """
    classes = sorted(as_text(frame[target]).dropna().unique())
    if 2 <= len(classes) <= min(MAX_CLASSES, len(frame) / 2):
        return classes
    others = [str(column) for column in frame if column != target and is_plausible(frame[column])]
    mend = (
        f"Say --target with one of {', '.join(others[:10])}."
        if others
        else MORE_CLASSES
        if sight.table is None
        else "Name another file."
    )
    came = f"{target!r} of {sight.name} holds {len(classes):,} in {len(frame):,} rows"
    raise UsageError(
        f"a target holds numbers, or 2 to {MAX_CLASSES} classes, each in several rows", came=came, mend=mend
    )


def refuse_unclear_ids(sight: Sight, frame: pd.DataFrame) -> None:
    """Raise SourceError where a column `id` does not name each row, which the gate would refuse whatever is set."""
    if "id" in frame and (unclear := frame["id"].isna() | frame["id"].duplicated()).any():
        row = int(unclear.argmax())
        came = f"row {row}, counted from 0, of {sight.name} has {as_text(frame['id'])[row]!r}"
        mend = "Give the column another name if it says something else, or take it out."
        raise SourceError("a column `id` names each row, and no two the same", came=came, mend=mend)


def is_plausible(values: pd.Series) -> bool:
    """Whether a column could be a target."""
    return task_of(values) == "regression" or 2 <= values.nunique() <= min(FEW_VALUES, len(values) / 2)


def propose_labels(proposal: Proposal, sight: Sight, frame: pd.DataFrame, target: str) -> None:
    """The classes, or what else the labels need.

    Raises:
        UsageError: they are no classes.
        SourceError: there are too few, or numbers are missing.
    """
    refuse_few(len(frame), "items")
    refuse_unclear_ids(sight, frame)
    unlabelled = int(frame[target].isna().sum())
    if proposal.settings.get("task") != "regression":
        classes = classes_of(sight, frame, target)
        proposal.set("classes", classes, f"the {len(classes)} values of {target}")
        if unlabelled:
            proposal.set("keep", {target: classes}, f"{unlabelled:,} rows have no {target}, and nothing to learn from")
        rare = [str(name) for name, n in as_text(frame[target]).value_counts().items() if n < 5]
        if rare:
            proposal.hints.append(
                f"fewer than 5 rows are {', '.join(rare[:5])}: the gate stops a class never trained on"
            )
    elif unlabelled:
        came = f"{unlabelled:,} of {len(frame):,} rows of {sight.name} have no {target!r}"
        raise SourceError("each row has a number to predict", came=came, mend="Leave these rows out of the file.")


def propose_split(proposal: Proposal, frame: pd.DataFrame) -> None:
    """The published split, where a column says it."""
    for column in frame:
        values = set(as_text(frame[column]).dropna().unique()) if frame[column].nunique() <= len(SPLITS) else set()
        if {"train", "test"} <= values <= set(SPLITS):
            proposal.set("split", str(column), "it says train and test")
            return


def tell_split(proposal: Proposal, frame: pd.DataFrame) -> None:
    """Say that folders name the splits, where they do."""
    if "split" in frame:
        proposal.hints.append("folders name the splits and are used so; the gate stops what stands in two of them")


def propose_size(proposal: Proposal, n_items: int, things: str) -> None:
    """Let the gate pass few items, where there are few.

    Raises:
        SourceError: there are too few to learn from.
    """
    refuse_few(n_items, things)
    if n_items < ENOUGH_ITEMS:
        why = f"only {n_items} {things}: scores will be rough"
        proposal.check("enough_items", why, min_value=n_items)


def refuse_few(n_items: int, things: str) -> None:
    """Raise SourceError where there are too few items to learn from."""
    if n_items < LEAST_ITEMS:
        came, mend = f"there are {n_items}", "Add more; with hundreds, scores begin to mean something."
        raise SourceError(f"there are at least {LEAST_ITEMS} {things} to learn from", came=came, mend=mend)
