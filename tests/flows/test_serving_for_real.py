"""`quartet serve` left running: on time, killed in every part, refusing strangers, telling of failures."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from quartet_flows.services import answers, marked
from quartet_flows.serving import check_ports, logs

from commands import command
from quartet.project import Project
from webhook import Webhook, listening

pytestmark = pytest.mark.slow

PARAMS = """
n_seeds: 1
datasets:
  b: {family: tabular, source: data/mine/b.csv, target: y, checks: {enough_items: {min_value: 30}}}
models:
  b-base: {dataset: b, architecture: logistic_regression}
notifications: {webhook: "env:TEST_WEBHOOK"}
"""
SERVERS = {"Prefect server": "prefect.log", "MLflow UI": "mlflow.log"}
LONG = 300.0
HEARTBEAT = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}


def rows(n: int) -> str:
    return "x,y\n" + "".join(f"{i}.5,{'even' if i % 4 < 2 else 'odd'}\n" for i in range(n))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], seconds: float = LONG) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found
    return found


@dataclass
class Served:
    """A project that is served every minute."""

    project: Project
    process: psutil.Popen
    ports: tuple[int, int]
    hook: Webhook
    output: Path

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}/api"

    def said(self, words: str) -> int:
        return self.output.read_text().count(words)

    def runs(self, *types: str) -> list[dict[str, Any]]:
        """The runs in these states, the last to start first, by Prefect's API."""
        content = {"flow_runs": {"state": {"type": {"any_": list(types)}}}, "sort": "START_TIME_DESC"}
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.api}/flow_runs/filter", json.dumps(content).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return list(json.load(answer))
        except OSError:
            return []

    def green_after(self, moment: float) -> bool:
        started = [
            time.mktime(time.strptime(run["start_time"][:19], "%Y-%m-%dT%H:%M:%S")) for run in self.runs("COMPLETED")
        ]
        return any(start - time.timezone > moment for start in started)

    def processes(self, log: str, words: str) -> list[psutil.Process]:
        """The living processes of a service whose command line has these words."""
        found = marked(str(logs(self.project) / log))
        return [process for process in found if words in " ".join(process.cmdline())]

    def at_work(self) -> tuple[psutil.Process, str] | None:
        """A run's process and the run, which goes on."""
        found = {
            each.environ()["PREFECT__FLOW_RUN_ID"]: each for each in self.processes("schedule.log", "prefect.engine")
        }
        going_on = [each["id"] for each in self.runs("RUNNING") if each["id"] in found]
        return (found[going_on[0]], going_on[0]) if going_on else None


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("served") / "project"
    assert command(root.parent, "quartet", "init", str(root)).returncode == 0
    (root / "params.yaml").write_text(PARAMS)
    (root / "data/mine/b.csv").write_text(rows(80))
    output, ports = root.parent / "output.txt", (free_port(), free_port())
    options = ["--schedule", "* * * * *", "--prefect-port", str(ports[0]), "--mlflow-port", str(ports[1])]
    with listening() as hook, output.open("w") as stream:
        process = psutil.Popen(
            [sys.executable, "-m", "quartet", "serve", *options],
            cwd=root,
            env=os.environ | HEARTBEAT | {"TEST_WEBHOOK": hook.url, "PYTHONUNBUFFERED": "1"},
            stdout=stream,
            start_new_session=True,
        )
        yield Served(Project(root), process, ports, hook, output)
        for each in [process, *marked(str(logs(Project(root))))]:
            with suppress(psutil.NoSuchProcess):
                each.kill()


def test_a_cron_each_minute_fires_twice_and_its_runs_are_green(served):
    green = until(lambda: len(found := served.runs("COMPLETED")) > 1 and found, 2 * LONG)
    assert served.runs("FAILED", "CRASHED") == []
    assert all(run["auto_scheduled"] for run in green)
    assert served.project.metrics("b", "b-base").exists()


