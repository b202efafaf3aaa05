"""A corrupted file of the user's is stopped before training, with its rows named, and touches nothing else."""

import os

import numpy as np
import pandas as pd
import pytest

import cases
from conftest import run_steps
from quartet.closure import file_hash
from quartet.errors import GateRefused
from quartet.params import load_params
from quartet.project import Project, read_json
from quartet.results import results
from quartet.steps.promote import promote
from quartet.steps.publish import publish

DATA = {
    "family": "tabular",
    "source": "data/mine/tiny.csv",
    "target": "kind",
    "classes": ["large", "small"],
    "split": "part",
}
MODELS = {"base": {"dataset": "tiny", "architecture": "logistic_regression"}}


def good() -> pd.DataFrame:
    frame: pd.DataFrame = cases.tiny("tabular").plain()
    return frame.assign(part=np.resize(["train", "train", "validation", "test"], len(frame)))


def changed(column: str, rows: list[int], value: object) -> pd.DataFrame:
    frame = good()
    frame.loc[rows, column] = value
    return frame


def overlapping() -> pd.DataFrame:
    frame = good()
    frame.loc[[3, 7], ["length", "width", "colour", "weight"]] = frame.loc[
        [0, 1], ["length", "width", "colour", "weight"]
    ].to_numpy()
    return frame


# what is wrong → (the file, what the message must hold)
CORRUPTED = {
    "labels of an unknown class": (changed("kind", [5, 9], "huge"), ["huge", "2 of 120 items: 5 (huge), 9 (huge)"]),
    "test rows that were trained on": (overlapping(), ["no content stands in two splits", "0, 1, 3, 7"]),
    "missing numbers": (changed("width", [11, 12], np.nan), ["no value is missing", "11, 12"]),
    "a constant column": (good().assign(width=1.0), ["each column holds at least 2 values"]),
    "too few rows": (good().head(20), ["there are at least 50 items"]),
}


@pytest.fixture(scope="module")
def project(make_project) -> Project:
    project: Project = make_project({"tiny": DATA}, MODELS, {"tiny.csv": good()}, n_seeds=1)
    run_steps(project)
    publish(project)
    promote(project)
    return project


@pytest.mark.parametrize("name", CORRUPTED)
def test_corrupted_data_are_stopped_with_their_rows_named(project, name):
    frame, expected = CORRUPTED[name]
    frame.to_csv(project.mine / "tiny.csv", index=False)
    folders = [project.models("tiny"), project.registry("tiny"), project.evaluation("tiny")]
    before = [file_hash(folder) for folder in folders]
    with pytest.raises(GateRefused) as refused:
        run_steps(project)
    assert [part for part in expected if part not in str(refused.value)] == []
    assert read_json(project.validation("tiny"))["success"] is False
    assert publish(project) == {"runs": 0, "versions": 0}
    assert promote(project) == {"tiny": None}
    assert [file_hash(folder) for folder in folders] == before
    (line,) = results(project, load_params(project.params))
    assert (line.verdict, line.note) == ("champion", "new data stopped by the gate")


def test_a_refused_source_is_told_beside_older_scores_until_it_is_changed(project):
    log, params = project.log("ingest@tiny"), load_params(project.params)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("quartet: a column holds numbers; however, row 3 has 'much'.\n")
    assert {line.note for line in results(project, params)} == {
        "its source was refused: .quartet/logs/ingest-tiny.log says why"
    }
    os.utime(log, (0, 0))
    assert not any("refused" in line.note for line in results(project, params))
