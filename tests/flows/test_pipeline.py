"""One full flow in a new project, as a user starts it; `make test` runs it once."""

import hashlib
import json
import sqlite3
import time
from pathlib import Path

import pytest

from commands import command
from quartet.params import load_params
from quartet.pipeline import stages_of


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("flow") / "project"
    assert command(root.parent, "quartet", "init", str(root)).returncode == 0
    result = command(root, "quartet", "run")
    assert result.returncode == 0, result.stdout + result.stderr
    return root


def task_runs(root: Path) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(root.parent / "prefect" / "prefect.db") as database:
        rows = database.execute("select name, start_time, end_time from task_run where state_type = 'COMPLETED'")
        return {name: (start, end) for name, start, end in rows}


def test_prefect_knows_each_stage_as_a_task_of_its_name(root):
    stages = stages_of(load_params(root / "params.yaml"))
    assert {*stages, "rebuild", "publish", "promote", "report"} == set(task_runs(root))


def test_trainings_overlap_in_time(root):
    (start_a, end_a), (start_b, end_b) = (run for name, run in task_runs(root).items() if name.startswith("train@"))
    assert max(start_a, start_b) < min(end_a, end_b)


def test_nothing_is_left_for_dvc_or_a_second_run(root):
    assert "up to date" in command(root, "dvc", "status").stdout
    before = task_runs(root)
    started = time.monotonic()
    again = command(root, "quartet", "run")
    assert "no stage was run" in again.stdout, again.stderr
    assert task_runs(root) == before
    assert time.monotonic() - started < 30  # not a speed test: Prefect's server alone takes longer when it starts


def test_status_shows_what_the_run_showed(root):
    lines = json.loads(command(root, "quartet", "status", "--json").stdout)
    champions = [line["model"] for line in lines if line["verdict"] == "champion"]
    assert len(champions) == 1
    assert {line["model"] for line in lines} == {"flowers-logistic", "flowers-mlp"}


def test_a_run_in_mlflow_tells_by_its_hash_what_the_gate_said(root):
    with sqlite3.connect(root / "mlflow.db") as database:
        told = {value for (value,) in database.execute("select value from tags where key = 'quartet.validation'")}
    assert told == {hashlib.md5((root / "data/flowers/validation.json").read_bytes()).hexdigest()}


def test_a_run_leaves_git_only_what_the_contract_names(root):
    command(root, "git", "add", "-A", ":!dvc.lock", ":!metrics", ":!registry")
    changed = command(root, "git", "status", "--porcelain", "--untracked-files=all").stdout
    left = {line[3:].split("/")[0] for line in changed.splitlines() if line.startswith("??")}
    assert left <= {"dvc.lock", "metrics", "registry"}
