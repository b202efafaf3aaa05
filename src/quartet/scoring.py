"""A trained model as it is served: raw input in, predictions with probabilities out."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from safetensors.torch import load_file

from quartet.artifacts import load_encoder
from quartet.family import Family
from quartet.learning.output import outputs
from quartet.predictions import output_frame
from quartet.project import read_json

if TYPE_CHECKING:
    import numpy as np


class Scorer:
    """A network with its encoder.

    Args:
        folder: config.json and weights.safetensors, as train wrote them, beside encoder.json (and .npz) of prepare.
    """

    def __init__(self, folder: Path) -> None:
        config = read_json(folder / "config.json")
        self.family = Family(config["family"])
        self.encoder = load_encoder(folder)
        self.network = self.family.build(self.family.model_settings(config["settings"]), self.encoder)
        self.network.load_state_dict(load_file(folder / "weights.safetensors"))

    def outputs(self, raw: pd.DataFrame) -> "np.ndarray":
        """Probabilities (N, K), values (N,) or communities (N,) of raw items."""
        arrays = self.family.features.encode(self.family.features.raw_input(raw, self.encoder), self.encoder)
        return outputs(self.network, self.family.models.examples(arrays, self.encoder), self.encoder)

    def predict(self, raw: pd.DataFrame) -> pd.DataFrame:
        """`predicted`, and the probability of each class, a row per raw item; before them what its family adds."""
        output = self.outputs(raw)
        table = output_frame(output, self.encoder)
        if self.encoder.classes:
            names = pd.Series(self.encoder.classes, dtype=object)
            table.insert(0, "predicted", names[output.argmax(axis=1)].to_numpy())
        if self.encoder.facts["task"] == "community_detection":
            table = table.astype("str")  # a community's number is a name
        table = table.rename(columns={"value": "predicted", "community": "predicted"})
        beside = self.family.beside(raw, output, self.encoder)
        return table if beside is None else beside.join(table)