def status(url: str, content: dict[str, Any], **headers: str) -> int:
    request = urllib.request.Request(url, json.dumps(content).encode(), {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_both_servers_refuse_a_wrong_host_and_a_foreign_origin(served):
    urls = {
        f"{served.api}/flow_runs/filter": {"limit": 1},
        f"http://127.0.0.1:{served.ports[1]}/api/2.0/mlflow/experiments/search": {"max_results": 1},
    }
    for url, content in urls.items():
        assert status(url, content) == 200
        assert status(url, content, Origin=url.split("/api")[0]) == 200
        assert status(url, content, Host="evil.example") in (400, 403)
        assert status(url, content, Origin="https://evil.example") == 403


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_is_killed_is_started_again_and_the_schedule_goes_on(served, name):
    before, moment = served.said("(again, after"), time.time()
    for process in marked(str(logs(served.project) / SERVERS[name])):
        process.kill()
    until(lambda: served.said("(again, after") > before)
    assert served.said(f"{name}: it ended with exit code -9; starting it again") == 1
    assert answers(f"http://127.0.0.1:{served.ports[0]}/api/health")
    assert answers(f"http://127.0.0.1:{served.ports[1]}/health")
    until(lambda: served.green_after(moment))


def test_the_scheduling_process_that_is_killed_in_a_run_is_started_again_and_the_run_has_crashed(served):
    engine, run = until(served.at_work)
    moment = time.time()
    served.processes("schedule.log", "quartet_flows.schedule")[0].kill()
    until(lambda: run in [each["id"] for each in served.runs("CRASHED")])
    assert not engine.is_running()
    until(lambda: [each for each in served.hook.got if (each["event"], each["flow_run"]) == ("crashed", run)])
    until(lambda: served.green_after(moment))


def test_a_runs_process_that_is_killed_leaves_a_crashed_run_and_is_told_of(served):
    engine, run = until(served.at_work)
    engine.kill()
    until(lambda: run in [each["id"] for each in served.runs("CRASHED")])
    told = until(lambda: [each for each in served.hook.got if each["flow_run"] == run])
    assert told[0]["event"] == "crashed"
    assert told[0]["address"].endswith(run)


def test_a_run_of_another_terminal_that_is_killed_has_crashed_when_it_falls_silent(served):
    code = "import time; from prefect import flow; flow(name='nap')(lambda: time.sleep(900))()"
    environment = os.environ | HEARTBEAT | {"PREFECT_API_URL": served.api}
    other = subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)
    run = until(lambda: [each["id"] for each in served.runs("RUNNING") if not each["deployment_id"]])[0]
    time.sleep(40)  # a heartbeat is on its way
    other.kill()
    other.wait()
    until(lambda: run in [each["id"] for each in served.runs("CRASHED")])


def test_a_dataset_that_the_gate_stops_is_told_of_once(served):
    (served.project.mine / "b.csv").write_text(rows(80) + "nan,odd\n,even\n")
    told = until(lambda: [each for each in served.hook.got if each["event"] == "refused"])
    assert told[0]["datasets"] == ["b"]
    assert any("no value is missing" in line for line in told[0]["last_lines"])
    until(lambda: len(served.runs("FAILED")) > 1)
    assert len([each for each in served.hook.got if each["event"] == "refused"]) == 1


def test_a_candidate_that_is_refused_is_told_of(served):
    (served.project.mine / "b.csv").write_text(rows(80))
    served.project.params.write_text(PARAMS.replace("target: y", "target: y, minimum: 2"))
    told = until(lambda: [each for each in served.hook.got if "b-base was refused" in each["text"]])
    assert any("falls short of the minimum 2" in line for line in told[0]["last_lines"])


def test_a_run_that_fails_is_told_of_even_if_it_is_for_params_that_are_wrong(served):
    served.project.params.write_text(f"{PARAMS}sead: 1\n")
    told = until(lambda: [each for each in served.hook.got if each["event"] == "failed"])
    assert any("sead" in line for line in told[0]["last_lines"])


def test_ctrl_c_leaves_no_process_and_no_port(served):
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(90) == 0
    assert marked(str(logs(served.project))) == []
    check_ports({"--prefect-port": served.ports[0], "--mlflow-port": served.ports[1]})
