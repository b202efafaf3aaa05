"""One training of a search: settings and a seed → the score on the validation split. The test split is not read."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from quartet.closure import file_hash
from quartet.errors import TrainingError, UsageError
from quartet.family import Family
from quartet.learning.fit import Run, fit
from quartet.learning.output import outputs
from quartet.metrics import LOWER_IS_BETTER, score
from quartet.params import Params
from quartet.project import Project, read_json
from quartet.stages import stale_stages
from quartet.steps.evaluate import metrics_of_dataset
from quartet.steps.plan import dataset_plans
from quartet.steps.train import Prepared
from quartet.tuning.space import changed

Row = dict[str, float]
SPLITS = ("train", "validation")
UPSTREAM = ("ingest", "validate", "prepare")


class Bench:
    """Where one model is trained again and again, on the same data."""

    def __init__(self, project: Project, params: Params, model: str) -> None:
        self.settings = params.models[model]
        self.trainer = params.trainer_of(model)
        dataset = params.datasets[self.settings.dataset]
        self.folds: int | None = getattr(dataset, "folds", None)
        prepared = project.prepared(self.settings.dataset)
        self.family = Family(dataset.family)
        self.items = Prepared(self.family, prepared, SPLITS)
        self.metric = metrics_of_dataset(dataset.metric, self.items.encoder)[1]
        files = [*prepared.glob("encoder.*"), *(prepared / f"{split}.npz" for split in SPLITS)]
        self.data = [file_hash(file) for file in sorted(files)]

    @property
    def lower_is_better(self) -> bool:
        """Whether the metric is an error."""
        return self.metric in LOWER_IS_BETTER

    def score(self, values: Mapping[str, Any], seed: int, listen: Callable[[Row], None] = lambda row: None) -> float:
        """The metric on validation of one training.

        Raises:
            TrainingError: it diverged, or its outputs have no score.
        """
        settings, items = changed(self.settings, values), self.items
        try:
            run = Run(seed, self.trainer, listen=listen)
            network, _ = fit(lambda: self.family.build(settings, items.encoder), settings, items.splits, run)
        except SystemExit as error:  # Lightning's answer to Ctrl-C
            if isinstance(error.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from error
            raise
        output = outputs(network, items.splits["validation"], items.encoder)
        value = score(self.metric, items.targets["validation"], output)
        if value != value:
            mend = "Name another `metric:` of the dataset."
            raise TrainingError(f"{self.metric} has a value on validation", came="it has none", mend=mend)
        return value


def check_prepared(project: Project, params: Params, dataset: str) -> None:
    """Raise UsageError where the dataset's prepared data are missing, or not what params.yaml and the files say."""
    mend = f"Run `dvc repro prepare@{dataset}`, or `quartet run {dataset}`, and search again."
    must = f"a search has the prepared data of {dataset}"
    if not (project.prepared(dataset) / "validation.npz").exists():
        raise UsageError(must, came="there are none", mend=mend)
    stale = stale_steps(project, params, dataset)
    if stale:
        raise UsageError(f"{must}, as they are now", came=f"{', '.join(stale)} would run anew", mend=mend)


def stale_steps(project: Project, params: Params, dataset: str) -> list[str]:
    """The steps up to the prepared data that would give something else now; other datasets and models are no matter.

    A change of params.yaml makes DVC's `plan` stale whatever it touches, so that plans are compared, and DVC is asked
    of what follows them.
    """
    now = {step: content for step, name, content in dataset_plans(params, project) if name == dataset}
    stale = {step for step in UPSTREAM if as_planned(project, step, dataset) != json.loads(json.dumps(now[step]))}
    if (project.root / ".dvc").is_dir():
        stages = {f"{step}@{dataset}": step for step in UPSTREAM}
        stale |= {stages[name] for name in stale_stages(project, *stages)}
    return [step for step in UPSTREAM if step in stale]


def as_planned(project: Project, step: str, dataset: str) -> Any:
    """What the plan on disk says of a step."""
    file = project.plan(step, dataset)
    return read_json(file) if file.exists() else None
