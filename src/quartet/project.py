"""A project's folders and files: the one place that knows their names."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Project:
    """A folder with params.yaml and dvc.yaml."""

    root: Path = Path()

    @property
    def params(self) -> Path:
        """The only file a user edits."""
        return self.root / "params.yaml"

    @property
    def mine(self) -> Path:
        """The user's own files."""
        return self.root / "data" / "mine"

    @property
    def plans(self) -> Path:
        """What each stage depends on besides data."""
        return self.root / "plan"

    def plan(self, step: str, name: str) -> Path:
        """What one stage depends on besides data."""
        return self.plans / step / f"{name}.json"

    @property
    def planned_params(self) -> Path:
        """params.yaml as it was when the stages were planned: a training's own words, also after a later edit."""
        return self.plans / "params.yaml"

    def data(self, dataset: str) -> Path:
        """All that is made of a dataset's source."""
        return self.root / "data" / dataset

    def raw(self, dataset: str) -> Path:
        """Canonical tables."""
        return self.data(dataset) / "raw"

    def validation(self, dataset: str) -> Path:
        """What the gate said."""
        return self.data(dataset) / "validation.json"

    def passed(self, dataset: str) -> Path:
        """That the gate let the data pass: there only where it did, and the same whatever its limits are."""
        return self.data(dataset) / "passed.json"

    def prepared(self, dataset: str) -> Path:
        """What training reads."""
        return self.data(dataset) / "prepared"

    def models(self, dataset: str) -> Path:
        """The trained models of a dataset."""
        return self.root / "models" / dataset

    def model(self, dataset: str, model: str) -> Path:
        """One trained model: a folder per seed."""
        return self.models(dataset) / model

    def seed(self, dataset: str, model: str, seed: int) -> Path:
        """One model trained with one seed."""
        return self.model(dataset, model) / f"seed-{seed}"

    def metrics(self, dataset: str, model: str) -> Path:
        """DVC metrics on the test split."""
        return self.root / "metrics" / dataset / f"{model}.json"

    def evaluation(self, dataset: str) -> Path:
        """The comparison of a dataset's models."""
        return self.root / "evaluation" / dataset

    def registry(self, dataset: str) -> Path:
        """The append-only history of decisions."""
        return self.root / "registry" / f"{dataset}.jsonl"

    @property
    def reports(self) -> Path:
        """The pages."""
        return self.root / "reports"

    @property
    def hidden(self) -> Path:
        """Downloads, checkpoints, logs and locks: outside all outs."""
        return self.root / ".quartet"

    def log(self, stage: str) -> Path:
        """What a stage printed when `quartet run` last ran it."""
        return self.hidden / "logs" / f"{stage.replace('@', '-')}.log"

    def duration(self, fingerprint: str) -> Path:
        """How long a training took on this machine: no part of what DVC holds, as no two are alike."""
        return self.hidden / "durations" / f"{fingerprint}.json"

    @property
    def downloads(self) -> Path:
        """Fetched files, in a folder named by their SHA-256."""
        return self.hidden / "downloads"

    @property
    def searches(self) -> Path:
        """A folder per searched model, and its patch of params.yaml."""
        return self.hidden / "tune"

    @property
    def lock(self) -> Path:
        """What DVC ran: the hashes of every stage's command, dependencies and outputs."""
        return self.root / "dvc.lock"


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """A folder to fill that takes its final name only when nothing failed."""
    partial = final.with_name(f".{final.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_text(file: Path, text: str) -> None:
    """Write a file that takes its final name only when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def write_json(file: Path, value: Any) -> None:
    """Write sorted, indented JSON, the same bytes for the same value; NaN becomes null."""
    text = json.dumps(_finite(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(file, text + "\n")


def read_json(file: Path) -> Any:
    """Read a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {key: _finite(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_finite(inner) for inner in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return None
    return value
