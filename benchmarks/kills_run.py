"""One `quartet run` that is watched, and its processes, one of which can be killed."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

STAGES = ("plan", "ingest", "validate", "prepare", "train", "evaluate")
FOLLOWING = ("publish", "promote", "report")
SERVER, FORKED = "create_app", "quartet.forking"  # of command lines; a forked process has that of the fork server
BEFORE = {"publish": "] evaluate@", "promote": "  publish (", "report": "  promote ("}
TOLD = re.compile(r"\s*(?:\[.*\]\s*)?(\w+?)(?:ed \S+|@\S+)? \((.+) s\)$")  # in the background, a dataset is `published`
LIMIT_S = 1800.0
STEP_S = 0.01


class Run:
    """A `quartet run`, what it says, and its processes."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.started, self.ended, self.killed_after = time.monotonic(), 0.0, 0.0
        self.lines: list[str] = []
        main = [sys.executable, "-m", "quartet", "run"]
        self.process = subprocess.Popen(
            main, cwd=project, env=environment(project), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=self.read, daemon=True).start()

    @property
    def code(self) -> int | None:
        """Its exit code."""
        return self.process.returncode

    def read(self) -> None:
        """Take down what it says."""
        for line in self.process.stderr or ():
            self.lines.append(line.rstrip())

    def wait(self) -> None:
        """Wait for its end; one that does not come is brought about, and counts as a failure."""
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.lines.append(f"no end after {LIMIT_S:.0f} s")
            self.process.kill()
            self.process.wait()
        self.ended = time.monotonic()

    def seconds(self) -> dict[str, float]:
        """The longest duration of each step, as it told them."""
        found: dict[str, float] = {}
        for step, seconds in (match.groups() for line in self.lines if (match := TOLD.match(line))):
            if step in STAGES + FOLLOWING:
                found[step] = max(found.get(step, 0.0), float(seconds))
        return found

    def kill(self, step: str, process: str, delay: float) -> bool:
        """Kill one of its processes some time after a step began; whether that process lived until then."""
        while self.process.poll() is None and not self.has_begun(step, process):
            time.sleep(STEP_S)
        begun, target = time.monotonic(), self.find(step, process)
        while target and is_alive(target) and time.monotonic() < begun + delay:
            time.sleep(STEP_S)
        self.killed_after = time.monotonic() - begun
        if target is None or not is_alive(target):
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            target.kill()
        return True

    def is_hit(self, step: str, process: str) -> bool:
        """Whether it ended as a killed run must: only of a server, or of an ingest, does a run get another one."""
        return process == "server" or (step == "ingest" and process != "flow") or self.code != 0

    def has_begun(self, step: str, process: str) -> bool:
        """Whether a step is going on, and the process is there."""
        if step in STAGES:
            return self.find(step, process) is not None and self.find(step, "dvc") is not None
        return any(BEFORE[step] in line for line in self.lines)

    def find(self, step: str, process: str) -> psutil.Process | None:
        """One of its processes that lives: that of the step, where each step has its own."""
        if self.process.poll() is not None:
            return None
        flow = psutil.Process(self.process.pid)
        if process == "flow":
            return flow
        if process == "forks":
            return next((one for one in flow.children() if FORKED in line(one)), None)
        below = flow.children(recursive=True)
        if process == "server":
            return next((one for one in below if SERVER in line(one)), None)
        if process == "stage":
            return next((one for one in below if one.pid in self.workers(step)), None)
        waiting = [one for one in below if f"quartet stage {step}" in line(one)]  # for what was forked, under DVC
        return next((parent for one in waiting for parent in parents(one) if FORKED in line(parent)), None)

    def workers(self, step: str) -> list[int]:
        """The processes that had or have the turn of a step."""
        holders = (self.project / ".quartet" / "locks").glob(f"{step}*.holder")
        return [json.loads(file.read_text(encoding="utf-8"))["pid"] for file in holders]


def line(one: psutil.Process) -> str:
    """A command line; empty once the process has ended."""
    try:
        return " ".join(one.cmdline())
    except psutil.Error:
        return ""


def parents(one: psutil.Process) -> list[psutil.Process]:
    """Those above a process, the nearest first."""
    try:
        return one.parents()
    except psutil.Error:
        return []


def is_alive(one: psutil.Process) -> bool:
    """Whether it has not ended."""
    try:
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def environment(project: Path) -> dict[str, str]:
    """Homes of Prefect and DVC beside the project, so that nothing else is touched."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    homes = {"PREFECT_HOME": str(project.parent / "prefect"), "DVC_SITE_CACHE_DIR": str(project.parent / "dvc")}
    cut = {name: value for name, value in os.environ.items() if name not in ("MLFLOW_TRACKING_URI", "PREFECT_API_URL")}
    return cut | homes | {"PATH": path, "OMP_NUM_THREADS": "1"}
