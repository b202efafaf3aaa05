import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from quartet.errors import UsageError
from quartet.params import load_params
from quartet.pipeline import CODE_ELSEWHERE, STEPS, find_step, render, stages_of, untouched

PARAMS = """
datasets:
  a: {family: tabular, source: "sklearn:iris", target: species}
  b: {family: tabular, source: "sklearn:wine", target: cultivar}
models:
  a-net: {dataset: a, architecture: mlp}
  a-base: {dataset: a, architecture: logistic_regression}
  b-net: {dataset: b, architecture: mlp}
"""


@pytest.fixture
def params(tmp_path: Path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    return load_params(tmp_path / "params.yaml")


def test_every_step_is_a_function_of_its_name_in_a_module_of_its_name():
    for step in STEPS:
        assert step.function.__module__ == f"quartet.steps.{step.name}"


@pytest.mark.parametrize(("failed", "expected"), [("train@a-net", ["b"]), ("plan", []), ("evaluate@b", ["a"])])
def test_a_failed_stage_touches_its_dataset_alone(params, failed, expected):
    assert untouched(params, {failed: "why"}) == expected


def test_an_unknown_step_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="plan, ingest"):
        find_step("tarin")


def test_the_graph_of_the_table_is_dvcs_graph(params, tmp_path):
    (tmp_path / "dvc.yaml").write_text(render(CODE_ELSEWHERE))
    (tmp_path / "quartet.lock").write_text("")
    (tmp_path / "data" / "mine").mkdir(parents=True)
    dvc = [sys.executable, "-m", "dvc"]
    subprocess.run([*dvc, "init", "--no-scm", "-q"], cwd=tmp_path, check=True)
    dag = subprocess.run([*dvc, "dag", "--dot"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    theirs = {tuple(part.strip(' ";') for part in line.split("->")) for line in dag.splitlines() if "->" in line}
    ours = {(before, name) for name, stage in stages_of(params).items() for before in stage.after}
    assert ours == theirs


def test_trainings_stand_in_the_order_of_params(tmp_path):
    head, models = PARAMS.split("models:\n")
    turned = [*reversed(models.splitlines())]
    (tmp_path / "params.yaml").write_text(head + "models:\n" + "\n".join(turned))
    names = [name for name in stages_of(load_params(tmp_path / "params.yaml")) if name.startswith("train@")]
    assert names == ["train@b-net", "train@a-base", "train@a-net"]


def test_the_stages_of_one_dataset_are_its_own_and_plan(params):
    assert list(stages_of(params, ["b"])) == [
        "plan",
        "ingest@b",
        "validate@b",
        "prepare@b",
        "train@b-net",
        "evaluate@b",
    ]


def test_dvc_yaml_of_this_repository_is_what_the_table_gives():
    root = Path(__file__).parents[1]
    assert YAML(typ="safe").load((root / "dvc.yaml").read_text()) == YAML(typ="safe").load(render())
