import os
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from quartet_flows.services import Service, end, wait_healthy
from quartet_flows.serving import check_ports, only_one

from quartet.cli import quartet
from quartet.errors import ServiceError, UsageError
from quartet.project import Project

PARAMS = """
datasets: {a: {family: tabular, source: "sklearn:iris", target: species}}
models: {a-base: {dataset: a, architecture: logistic_regression}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service(tmp_path: Path, code: str) -> Service:
    started = Service(
        "snake",
        [sys.executable, "-c", code],
        log=tmp_path / "snake.log",
        is_healthy=lambda: False,
        address="-",
        cwd=tmp_path,
        environment=os.environ,
    )
    started.start()
    return started


def test_a_port_that_is_taken_is_refused_with_the_option_that_names_another():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--mlflow-port"):
        check_ports({"--prefect-port": free_port(), "--mlflow-port": taken.getsockname()[1]})


def test_a_wrong_cron_expression_is_refused_before_anything_starts(project, monkeypatch):
    monkeypatch.chdir(project.root)
    ports = ["--prefect-port", str(free_port()), "--mlflow-port", str(free_port())]
    result = CliRunner().invoke(quartet, ["serve", "--schedule", "every day", *ports])
    assert isinstance(result.exception, UsageError)
    assert "'every day' came" in str(result.exception)
    assert not (project.hidden / "logs").exists()


def test_a_service_that_ends_by_itself_is_named_with_its_last_lines(tmp_path):
    failed = service(tmp_path, "print('first'); raise SystemExit('no room left')")
    with pytest.raises(ServiceError, match=r"(?s)the snake must run.*exit code 1.*no room left"):
        wait_healthy(failed, [], print)


def test_ending_a_service_ends_also_a_grandchild_in_a_session_of_its_own(tmp_path):
    nap = "import subprocess, time; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid, flush=True); "
    started = service(tmp_path, nap + "time.sleep(600)")
    while not started.log.read_text(encoding="utf-8").endswith("\n"):
        time.sleep(0.05)
    end(started)
    assert not psutil.pid_exists(int(started.log.read_text(encoding="utf-8")))


def test_a_dataset_without_a_schedule_is_refused():
    result = CliRunner().invoke(quartet, ["serve", "--dataset", "flowers"])
    assert "--schedule CRON or --every MINUTES" in str(result.exception)


def test_a_second_quartet_serve_in_a_project_is_refused(project):
    with only_one(project), pytest.raises(UsageError, match="another one runs in"), only_one(project):
        pass


def test_a_webhook_out_of_a_variable_that_is_not_set_is_refused_before_anything_starts(project, monkeypatch):
    monkeypatch.chdir(project.root)
    project.params.write_text(f'{PARAMS}notifications: {{webhook: "env:NO_SUCH"}}\n')
    result = CliRunner().invoke(quartet, ["serve", "--prefect-port", str(free_port())])
    assert "the variable NO_SUCH holds the webhook's address" in str(result.exception)
    assert not (project.hidden / "logs").exists()


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    return Project(tmp_path)
