"""What was tried, kept on disk, and what to try next: Optuna, imported here and nowhere else.

A study is named by a hash of all that its scores depend on, so that a changed dataset starts a new one.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import optuna
from filelock import FileLock, Timeout
from optuna.pruners import MedianPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState
from pydantic import ValidationError

from quartet.errors import QuartetError, TrainingError, UsageError
from quartet.tuning.space import Choice, Powers, Space, as_written

LEARNT_FIRST = 5  # trials that are trained to their end before any is cut short
INCOMPARABLE = (
    "label_smoothing",
    "class_weights",
)  # they change the loss itself: its values tell nothing of each other
STATES = {TrialState.COMPLETE: "done", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}

Row = dict[str, float]
T = TypeVar("T")
Objective = Callable[[dict[str, Any], Callable[[Row], None]], float]


@dataclass(frozen=True)
class Trial:
    """One that has ended.

    Args:
        number: counted from 0, which are the present settings.
        values: the settings that are not the present ones.
        score: None where it was cut short or failed.
        state: done, pruned or failed.
        rows: epoch, train_loss and validation_loss of each validation.
    """

    number: int
    values: dict[str, Any]
    score: float | None
    state: str
    seconds: float
    why: str = ""
    rows: list[Row] = field(default_factory=list, repr=False)


class Study:
    """The trials of one search.

    Args:
        file: the journal.
        inputs: what the scores depend on, by what a person calls it.
        lower: whether a lower score is better.
        epochs: how long a trial lasts at most; in the first fifth none is cut short.
    """

    def __init__(self, file: Path, inputs: Mapping[str, Any], space: Space, *, lower: bool, epochs: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.space, self.lower = space, lower
        self.seed = int(inputs["seed"])
        self.key = digest(inputs)
        file.parent.mkdir(parents=True, exist_ok=True)
        self.storage = open_journal(file)
        self.changed = self.changed_since(inputs)
        comparable = not set(INCOMPARABLE) & set(space)
        self.study = optuna.create_study(
            storage=self.storage,
            study_name=self.key,
            direction="minimize" if lower else "maximize",
            pruner=MedianPruner(LEARNT_FIRST, max(1, epochs // 5)) if comparable else NopPruner(),
            load_if_exists=True,
        )
        self.study.set_user_attr("inputs", {name: digest(value) for name, value in inputs.items()})
        self.id = self.noted("id", lambda: uuid4().hex)  # one that was removed and begun anew has other runs in MLflow
        self.fail_killed()

    def changed_since(self, inputs: Mapping[str, Any]) -> list[str]:
        """What is not as it was in the last search; nothing where this one is known or the first."""
        known = optuna.get_all_study_summaries(self.storage)
        if not known or self.key in {summary.study_name for summary in known}:
            return []
        last = known[-1].user_attrs.get("inputs", {})
        return [name for name, value in inputs.items() if last.get(name) != digest(value)]

    def fail_killed(self) -> None:
        """Trials that a killed search left under way have failed."""
        for trial in self.study.get_trials(states=(TrialState.RUNNING,)):
            self.study.tell(trial.number, state=TrialState.FAIL)

    @property
    def trials(self) -> list[Trial]:
        """Those that have ended; one that was interrupted is none."""
        ended = [trial for trial in self.study.get_trials() if "seconds" in trial.user_attrs]
        return [frozen(number, trial) for number, trial in enumerate(ended)]

    @property
    def best(self) -> Trial | None:
        """The first of those with the best score."""
        done = [trial for trial in self.trials if trial.score is not None]
        return min(done, key=lambda trial: (trial.score or 0.0) * (1 if self.lower else -1), default=None)

    def next(self, objective: Objective) -> Trial:
        """Try settings: the present ones first, then what the sampler proposes.

        The sampler is seeded by how many trials there are, so that a resumed search tries what an uninterrupted one
        would have.
        """
        n = len(self.trials)
        self.study.sampler = TPESampler(seed=self.seed * 1_000_003 + n)
        trial = self.study.ask()
        values = self.proposed(trial) if n else {}
        trial.set_user_attr("values", values)
        self.attempt(trial, lambda listen: objective(values, listen))
        return self.trials[-1]

    def proposed(self, trial: optuna.Trial) -> dict[str, Any]:
        """Values out of the space, as they would be written."""
        values: dict[str, Any] = {}
        for name, found in self.space.items():
            if isinstance(found, Choice):
                values[name] = found.values[trial.suggest_categorical(name, list(range(len(found.values))))]
            elif isinstance(found, Powers):
                values[name] = 2 ** trial.suggest_int(f"log2 of {name}", found.low, found.high)
            elif found.whole:
                values[name] = trial.suggest_int(name, int(found.low), int(found.high), log=found.log)
            else:
                values[name] = as_written(trial.suggest_float(name, found.low, found.high, log=found.log), found)
        return values

    def attempt(self, trial: optuna.Trial, run: Callable[[Callable[[Row], None]], float]) -> None:
        """Train, and keep how it ended: what interrupts it leaves a failed trial that counts for none."""
        rows: list[Row] = []
        started = time.monotonic()
        value, state, why = None, TrialState.FAIL, ""
        try:
            value, state = run(lambda row: self.watch(trial, row, rows)), TrialState.COMPLETE
        except optuna.TrialPruned:
            state, why = TrialState.PRUNED, f"at epoch {rows[-1]['epoch']:.0f}"
        except (QuartetError, ValidationError) as error:
            why = str(error)
        except BaseException:
            self.study.tell(trial, state=TrialState.FAIL)
            raise
        ended = {"rows": rows, "why": why, "seconds": time.monotonic() - started}
        for name, what in ended.items():
            trial.set_user_attr(name, what)
        self.study.tell(trial, value, state=state)

    def watch(self, trial: optuna.Trial, row: Row, rows: list[Row]) -> None:
        """Take a validation, and end a trial that is worse than the median of the others at that epoch."""
        rows.append(row)
        trial.report(row["validation_loss"] * (1 if self.lower else -1), int(row["epoch"]))
        if trial.should_prune():
            raise optuna.TrialPruned

    def noted(self, name: str, compute: Callable[[], T]) -> T:
        """What belongs to the study and is no trial's, computed once."""
        if name not in self.study.user_attrs:
            self.study.set_user_attr(name, compute())
        value: T = self.study.user_attrs[name]
        return value


