"""What an edit makes stale, asked of real DVC."""

from pathlib import Path

import pytest

from commands import command

pytestmark = pytest.mark.slow

PARAMS = """
n_seeds: 1
datasets:
  a: {family: tabular, source: "sklearn:iris", target: species}
  b: {family: tabular, source: data/mine/b.csv, target: y, checks: {enough_items: {min_value: 30}}}
models:
  a-net: {dataset: a, architecture: mlp, hidden: 8, epochs: 2}
  a-base: {dataset: a, architecture: logistic_regression}
  b-base: {dataset: b, architecture: logistic_regression}
"""


def rows(n: int) -> str:
    return "x,y\n" + "".join(f"{i}.5,{'even' if i % 4 < 2 else 'odd'}\n" for i in range(n))


def repro(root: Path, *arguments: str) -> set[str]:
    result = command(root, "dvc", "repro", *arguments)
    assert result.returncode == 0, result.stderr
    marks = ("Running stage", "is cached - skipping run")  # DVC's run cache may know the answer already
    return {line.split("'")[1] for line in result.stdout.splitlines() if any(mark in line for mark in marks)}


def edit(root: Path, old: str, new: str) -> None:
    file = root / "params.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("stale") / "project"
    command(root.parent, "quartet", "init", str(root))
    (root / "params.yaml").write_text(PARAMS)
    (root / "data/mine/b.csv").write_text(rows(80))
    repro(root)
    return root


def test_editing_a_models_setting_reruns_its_training_and_its_datasets_evaluation(root):
    edit(root, "hidden: 8", "hidden: 9")
    assert repro(root) == {"plan", "train@a-net", "evaluate@a"}


def test_adding_a_model_trains_it_alone(root):
    edit(root, "models:\n", "models:\n  a-new: {dataset: a, architecture: mlp, hidden: 4, epochs: 2}\n")
    assert repro(root) == {"plan", "train@a-new", "evaluate@a"}


def test_removing_a_model_removes_its_outputs_and_reruns_the_evaluation(root):
    edit(root, "  a-new: {dataset: a, architecture: mlp, hidden: 4, epochs: 2}\n", "")
    assert repro(root) == {"plan", "evaluate@a"}
    assert not (root / "models/a/a-new").exists()
    assert not (root / "metrics/a/a-new.json").exists()


def test_editing_a_users_file_reruns_its_dataset_alone(root):
    (root / "data/mine/b.csv").write_text(rows(90))
    assert repro(root) == {
        "plan",
        *(f"{step}@b" for step in ("ingest", "validate", "prepare", "evaluate")),
        "train@b-base",
    }


def test_a_threshold_of_the_gate_reruns_validate_alone(root):
    edit(root, "min_value: 30", "min_value: 31")
    assert repro(root) <= {"plan", "validate@b"}


def test_the_promotions_confidence_reruns_no_stage_but_plan(root):
    (root / "params.yaml").write_text((root / "params.yaml").read_text() + "promotion: {confidence: 0.9}\n")
    assert repro(root) == {"plan"}


def test_a_corrupted_dataset_is_stopped_and_the_others_go_on(root):
    before = (root / "models/b/b-base/seed-0/weights.safetensors").read_bytes()
    (root / "data/mine/b.csv").write_text(rows(90) + "nan,odd\n,even\n")
    edit(root, "epochs: 2", "epochs: 3")
    result = command(root, "quartet", "run")
    assert result.returncode == 1
    assert "no value is missing" in result.stderr
    assert "90, 91" in result.stderr
    assert (root / "models/b/b-base/seed-0/weights.safetensors").read_bytes() == before
    assert "stopped by the gate" in command(root, "quartet", "status").stdout
    assert command(root, "dvc", "status", "evaluate@a").stdout.strip().endswith("up to date.")


def test_a_users_file_travels_with_push_and_pull(root, tmp_path):
    (root / "data/mine/b.csv").write_text(rows(90))
    assert command(root, "quartet", "run").returncode == 0
    command(root, "dvc", "remote", "add", "--default", "folder", str(tmp_path / "remote"))
    assert command(root, "dvc", "push").returncode == 0
    command(root, "git", "add", "-A")
    command(root, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "Run")
    command(tmp_path, "git", "clone", "-q", str(root), "second")
    assert command(tmp_path / "second", "dvc", "pull").returncode == 0
    assert (tmp_path / "second/data/mine/b.csv").read_text() == rows(90)
    assert "up to date" in command(tmp_path / "second", "dvc", "status").stdout
