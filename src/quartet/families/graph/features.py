"""A graph and what is asked of it → arrays: one module per task, with `fit`, `parts`, `encode` and `raw_input`."""

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from quartet.families.graph import communities, links, nodes, similarity
from quartet.family import Encoder

TASKS: dict[str, ModuleType] = {
    "node_classification": nodes,
    "link_prediction": links,
    "community_detection": communities,
    "similarity": similarity,
}


def fit(tables: dict[str, pd.DataFrame], settings: Any) -> Encoder:
    """The graph and what is known of it in training."""
    encoder: Encoder = TASKS[settings.task].fit(tables, settings)
    return encoder


def parts(tables: dict[str, pd.DataFrame], encoder: Encoder) -> dict[str, pd.DataFrame]:
    """What is learnt from and scored in each split."""
    found: dict[str, pd.DataFrame] = of(encoder).parts(tables, encoder)
    return found


def encode(items: pd.DataFrame, encoder: Encoder) -> dict[str, np.ndarray]:
    """The items of a part, or raw input, as arrays."""
    arrays: dict[str, np.ndarray] = of(encoder).encode(items, encoder)
    return arrays


def raw_input(items: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """The columns that a served model takes."""
    columns: pd.DataFrame = of(encoder).raw_input(items, encoder)
    return columns


def of(encoder: Encoder) -> ModuleType:
    """The module of the encoder's task."""
    return TASKS[encoder.facts["task"]]


def beside(items: pd.DataFrame, output: np.ndarray, encoder: Encoder) -> pd.DataFrame | None:
    """What stands before each prediction: of pairs, which they are, and how far two graphs are apart."""
    own = getattr(of(encoder), "beside", None)
    found: pd.DataFrame | None = own(items, output, encoder) if own else None
    return found
