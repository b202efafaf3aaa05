"""Outputs of a network as tables, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quartet.family import Encoder

if TYPE_CHECKING:
    import numpy as np

    Outputs = tuple[np.ndarray, np.ndarray]


def output_frame(output: "np.ndarray", encoder: Encoder) -> pd.DataFrame:
    """A column per class with its probability, one column `value`, or the community of a node or of an edge's ends."""
    if encoder.facts["task"] == "community_detection":
        columns = ["community"] if output.ndim == 1 else ["community_source", "community_target"]
    else:
        columns = [f"p_{name}" for name in encoder.classes] or ["value"]
    return pd.DataFrame(output.reshape(len(output), -1), columns=columns)


def n_folds(folder: Path) -> int:
    """How many folds the predictions of one seed's folder are of; 0 for a single split."""
    import pyarrow.parquet as pq

    file = folder / "predictions.parquet"
    return 1 + int(pd.read_parquet(file, columns=["fold"])["fold"].max()) if "fold" in pq.read_schema(file).names else 0


def split_outputs(folder: Path, split: str, fold: int | None = None) -> "Outputs":
    """Targets (N,) and outputs (N, K) or (N,) of one seed's folder on one split, of one fold where there are several.

    Args:
        fold: whose items; those of all folds where it is None. It says nothing of a model without folds.
    """
    predictions = pd.read_parquet(folder / "predictions.parquet")
    if fold is not None and "fold" in predictions:
        predictions = predictions[predictions["fold"] == fold]
    part = predictions[predictions["split"] == split].dropna(axis=1, how="all")
    columns = [str(column) for column in part if column not in ("split", "id", "target", "fold")]
    output, target = part[columns].to_numpy(), part["target"].to_numpy()
    if columns[0].startswith("community"):  # validation and test share columns, whose gaps make floats of numbers
        output = output.astype(int)
        target = target if len(columns) == 2 else target.astype(int)
    return target, output[:, 0] if columns in (["value"], ["community"]) else output
