"""evaluate: all models of a dataset on the same items, and a look inside; ranked on validation, reported on test."""

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quartet import explanations
from quartet.artifacts import load_encoder, read_plan
from quartet.closure import file_hash
from quartet.comparisons import Comparison
from quartet.family import Family
from quartet.looks import Look
from quartet.metrics import (
    LOWER_IS_BETTER,
    confusion,
    expected_calibration_error,
    metrics_on,
    per_class,
    reliability,
    score,
)
from quartet.predictions import n_folds, split_outputs
from quartet.project import Project, read_json, whole_folder, write_json
from quartet.statistics import bootstrap, holm, interval, mcnemar, p_value, summary

if TYPE_CHECKING:
    from quartet.family import Encoder

CLASSIFIED = ("classification", "node_classification")
SCATTER_ITEMS = 400  # points of a residual plot


def evaluate(project: Project, name: str) -> None:
    """Compare the models of the dataset `name` and write comparison.json."""
    plan = read_plan(project, "evaluate", name)
    encoder = load_encoder(project.prepared(name))
    metric, ranking_metric = metrics_of_dataset(plan.settings.metric, encoder)
    models = {model: TrainedModel(project, name, model, encoder) for model in plan.models}
    ranking = sorted(models, key=lambda model: rank(models[model], ranking_metric, simple=model == plan.baseline))
    comparison = {
        "data": file_hash(project.prepared(name)),
        "metric": metric,
        "ranking_metric": ranking_metric,
        "task": encoder.facts["task"],
        "split": read_split(project, name),
        "classes": encoder.classes,
        "baseline": plan.baseline,
        "ranking": ranking,
        "models": {model: trained.report(metric) for model, trained in models.items()},
        "differences": differences(models, plan, metric, ranking_metric),
    }
    with whole_folder(project.evaluation(name)) as folder:
        write_json(folder / "comparison.json", comparison)
        explanations.save(look_inside(Comparison(project, name, comparison), Family(plan.family)), folder)


def look_inside(comparison: Comparison, family: Family) -> explanations.Inside:
    """What the family's explain makes of the networks, each with the seed that is best on validation.

    On one thread: more of them add up in another order, and the figures would differ between machines.
    """
    import torch

    torch.set_num_threads(1)
    seeds = {model: comparison.best_seed(model) for model in comparison.models}
    look = Look(comparison.project, comparison.dataset, family, comparison.ranking, seeds)
    return explanations.Inside(look.best or "", seeds.get(look.best or "", ""), family.explain.explain(look))


def read_split(project: Project, dataset: str) -> dict[str, Any] | None:
    """How the items were split, as ingest noted it; None where an older one did not."""
    file = project.raw(dataset) / "split.json"
    return dict(read_json(file)) if file.exists() else None


def metrics_of_dataset(asked: str | None, encoder: "Encoder") -> tuple[str, str]:
    """The metric that counts on test, the one asked for where it can be had there, and the one that ranks."""
    test, validation = (metrics_on(split, encoder.facts) for split in ("test", "validation"))
    metric = asked if asked in test else test[0]
    return metric, metric if metric in validation else validation[0]


def rank(model: "TrainedModel", metric: str, *, simple: bool) -> tuple[bool, bool, float, bool, str]:
    """What models are sorted by: the best mean on validation first, undefined ones and controls last."""
    mean = model.mean("validation", metric)
    undefined = mean != mean
    worth = 0.0 if undefined else mean if metric in LOWER_IS_BETTER else -mean
    return model.control, undefined, worth, not simple, model.name