def open_journal(file: Path) -> JournalStorage:
    """The studies of a model.

    Raises:
        UsageError: the file is not whole.
    """
    try:
        return JournalStorage(JournalFileBackend(str(file), JournalFileOpenLock(str(file))))
    except (ValueError, KeyError) as error:
        mend = "Remove it: the search then starts anew."
        raise UsageError(
            f"{file} holds the trials of a search", came=f"it cannot be read: {error}", mend=mend
        ) from error


def frozen(number: int, trial: FrozenTrial) -> Trial:
    """Optuna's trial as ours."""
    attrs = trial.user_attrs
    score = trial.value if trial.state == TrialState.COMPLETE else None
    state = STATES[trial.state]
    return Trial(number, attrs["values"], score, state, attrs["seconds"], attrs["why"], attrs["rows"])


def digest(value: Any) -> str:
    """A short hash of JSON values."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Held while a model is searched: another search would take its trial under way for a killed one.

    Raises:
        UsageError: another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(file, timeout=0):
            yield
    except Timeout as error:
        mend = "Wait for it, or end it with Ctrl-C: the next one goes on from there."
        raise UsageError("one search of a model runs at a time", came="another is under way", mend=mend) from error


def none_worked(trials: list[Trial]) -> TrainingError:
    """That no trial gave a score."""
    why = next((trial.why for trial in trials if trial.why), "there is none")
    return TrainingError("a trial ends with a score", came=f"none did: {why}", mend="Search other ranges with --set.")
