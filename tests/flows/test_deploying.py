"""prefect.yaml on a team's server: deployed as the docs say, and worked off by a worker."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from quartet_flows.services import Service, answers, end

from commands import command
from quartet.project import Project

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WITHIN_S = 600


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory):
    """A new project with the repository's prefect.yaml, and the environment of its server's clients."""
    root = tmp_path_factory.mktemp("team") / "project"
    assert command(root.parent, "quartet", "init", str(root)).returncode == 0
    (root / "prefect.yaml").write_bytes((ROOT / "prefect.yaml").read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"PREFECT_HOME": str(root.parent / "home")}
    address = ["--factory", "--host", "127.0.0.1", "--port", str(port)]
    server = Service(
        "server",
        [sys.executable, "-m", "uvicorn", "quartet_flows.guarded:app", *address],
        log=root.parent / "server.log",
        is_healthy=lambda: answers(f"http://127.0.0.1:{port}/api/health"),
        address="-",
        cwd=root,
        environment=environment,
    )
    server.start()
    deadline = time.monotonic() + WITHIN_S
    while not server.is_healthy() and time.monotonic() < deadline:
        time.sleep(0.5)
    yield Project(root), environment | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    end(server)


def prefect(project: Project, environment: dict[str, str], *arguments: str) -> str:
    words = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    done = subprocess.run(
        words, cwd=project.root, env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(environment: dict[str, str], path: str) -> list[dict[str, object]]:
    url = f"{environment['PREFECT_API_URL']}/{path}/filter"
    request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return list(json.load(answer))


def test_all_deployments_of_the_repository_can_be_deployed(team):
    project, environment = team
    prefect(project, environment, "work-pool", "create", "quartet", "--type", "process")
    prefect(project, environment, "deploy", "--all")
    found = {each["name"]: each["schedules"] for each in ask(environment, "deployments")}
    assert {"training", "training-breast-cancer", "new-data"} <= set(found)
    assert found["training"][0]["schedule"]["cron"] == "0 6 * * *"
    assert found["new-data"][0]["schedule"]["interval"] == 900


def test_a_worker_works_a_deployment_off_in_the_projects_folder(team):
    project, environment = team
    prefect(project, environment, "deployment", "run", "quartet-new-data/new-data")
    prefect(project, environment, "worker", "start", "--pool", "quartet", "--run-once")
    (state,) = [run["state_type"] for run in ask(environment, "flow_runs") if not run["auto_scheduled"]]
    assert state == "COMPLETED"