class TrainedModel:
    """One model's predictions, a pair of targets and outputs per seed and split."""

    def __init__(self, project: Project, dataset: str, model: str, encoder: "Encoder") -> None:
        folder = project.model(dataset, model)
        self.name, self.encoder = model, encoder
        self.seeds = sorted(folder.glob("seed-*"), key=lambda path: int(path.name.split("-")[1]))
        self.config = read_json(self.seeds[0] / "config.json")
        self.splits = {split: [split_outputs(seed, split) for seed in self.seeds] for split in ("validation", "test")}

    @property
    def control(self) -> bool:
        """Whether it is there to be compared with only."""
        return Family(self.config["family"]).model_settings(self.config["settings"]).control

    def values(self, split: str, metric: str) -> list[float]:
        """The metric of each seed."""
        return [score(metric, target, output) for target, output in self.splits[split]]

    def mean(self, split: str, metric: str) -> float:
        """The metric's mean over seeds."""
        values = self.values(split, metric)
        return sum(values) / len(values)

    @cache  # noqa: B019  # it lives as long as one evaluation
    def resampled(self, metric: str) -> "np.ndarray":
        """The metric's mean over seeds on resampled test items."""
        target = self.splits["test"][0][0]
        return bootstrap(metric, target, [output for _, output in self.splits["test"]])

    def right(self, ranking_metric: str) -> "np.ndarray":
        """Which test items (N,) the seed best on validation gets right."""
        values = [value if value == value else float("-inf") for value in self.values("validation", ranking_metric)]
        target, output = self.splits["test"][values.index(max(values))]
        return np.asarray(output.argmax(axis=1) == target)

    def report(self, metric: str) -> dict[str, Any]:
        """Scores, interval, curves, and the confusion or residuals of the first seed."""
        return {
            "architecture": self.config["settings"]["architecture"],
            "n_parameters": self.config["n_parameters"],
            "fingerprints": {seed.name: read_json(seed / "config.json")["fingerprint"] for seed in self.seeds},
            "n_items": {split: len(pairs[0][0]) for split, pairs in self.splits.items()},
            "control": self.control,
            "folds": self.folds(metric),
            **{
                split: {name: summary(self.values(split, name)) for name in metrics_on(split, self.encoder.facts)}
                for split in ("validation", "test")
            },
            "test_interval": interval(self.resampled(metric)),
            "curves": self.curves(),
            "keep": self.config["settings"].get("keep"),
            **self.details(),
        }

    def details(self) -> dict[str, Any]:
        """What can be shown of a classification, or of values; of communities, the metrics say all."""
        if self.encoder.facts["task"] == "community_detection":
            return {}
        return self.classified() if self.encoder.classes else self.residuals()

    def folds(self, metric: str) -> dict[str, object] | None:
        """The metric on the test items of each fold, a mean over seeds each; None where there are no folds."""
        n = n_folds(self.seeds[0])
        pairs = [[split_outputs(seed, "test", fold) for seed in self.seeds] for fold in range(n)]
        return summary([sum(score(metric, *pair) for pair in fold) / len(fold) for fold in pairs]) if n else None

    def curves(self) -> list[dict[str, list[float]]]:
        """Epochs and losses of each seed; empty for a baseline."""
        tables = [pd.read_csv(seed / "history.csv") for seed in self.seeds]
        return [{str(name): table[name].tolist() for name in table} for table in tables if len(table)]

    def classified(self) -> dict[str, Any]:
        """Confusion summed over seeds and calibration averaged over seeds, on the test split."""
        pairs = self.splits["test"]
        errors = [expected_calibration_error(target, output) for target, output in pairs]
        return {
            "per_class": self.per_class(),
            "confusion": sum(confusion(target, output) for target, output in pairs).tolist(),  # type: ignore[union-attr]
            "calibration_error": summary(errors),
            "reliability": reliability(*pairs[0]),
        }

    def per_class(self) -> list[dict[str, Any]]:
        """Items of each class and, over seeds, its precision, recall and F1 on the test split."""
        seeds = [per_class(target, output) for target, output in self.splits["test"]]
        return [
            {"class": name, "support": int(seeds[0]["support"][k])}
            | {figure: summary([seed[figure][k] for seed in seeds]) for figure in ("precision", "recall", "f1")}
            for k, name in enumerate(self.encoder.classes)
        ]

    def residuals(self) -> dict[str, Any]:
        """Targets and predictions of evenly spaced test items, by target."""
        target, output = self.splits["test"][0]
        order = target.argsort(kind="stable")[:: max(1, len(target) // SCATTER_ITEMS)]
        return {"scatter": {"target": target[order].tolist(), "predicted": output[order].tolist()}}


def differences(
    models: dict[str, TrainedModel], plan: SimpleNamespace, metric: str, ranking_metric: str
) -> list[dict[str, Any]]:
    """Paired differences of test scores between all models, with p-values adjusted for their number (Holm)."""
    samples = {name: trained.resampled(metric) for name, trained in models.items()}
    names = sorted(models, key=lambda name: (name == plan.baseline, plan.models.index(name)))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    adjusted = holm({f"{a} {b}": p_value(samples[a] - samples[b]) for a, b in pairs})
    second = second_opinion(models, pairs, ranking_metric)
    return [
        {
            "a": a,
            "b": b,
            "difference": models[a].mean("test", metric) - models[b].mean("test", metric),
            "interval": interval(samples[a] - samples[b]),
            "p_value": adjusted[f"{a} {b}"],
            "mcnemar": second.get(f"{a} {b}"),
        }
        for a, b in pairs
    ]


def second_opinion(
    models: dict[str, TrainedModel], pairs: list[tuple[str, str]], ranking_metric: str
) -> dict[str, float]:
    """McNemar's p-values of the pairs' best seeds, adjusted (Holm); none where items are not right or wrong."""
    if not all(model.encoder.facts["task"] in CLASSIFIED for model in models.values()):
        return {}
    right = {name: model.right(ranking_metric) for name, model in models.items()}
    return holm({f"{a} {b}": mcnemar(right[a], right[b]) for a, b in pairs})
