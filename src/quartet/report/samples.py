"""What a dataset's items are: how many, of what kind, and what some of them look like."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from quartet.family import SPLITS
from quartet.report.charts import Axis, Chart, Mark, axis_over
from quartet.report.drawing import Network, network_of
from quartet.report.formats import counted
from quartet.report.pictures import Picture, picture_of
from quartet.safe_text import cell
from quartet.settings import DatasetSettings

N_ROWS, N_PICTURES = 6, 24
MAX_COLUMNS, MAX_LETTERS = 40, 400
MAX_CLASSES, MAX_NAME = 40, 60
N_BINS = 20
DISTANCE = "distance"  # what is learnt of pairs of graphs, which have no label


@dataclass(frozen=True)
class Data:
    """What was ingested.

    Args:
        splits: items per split, in the order of `counts`.
        counts: class → items per split, of the commonest where there are many; empty for a regression.
        columns, rows: some items as a table; empty where they are pictures.
        targets: the distribution of a regression's target.
    """

    n_items: int
    n_classes: int
    splits: dict[str, int]
    counts: dict[str, list[int]]
    columns: list[str]
    rows: list[list[str | None]]
    pictures: list[Picture]
    targets: Chart | None
    network: Network | None


def data_of(folder: Path, settings: DatasetSettings) -> Data | None:
    """What the canonical tables of a dataset hold; None before it was ingested."""
    file = folder / "items.parquet"
    if not file.exists():
        return None
    names = [str(name) for name in pq.read_schema(file).names]
    learnt = "label" if "label" in names or DISTANCE not in names else DISTANCE
    target = str(getattr(settings, "target", learnt))
    known = pd.read_parquet(file, columns=[name for name in ("id", "split", learnt) if name in names])
    known = known.rename(columns={learnt: "label"})
    numeric = "label" in known and pd.api.types.is_numeric_dtype(known["label"])
    splits = splits_of(known)
    is_picture = "picture" in names
    some = sample(file, known, N_PICTURES if is_picture else N_ROWS, stratified=not numeric)
    shown = [name for name in names if name not in ("picture", "split")][:MAX_COLUMNS]
    return Data(
        n_items=len(known),
        n_classes=0 if numeric or "label" not in known else known["label"].nunique(),
        splits=splits,
        counts={} if numeric or "label" not in known else classes_of(known, list(splits)),
        columns=[] if is_picture else [cell(name, MAX_NAME) or "" for name in shown],
        rows=[] if is_picture else [[cell(row[name], MAX_LETTERS) for name in shown] for _, row in some.iterrows()],
        pictures=[picture_of(row["picture"], cell(row.get("label"), 40) or "missing") for _, row in some.iterrows()]
        if is_picture
        else [],
        targets=histogram(known, target) if numeric else None,
        network=network_of(folder, known),
    )


def splits_of(known: pd.DataFrame) -> dict[str, int]:
    """Items per split, in the usual order; other words, which the gate refuses, come last."""
    counts = known["split"].value_counts()
    others = sorted(str(name) for name in counts.index if name not in SPLITS)
    return {name: int(counts.get(name, 0)) for name in (*SPLITS, *others)}


def classes_of(known: pd.DataFrame, splits: list[str]) -> dict[str, list[int]]:
    """Items of each class in each split, the commonest class first where there are more than fit a page."""
    table = pd.crosstab(known["label"].fillna("(missing)").astype(str), known["split"])
    table = table.reindex(columns=splits, fill_value=0)
    if len(table) > MAX_CLASSES:
        table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MAX_CLASSES]]
    names = [cell(name, MAX_NAME) or "" for name in table.index]
    return {name: [int(count) for count in row] for name, row in zip(names, table.to_numpy(), strict=True)}


def sample(file: Path, known: pd.DataFrame, n: int, *, stratified: bool) -> pd.DataFrame:
    """The first `n` items (n, columns) of the training split, in turn from each class."""
    turn = known.groupby("label", dropna=False).cumcount() if stratified and "label" in known else 0
    order = known.assign(turn=turn, later=known["split"] != "train").reset_index(drop=True)
    first = order.sort_values(["later", "turn"], kind="stable").index[:n]
    some: pd.DataFrame = ds.dataset(file).take(first.tolist()).to_pandas()
    return some


def histogram(known: pd.DataFrame, target: str) -> Chart | None:
    """The distribution of a regression's target in each split."""
    import numpy as np

    values = known["label"].to_numpy(float)
    finite = np.isfinite(values)
    if not finite.any():
        return None
    edges = np.histogram_bin_edges(values[finite], N_BINS)
    marks = []
    for split in SPLITS:
        counts = np.histogram(values[finite & (known["split"] == split).to_numpy()], edges)[0]
        marks.append(Mark("line", steps(edges.tolist(), (counts / max(1, counts.sum())).tolist()), f"curve {split}"))
    top = max(y for mark in marks for _, y in mark.points)
    note = f"All {counted(int(finite.sum()), 'item')}, {N_BINS} bins, each split for itself."
    x, y = axis_over(edges.tolist(), f"{target} (its own unit)"), Axis("fraction of the split", 0, 1.05 * top)
    legend = tuple((split, split) for split in SPLITS)
    return Chart(f"Distribution of {target}", note, x, y, marks, legend)


def steps(edges: list[float], heights: list[float]) -> list[tuple[float, float]]:
    """The outline of a histogram."""
    outline = [(edges[0], 0.0)]
    for left, right, height in zip(edges, edges[1:], heights, strict=False):
        outline += [(left, height), (right, height)]
    return [*outline, (edges[-1], 0.0)]
