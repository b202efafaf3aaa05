"""A version's whole life as a user sees it: trained, lost with MLflow, made again, traced, rolled back, reproduced."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import own_data
from commands import command, succeed
from quartet import registry, tracking
from quartet.history import Registration, registrations
from quartet.project import Project

pytestmark = pytest.mark.slow


def edit(root: Path, old: str, new: str) -> None:
    text = (root / "params.yaml").read_text()
    assert old in text
    (root / "params.yaml").write_text(text.replace(old, new))


PARAMS = """
n_seeds: 2
datasets:
  orders:
    {family: tabular, task: regression, source: data/mine/orders.csv, target: total, drop: [order], missing: impute}
models:
  orders-net: {dataset: orders, architecture: mlp, hidden: 8, epochs: 3}
  orders-line: {dataset: orders, architecture: linear_regression}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run twice: once as committed, once with a setting that was not."""
    folder = tmp_path_factory.mktemp("life")
    succeed(folder, "quartet", "init", "project")
    root = folder / "project"
    shutil.copy(own_data.orders(folder), root / "data/mine/orders.csv")
    (root / "params.yaml").write_text(PARAMS)
    succeed(root, "git", "add", "-A")
    succeed(root, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "Begin")
    succeed(root, "quartet", "run")
    edit(root, "hidden: 8", "hidden: 4")
    succeed(root, "quartet", "run")
    return root


def store(root: Path) -> Any:
    """All that MLflow holds of the dataset, ids and times aside."""
    project = Project(root)
    client = tracking.connect(project)
    versions = registry.versions(client, "orders")
    runs = client.search_runs([tracking.experiment_id(client, project, "orders")])
    return (
        {key: (str(version.version), version.tags) for key, version in versions.items()},
        {alias: str(number) for alias, number in client.get_registered_model("orders").aliases.items()},
        sorted((run.info.run_name, run.info.status, str(described(run))) for run in runs),
    )


def described(run: Any) -> Any:
    tags = {key: value for key, value in run.data.tags.items() if key.startswith("quartet")}
    return [sorted(part.items()) for part in (run.data.metrics, run.data.params, tags)]


def line(root: Path, model: str, hidden: int | None = None) -> Registration:
    lines = [one for one in registrations(Project(root), "orders") if one.model == model]
    return next(one for one in lines if hidden in (None, one.params["models"][model]["hidden"]))


def test_what_mlflow_loses_publish_and_promote_give_back(root):
    before, lines = store(root), (root / "registry/orders.jsonl").read_bytes()
    assert len(before[0]) == 3
    (root / "mlflow.db").unlink()
    shutil.rmtree(root / "mlartifacts")
    succeed(root, "quartet", "publish")
    command(root, "quartet", "promote")
    assert store(root) == before
    assert (root / "registry/orders.jsonl").read_bytes() == lines
    assert json.loads(succeed(root, "quartet", "publish", "--json")) == {"runs": 0, "versions": 0, "rebuilt": 0}


def test_a_version_of_params_that_were_never_committed_is_reproduced(root):
    for hidden in (8, 4):
        said = succeed(root, "quartet", "reproduce", f"orders@{line(root, 'orders-net', hidden).fingerprint}")
        assert "equal, bit for bit" in said


def test_a_trace_leads_to_the_data_and_from_the_data_to_every_version(root):
    version = line(root, "orders-net", 8)
    traced = json.loads(succeed(root, "quartet", "trace", f"orders@{version.fingerprint}", "--json"))
    record = (root / "data/mine/orders.csv.dvc").read_text()
    assert traced["mine"]["data/mine/orders.csv"] in record
    assert traced["params"]["models"]["orders-net"]["hidden"] == 8
    assert traced["gate"]["success"] is True
    assert traced["flow_run"]
    for data in ("data/mine/orders.csv", "data/orders/prepared", traced["mine"]["data/mine/orders.csv"][:9]):
        made = json.loads(succeed(root, "quartet", "trace", "--data", data, "--json"))
        assert len({one["fingerprint"] for one in made}) == 3


def test_what_cannot_be_made_again_is_refused_with_the_reason(root, tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(root, copy)
    name = f"orders@{line(root, 'orders-net', 8).fingerprint}"
    shutil.rmtree(copy / ".dvc/cache")
    gone = command(copy, "quartet", "reproduce", name)
    assert gone.returncode == 1
    assert "data/orders/raw of then are neither in DVC's cache nor in a remote" in gone.stderr
    registry_file = copy / "registry/orders.jsonl"
    registry_file.write_text(registry_file.read_text().replace('"quartet-ml": "', '"quartet-ml": "0.0.'))
    assert "pip install quartet-ml==0.0." in command(copy, "quartet", "reproduce", name).stderr


def test_a_changed_training_is_found_and_said_by_how_much(root, tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(root, copy)
    file, version = copy / "registry/orders.jsonl", line(root, "orders-net", 8)
    lines = file.read_text().splitlines()
    other = line(root, "orders-net", 4)
    path = "models/orders/orders-net"  # the history now says that the weights of 4 units came from these settings
    file.write_text("\n".join(text.replace(version.outs()[path], other.outs()[path]) for text in lines) + "\n")
    found = command(copy, "quartet", "reproduce", f"orders@{version.fingerprint}")
    assert found.returncode == 1
    assert "not equal; it first differs in" in found.stdout
    assert "train@orders-net: seed-0/" in found.stdout
