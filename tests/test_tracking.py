import subprocess
import sys
from pathlib import Path

import pytest

from quartet import tracking
from quartet.project import Project

LIVE = """
import sys
from pathlib import Path
from quartet.project import Project
from quartet import tracking
from quartet.tracking import live_run
tracking.OPEN_S = 0.0
config = {"fingerprint": f"abc-{sys.argv[1]}", "seed": int(sys.argv[1])}
with live_run(Project(Path()), "data", "net", config) as listen:
    for epoch in range(1, 4):
        listen({"epoch": epoch, "train_loss": 1.0 / epoch})
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Four trainings have started at once on a fresh store."""
    root = tmp_path_factory.mktemp("tracking")
    commands = [[sys.executable, "-c", LIVE, str(seed)] for seed in range(4)]
    running = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for command in commands]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 4
    return Project(root)


def runs(project: Project):
    client = tracking.connect(project)
    return client, client.search_runs([client.get_experiment_by_name("data").experiment_id])


def test_four_trainings_on_a_fresh_store_all_leave_their_curves(project):
    client, found = runs(project)
    assert {run.info.run_name for run in found} == {f"net seed {seed}" for seed in range(4)}
    for run in found:
        history = client.get_metric_history(run.info.run_id, "train_loss")
        assert [(m.step, m.value) for m in history] == [(1, 1.0), (2, 0.5), (3, 1 / 3)]


def test_a_training_that_starts_again_goes_on_in_its_run(project):
    subprocess.run([sys.executable, "-c", LIVE, "0"], cwd=project.root, check=True)
    assert len(runs(project)[1]) == 4


def test_artifacts_lie_inside_the_project(project):
    location = runs(project)[0].get_experiment_by_name("data").artifact_location
    assert Path(location.removeprefix("file://")) == project.root / "mlartifacts" / "data"


def test_a_short_training_leaves_its_run_to_publish(tmp_path):
    with tracking.live_run(Project(tmp_path), "data", "net", {"fingerprint": "x-0", "seed": 0}) as listen:
        listen({"epoch": 1.0, "train_loss": 0.5})
    assert not (tmp_path / "mlflow.db").exists()


def test_a_store_out_of_reach_costs_the_live_curves_only(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tracking, "OPEN_S", 0.0)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////dev/null/x.db")
    with tracking.live_run(Project(tmp_path), "data", "net", {"fingerprint": "x-0", "seed": 0}) as listen:
        listen({"epoch": 1.0, "train_loss": 0.5})
    assert "`quartet publish` writes them later" in capsys.readouterr().err


KILLED = LIVE.replace("import sys", "import os, signal, sys")


def start(project: Project, script: str, seed: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", script, str(seed)], cwd=project.root, stderr=subprocess.DEVNULL
    ).returncode


def status(project: Project, seed: int) -> str:
    (found,) = [run for run in runs(project)[1] if run.info.run_name == f"net seed {seed}"]
    return str(found.info.status)


def test_a_live_run_whose_training_was_killed_is_swept_and_goes_on_when_the_training_does(project):
    assert start(project, f"{KILLED}    os.kill(os.getpid(), signal.SIGKILL)\n", 7) == -9
    assert status(project, 7) == "RUNNING"
    assert tracking.sweep_live_runs(project) == 1
    assert status(project, 7) == "KILLED"
    assert start(project, LIVE, 7) == 0
    assert status(project, 7) == "RUNNING"  # until publish completes it


def test_live_runs_of_trainings_that_are_done_or_at_work_are_not_swept(project, monkeypatch):
    monkeypatch.setattr(tracking, "OPEN_S", 0.0)
    with tracking.live_run(project, "data", "net", {"fingerprint": "x-8", "seed": 8}) as listen:
        listen({"epoch": 1.0, "train_loss": 0.5})
        assert tracking.sweep_live_runs(project) == 0
    assert tracking.sweep_live_runs(project) == 0


def test_a_training_that_fails_leaves_a_failed_run(project):
    start(project, f"{KILLED}    raise ValueError\n", 9)
    assert status(project, 9) == "FAILED"


def test_nothing_is_known_of_processes_of_other_machines():
    assert not tracking.is_gone("elsewhere 1 0")
