"""The scoring flow on a champion, each run a process of its own."""

import json
import sqlite3
import subprocess
import sys

import pandas as pd
import pytest

from commands import command
from conftest import run_steps
from quartet.project import Project
from quartet.steps.promote import promote
from quartet.steps.publish import publish

pytestmark = pytest.mark.slow

FLOW = """
import sys
from quartet_flows.scoring import score_batch
score_batch(*sys.argv[1:4], overwrite=len(sys.argv) > 4)
"""
FLOWERS = {"family": "tabular", "source": "sklearn:iris", "target": "species"}
BASE = {"dataset": "flowers", "architecture": "logistic_regression"}


@pytest.fixture(scope="module")
def project(make_project) -> Project:
    project: Project = make_project({"flowers": FLOWERS}, {"base": BASE}, n_seeds=1)
    run_steps(project)
    publish(project)
    promote(project)
    rows = pd.read_parquet(project.raw("flowers") / "items.parquet").drop(columns=["id", "split", "label"])
    (project.root / "incoming").mkdir()
    for name, part in {"a": rows[:40], "b": rows[40:50], "c": rows[50:53].assign(**{rows.columns[0]: "wide"})}.items():
        part.to_csv(project.root / f"incoming/{name}.csv", index=False)
    return project


def score(project: Project, *more: str) -> "subprocess.CompletedProcess[str]":
    arguments = ["flowers", "incoming/*.csv", "predictions/{name}.parquet", *more]
    return command(project.root, sys.executable, "-c", FLOW, *arguments)


def files(project: Project) -> dict[str, int]:
    """The files of predictions, and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in sorted((project.root / "predictions").iterdir())}


def last_table(project: Project) -> list[dict]:
    """The rows of the newest artifact."""
    with sqlite3.connect(project.root.parent / "prefect" / "prefect.db") as database:
        found = database.execute("select data from artifact where key = 'predictions' order by created").fetchall()
    data = json.loads(found[-1][0])
    return json.loads(data) if isinstance(data, str) else data


@pytest.fixture(scope="module")
def first(project) -> str:
    """What a run says that meets an input with a cell that is no number."""
    result = score(project)
    assert result.returncode == 1
    return result.stdout + result.stderr


def test_an_input_that_cannot_be_scored_is_named_and_stops_no_other(project, first):
    assert "incoming/c.csv: the column sepal length (cm) holds numbers; however, row 0 has 'wide'" in first
    assert [*files(project)] == ["a.parquet", "b.parquet"]
    told = {(row["predictions"], row["rows"], row["model"], row["version"]) for row in last_table(project)}
    scored = {("predictions/a.parquet", 40, "base", 1), ("predictions/b.parquet", 10, "base", 1)}
    assert told == scored | {("predictions/c.parquet", 0, "base", 1)}


def test_the_next_run_scores_what_has_no_predictions_and_the_one_after_it_nothing(project, first):
    before = files(project)
    pd.read_csv(project.root / "incoming/a.csv").head(3).to_csv(project.root / "incoming/c.csv", index=False)
    assert score(project).returncode == 0
    after = files(project)
    assert {name: after.get(name) for name in before} == before
    a, c = (pd.read_parquet(project.root / f"predictions/{name}.parquet") for name in "ac")
    pd.testing.assert_frame_equal(a.head(3), c)
    result = score(project)
    assert "3 inputs, 0 of them without predictions" in result.stdout + result.stderr
    assert files(project) == after


def test_a_run_told_to_overwrite_scores_all_anew(project, first):
    before = files(project)
    score(project, "anew")
    assert not set(before.items()) & set(files(project).items())
