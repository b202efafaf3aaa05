"""Whatever a user brings: either data, or a message that says what, where and how to mend, and nothing else changed."""

import pytest

from commands import command
from conftest import write_params
from hostile import lay, tree
from malformed import CASES as CONTAINERS
from malformed import ROWS
from malformed_formats import CASES as FORMATS
from quartet.errors import GateRefused, ParamsError, QuartetError, UsageError
from quartet.params import load_params
from quartet.pipeline import find_step
from quartet.preflight import preflight
from quartet.project import Project

CASES = CONTAINERS | FORMATS
BASELINES = {"tabular": "logistic_regression", "image": "logistic_regression", "text": "bag_of_words"}
STEPS = ("plan", "ingest", "validate", "prepare")
EARLIER = "data/bad/raw/items.parquet"


def bad_project(root, sentence):
    """A project whose only source is bad."""
    settings, files, _ = CASES[sentence]
    project = Project(root)
    lay(project.mine, files)
    baseline = BASELINES.get(settings["family"], "label_propagation")
    architecture = "linear_regression" if settings.get("task") == "regression" else baseline
    model = {"dataset": "bad", "architecture": architecture}
    write_params(project, {"datasets": {"bad": settings}, "models": {"one": model}})
    return project


def run_until_refused(project):
    """The error, the step that raised it, and what the project held before that step."""
    for step in STEPS:
        before = tree(project.root)
        try:
            find_step(step).function(project, "bad")
        except QuartetError as error:
            return error, step, before
    raise AssertionError("it went past the gate")


def shell(root, *arguments):
    result = command(root, *arguments)
    assert "Traceback" not in result.stderr + result.stdout
    return result


@pytest.mark.parametrize("sentence", CASES)
def test_bad_input_is_refused_with_what_where_and_a_way_out(tmp_path, sentence):
    lay(tmp_path, {EARLIER: b"of an earlier run"})
    error, step, before = run_until_refused(bad_project(tmp_path, sentence))
    assert [word for word in CASES[sentence][2] if word not in str(error)] == []
    assert isinstance(error, ParamsError) or error.mend.strip()
    after = tree(tmp_path)
    if step == "validate":
        assert isinstance(error, GateRefused)
        assert b'"success": false' in after.pop("data/bad/validation.json")
    assert after == before
    assert step != "ingest" or after[EARLIER] == b"of an earlier run"


@pytest.mark.slow
@pytest.mark.parametrize("sentence", ["a quote that is never closed", "a zip with a path up", "a picture that is text"])
def test_bad_input_leaves_dvc_status_as_it_was(tmp_path, sentence):
    root = tmp_path / "project"
    shell(tmp_path, "quartet", "init", str(root))
    bad_project(root, sentence)
    shell(root, "dvc", "repro", "plan")
    before = shell(root, "dvc", "status").stdout
    refused = shell(root, "dvc", "repro", "--single-item", "ingest@bad")
    assert refused.returncode
    assert [word for word in CASES[sentence][2] if word not in refused.stderr + refused.stdout] == []
    assert shell(root, "dvc", "status").stdout == before
    assert not (root / "data/bad/raw").exists()


@pytest.mark.slow
def test_a_bad_file_costs_the_good_dataset_nothing(tmp_path):
    root = tmp_path / "project"
    shell(tmp_path, "quartet", "init", str(root))
    project = bad_project(root, "an empty CSV")
    lay(project.mine, {"good.csv": ROWS})
    good = {"family": "tabular", "source": "data/mine/good.csv", "target": "kind"}
    bad = CASES["an empty CSV"][0]
    models = {name: {"dataset": name, "architecture": "logistic_regression"} for name in ("good", "bad")}
    write_params(project, {"datasets": {"good": good, "bad": bad}, "models": models})
    result = shell(root, "quartet", "run")
    assert result.returncode == 1
    assert "t.csv holds a table" in result.stderr + result.stdout
    assert (root / "data/good/validation.json").exists()
    assert not (root / "data/bad").exists() or not list((root / "data/bad").iterdir())


def test_a_pipe_is_refused_before_dvc_would_wait_for_it(tmp_path):
    project = bad_project(tmp_path, "a pipe among the files")
    with pytest.raises(UsageError, match=r"data/mine/p/a/1.png' is a pipe.*take it away"):
        preflight(project, load_params(project.params))
