import json
import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from quartet_flows.services import Service, end, wait_healthy
from quartet_flows.serving import check_ports

from quartet.cli import quartet
from quartet.errors import ServiceError, UsageError
from quartet.new_project import make_project
from quartet.project import Project


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service(tmp_path: Path, code: str) -> Service:
    started = Service(
        "snake", [sys.executable, "-c", code], log=tmp_path / "snake.log", is_healthy=lambda: False, address="-"
    )
    started.start(cwd=tmp_path, environment=os.environ)
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


@pytest.fixture
def project(tmp_path):
    new = Project(tmp_path / "new")
    make_project(new.root)
    return new


@pytest.fixture
def served(project):
    """A new project, served every minute: the process and its ports."""
    ports = (free_port(), free_port())
    command = [sys.executable, "-c", "from quartet.cli import main; main()", "serve", "--schedule", "* * * * *"]
    arguments = ["--prefect-port", str(ports[0]), "--mlflow-port", str(ports[1])]
    process = psutil.Popen([*command, *arguments], cwd=project.root, start_new_session=True)
    yield process, ports
    for each in [process, *process.children(recursive=True)] if process.is_running() else []:
        each.kill()


def states(port: int) -> list[str]:
    """The states of all runs, by Prefect's API."""
    body = json.dumps({"flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}}}).encode()
    address = f"http://127.0.0.1:{port}/api/flow_runs/filter"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return [run["state_type"] for run in json.load(answer)]
    except OSError:
        return []


@pytest.mark.slow
def test_a_schedule_runs_the_pipeline_and_ctrl_c_leaves_no_process_and_no_port(project, served):
    process, ports = served
    deadline = time.monotonic() + 300
    while "COMPLETED" not in (seen := states(ports[0])) and time.monotonic() < deadline:
        assert process.poll() is None
        assert "FAILED" not in seen, (project.hidden / "logs" / "schedule.log").read_text(encoding="utf-8")
        time.sleep(1)
    assert "COMPLETED" in seen
    assert project.metrics("flowers", "flowers-mlp").exists()
    family = process.children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not [child for child in family if child.is_running()]
    check_ports({"--prefect-port": ports[0], "--mlflow-port": ports[1]})
