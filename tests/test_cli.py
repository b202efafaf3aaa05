"""What the command line says when something is wrong: what must hold, what came, the way out; never a traceback."""

import json

import pytest

from commands import command

PARAMS = """
datasets:
  a: {family: tabular, source: "sklearn:iris", target: species}
models:
  net: {dataset: a, architecture: mlp}
"""
NO_FILE = PARAMS.replace("sklearn:iris", "data/mine/x.csv")

WRONG = {
    "no project here": ("status", 2, "make one with `quartet init DIR`", ""),
    "an unknown command": ("trian", 2, "No such command", PARAMS),
    "an unknown step": ("stage tarin net", 2, "a step is one of plan, ingest", PARAMS),
    "a step without a name": ("stage train", 2, "train runs for one of models", PARAMS),
    "a stage that plan does not know": ("stage train nte", 2, "train runs for what plan planned", PARAMS),
    "an unknown dataset to run": ("run b", 2, "a dataset is one of a", PARAMS),
    "an unknown dataset to promote": ("promote b", 2, "a dataset is one of a", PARAMS),
    "no DVC here": ("run", 2, "this folder is not under DVC", PARAMS),
    "a file that is not there": (
        "stage plan",
        2,
        "there is no data/mine/x.csv",
        NO_FILE,
    ),
    "no input to predict": ("predict a nothing.csv -o out.csv", 2, "does not exist", PARAMS),
    "a wrong output to predict to": ("predict a params.yaml -o out.txt", 2, "go to a .csv or .parquet file", PARAMS),
    "a project that is there": ("init .", 2, "a new project starts in a folder without params.yaml", PARAMS),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_tells_the_way_out(name, tmp_path):
    arguments, code, message, params = WRONG[name]
    if params:
        (tmp_path / "params.yaml").write_text(params)
    result = command(tmp_path, "quartet", *arguments.split())
    assert (result.returncode, message in result.stderr, "Traceback" in result.stderr) == (code, True, False), (
        result.stderr
    )


def test_status_of_a_project_that_never_ran_says_so(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    lines = json.loads(command(tmp_path, "quartet", "status", "--json").stdout)
    assert [(line["model"], line["note"]) for line in lines] == [("net", "not run yet")]


def test_help_imports_nothing_heavy(tmp_path):
    lines = command(tmp_path, "python", "-X", "importtime", "-m", "quartet", "--help").stderr
    heavy = [name for name in ("torch", "pandas", "mlflow", "prefect", "pydantic", "rich") if f" {name}\n" in lines]
    assert heavy == []


def test_a_new_projects_params_list_every_setting(tmp_path):
    assert command(tmp_path, "quartet", "init", "p").returncode == 0
    text = (tmp_path / "p" / "params.yaml").read_text()
    assert all(
        f"# {word}" in text or f"#   {word}" in text for word in ("max_gigabytes", "vocab_size", "channels", "hidden")
    )
    assert json.loads((tmp_path / "p" / "params.schema.json").read_text())["properties"]["datasets"]
