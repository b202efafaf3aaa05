"""Outputs of a network as tables, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quartet.family import Encoder

if TYPE_CHECKING:
    import numpy as np

    Outputs = tuple[np.ndarray, np.ndarray]


def output_frame(output: "np.ndarray", encoder: Encoder) -> pd.DataFrame:
    """A column per class with its probability, or one column `value`."""
    columns = [f"p_{name}" for name in encoder.classes] or ["value"]
    return pd.DataFrame(output.reshape(len(output), -1), columns=columns)


def split_outputs(folder: Path, split: str) -> "Outputs":
    """Targets (N,) and outputs (N, K) or (N,) of one seed's folder on one split."""
    predictions = pd.read_parquet(folder / "predictions.parquet")
    part = predictions[predictions["split"] == split]
    columns = [column for column in part if column not in ("split", "id", "target")]
    output = part[columns].to_numpy()
    return part["target"].to_numpy(), output[:, 0] if columns == ["value"] else output
