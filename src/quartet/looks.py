"""What a family's `explain` looks at: the prepared data and the trained networks of one dataset."""

from functools import cache, cached_property
from typing import TYPE_CHECKING

from safetensors.torch import load_file

from quartet.artifacts import load_arrays, load_encoder
from quartet.family import SPLITS, Family
from quartet.predictions import split_outputs
from quartet.project import Project, read_json

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from quartet.examples import Examples
    from quartet.family import Arrays, Encoder
    from quartet.predictions import Outputs
    from quartet.settings import ModelSettings


class Look:
    """One dataset's models.

    Args:
        ranking: the names of the models, the best mean on validation first.
        seeds: model → the folder of its seed best on validation, such as `seed-0`.
    """

    def __init__(
        self, project: Project, dataset: str, family: Family, ranking: list[str], seeds: dict[str, str]
    ) -> None:
        self.project, self.dataset, self.family = project, dataset, family
        self.ranking, self.seeds = ranking, seeds

    @cached_property
    def encoder(self) -> "Encoder":
        """How raw items became arrays."""
        return load_encoder(self.project.prepared(self.dataset))

    @property
    def task(self) -> str:
        """What is learnt."""
        return str(self.encoder.facts["task"])

    @cached_property
    def arrays(self) -> "dict[str, Arrays]":
        """The encoded items of each split, with `id` and `target`."""
        return {split: load_arrays(self.project.prepared(self.dataset) / f"{split}.npz") for split in SPLITS}

    def examples(self, split: str) -> "Examples":
        """The items of a split as networks take them."""
        arrays = {name: values for name, values in self.arrays[split].items() if name != "id"}
        return self.family.models.examples(arrays, self.encoder)

    @property
    def networks(self) -> list[str]:
        """The models that are neither baselines nor controls, the best on validation first."""
        known = {name: self.settings(name) for name in self.ranking}
        return [name for name, settings in known.items() if not (settings.baseline or settings.control)]

    @property
    def best(self) -> str | None:
        """The network best on validation; None where all models are baselines."""
        return next(iter(self.networks), None)

    def folder(self, model: str) -> "Path":
        """Where the files of its seed best on validation are."""
        return self.project.model(self.dataset, model) / self.seeds[model]

    @cache  # noqa: B019  # a look lives as long as one evaluation
    def settings(self, model: str) -> "ModelSettings":
        """The settings that a model was trained with."""
        return self.family.model_settings(read_json(self.folder(model) / "config.json")["settings"])

    @cache  # noqa: B019
    def network(self, model: str) -> "nn.Module":
        """A trained network, on the CPU and without dropout."""
        network = self.family.build(self.settings(model), self.encoder)
        network.load_state_dict(load_file(self.folder(model) / "weights.safetensors"))
        return network.eval()

    def untrained(self, model: str) -> "nn.Module":
        """The same network as it was before training."""
        import torch

        torch.manual_seed(int(self.seeds[model].removeprefix("seed-")))
        return self.family.build(self.settings(model), self.encoder).eval()

    def outputs(self, model: str, split: str) -> "Outputs":
        """Targets and outputs on the validation or test split, of fold 0 where there are folds."""
        return split_outputs(self.folder(model), split, fold=0)
