"""What evaluate wrote, and whether the models on disk are still those it compared."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from quartet.closure import file_hash
from quartet.family import SPLITS
from quartet.metrics import LOWER_IS_BETTER
from quartet.project import Project, read_json
from quartet.statistics import summary


@dataclass(frozen=True)
class Comparison:
    """The comparison of a dataset's models.

    Args:
        content: evaluation/<dataset>/comparison.json.
    """

    project: Project
    dataset: str
    content: dict[str, Any]

    @property
    def metric(self) -> str:
        """The metric that counts on test."""
        return str(self.content["metric"])

    @property
    def ranking_metric(self) -> str:
        """The metric that ranks on validation: the same but for communities."""
        return str(self.content["ranking_metric"])

    @property
    def baseline(self) -> str | None:
        """The name of the baseline."""
        name: str | None = self.content["baseline"]
        return name

    @property
    def models(self) -> dict[str, Any]:
        """Each model's report, by name."""
        reports: dict[str, Any] = self.content["models"]
        return reports

    @property
    def ranking(self) -> list[str]:
        """Model names, the best mean on validation first, controls last."""
        names: list[str] = self.content["ranking"]
        return names

    @property
    def candidates(self) -> list[str]:
        """The models that may serve, the best mean on validation first."""
        return [name for name in self.ranking if not self.models[name]["control"]]

    @cached_property
    def sign(self) -> int:
        """What makes more of the metric better: 1, or -1."""
        return -1 if self.metric in LOWER_IS_BETTER else 1

    def mean(self, model: str, split: str = "test") -> float:
        """A model's mean over seeds."""
        metric = self.ranking_metric if split == "validation" else self.metric
        mean = self.models[model][split][metric]["mean"]
        return math.nan if mean is None else float(mean)

    def seeds(self, model: str) -> list[str]:
        """The names of its seeds' folders."""
        return list(self.models[model]["fingerprints"])

    def best_seed(self, model: str) -> str:
        """The seed that is best on validation: the one a version holds."""
        values = self.models[model]["validation"][self.ranking_metric]["values"]
        sign = -1 if self.ranking_metric in LOWER_IS_BETTER else 1
        known = [-math.inf if value is None else sign * value for value in values]  # undefined ranks last
        return self.seeds(model)[known.index(max(known))]

    def fingerprint(self, model: str, seed: str | None = None) -> str:
        """The fingerprint of one seed, of the best where none is named."""
        return str(self.models[model]["fingerprints"][seed or self.best_seed(model)])

    def fit_s(self, model: str, seed: str) -> float | None:
        """How many seconds one training took; None where it was not this machine that trained, or not in one go."""
        file = self.project.duration(self.fingerprint(model, seed))
        return float(read_json(file)["fit_s"]) if file.exists() else None

    def seconds(self, model: str) -> dict[str, Any] | None:
        """The seconds of a training over seeds, as far as they are known."""
        known = [value for seed in self.seeds(model) if (value := self.fit_s(model, seed)) is not None]
        return summary(known) if known else None

    def folder(self, model: str, seed: str | None = None) -> Path:
        """Where one seed's files are."""
        return self.project.model(self.dataset, model) / (seed or self.best_seed(model))

    @property
    def accepted(self) -> bool:
        """Whether the gate lets the dataset's present data pass; if not, this is of earlier data."""
        return gate_passed(self.project, self.dataset)

    def is_fresh(self) -> bool:
        """Whether the models and the prepared data on disk are those that were compared."""
        if "ranking_metric" not in self.content:  # an earlier version wrote it
            return False
        if self.content["data"] != file_hash(self.project.prepared(self.dataset)):
            return False
        pairs = [
            (self.folder(model, seed) / "config.json", model, seed)
            for model in self.models
            for seed in self.seeds(model)
        ]
        return all(file.exists() and read_json(file)["fingerprint"] == self.fingerprint(m, s) for file, m, s in pairs)


def gate_passed(project: Project, dataset: str) -> bool:
    """Whether the dataset's present data passed their suite."""
    file = project.validation(dataset)
    return file.exists() and bool(read_json(file)["success"])


def load_comparison(project: Project, dataset: str) -> Comparison | None:
    """The comparison of a dataset, or None where there is none of the models on disk."""
    file = project.evaluation(dataset) / "comparison.json"
    if not (file.exists() and all((project.prepared(dataset) / f"{split}.npz").exists() for split in SPLITS)):
        return None
    comparison = Comparison(project, dataset, read_json(file))
    return comparison if comparison.is_fresh() else None
