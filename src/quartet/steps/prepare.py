"""prepare: canonical tables → what training reads; everything fitted is fitted on the training split."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from quartet.artifacts import load_tables, read_plan, save_arrays, save_encoder
from quartet.errors import SourceError
from quartet.family import SPLITS, Family
from quartet.project import Project, whole_folder
from quartet.splits import split_in_fold

if TYPE_CHECKING:
    import pandas as pd

    from quartet.family import Tables


def prepare(project: Project, name: str) -> None:
    """Encode the items of the dataset `name`; fold 0 stands where a single split does, the others in `fold-1`, ….

    Raises:
        SourceError: a fold has no items in a split, or none in training of a class.
    """
    plan = read_plan(project, "prepare", name)
    family, tables = Family(plan.family), load_tables(project.raw(name))
    with whole_folder(project.prepared(name)) as folder:
        write_split(family, tables, plan.settings, folder)
        for fold, items in other_folds(tables["items"], plan.settings):
            (folder / f"fold-{fold}").mkdir()
            write_split(family, tables | {"items": items}, plan.settings, folder / f"fold-{fold}")


def write_split(family: Family, tables: "Tables", settings: SimpleNamespace, folder: Path) -> None:
    """Fit the encoder on the training split and encode the items of each; others stand in a graph only."""
    encoder = family.features.fit(tables, settings)
    save_encoder(encoder, folder)
    for split, items in family.parts(tables, encoder).items():
        arrays = {"id": items["id"].to_numpy().astype(str), **family.features.encode(items, encoder)}
        save_arrays(folder / f"{split}.npz", arrays)


def other_folds(items: "pd.DataFrame", settings: SimpleNamespace) -> "Iterator[tuple[int, pd.DataFrame]]":
    """The number of each fold but the first, and the items with their splits in it."""
    folds: int = getattr(settings, "folds", None) or 0  # graphs have none
    for fold in range(1, folds):
        placed = items.assign(split=split_in_fold(items, fold, folds, settings.validation_fraction))
        refuse_empty_parts(placed, fold)
        if getattr(settings, "task", "classification") == "classification":
            refuse_lost_classes(placed, fold)
        yield fold, placed


def refuse_empty_parts(items: "pd.DataFrame", fold: int) -> None:
    """Raise SourceError where a fold has nothing to train on, to stop by or to test."""
    empty = [split for split in SPLITS if split not in set(items["split"])]
    if empty:
        mend = "Set fewer `folds:` or another `seed:`; where items are grouped, whole groups fall into a fold."
        must = f"fold {fold} has items in each split"
        raise SourceError(must, came=f"it has none in {' and '.join(empty)}", mend=mend)


def refuse_lost_classes(items: "pd.DataFrame", fold: int) -> None:
    """Raise SourceError where the training split of a fold lacks a class that other splits have."""
    known = set(items.loc[items["split"] == "train", "label"])
    lost = sorted(set(items["label"]) - known)
    if lost:
        mend = "Set another `seed:` or number of `folds:`, or leave out the rows of a class that hardly occurs."
        must = f"every class occurs in the training part of fold {fold}"
        raise SourceError(must, came=f"{', '.join(map(str, lost))} does not", mend=mend)
