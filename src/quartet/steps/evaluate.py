"""evaluate: all models of a dataset on the same items, and a look inside; ranked on validation, reported on test."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from quartet import explanations
from quartet.artifacts import load_encoder, read_plan
from quartet.closure import file_hash
from quartet.comparisons import Comparison
from quartet.family import Family
from quartet.looks import Look
from quartet.metrics import LOWER_IS_BETTER, METRICS, confusion, expected_calibration_error, reliability, score
from quartet.predictions import split_outputs
from quartet.project import Project, read_json, whole_folder, write_json
from quartet.statistics import bootstrap, holm, interval, p_value, summary

if TYPE_CHECKING:
    import numpy as np

    from quartet.family import Encoder

SCATTER_ITEMS = 400  # points of a residual plot


def evaluate(project: Project, name: str) -> None:
    """Compare the models of the dataset `name` and write comparison.json."""
    plan = read_plan(project, "evaluate", name)
    encoder = load_encoder(project.prepared(name))
    metrics = METRICS[encoder.facts["task"]]
    metric = plan.settings.metric or metrics[0]
    models = {model: TrainedModel(project, name, model, encoder) for model in plan.models}
    means = {model: trained.mean("validation", metric) for model, trained in models.items()}
    ranking = sorted(means, key=lambda model: rank(metric, means[model], model, simple=model == plan.baseline))
    comparison = {
        "data": file_hash(project.prepared(name)),
        "metric": metric,
        "task": encoder.facts["task"],
        "classes": encoder.classes,
        "baseline": plan.baseline,
        "ranking": ranking,
        "models": {model: trained.report(metrics, metric) for model, trained in models.items()},
        "differences": differences(models, plan, metric),
    }
    with whole_folder(project.evaluation(name)) as folder:
        write_json(folder / "comparison.json", comparison)
        explanations.save(look_inside(Comparison(project, name, comparison), Family(plan.family)), folder)


def look_inside(comparison: Comparison, family: Family) -> explanations.Inside:
    """What the family's explain makes of the networks, each with the seed that is best on validation."""
    seeds = {model: comparison.best_seed(model) for model in comparison.models}
    look = Look(comparison.project, comparison.dataset, family, comparison.ranking, seeds)
    return explanations.Inside(look.best or "", seeds.get(look.best or "", ""), family.explain.explain(look))


def rank(metric: str, mean: float, model: str, *, simple: bool) -> tuple[bool, float, bool, str]:
    """What models are sorted by: the best mean on validation first, undefined ones last; of equals, the baseline."""
    undefined = mean != mean
    return undefined, 0.0 if undefined else mean if metric in LOWER_IS_BETTER else -mean, not simple, model


class TrainedModel:
    """One model's predictions, a pair of targets and outputs per seed and split."""

    def __init__(self, project: Project, dataset: str, model: str, encoder: "Encoder") -> None:
        folder = project.model(dataset, model)
        self.encoder = encoder
        self.seeds = sorted(folder.glob("seed-*"), key=lambda path: int(path.name.split("-")[1]))
        self.config = read_json(self.seeds[0] / "config.json")
        self.splits = {split: [split_outputs(seed, split) for seed in self.seeds] for split in ("validation", "test")}

    def values(self, split: str, metric: str) -> list[float]:
        """The metric of each seed."""
        return [score(metric, target, output) for target, output in self.splits[split]]

    def mean(self, split: str, metric: str) -> float:
        """The metric's mean over seeds."""
        values = self.values(split, metric)
        return sum(values) / len(values)

    def resampled(self, metric: str) -> "np.ndarray":
        """The metric's mean over seeds on resampled test items."""
        target = self.splits["test"][0][0]
        return bootstrap(metric, target, [output for _, output in self.splits["test"]])

    def report(self, metrics: tuple[str, ...], metric: str) -> dict[str, Any]:
        """Scores, interval, curves, and the confusion or residuals of the first seed."""
        return {
            "architecture": self.config["settings"]["architecture"],
            "n_parameters": self.config["n_parameters"],
            "fingerprints": {seed.name: read_json(seed / "config.json")["fingerprint"] for seed in self.seeds},
            "n_items": {split: len(pairs[0][0]) for split, pairs in self.splits.items()},
            "validation": {name: summary(self.values("validation", name)) for name in metrics},
            "test": {name: summary(self.values("test", name)) for name in metrics},
            "test_interval": interval(self.resampled(metric)),
            "curves": self.curves(),
            **(self.classified() if self.encoder.classes else self.residuals()),
        }

    def curves(self) -> list[dict[str, list[float]]]:
        """Epochs and losses of each seed; empty for a baseline."""
        tables = [pd.read_csv(seed / "history.csv") for seed in self.seeds]
        return [{str(name): table[name].tolist() for name in table} for table in tables if len(table)]

    def classified(self) -> dict[str, Any]:
        """Confusion summed over seeds and calibration averaged over seeds, on the test split."""
        pairs = self.splits["test"]
        errors = [expected_calibration_error(target, output) for target, output in pairs]
        return {
            "confusion": sum(confusion(target, output) for target, output in pairs).tolist(),  # type: ignore[union-attr]
            "calibration_error": summary(errors),
            "reliability": reliability(*pairs[0]),
        }

    def residuals(self) -> dict[str, Any]:
        """Targets and predictions of evenly spaced test items, by target."""
        target, output = self.splits["test"][0]
        order = target.argsort(kind="stable")[:: max(1, len(target) // SCATTER_ITEMS)]
        return {"scatter": {"target": target[order].tolist(), "predicted": output[order].tolist()}}


def differences(models: dict[str, TrainedModel], plan: SimpleNamespace, metric: str) -> list[dict[str, Any]]:
    """Paired differences of test scores between all models, with p-values adjusted for their number (Holm)."""
    samples = {name: trained.resampled(metric) for name, trained in models.items()}
    names = sorted(models, key=lambda name: (name == plan.baseline, plan.models.index(name)))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    adjusted = holm({f"{a} {b}": p_value(samples[a] - samples[b]) for a, b in pairs})
    return [
        {
            "a": a,
            "b": b,
            "difference": models[a].mean("test", metric) - models[b].mean("test", metric),
            "interval": interval(samples[a] - samples[b]),
            "p_value": adjusted[f"{a} {b}"],
        }
        for a, b in pairs
    ]
