"""The search: check, try, tell, and end in a patch of params.yaml."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from quartet.closure import code_hash
from quartet.errors import UsageError
from quartet.params import Params, load_params
from quartet.project import Project, write_text
from quartet.settings import NetworkSettings
from quartet.steps.plan import step_code
from quartet.tuning.patch import edited, read, unified
from quartet.tuning.runs import Runs
from quartet.tuning.shown import trial_line
from quartet.tuning.space import Space, space_of
from quartet.tuning.study import Study, Trial, alone, none_worked
from quartet.tuning.trials import Bench, check_prepared
from quartet.wording import closest

TRIALS = 20  # where no budget is given


@dataclass(frozen=True)
class Wish:
    """What a user asks for.

    Args:
        asked: FIELD → range, in the words of `--set`.
        trials: how many the study holds in the end, earlier ones included.
        minutes: after which no trial starts.
        seeds: of them the first chooses; where there are more, the others confirm.
    """

    asked: Mapping[str, str]
    trials: int | None = None
    minutes: float | None = None
    seeds: int = 1

    @property
    def most(self) -> float:
        """How many trials there may be."""
        return self.trials or (TRIALS if self.minutes is None else float("inf"))


@dataclass(frozen=True)
class Outcome:
    """What a search found.

    Args:
        confirmed: the mean scores of the present and the best settings on seeds that chose nothing; None for one seed.
        values: the settings that are better; none where the present ones are not beaten.
        patch: the difference of params.yaml, and `patch_file`, where it lies.
    """

    model: str
    dataset: str
    metric: str
    folds: int | None
    lower: bool
    seed: int
    space: Space
    trials: list[Trial]
    best: Trial
    confirmed: tuple[float, float] | None
    values: dict[str, Any]
    patch: str
    patch_file: Path


def search(project: Project, model: str, wish: Wish, say: Callable[[str], None]) -> Outcome:
    """Search better settings of a model, telling `say` each step; a second time goes on where the first ended.

    Raises:
        UsageError: there is no such model, setting or range, or the data are not prepared.
        TrainingError: no trial had a score.
    """
    params = load_params(project.params)
    settings = network_settings(params, model)
    space = space_of(settings, wish.asked)
    check_prepared(project, params, settings.dataset)
    folder = project.searches / model
    with alone(folder / "lock"):
        bench = Bench(project, params, model)
        inputs = inputs_of(params, model, bench, space)
        study = Study(folder / "journal", inputs, space, lower=bench.lower_is_better, epochs=settings.epochs)
        say(opening(study, model, space))
        runs = Runs(project, settings.dataset, model, study.id)
        try:
            run_trials(study, bench, wish, lambda trial: told(trial, bench, study, runs, say))
        except (KeyboardInterrupt, SystemExit):
            say("interrupted: the same command goes on behind the trials that have ended")
            raise
        best = study.best
        if best is None:
            raise none_worked(study.trials)
        runs.close(best, bench.metric)
        return outcome(project, model, bench, study, wish)


def network_settings(params: Params, model: str) -> NetworkSettings:
    """The settings of a model that can be searched.

    Raises:
        UsageError: there is none of that name, or it is a baseline.
    """
    networks = [name for name, settings in params.models.items() if isinstance(settings, NetworkSettings)]
    found = params.models.get(model)
    if found is None:
        must = f"a search is of one of {', '.join(networks)}"
        raise UsageError(must, came=f"{model!r} came", mend=closest(model, networks) or "See params.yaml.")
    if not isinstance(found, NetworkSettings):
        must = f"a search is of a network, one of {', '.join(networks)}"
        raise UsageError(must, came=f"{model} is a baseline", mend="Name a network of the same dataset.")
    return found


def inputs_of(params: Params, model: str, bench: Bench, space: Space) -> dict[str, Any]:
    """All that a score depends on, by what a person calls it."""
    family = params.datasets[bench.settings.dataset].family
    return {
        "the data": bench.data,
        "the model's settings": bench.settings.model_dump(),
        "the ranges": {name: str(found) for name, found in space.items()},
        "the metric": bench.metric,
        "the trainer": bench.trainer.model_dump(),
        "the code": [step_code("train", family, bench.settings), code_hash(["quartet.tuning.study"])],
        "seed": params.seed,
    }


def opening(study: Study, model: str, space: Space) -> str:
    """What is searched, and whether it goes on or starts anew."""
    lines = [f"{model}: " + "; ".join(f"{name} {found}" for name, found in space.items())]
    if study.trials:
        lines.append(f"goes on behind trial {len(study.trials) - 1}")
    if study.changed:
        lines.append(f"a new search: {', '.join(study.changed)} changed since the last one")
    return "\n".join(lines)


def run_trials(study: Study, bench: Bench, wish: Wish, tell: Callable[[Trial], None]) -> None:
    """Try until the budget is spent; a trial under way when the minutes end is trained to its end."""
    deadline = time.monotonic() + 60 * wish.minutes if wish.minutes is not None else float("inf")
    while len(study.trials) < wish.most and time.monotonic() < deadline:
        tell(study.next(lambda values, listen: bench.score(values, study.seed, listen)))


def told(trial: Trial, bench: Bench, study: Study, runs: Runs, say: Callable[[str], None]) -> None:
    """Say how a trial ended, here and in MLflow."""
    say(trial_line(trial, bench.metric, study.best))
    settings = bench.settings.model_dump(exclude_none=True) | trial.values
    runs.add(trial, settings | {"seed": study.seed}, bench.metric)


def outcome(project: Project, model: str, bench: Bench, study: Study, wish: Wish) -> Outcome:
    """The best settings, and the patch where they beat the present ones."""
    best, present = study.best, study.trials[0]
    assert best is not None
    sign = -1 if study.lower else 1
    confirmed = confirm(study, bench, best, range(study.seed + 1, study.seed + wish.seeds))
    better = present.score is None or sign * (best.score or 0.0) > sign * present.score
    if confirmed:
        better = better and sign * confirmed[1] > sign * confirmed[0]
    values = new_values(bench, best) if better else {}
    before = read(project.params)
    patch = unified(before, edited(before, model, values), project.params.name) if values else ""
    file = project.searches / f"{model}.patch"
    if patch:
        write_text(file, patch)
    else:
        file.unlink(missing_ok=True)
    return Outcome(
        model=model,
        dataset=bench.settings.dataset,
        metric=bench.metric,
        folds=bench.folds,
        lower=study.lower,
        seed=study.seed,
        space=study.space,
        trials=study.trials,
        best=best,
        confirmed=confirmed,
        values=values,
        patch=patch,
        patch_file=file,
    )


def new_values(bench: Bench, best: Trial) -> dict[str, Any]:
    """The settings of the best trial that are not the present ones."""
    return {name: value for name, value in best.values.items() if getattr(bench.settings, name) != value}


def confirm(study: Study, bench: Bench, best: Trial, seeds: range) -> tuple[float, float] | None:
    """Mean scores of the present and the best settings on seeds that chose nothing."""
    if not seeds or not best.values:
        return None
    return (
        mean(study.noted(f"present, seed {seed}", partial(bench.score, {}, seed)) for seed in seeds),
        mean(
            study.noted(f"trial {best.number}, seed {seed}", partial(bench.score, best.values, seed)) for seed in seeds
        ),
    )


def accept(project: Project, found: Outcome) -> None:
    """Write the better settings into params.yaml, its comments kept."""
    text = edited(read(project.params), found.model, found.values)
    write_text(project.params, text)
